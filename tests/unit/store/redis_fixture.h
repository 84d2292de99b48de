/*
 * A private redis-server in a directory of its own, and a small synchronous client to look at it
 * from outside. Header only: each test program stands alone.
 */
#ifndef TESTS_STORE_REDIS_FIXTURE_H
#define TESTS_STORE_REDIS_FIXTURE_H

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <ftw.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/store/store.h"

#include "../../../daemon/store/managed_repair.h"

struct redis {
	char dir[64], url[96], socket[80];
	const char *extra[8]; /* more arguments of redis-server, NULL-terminated */
	pid_t pid;
};

__attribute__((constructor)) static void ignore_sigpipe(void)
{
	signal(SIGPIPE, SIG_IGN);
}

static inline void fixture_fail(const char *what)
{
	fprintf(stderr, "fixture: %s\n", what);
	abort();
}

static inline redisContext *redis_connect(const struct redis *r)
{
	redisContext *c = redisConnectUnix(r->socket);
	if (c && c->err) {
		redisFree(c);
		c = NULL;
	}
	return c;
}

/* The value as text in a static buffer: strings as they are, integers in decimal, arrays with
 * spaces between, "" for nil. */
static inline void redis_text(const redisReply *r, char *out, size_t size)
{
	if (r->type == REDIS_REPLY_INTEGER)
		snprintf(out + strlen(out), size - strlen(out), "%lld", r->integer);
	else if (r->type == REDIS_REPLY_ARRAY)
		for (size_t i = 0; i < r->elements; i++) {
			if (i)
				snprintf(out + strlen(out), size - strlen(out), " ");
			redis_text(r->element[i], out, size);
		}
	else if (r->str)
		snprintf(out + strlen(out), size - strlen(out), "%s", r->str);
}

__attribute__((format(printf, 2, 3))) static inline const char *redis_ask(
	const struct redis *r, const char *format, ...)
{
	static char out[65536];
	redisContext *c = redis_connect(r);
	if (!c)
		return "no connection";
	va_list ap;
	va_start(ap, format);
	redisReply *reply = redisvCommand(c, format, ap);
	va_end(ap);
	*out = '\0';
	if (reply) {
		redis_text(reply, out, sizeof out);
		freeReplyObject(reply);
	}
	redisFree(c);
	return out;
}

