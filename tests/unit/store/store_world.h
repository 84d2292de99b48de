/* A private Redis and one store on it, made and freed around each test. */
#ifndef TESTS_STORE_STORE_WORLD_H
#define TESTS_STORE_STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

struct world {
	struct event_base *base;
	struct redis redis;
	struct peer a;
};

static inline int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->base = event_base_new();
	*state = w;
	return 0;
}

static inline int world_teardown(void **state)
{
	struct world *w = *state;
	if (w->a.store)
		peer_close(&w->a);
	redis_remove(&w->redis);
	event_base_free(w->base);
	free(w);
	return 0;
}

static inline void open_leader(struct world *w, const char *url)
{
	struct store_options o = peer_options(url, "a");
	o.lease_ms = 3000;
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads > 0, 3000);
}

static inline void start_leader(struct world *w)
{
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
}

/* With the usual options, and nothing loaded when it leads. */
static inline void open_peer(struct world *w, const char *name)
{
	struct store_options o = peer_options(w->redis.url, name);
	peer_open(&w->a, w->base, &o);
}

static inline void send_commit(struct world *w, int i)
{
	struct commit *c = commit_new();
	char id[16], score[32];
	snprintf(id, sizeof id, "c%d", i);
	snprintf(score, sizeof score, "%d", i);
	commit_entity(c, 'c', id, text(score));
	commit_contact(c, id, true, true, i);
	commit_ledger(c, i, text(id), text("x"));
	commit_message(c, id, text("hello"));
	commit_output(c, "b", text(id));
	store_commit(w->a.store, &c, peer_committed, &w->a);
}

static inline int count(const struct world *w, const char *verb, const char *key)
{
	return atoi(redis_ask(&w->redis, "%s t:{test}:%s", verb, key));
}

static inline void commit_some(struct world *w, int from, int to)
{
	for (int i = from; i < to; i++) {
		int decided = w->a.committed + w->a.fenced;
		send_commit(w, i);
		RUN_UNTIL(w->base, w->a.committed + w->a.fenced == decided + 1, 5000);
	}
	assert_int_equal(w->a.fenced, 0);
}

#endif
