/* The store against a real Redis: commits, load, inbox, outputs, older data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "triaged/store/ledger.h"
#include "two_peers.h"

static void comes_up_and_leads(void **state)
{
	struct world *w = *state;
	const char *why;
	open_leader(w);
	assert_int_equal(store_status(w->a.store, &why), STORE_READY);
	assert_string_equal(why, "");
	assert_int_equal(w->a.epoch, 1);
	assert_int_equal(store_epoch(w->a.store), 1);
	assert_string_equal(store_leader(w->a.store), "a");
	assert_string_equal(
		redis_ask(&w->redis, "HMGET t:{test}:lead node incarnation epoch"), "a one 1");
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:state schema"), "2");
	int64_t now = store_now_ms(w->a.store);
	assert_true(now > wall_now_ms() - 2000 && now < wall_now_ms() + 2000);
	run_ms(w->base, 2000); /* more than two leases */
	assert_int_equal(w->a.epoch, 1);
	assert_int_equal(w->a.leads, 1);
}

static void commit_writes_everything_and_load_reads_it(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct commit *c = commit_new();
	assert_true(commit_is_empty(c));
	commit_entity(c, 's', "", text("next 1:7\n"));
	commit_entity(c, 'c', "c1", text("first"));
	commit_entity(c, 'c', "c1", (struct slice){ "a\0b\r\n", 5 });
	commit_contact(c, "c1", true, false, 0);
	commit_contact(c, "c1", true, true, 2253584813685371.0);
	commit_entity(c, 'c', "c2", text("two"));
	commit_contact(c, "c2", true, false, 0);
	commit_entity(c, 'c', "c3", text("three"));
	commit_contact(c, "c3", false, false, 0);
	commit_entity(c, 'r', "r1", text("responder"));
	commit_entity(c, 'd', "d1", text("dispatch"));
	commit_entity(c, 't', "red", text("a team"));
	commit_entity(c, 'p', "p1", text("person"));
	commit_ref(c, "fe", "ref one", text("answer"));
	commit_ledger(c, 1700000000123, text("cmd"), text("why"));
	commit_message(c, "c1", text("m1"));
	commit_message(c, "c1", text("m2"));
	commit_output(c, "b", text("o1"));
	commit_output(c, "x", text("o2"));
	commit_output(c, "b", text("o3"));
	assert_false(commit_is_empty(c));
	commit(w, &w->a, c);
	assert_int_equal(w->a.committed, 1);
	assert_string_equal(
		redis_ask(&w->redis, "ZRANGE t:{test}:q 0 -1 WITHSCORES"), "c1 2253584813685371");
	assert_string_equal(redis_ask(&w->redis, "SCARD t:{test}:live"), "2");
	assert_string_equal(redis_ask(&w->redis, "ZRANGE t:{test}:ended 0 -1"), "c3");
	assert_non_null(strstr(redis_ask(&w->redis, "XRANGE t:{test}:answers - +"),
		" a identity 2:fe\nref 7:ref one\nanswer 6:answer\n"));
	assert_string_equal(redis_ask(&w->redis, "HMGET t:{test}:state epoch batch"), "1 1");
	assert_non_null(strstr(redis_ask(&w->redis, "XRANGE t:{test}:log - +"),
		" e at 13:1700000000123\nc 3:cmd\nd 3:why\n"));
	assert_non_null(strstr(redis_ask(&w->redis, "XRANGE t:{test}:out:b - +"), " b o1 b o3"));
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:m:c1"), "2");
	assert_string_equal(redis_ask(&w->redis, "STRLEN x"), "0");

	c = commit_new();
	commit_entity(c, 'd', "d1", text("not the last word"));
	commit_entity(c, 'd', "d1", text(""));
	commit_entity(c, 'r', "r2", text(""));
	commit_entity(c, 'r', "r2", text("second"));
	commit_contact(c, "c1", true, false, 0);
	commit_entity_again(c, 'c', "c2", text("two and more"));
	commit_entity_again(c, 'p', "p1", text("person"));
	redis_ask(&w->redis, "ZADD t:{test}:persons 1 p1");
	commit(w, &w->a, c);
	assert_string_equal(redis_ask(&w->redis, "ZSCORE t:{test}:persons p1"), "1");
	assert_string_equal(redis_ask(&w->redis, "ZCARD t:{test}:q"), "0");
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:d:d1"), "0");

	peer_close(&w->a);
	struct store_options o = peer_options(w->redis.url, "b");
	w->b.load_on_lead = true;
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, w->b.loads == 1, 3000);
	assert_int_equal(w->b.epoch, 2);
	static const char *const expected[] = { "s::=next 1:7\n;", "c:c2:=two and more;",
		"c:c1:=a;", "r:r1:=responder;", "r:r2:=second;", "p:p1:=person;",
		"i:fe:ref one=answer;" };
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_non_null(strstr(w->b.loaded, expected[i]));
	assert_null(strstr(w->b.loaded, "c3"));
	assert_null(strstr(w->b.loaded, "d1"));
	assert_non_null(strstr(w->b.loaded, "a team"));
	assert_int_equal(strncmp(w->b.loaded, "s:", 2), 0); /* counters first */
}

