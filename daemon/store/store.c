#include "store_internal.h"

#include <event2/util.h>
#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "fetch.h"
#include "keyring.h"
#include "load.h"
#include "recent.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

/* How long store_close() may wait for the server to take the farewell. */
#define FAREWELL_MS 250

#define LEASE_MIN_MS 300
#define LEASE_MAX_MS 60000 /* the same bound as in triaged1.lua */

char *store_key_of(const struct store *s, const char *kind, const char *id)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s%s%s", s->prefix, kind, id);
	return b.data;
}

/* ---- commits ---- */

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
	committer_start(&s->committer, *c, s->commit_mark, done, arg);
	commit_free(c);
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

void store_cancel_load(struct store *s)
{
	if (s->load)
		loader_cancel(s->load->loader);
	s->load = NULL;
}

void store_lead_ready(struct store *s)
{
	lease_ready(&s->lease);
	if (!s->lease.epoch || s->inbox)
		return;
	s->delivered = s->committed = s->commit_mark = 0;
	store_follow_inbox(s);
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
	if (o->replicas < 0 || o->replicas > STORE_REPLICAS_MAX)
		return err_set(
			e, "%d replicas, allowed are 0 to %d", o->replicas, STORE_REPLICAS_MAX);
	if (o->connect_ms < 1 || o->command_ms < 10)
		return err_set(e, "connect deadline below 1 ms or command deadline below 10 ms");
	return 0;
}

static void make_id(char *out, size_t size)
{
	for (size_t i = 0; i + 1 < size; i++) {
		unsigned char random;
		evutil_secure_rng_get_bytes(&random, 1);
		out[i] = "0123456789abcdef"[random % 16];
	}
	out[size - 1] = '\0';
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
	s->instance = mem_strdup(o->instance ? o->instance : "");
	make_id(s->fresh, sizeof s->fresh);
	s->url = mem_strdup(o->url);
	s->username = mem_strdup(o->username);
	s->password = mem_strdup(o->password);
	s->link_options = (struct link_options){ .url = s->url,
		.username = s->username,
		.password = s->password,
		.connect_ms = o->connect_ms,
		.command_ms = o->command_ms };
	/* The lease is renewed on the connection that waits: never hold it up for long. */
	int64_t longest = o->lease_ms < o->command_ms ? o->lease_ms : o->command_ms;
	s->replicas = (struct replicas){ o->replicas, longest / 4 };
}

static void free_options(struct store *s)
{
	char *const owned[] = { s->prefix, s->center, s->node, s->incarnation, s->previous, s->url,
		s->username, s->position, s->why, s->instance, s->search_warning };
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	tls_free(&s->tls);
	free(s);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int open_tls(struct store *s, const struct store_options *o, struct err *e)
{
	const struct store_tls tls = { o->tls.ca, or_empty(o->tls.certificate),
		or_empty(o->tls.key), or_empty(o->tls.name) };
	if (!strstr(o->url, "tls:"))
		return 0;
	if (!*or_empty(tls.ca))
		return err_set(e, "a tls: address needs the authority of the server's certificate");
	s->tls = s->link_options.tls = tls_new(&tls, e);
	return s->tls ? 0 : -1;
}

static int open_finder(struct store *s, const struct store_options *o, struct err *e)
{
	struct finder_options fo = { .mode = o->mode,
		.urls = o->url,
		.master = or_empty(o->master),
		.center = o->center,
		.link = s->link_options };
	const struct finder_events events = {
		.arg = s, .moved = store_on_moved, .warning = store_on_search_warning
	};
	if (o->mode == STORE_FIXED)
		return 0;
	if (o->mode == STORE_SENTINEL) {
		fo.link.username = "";
		fo.link.password = or_empty(o->sentinel_password);
	}
	s->finder = finder_open(s->base, &fo, &events, e);
	s->link_options.place = (struct link_place){ finder_master, finder_doubt, s->finder };
	return s->finder ? 0 : -1;
}

static int open_link(struct store *s, const struct store_options *o, struct err *e)
{
	const struct link_events events = { .arg = s, .up = store_on_up, .down = store_on_down };
	if (open_tls(s, o, e) < 0 || open_finder(s, o, e) < 0)
		return -1;
	s->link = link_open(s->base, &s->link_options, &events, e);
	return s->link ? 0 : -1;
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
	s->search_warning = mem_strdup("");
	s->position = mem_strdup("");
	copy_options(s, options);
	if (open_link(s, options, e) < 0) {
		finder_close(&s->finder);
		free_options(s);
		return NULL;
	}
	store_init_parts(s, options);
	return s;
}

static void ignore_state(void *arg, enum store_state state, const char *why)
{
	(void)arg, (void)state, (void)why;
}

struct store *store_open_inbox(
	struct event_base *base, const struct store_options *options, struct err *e)
{
	const struct store_events events = { .state = ignore_state };
	struct store *s = store_open(base, options, &events, e);
	if (s)
		s->inbox_only = true;
	return s;
}

void store_close(struct store **slot)
{
	struct store *s = *slot;
	*slot = NULL;
	if (!s)
		return;
	s->closing = true;
	if (!s->inbox_only) {
		lease_yield(&s->lease);
		lease_leave(&s->lease);
	}
	link_flush(s->link, FAREWELL_MS);
	tail_close(&s->inbox);
	tail_close(&s->outputs);
	link_close(&s->link);
	finder_close(&s->finder);
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

const char *store_server(struct store *s)
{
	const char *why;
	const struct url *master = s->finder ? finder_master(s->finder, &why) : NULL;
	if (!s->finder)
		return s->url;
	return master ? url_text(master, s->server) : "";
}

struct mono store_lost_since(const struct store *s)
{
	return link_lost_since(s->link);
}

int64_t store_epoch(const struct store *s)
{
	return s->lease.epoch;
}

const char *store_leader(const struct store *s)
{
	return s->lease.leader;
}

uint64_t store_takeovers(const struct store *s)
{
	return s->takeovers;
}

int64_t store_now_ms(struct store *s)
{
	return redis_time_now(&s->time, mono_now().us / 1000, wall_now_ms());
}

void store_no_earlier(struct store *s, int64_t at_ms)
{
	redis_time_no_earlier(&s->time, at_ms, mono_now().us / 1000);
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

void store_append_here(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	appender_add_here(&s->appender, command, deadline_ms, done, arg);
}

void store_transcript(
	struct store *s, const char *contact, store_message_fn each, store_done_fn done, void *arg)
{
	char *stream = store_key_of(s, "m:", contact);
	fetch_transcript(s->link, stream, each, done, arg);
	free(stream);
}

void store_contact(struct store *s, const char *contact, store_record_fn done, void *arg)
{
	char *hash = store_key_of(s, "c:", contact);
	fetch_record(s->link, hash, done, arg);
	free(hash);
}

void store_recent(
	struct store *s, int64_t back_ms, store_load_fn each, store_done_fn done, void *arg)
{
	recent_read(&(struct recent_options){ .link = s->link,
		.prefix = s->prefix,
		.back_ms = back_ms,
		.each = each,
		.done = done,
		.arg = arg });
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