static inline void redis_spawn(struct redis *r)
{
	/* No cutting by Redis itself, which may end inside a transaction: the next one would join it. */
	const char *argv[40] = { "redis-server", "--port", "0", "--unixsocket", r->socket, "--dir",
		r->dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
		"--aof-load-truncated", "no", "--loglevel", "warning", "--logfile", "redis.log" };
	size_t n = 19;
	for (size_t i = 0; r->extra[i]; i++)
		argv[n++] = r->extra[i];
	r->pid = fork();
	if (r->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is killed leaves no server */
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
}

static inline bool redis_answers(const struct redis *r)
{
	redisContext *c = redis_connect(r);
	redisReply *reply = c ? redisCommand(c, "PING") : NULL;
	bool up = reply &&
		  (reply->type == REDIS_REPLY_STATUS || strncmp(reply->str, "NOAUTH", 6) == 0);
	if (reply)
		freeReplyObject(reply);
	if (c)
		redisFree(c);
	return up;
}

/* A kill may tear a write; what was not synced is then set aside, as the daemon does it. */
static inline void redis_start(struct redis *r)
{
	size_t removed;
	struct err e;
	if (!*r->dir) {
		strcpy(r->dir, "/tmp/triaged-redis.XXXXXX");
		if (!mkdtemp(r->dir))
			fixture_fail("mkdtemp");
		snprintf(r->socket, sizeof r->socket, "%s/s", r->dir);
		snprintf(r->url, sizeof r->url, "unix:%s", r->socket);
	}
	redis_spawn(r);
	for (int i = 0; i < 500; i++) {
		if (redis_answers(r))
			return;
		if (waitpid(r->pid, NULL, WNOHANG) == r->pid) {
			if (managed_repair(r->dir, &removed, &e) < 0)
				fixture_fail(
					"redis-server does not run (is the package installed?)");
			redis_spawn(r);
		}
		usleep(10000);
	}
	fixture_fail("redis-server does not answer");
}

static inline void redis_kill(struct redis *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
}

static inline int fixture_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void redis_remove(struct redis *r)
{
	redis_kill(r);
	nftw(r->dir, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- a store with everything it says written down ---- */

#define SEEN_MAX 20000

struct peer {
	struct store *store;
	enum store_state state;
	char why[256];
	int64_t epoch;
	char leader[64]; /* as last told */
	int leads, losses, reasserts, readies;
	char lost_nodes[256];
	char *inbox[SEEN_MAX];
	char position[64];
	int n_inbox;
	char *outputs[SEEN_MAX];
	int n_outputs;
	int loads;
	char loaded[4096];
	int n_loaded[128];
	bool load_on_lead; /* load and become ready by itself */
	int done, unavailable, committed, fenced, rewrites, empties;
	char instance[64], warning[256];
};

static inline void peer_state(void *arg, enum store_state state, const char *why)
{
	struct peer *p = arg;
	p->readies += state == STORE_READY;
	p->state = state;
	snprintf(p->why, sizeof p->why, "%s", why);
}

static inline void peer_loaded_one(
	void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	struct peer *p = arg;
	size_t used = strlen(p->loaded);
	snprintf(p->loaded + used, sizeof p->loaded - used, "%c:%s:%s=%.*s;", kind, id, ref,
		(int)bytes.len, bytes.data);
}

static inline void peer_count_one(
	void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	(void)id, (void)ref, (void)bytes;
	((struct peer *)arg)->n_loaded[(int)kind]++;
}

static inline void peer_loaded(void *arg, enum store_result result)
{
	struct peer *p = arg;
	if (result != STORE_OK)
		return;
	p->loads++;
	store_lead_ready(p->store);
}

static inline void peer_lead(void *arg, int64_t epoch, const char *leader)
{
	struct peer *p = arg;
	p->losses += p->epoch && !epoch;
	p->epoch = epoch;
	snprintf(p->leader, sizeof p->leader, "%s", leader);
	if (!epoch)
		return;
	p->leads++;
	*p->loaded = '\0';
	if (p->load_on_lead)
		store_load(p->store, peer_loaded_one, peer_loaded, p);
}

static inline void peer_inbox(void *arg, const char *position, char *bytes, size_t n)
{
	struct peer *p = arg;
	snprintf(p->position, sizeof p->position, "%s", position);
	if (p->n_inbox < SEEN_MAX)
		p->inbox[p->n_inbox++] = strndup(bytes, n);
}

static inline void peer_output(void *arg, char *bytes, size_t n)
{
	struct peer *p = arg;
	if (p->n_outputs < SEEN_MAX)
		p->outputs[p->n_outputs++] = strndup(bytes, n);
}

static inline void peer_node_lost(void *arg, const char *node, const char *incarnation)
{
	struct peer *p = arg;
	size_t used = strlen(p->lost_nodes);
	snprintf(p->lost_nodes + used, sizeof p->lost_nodes - used, "%s/%s;", node, incarnation);
}

static inline void peer_reassert(void *arg)
{
	((struct peer *)arg)->reasserts++;
}

static inline void peer_rewrite(void *arg, bool empty)
{
	struct peer *p = arg;
	p->rewrites++;
	p->empties += empty;
}

static inline void peer_instance(void *arg, const char *id)
{
	struct peer *p = arg;
	snprintf(p->instance, sizeof p->instance, "%s", id);
}

static inline void peer_warning(void *arg, const char *text)
{
	struct peer *p = arg;
	snprintf(p->warning, sizeof p->warning, "%s", text);
}

static inline void peer_appended(void *arg, enum store_result result)
{
	struct peer *p = arg;
	if (result == STORE_OK)
		p->done++;
	else
		p->unavailable++;
}

static inline void peer_committed(void *arg, enum commit_result result)
{
	struct peer *p = arg;
	if (result == COMMIT_OK)
		p->committed++;
	else
		p->fenced++;
}

static inline struct store_options peer_options(const char *url, const char *node)
{
	return (struct store_options){ .center = "test",
		.node = node,
		.incarnation = "one",
		.url = url,
		.username = "",
		.password = "",
		.connect_ms = 1000,
		.command_ms = 1000,
		.lease_ms = 900 };
}

static inline void peer_open(
	struct peer *p, struct event_base *base, const struct store_options *options)
{
	struct store_events events = { .arg = p,
		.state = peer_state,
		.lead = peer_lead,
		.inbox = peer_inbox,
		.output = peer_output,
		.node_lost = peer_node_lost,
		.reassert = peer_reassert,
		.instance = peer_instance,
		.rewrite = peer_rewrite,
		.warning = peer_warning };
	struct err e;
	p->store = store_open(base, options, &events, &e);
	if (!p->store)
		fixture_fail(e.text);
}

static inline void peer_close(struct peer *p)
{
	store_close(&p->store);
	for (int i = 0; i < p->n_inbox; i++)
		free(p->inbox[i]);
	for (int i = 0; i < p->n_outputs; i++)
		free(p->outputs[i]);
	p->n_inbox = p->n_outputs = 0;
}

static inline struct slice text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* Run the loop for ms. */
static inline void run_ms(struct event_base *base, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

/* Run the loop until the condition holds. It should within ms; a machine that does more than this
 * test is given PATIENCE times as long, so what must be quick is asserted apart. */
#define PATIENCE 5
#define RUN_UNTIL(base, condition, ms)                                                             \
	do {                                                                                       \
		struct mono run_start = mono_now();                                                \
		while (!(condition) && mono_since_ms(run_start) < PATIENCE * (ms)) {               \
			struct timeval run_tick = { 0, 2000 };                                     \
			event_base_loopexit((base), &run_tick);                                    \
			event_base_dispatch(base);                                                 \
		}                                                                                  \
		assert_true(condition);                                                            \
	} while (0)

#endif
