/*
 * A center on a store that takes everything and answers only what the test lets it answer, with a
 * spool on a disk that fails when told to. For tests with cmocka.h.
 */
#ifndef TESTS_UNIT_APP_CENTER_SITE_H
#define TESTS_UNIT_APP_CENTER_SITE_H

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/app/center.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

/* ---- a store that takes everything and answers nothing ---- */

static struct {
	int64_t epoch;
	const char *leader;
	commit_done_fn done[8];
	void *arg;
	int commits;
	store_done_fn appended[64]; /* those without a result yet */
	enum command_kind kind;     /* of the first one */
	void *append_args[64];
	int n_appended;
	int appends, here; /* here: over one connection alone */
	uint64_t takeovers;
	struct mono lost_since; /* us 0: now */
	struct buf inbox;       /* what was appended, each with its length in front */
	store_done_fn loaded;
	bool slow_load;
	/* asked for what is recent */
	store_load_fn answer;
	store_done_fn answered;
	void *answers_arg;
	int asked;
} fake;

struct mono store_lost_since(const struct store *s)
{
	(void)s;
	return fake.lost_since.us ? fake.lost_since : mono_now();
}

int64_t store_epoch(const struct store *s)
{
	(void)s;
	return fake.epoch;
}

const char *store_leader(const struct store *s)
{
	(void)s;
	return fake.leader;
}

uint64_t store_takeovers(const struct store *s)
{
	(void)s;
	return fake.takeovers;
}

int64_t store_now_ms(struct store *s)
{
	(void)s;
	return 1000000;
}

void store_no_earlier(struct store *s, int64_t at_ms)
{
	(void)s, (void)at_ms;
}

void store_load(struct store *s, store_load_fn each, store_done_fn done, void *arg)
{
	(void)s, (void)each;
	fake.loaded = done;
	if (!fake.slow_load)
		done(arg, STORE_OK);
}

void store_lead_ready(struct store *s)
{
	(void)s;
}

void store_commit(struct store *s, struct commit **c, commit_done_fn done, void *arg)
{
	(void)s;
	commit_free(c);
	fake.done[fake.commits++] = done;
	fake.arg = arg;
}

void store_append(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	(void)s, (void)deadline_ms;
	struct command told;
	char *copy = mem_dup(command.data, command.len);
	if (fake.appends == 0) {
		assert_int_equal(command_decode(copy, command.len, &told, NULL), 0);
		fake.kind = told.command;
	}
	free(copy);
	buf_add(&fake.inbox, &command.len, sizeof command.len);
	buf_add(&fake.inbox, command.data, command.len);
	assert_in_range(fake.n_appended, 0, 63);
	fake.appended[fake.n_appended] = done;
	fake.append_args[fake.n_appended++] = arg;
	fake.appends++;
}

/* The test decides what becomes of it, as of any other. */
void store_append_here(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	fake.here++;
	store_append(s, command, deadline_ms, done, arg);
}

void store_contact(struct store *s, const char *contact, store_record_fn done, void *arg)
{
	(void)s, (void)contact, (void)done, (void)arg;
}

void store_recent(
	struct store *s, int64_t back_ms, store_load_fn each, store_done_fn done, void *arg)
{
	(void)s, (void)back_ms;
	fake.answer = each;
	fake.answered = done;
	fake.answers_arg = arg;
	fake.asked++;
}

/* ---- a disk that fails when told to ---- */

static bool broken;

static inline ssize_t do_write(int fd, const void *p, size_t n, off_t at)
{
	errno = EIO;
	return broken ? -1 : pwrite(fd, p, n, at);
}

static inline int do_allocate(int fd, off_t size)
{
	return ftruncate(fd, size) == 0 ? 0 : errno;
}

/* ---- a worker that takes its time ---- */

static bool slow;
static struct {
	void (*run)(void *job), (*done)(void *job);
	void *job;
} later;

static inline void on_later(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	void (*done)(void *job) = later.done;
	later.run(later.job);
	done(later.job);
}

static inline int submit(void *arg, void (*run)(void *job), void (*done)(void *job), void *job)
{
	static const struct timeval soon = { 0, 5000 };
	later.run = run;
	later.done = done;
	later.job = job;
	if (slow)
		return event_base_once(
			*(struct event_base **)arg, -1, EV_TIMEOUT, on_later, NULL, &soon);
	on_later(-1, 0, NULL);
	return 0;
}

static const struct spool_calls calls = { do_write, fdatasync, do_allocate };

/* ---- the center ---- */

static struct site {
	char dir[64];
	struct event_base *base;
	struct spool *spool;
	struct center *center;
	int64_t answered, refused, error; /* the last request that was */
	bool spooled;
	int letters;
	char contact[32]; /* of the last answer that names one */
} site;

