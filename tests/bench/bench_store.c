/*
 * bench_store [seconds=S]: commits through the whole store layer by batch size, on a managed
 * Redis with every write synced, beside single durable function calls over one synchronous
 * connection, in turns of a fraction of a second because a shared disk changes its mind. One JSON
 * object a line.
 *
 * A command here writes what a routed one does: contact record and place, responder, ledger entry,
 * message, output, every third a reference; 8.3 writes each in the mean.
 */
#include <event2/event.h>
#include <ftw.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/store/managed.h"
#include "triaged/store/store.h"

#define TURNS 10

struct bench {
	struct event_base *base;
	struct store *store;
	redisContext *direct;
	char record[181], text[221];
	int batch;                 /* commands in a commit */
	int64_t commands, commits; /* of this size */
	int64_t made;              /* commands of all sizes: their numbers make ids */
	struct mono start;
	int64_t turn_us;
	bool ready;
};

static const char floor_library[] =
	"#!lua name=floor\n"
	"redis.register_function('floor_set', function(K) redis.call('HSET', K[1], 'p', '1') end)\n";

static void on_state(void *arg, enum store_state state, const char *why)
{
	(void)arg;
	if (state == STORE_DOWN)
		fprintf(stderr, "store: %s\n", why);
}

static void on_loaded(void *arg, enum store_result result)
{
	struct bench *b = arg;
	b->ready = result == STORE_OK;
	event_base_loopbreak(b->base);
}

static void on_record(void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	(void)arg, (void)kind, (void)id, (void)ref, (void)bytes;
}

static void on_lead(void *arg, int64_t epoch, const char *leader)
{
	(void)leader;
	struct bench *b = arg;
	if (epoch)
		store_load(b->store, on_record, on_loaded, b);
}

static void on_bytes(void *arg, char *bytes, size_t n)
{
	(void)arg, (void)bytes, (void)n;
}

static void on_inbox(void *arg, const char *position, char *bytes, size_t n)
{
	(void)arg, (void)position, (void)bytes, (void)n;
}

static void on_node(void *arg, const char *node, const char *incarnation)
{
	(void)arg, (void)node, (void)incarnation;
}

static void on_reassert(void *arg)
{
	(void)arg;
}

/* A contact lives for three commands: it waits, is taken, ends. */
static void add_command(const struct bench *b, struct commit *c, int64_t n)
{
	char id[24], responder[24];
	struct slice record = { b->record, sizeof b->record - 1 };
	struct slice said = { b->text, sizeof b->text - 1 };
	int64_t phase = n % 3;
	snprintf(id, sizeof id, "%lld", (long long)(n / 3));
	snprintf(responder, sizeof responder, "r%lld", (long long)(n % 50));
	commit_entity(c, 'c', id, record);
	commit_contact(c, id, phase < 2, phase == 0, (double)n);
	commit_entity(c, 'r', responder, record);
	if (phase == 0)
		commit_ref(c, "gateway", id, record);
	commit_ledger(c, 1700000000000 + n, record, record);
	commit_message(c, id, said);
	commit_output(c, "edge", said);
}

static void on_commit(void *arg, enum commit_result result);

static void commit_next(struct bench *b)
{
	struct commit *c = commit_new();
	for (int i = 0; i < b->batch; i++)
		add_command(b, c, b->made + i);
	store_commit(b->store, &c, on_commit, b);
}

static void on_commit(void *arg, enum commit_result result)
{
	struct bench *b = arg;
	CHECK(result == COMMIT_OK);
	b->commands += b->batch;
	b->made += b->batch;
	b->commits++;
	if (mono_now().us - b->start.us < b->turn_us)
		commit_next(b);
	else
		event_base_loopbreak(b->base);
}

/* Processor time of the server so far. */
static double server_cpu_us(const struct bench *b)
{
	redisReply *r = redisCommand(b->direct, "INFO cpu");
	CHECK(r && r->type == REDIS_REPLY_STRING);
	const char *sys = strstr(r->str, "used_cpu_sys:");
	const char *user = strstr(r->str, "used_cpu_user:");
	CHECK(sys && user);
	double us = 1e6 * (atof(sys + 13) + atof(user + 14));
	freeReplyObject(r);
	return us;
}

