#include "triaged/store/store.h"

#include <stdlib.h>
#include <string.h>

#include "append.h"
#include "commit.h"
#include "committer.h"
#include "fetch.h"
#include "keyring.h"
#include "lease.h"
#include "load.h"
#include "redis_time.h"
#include "tail.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "trim.h"
#include "vet.h"

/* How many inbox commands may be handed over and not yet committed. */
#define INBOX_AHEAD 1024

/* How long store_close() may wait for the server to take the farewell. */
#define FAREWELL_MS 250

#define LEASE_MIN_MS 300
#define LEASE_MAX_MS 60000 /* the same bound as in triaged1.lua */

struct store {
	struct event_base *base;
	char *center, *node, *incarnation, *previous, *url, *username, *password, *prefix;
	struct link_options link_options;
	struct store_events events;
	enum store_state state;
	char *why;
	bool closing;
	struct link *link; /* commits, appends, reads: never blocked */
	struct vet vet;
	char run_id[RUN_ID_SIZE]; /* of the server last used */
	struct lease lease;
	struct appender appender;
	struct committer committer;
	struct trimmer trimmer;
	struct load *load; /* the one of this epoch */
	char *position;    /* committed in the inbox, as loaded */
	struct tail *inbox, *outputs;
	int64_t delivered, commit_mark, committed; /* inbox commands, for INBOX_AHEAD */
	struct redis_time time;
	bool reassert_due; /* to be told when ready */
};

static char *key(const struct store *s, const char *kind, const char *id)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s%s%s", s->prefix, kind, id);
	return b.data;
}

/* ---- state ---- */

static void set_state(struct store *s, enum store_state state, const char *why)
{
	if (s->state == state && strcmp(s->why, why) == 0)
		return;
	s->state = state;
	mem_set_str(&s->why, why);
	if (!s->closing)
		s->events.state(s->events.arg, state, s->why);
}

static void request_reassert(struct store *s)
{
	s->reassert_due = s->state != STORE_READY;
	if (!s->reassert_due)
		s->events.reassert(s->events.arg);
}

static void become_ready(struct store *s)
{
	link_settled(s->link);
	appender_open(&s->appender);
	set_state(s, STORE_READY, "");
	if (s->reassert_due)
		request_reassert(s);
	lease_compete(&s->lease);
}

static void on_up(void *arg)
{
	struct store *s = arg;
	vet_start(&s->vet);
}

static void on_vetted(void *arg)
{
	struct store *s = arg;
	lease_resume(&s->lease);
}

static void on_down(void *arg, const char *why)
{
	struct store *s = arg;
	lease_suspend(&s->lease);
	appender_suspend(&s->appender);
	set_state(s, STORE_DOWN, why);
}

/* ---- outputs and inbox ---- */

static void on_output(void *arg, const char *id, char *bytes, size_t n)
{
	(void)id;
	struct store *s = arg;
	s->events.output(s->events.arg, bytes, n);
}

static void pace_inbox(struct store *s)
{
	if (s->inbox)
		tail_pause(s->inbox, s->delivered - s->committed >= INBOX_AHEAD);
}

static void on_inbox(void *arg, const char *id, char *bytes, size_t n)
{
	struct store *s = arg;
	s->delivered++;
	if (s->delivered - s->committed >= INBOX_AHEAD)
		pace_inbox(s);
	s->events.inbox(s->events.arg, id, bytes, n);
}

static struct tail *follow(
	struct store *s, const char *kind, const char *id, const char *position, tail_fn each)
{
	char *stream = key(s, kind, id);
	struct tail_options o = { .key = stream, .position = position, .each = each, .arg = s };
	struct err e;
	struct tail *t = tail_open(s->base, &s->link_options, &o, &e);
	CHECK(t); /* the url was good for the main link */
	free(stream);
	return t;
}

/* ---- lease ---- */

static void on_registered(void *arg, const char *out_end)
{
	struct store *s = arg;
	bool other_server = *s->run_id && strcmp(s->run_id, s->vet.run_id) != 0;
	memcpy(s->run_id, s->vet.run_id, sizeof s->run_id);
	if (other_server)
		request_reassert(s);
	if (!s->outputs)
		s->outputs = follow(s, "out:", s->node, out_end, on_output);
	/* A batch whose outcome is unknown is decided before anything else happens. */
	if (committer_is_busy(&s->committer))
		committer_resend(&s->committer);
	else
		become_ready(s);
}

static void cancel_load(struct store *s);

static void on_lead(void *arg, int64_t epoch)
{
	struct store *s = arg;
	cancel_load(s);
	tail_close(&s->inbox);
	trimmer_lead(&s->trimmer, epoch);
	if (epoch)
		committer_lead(&s->committer, epoch);
	if (!s->closing)
		s->events.lead(s->events.arg, epoch, s->lease.leader);
}