static inline void on_output(void *arg, const struct output *o, bool spooled)
{
	(void)arg;
	site.spooled = spooled;
	if (o->request)
		*(o->kind == OUTPUT_ERROR ? &site.error : &site.answered) = o->request;
	struct record_reader in = { o->fields.data, o->fields.data + o->fields.len };
	struct slice name, value;
	while (o->request && record_next(&in, &name, &value) == 1)
		if (slice_is(name, "contact"))
			snprintf(site.contact, sizeof site.contact, "%.*s", (int)value.len,
				value.data);
}

static inline void on_send(void *arg, const struct core *core, const struct output *o)
{
	(void)arg, (void)core;
	site.letters += o->kind == OUTPUT_LETTER;
}

static inline void on_refuse(void *arg, int64_t request)
{
	(void)arg;
	site.refused = request;
}

static inline void nothing(void *arg)
{
	(void)arg;
}

static inline bool no_query(void *arg, const struct core *core, const char *method,
	struct slice params, struct buf *out)
{
	(void)arg, (void)core, (void)method, (void)params, (void)out;
	return false;
}

static inline int begin(void **state)
{
	struct err e;
	(void)state;
	memset(&site, 0, sizeof site);
	buf_free(&fake.inbox);
	memset(&fake, 0, sizeof fake);
	fake.leader = "";
	broken = slow = false;
	strcpy(site.dir, "/tmp/triaged-spool-XXXXXX");
	assert_non_null(mkdtemp(site.dir));
	struct center_options o = { .center = "c1",
		.node = "n1",
		.incarnation = "i1",
		.request_ms = 5000,
		.ack_after_ms = 10,
		.down_after_ms = 30,
		.facts_at_once = 8 };
	core_options_default(&o.core);
	strcpy(o.core.centers, "south");
	const struct center_events events = { .output = on_output,
		.send = on_send,
		.refuse = on_refuse,
		.refuse_all = nothing,
		.leader = nothing,
		.island = nothing,
		.mode = nothing,
		.query = no_query };
	const struct spool_options spool = { .dir = site.dir,
		.segment_bytes = 65536,
		.segments = 2,
		.calls = &calls,
		.submit = submit,
		.submit_arg = &site.base };
	site.base = event_base_new();
	site.center = center_new(site.base, &o, &events);
	site.spool = spool_open(&spool, &e);
	assert_non_null(site.spool);
	center_set_spool(site.center, site.spool);
	return 0;
}

static inline int begin_slow(void **state)
{
	int result = begin(state);
	slow = true;
	return result;
}

/* The last one. */
static inline void end_append(enum store_result result)
{
	int last = --fake.n_appended;
	fake.appended[last](fake.append_args[last], result);
}

static inline void end_read(enum store_result result)
{
	store_done_fn answered = fake.answered;
	fake.answered = NULL;
	answered(fake.answers_arg, result);
}

static inline int end(void **state)
{
	char path[400];
	(void)state;
	for (int n = fake.n_appended; n > 0; n--)
		end_append(STORE_UNAVAILABLE);
	if (fake.answered)
		end_read(STORE_UNAVAILABLE);
	center_free(&site.center);
	spool_close(&site.spool);
	event_base_free(site.base);
	DIR *d = opendir(site.dir);
	for (struct dirent *x; (x = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s", site.dir, x->d_name);
		if (x->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
	return rmdir(site.dir);
}

static inline void run_for(int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	event_base_loopexit(site.base, &tv);
	event_base_dispatch(site.base);
}

/* What is committed so far is done; nothing later is. */
static inline void take_commits(void)
{
	for (int i = 0; i < 3; i++) {
		run_for(2);
		for (; fake.commits > 0; fake.commits--)
			fake.done[0](fake.arg, COMMIT_OK);
	}
	assert_false(center_is_late(site.center));
}

/* The lease is this node's; nothing is committed yet. */
static inline void win_lead(void)
{
	fake.epoch = 1;
	fake.leader = "n1";
	center_store_state(site.center, STORE_READY);
	center_store_lead(site.center, 1, "n1");
}

static inline void lead(void)
{
	win_lead();
	center_store_caught_up(site.center);
	take_commits();
}

static inline void open_another(int64_t request, const char *contact, const char *ref)
{
	struct command c;
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.node = "n1";
	c.incarnation = "i1";
	c.session = "n1/i1/1";
	c.identity = "web";
	c.role = "frontend";
	c.contact = contact;
	c.channel = "chat";
	c.lang = "en";
	c.ref = ref;
	c.fingerprint = 7;
	c.level = c.level_alone = LEVEL_LOW + 1;
	c.request = request;
	center_submit(site.center, &c);
}

static inline void open_contact(int64_t request)
{
	open_another(request, "0123456789abcdef0000", "r1");
}

static inline uint64_t kept(void)
{
	struct spool_counts c;
	spool_count(site.spool, &c);
	return c.entries;
}

#endif