/* Seconds taken; counts the calls. */
static double call_floor(struct bench *b, int64_t *calls)
{
	struct mono start = mono_now();
	for (; mono_now().us - start.us < b->turn_us; ++*calls) {
		redisReply *r = redisCommand(b->direct, "FCALL floor_set 1 floor");
		CHECK(r && r->type != REDIS_REPLY_ERROR);
		freeReplyObject(r);
	}
	return (double)(mono_now().us - start.us) / 1e6;
}

static double commit_for_a_turn(struct bench *b)
{
	b->start = mono_now();
	commit_next(b);
	event_base_dispatch(b->base);
	return (double)(mono_now().us - b->start.us) / 1e6;
}

static void measure(struct bench *b, int batch)
{
	int64_t calls = 0;
	double floor_s = 0, store_s = 0, cpu = 0;
	b->batch = batch;
	b->commands = b->commits = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		floor_s += call_floor(b, &calls);
		double before = server_cpu_us(b);
		store_s += commit_for_a_turn(b);
		cpu += server_cpu_us(b) - before;
	}
	double floor = (double)calls / floor_s;
	double rate = (double)b->commands / store_s, commits = (double)b->commits / store_s;
	printf("{\"batch\":%d,\"commands_per_s\":%.0f,\"commits_per_s\":%.0f,"
	       "\"redis_cpu_us_per_command\":%.1f,\"floor_calls_per_s\":%.0f,"
	       "\"commits_per_floor_call\":%.2f,\"commands_per_floor_call\":%.2f}\n",
		batch, rate, commits, cpu / (double)b->commands, floor, commits / floor,
		rate / floor);
	fflush(stdout);
}

static void open_store(struct bench *b, const char *url)
{
	static const struct store_events events = { .state = on_state,
		.lead = on_lead,
		.inbox = on_inbox,
		.output = on_bytes,
		.node_lost = on_node,
		.reassert = on_reassert };
	struct store_events mine = events;
	struct err e;
	mine.arg = b;
	b->store = store_open(b->base,
		&(struct store_options){ .center = "bench",
			.node = "n",
			.incarnation = "1",
			.url = url,
			.username = "",
			.password = "",
			.connect_ms = 5000,
			.command_ms = 5000,
			.lease_ms = 3000 },
		&mine, &e);
	CHECK(b->store);
	event_base_dispatch(b->base);
	CHECK(b->ready);
	b->direct = redisConnectUnix(url + strlen("unix:"));
	CHECK(b->direct && !b->direct->err);
	freeReplyObject(redisCommand(b->direct, "FUNCTION LOAD REPLACE %s", floor_library));
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

int main(int argc, char **argv)
{
	static const int batches[] = { 1, 8, 32, 128, 256 };
	struct bench b = { .base = event_base_new() };
	struct err e;
	double seconds = 2;
	if (argc > 2 || (argc == 2 && sscanf(argv[1], "seconds=%lf", &seconds) != 1))
		return 2;
	char dir[] = "/tmp/triaged-bench.XXXXXX";
	CHECK(mkdtemp(dir));
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_WARNING);
	memset(b.record, 'r', sizeof b.record - 1);
	memset(b.text, 't', sizeof b.text - 1);
	b.turn_us = (int64_t)(seconds * 1e6 / TURNS);
	struct managed *m = managed_start(
		b.base, &(struct managed_options){ .dir = dir, .program = "redis-server" }, &e);
	if (!m) {
		fprintf(stderr, "bench_store: %s\n", e.text);
		return 1;
	}
	open_store(&b, managed_url(m));
	for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
		measure(&b, batches[i]);
	redisFree(b.direct);
	store_close(&b.store);
	managed_stop(&m);
	event_base_free(b.base);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