static void on_node_lost(void *arg, const char *node, const char *incarnation)
{
	struct store *s = arg;
	s->events.node_lost(s->events.arg, node, incarnation);
}

static void on_forgotten(void *arg)
{
	request_reassert(arg);
}

static void on_time(void *arg, int64_t server_ms)
{
	struct store *s = arg;
	redis_time_sample(&s->time, server_ms, mono_now().us / 1000);
}

static const char *out_position(void *arg)
{
	struct store *s = arg;
	return s->outputs ? tail_position(s->outputs) : "";
}

/* ---- commits ---- */

static void on_decided(void *arg, enum commit_result result, bool lost)
{
	struct store *s = arg;
	if (s->state != STORE_READY)
		become_ready(s);
	if (result == COMMIT_OK) {
		s->committed = s->commit_mark;
		pace_inbox(s);
		return;
	}
	if (s->committer.sent_epoch == s->lease.epoch)
		lease_lose(&s->lease);
	if (lost)
		request_reassert(s);
}

struct refusal {
	commit_done_fn done;
	void *arg;
};

static void on_refused(void *arg, const redisReply *r)
{
	(void)r;
	struct refusal refusal = *(struct refusal *)arg;
	free(arg);
	refusal.done(refusal.arg, COMMIT_FENCED);
}

void store_commit(struct store *s, struct commit **c, commit_done_fn done, void *arg)
{
	if (!s->lease.epoch) {
		struct refusal *refusal = mem_zalloc(sizeof *refusal);
		*refusal = (struct refusal){ done, arg };
		link_refuse(s->link, on_refused, refusal);
		commit_free(c);
		return;
	}
	if (*commit_position(*c))
		s->commit_mark = s->delivered;
	committer_start(&s->committer, *c, done, arg);
	commit_free(c);
	if (s->state == STORE_READY)
		committer_resend(&s->committer);
}

/* ---- take-over ---- */

struct load {
	struct store *store;
	struct loader *loader; /* NULL: without leadership there is nothing to load */
	store_done_fn done;
	void *arg;
};

static void on_loaded(void *arg, enum store_result result, const char *position)
{
	struct load load = *(struct load *)arg;
	struct store *s = load.store;
	if (s->load == arg) {
		s->load = NULL;
		mem_set_str(&s->position, position);
		if (result != STORE_OK && !s->closing)
			lease_lose(&s->lease);
	}
	free(arg);
	load.done(load.arg, result);
}

static void on_no_load(void *arg, const redisReply *r)
{
	(void)r;
	on_loaded(arg, STORE_UNAVAILABLE, "");
}

void store_load(struct store *s, store_load_fn each, store_done_fn done, void *arg)
{
	struct load *load = mem_zalloc(sizeof *load);
	*load = (struct load){ .store = s, .done = done, .arg = arg };
	if (!s->lease.epoch) {
		link_refuse(s->link, on_no_load, load);
		return;
	}
	CHECK(!s->load);
	s->load = load;
	load->loader = loader_start(&(struct loader_options){ .link = s->link,
		.prefix = s->prefix,
		.epoch = s->lease.epoch,
		.each = each,
		.each_arg = arg,
		.done = on_loaded,
		.arg = load });
}

static void cancel_load(struct store *s)
{
	if (s->load)
		loader_cancel(s->load->loader);
	s->load = NULL;
}

void store_lead_ready(struct store *s)
{
	if (!s->lease.epoch || s->inbox)
		return;
	s->delivered = s->committed = s->commit_mark = 0;
	s->inbox = follow(s, "in", "", s->position, on_inbox);
}

/* ---- opening and closing ---- */

static int check_options(const struct store_options *o, struct err *e)
{
	if (!*o->center ||
		strspn(o->center, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(o->center))
		return err_set(
			e, "center \"%.60s\": only a to z, 0 to 9 and - are allowed", o->center);
	if (!*o->node || strpbrk(o->node, " \n") || !*o->incarnation ||
		strpbrk(o->incarnation, " \n"))
		return err_set(e, "node and incarnation must be words");
	if (o->lease_ms < LEASE_MIN_MS || o->lease_ms > LEASE_MAX_MS)
		return err_set(e, "lease of %lld ms, allowed are %d to %d", (long long)o->lease_ms,
			LEASE_MIN_MS, LEASE_MAX_MS);
	if (o->connect_ms < 1 || o->command_ms < 10)
		return err_set(e, "connect deadline below 1 ms or command deadline below 10 ms");
	return 0;
}

static void copy_options(struct store *s, const struct store_options *o)
{
	struct buf prefix = { 0 };
	buf_addf(&prefix, "t:{%s}:", o->center);
	s->prefix = prefix.data;
	s->center = mem_strdup(o->center);
	s->node = mem_strdup(o->node);
	s->incarnation = mem_strdup(o->incarnation);
	s->previous = mem_strdup(o->previous);
	s->url = mem_strdup(o->url);
	s->username = mem_strdup(o->username);
	s->password = mem_strdup(o->password);
	s->link_options = (struct link_options){ .url = s->url,
		.username = s->username,
		.password = s->password,
		.connect_ms = o->connect_ms,
		.command_ms = o->command_ms };
}

static void free_options(struct store *s)
{
	char *const owned[] = { s->prefix, s->center, s->node, s->incarnation, s->previous, s->url,
		s->username, s->position, s->why };
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s);
}