static int n_messages;
static void on_message(void *arg, struct slice record)
{
	(void)arg;
	char expected[32];
	snprintf(expected, sizeof expected, "m%d", n_messages++);
	assert_true(slice_is(record, expected));
}

static enum store_result transcript_result;
static int transcripts;
static void on_transcript(void *arg, enum store_result result)
{
	(void)arg;
	transcripts++;
	transcript_result = result;
}

static char record_seen[32];
static int records;
static void on_record(void *arg, enum store_result result, struct slice bytes)
{
	(void)arg;
	records++;
	assert_int_equal(result, STORE_OK);
	snprintf(record_seen, sizeof record_seen, "%.*s", (int)bytes.len, bytes.data);
}

static void transcript_and_record_are_read(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct commit *c = commit_new();
	for (int i = 0; i < 450; i++) {
		char m[16];
		snprintf(m, sizeof m, "m%d", i);
		commit_message(c, "c1", text(m));
	}
	commit_entity(c, 'c', "c1", text("ended long ago"));
	commit_contact(c, "c1", false, false, 0);
	commit(w, &w->a, c);
	n_messages = transcripts = records = 0;
	store_transcript(w->a.store, "c1", on_message, on_transcript, w);
	RUN_UNTIL(w->base, transcripts == 1, 2000);
	assert_int_equal(transcript_result, STORE_OK);
	assert_int_equal(n_messages, 450);
	store_contact(w->a.store, "c1", on_record, w);
	RUN_UNTIL(w->base, records == 1, 2000);
	assert_string_equal(record_seen, "ended long ago");
	store_contact(w->a.store, "nobody", on_record, w);
	RUN_UNTIL(w->base, records == 2, 2000);
	assert_string_equal(record_seen, "");
}

/* Commands of another node arrive once, in order, behind the committed position; outputs come
 * back the same way. */
static void inbox_and_outputs_cross_nodes(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, w->b.state == STORE_READY, 2000);
	RUN_UNTIL(w->base, strcmp(w->b.leader, "a") == 0, 1000); /* a follower is told who leads */
	assert_int_equal(w->b.leads, 0);
	assert_string_equal(store_leader(w->b.store), "a");
	char word[32];
	for (int i = 0; i < 500; i++) {
		snprintf(word, sizeof word, "command %d", i);
		store_append(w->b.store, text(word), 2000, peer_appended, &w->b);
	}
	assert_int_equal(w->b.done, 0);
	RUN_UNTIL(w->base, w->b.done == 500 && w->a.n_inbox == 500, 3000);
	for (int i = 0; i < 500; i++) {
		snprintf(word, sizeof word, "command %d", i);
		assert_string_equal(w->a.inbox[i], word);
	}
	for (int batch = 0; batch < 3; batch++) {
		struct commit *c = commit_new();
		commit_inbox_position(c, w->a.position);
		for (int i = 0; i < 700; i++) {
			snprintf(word, sizeof word, "output %d", batch * 700 + i);
			commit_output(c, "b", text(word));
		}
		commit(w, &w->a, c);
	}
	RUN_UNTIL(w->base, w->b.n_outputs == 2100, 3000);
	for (int i = 0; i < 2100; i++) {
		snprintf(word, sizeof word, "output %d", i);
		assert_string_equal(w->b.outputs[i], word);
	}
	store_append(w->b.store, text("last"), 2000, peer_appended, &w->b);
	RUN_UNTIL(w->base, w->a.n_inbox == 501, 3000);
	/* The last one is not committed: the next leader gets it, and nothing else. */
	peer_close(&w->a);
	w->b.load_on_lead = true;
	RUN_UNTIL(w->base, w->b.n_inbox == 1, 3000);
	assert_string_equal(w->b.inbox[0], "last");
	run_ms(w->base, 100);
	assert_int_equal(w->b.n_inbox, 1);
}

