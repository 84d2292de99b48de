/* A private Redis and two stores on it, made and freed around each test. */
#ifndef TESTS_STORE_TWO_PEERS_H
#define TESTS_STORE_TWO_PEERS_H

#include "redis_fixture.h"

struct world {
	struct event_base *base;
	struct redis redis;
	struct peer a, b;
};

static inline int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->base = event_base_new();
	redis_start(&w->redis);
	*state = w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;
	if (w->a.store)
		peer_close(&w->a);
	if (w->b.store)
		peer_close(&w->b);
	redis_remove(&w->redis);
	event_base_free(w->base);
	free(w);
	return 0;
}

static inline void open_leader(struct world *w)
{
	struct store_options o = peer_options(w->redis.url, "a");
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads > 0, 3000);
}

static inline void commit(struct world *w, struct peer *p, struct commit *c)
{
	int before = p->committed + p->fenced;
	store_commit(p->store, &c, peer_committed, p);
	assert_null(c);
	assert_int_equal(p->committed + p->fenced, before); /* never from inside the call */
	RUN_UNTIL(w->base, p->committed + p->fenced == before + 1, 3000);
}

#endif