static void init_parts(struct store *s, const struct store_options *o)
{
	s->vet = (struct vet){ .link = s->link,
		.accept_weak_durability = o->accept_weak_durability,
		.passed = on_vetted,
		.arg = s };
	s->lease = (struct lease){ .link = s->link,
		.prefix = s->prefix,
		.node = s->node,
		.incarnation = s->incarnation,
		.previous = s->previous,
		.term_ms = o->lease_ms,
		.events = { .arg = s,
			.registered = on_registered,
			.lead = on_lead,
			.node_lost = on_node_lost,
			.reassert = on_forgotten,
			.time = on_time,
			.out_position = out_position } };
	lease_init(&s->lease, s->base);
	s->committer = (struct committer){ .link = s->link,
		.prefix = s->prefix,
		.arg = s,
		.time = on_time,
		.decided = on_decided };
	s->trimmer = (struct trimmer){ .link = s->link,
		.prefix = s->prefix,
		.keep_ms = { o->retain_refs_ms, o->retain_ledger_ms, o->retain_contacts_ms,
			o->retain_persons_ms } };
	trimmer_init(&s->trimmer, s->base);
	appender_init(&s->appender, s->base, s->link, key(s, "in", ""));
}

struct store *store_open(struct event_base *base, const struct store_options *options,
	const struct store_events *events, struct err *e)
{
	if (check_options(options, e) < 0)
		return NULL;
	struct store *s = mem_zalloc(sizeof *s);
	s->base = base;
	s->events = *events;
	s->why = mem_strdup("connecting");
	s->position = mem_strdup("");
	copy_options(s, options);
	struct link_events link_events = { .arg = s, .up = on_up, .down = on_down };
	s->link = link_open(base, &s->link_options, &link_events, e);
	if (!s->link) {
		free_options(s);
		return NULL;
	}
	init_parts(s, options);
	return s;
}

void store_close(struct store **slot)
{
	struct store *s = *slot;
	*slot = NULL;
	if (!s)
		return;
	s->closing = true;
	lease_yield(&s->lease);
	lease_leave(&s->lease);
	link_flush(s->link, FAREWELL_MS);
	tail_close(&s->inbox);
	tail_close(&s->outputs);
	link_close(&s->link);
	appender_fini(&s->appender);
	committer_fini(&s->committer);
	trimmer_fini(&s->trimmer);
	lease_fini(&s->lease);
	free_options(s);
}

/* ---- the rest of the interface ---- */

enum store_state store_status(const struct store *s, const char **why)
{
	*why = s->why;
	return s->state;
}

int64_t store_epoch(const struct store *s)
{
	return s->lease.epoch;
}

const char *store_leader(const struct store *s)
{
	return s->lease.leader;
}

int64_t store_now_ms(struct store *s)
{
	return redis_time_now(&s->time, mono_now().us / 1000, wall_now_ms());
}

void store_yield_lead(struct store *s)
{
	lease_yield(&s->lease);
}

void store_compete_lead(struct store *s)
{
	lease_rejoin(&s->lease);
}

void store_append(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	appender_add(&s->appender, command, deadline_ms, done, arg);
}

void store_transcript(
	struct store *s, const char *contact, store_message_fn each, store_done_fn done, void *arg)
{
	char *stream = key(s, "m:", contact);
	fetch_transcript(s->link, stream, each, done, arg);
	free(stream);
}

void store_contact(struct store *s, const char *contact, store_record_fn done, void *arg)
{
	char *hash = key(s, "c:", contact);
	fetch_record(s->link, hash, done, arg);
	free(hash);
}

void store_keyring_read(struct store *s, store_field_fn each, store_done_fn done, void *arg)
{
	keyring_fetch(s->link, s->prefix, each, done, arg);
}

void store_keyring_publish(
	struct store *s, const struct store_key *keys, size_t n, store_publish_fn done, void *arg)
{
	keyring_put(s->link, s->prefix, keys, n, done, arg);
}