static void inbox_waits_for_commits(void **state)
{
	struct world *w = *state;
	open_leader(w);
	for (int i = 0; i < 5000; i++)
		store_append(w->a.store, text("x"), 5000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 5000, 5000);
	run_ms(w->base, 300);
	assert_in_range(w->a.n_inbox, 1024, 1024 + 256);
	for (int i = 0; i < 100 && w->a.n_inbox < 5000; i++) {
		struct commit *c = commit_new();
		commit_inbox_position(c, w->a.position);
		commit(w, &w->a, c);
		run_ms(w->base, 20);
	}
	assert_int_equal(w->a.n_inbox, 5000);
}

static void outputs_start_at_registration(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct commit *c = commit_new();
	commit_output(c, "b", text("for the one before"));
	commit(w, &w->a, c);
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, w->b.state == STORE_READY, 2000);
	c = commit_new();
	commit_output(c, "b", text("for this one"));
	commit(w, &w->a, c);
	RUN_UNTIL(w->base, w->b.n_outputs == 1, 2000);
	assert_string_equal(w->b.outputs[0], "for this one");
	run_ms(w->base, 700); /* its next renewal trims what was read */
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:out:b"), "1");
}

/* A commit whose arguments do not add up is refused before anything is written. */
static void malformed_commits_write_nothing(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "1", "1 1", "1 1 c:x", "1 2 c:x y c:z", "1 -1", "1 nan",
		"1 0", "0 1 x", "23 1 x", "9 1.5 x y", "9 1 x 1 1 c:x y", "9 1 x 9 1 y",
		"11 1 word x", "11 1 inf x", "11 1 1e300 x", "9 1 x z" };
	open_leader(w);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char command[128];
		snprintf(command, sizeof command, "FCALL t1_commit 1 t:{test}: 1 1 5-5 k %s",
			bad[i]);
		redisContext *c = redis_connect(&w->redis);
		redisReply *r = redisCommand(c, command);
		if (strcmp(r->str, "MALFORMED commit") != 0)
			fail_msg("%s: %s", bad[i], r->str);
		freeReplyObject(r);
		redisFree(c);
	}
	assert_string_equal(redis_ask(&w->redis, "DBSIZE"), "3"); /* state lead nodes */
	assert_string_equal(redis_ask(&w->redis, "HKEYS t:{test}:state"), "schema instance");
}

static int64_t ledger_length(const struct world *w, char *commands, size_t size)
{
	struct ledger *l;
	struct ledger_entry entry;
	struct err e;
	int64_t n = 0;
	struct ledger_options o = { .center = "test", .url = w->redis.url, .timeout_ms = 3000 };
	assert_int_equal(ledger_open(&o, &l, &e), 0);
	for (*commands = '\0'; ledger_next(l, &entry, &e) == 1; n++) {
		size_t used = strlen(commands);
		snprintf(commands + used, size - used, "%.*s at %d;", (int)entry.command.len,
			entry.command.data, (int)entry.at_ms);
	}
	ledger_close(&l);
	return n;
}

/* A daemon of schema 1 may lead and commit through this library until one of schema 2 takes the
 * lead; from then on it is refused, and what it wrote is read on. */
static void data_of_schema_1_are_read_on(void **state)
{
	struct world *w = *state;
	char commands[256];
	open_leader(w); /* loads the functions */
	peer_close(&w->a);
	memset(&w->a, 0, sizeof w->a);
	redis_ask(&w->redis, "DEL t:{test}:state t:{test}:lead t:{test}:nodes");
	assert_int_equal(
		strncmp(redis_ask(&w->redis, "FCALL t1_lead 1 t:{test}: old one 60000 0 0 1 1"),
			"1 1 old ", 8),
		0);
	redis_ask(&w->redis, "FCALL t1_commit 1 t:{test}: 1 1 5-5 k 1 1 c:c1 first 9 1 c1 "
			     "13 1 fe before answer 14 2 1 x d 2 y d");
	assert_string_equal(redis_ask(&w->redis, "FCALL t1_yield 1 t:{test}: old one 1"), "1");
	w->a.load_on_lead = true;
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads == 1, 2000);
	assert_non_null(strstr(w->a.loaded, "c:c1:=first;"));
	assert_non_null(strstr(w->a.loaded, "i:fe:before=answer;"));
	assert_string_equal(redis_ask(&w->redis, "FCALL t1_lead 1 t:{test}: old one 60000 0 0 1 1"),
		"SCHEMA 2");
	records = 0;
	store_contact(w->a.store, "c1", on_record, w);
	RUN_UNTIL(w->base, records == 1, 2000);
	assert_string_equal(record_seen, "first");
	struct commit *c = commit_new();
	commit_entity(c, 'c', "c1", text("second"));
	commit_ledger(c, 3, text("z"), text(""));
	commit_ledger(c, 4, text("last"), text("d"));
	commit(w, &w->a, c);
	assert_int_equal(ledger_length(w, commands, sizeof commands), 4);
	assert_string_equal(commands, "x at 1;y at 2;z at 3;last at 4;");
	assert_string_equal(redis_ask(&w->redis, "GET t:{test}:c:c1"), "second");
}

/* Packs are closed before they become long, and nothing gets lost between them. */
static void long_batches_become_several_packs(void **state)
{
	struct world *w = *state;
	char decided[1000], *commands = malloc(1 << 20);
	open_leader(w);
	struct commit *c = commit_new();
	memset(decided, 'd', sizeof decided);
	for (int i = 0; i < 300; i++) {
		char word[32];
		snprintf(word, sizeof word, "number-%d", i);
		commit_ledger(c, i, text(word), (struct slice){ decided, sizeof decided });
	}
	commit(w, &w->a, c);
	assert_in_range(atoi(redis_ask(&w->redis, "XLEN t:{test}:log")), 5, 20);
	assert_int_equal(ledger_length(w, commands, 1 << 20), 300);
	const char *at = commands;
	for (int i = 0; i < 300; i++) {
		char word[32];
		int n = snprintf(word, sizeof word, "number-%d at %d;", i, i);
		assert_int_equal(strncmp(at, word, (size_t)n), 0);
		at += n;
	}
	free(commands);
}

/* Below the ports that outgoing connections are given (from 32768), so that none of these takes it
 * before the server does. */
static int free_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int port = 22000 + getpid() % 10000, fd = socket(AF_INET, SOCK_STREAM, 0);
	do
		addr.sin_port = htons((uint16_t)++port);
	while (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 && port < 32500);
	close(fd);
	return port;
}

static void tcp_and_host_names_work(void **state)
{
	struct world *w = *state;
	static const char *const hosts[] = { "127.0.0.1", "localhost" };
	redis_kill(&w->redis);
	char port[16], url[64];
	snprintf(port, sizeof port, "%d", free_port());
	w->redis.extra[0] = "--port";
	w->redis.extra[1] = port;
	redis_start(&w->redis);
	for (size_t i = 0; i < 2; i++) {
		snprintf(url, sizeof url, "tcp:%s:%s", hosts[i], port);
		struct store_options o = peer_options(url, "a");
		w->a.load_on_lead = true;
		peer_open(&w->a, w->base, &o);
		RUN_UNTIL(w->base, w->a.loads == 1, 4000);
		peer_close(&w->a);
		memset(&w->a, 0, sizeof w->a);
	}
}

static void bad_options_are_named(void **state)
{
	struct world *w = *state;
	struct store_events events = { 0 };
	struct store_options o = peer_options(w->redis.url, "a");
	struct err e;
	o.center = "A}b";
	assert_null(store_open(w->base, &o, &events, &e));
	assert_non_null(strstr(e.text, "center"));
	o = peer_options("redis://x", "a");
	assert_null(store_open(w->base, &o, &events, &e));
	assert_non_null(strstr(e.text, "unix:PATH"));
	o = peer_options(w->redis.url, "a b");
	assert_null(store_open(w->base, &o, &events, &e));
	o = peer_options(w->redis.url, "a");
	o.lease_ms = 100;
	assert_null(store_open(w->base, &o, &events, &e));
	assert_non_null(strstr(e.text, "lease"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(comes_up_and_leads),
		T(commit_writes_everything_and_load_reads_it),
		T(transcript_and_record_are_read),
		T(inbox_and_outputs_cross_nodes),
		T(inbox_waits_for_commits),
		T(outputs_start_at_registration),
		T(malformed_commits_write_nothing),
		T(data_of_schema_1_are_read_on),
		T(long_batches_become_several_packs),
		T(tcp_and_host_names_work),
		T(bad_options_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
