/* How people reacted to offers, and how soon. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "whatif_internal.h"

void what_delay_add(struct delays *d, int64_t ms)
{
	if ((d->n & (d->n - 1)) == 0)
		d->at = mem_resize(d->at, d->n ? 2 * d->n : 1, sizeof *d->at);
	d->at[d->n++] = ms;
}

static int compare_ms(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int64_t what_median(struct delays *d, int64_t unless)
{
	if (d->n == 0)
		return unless;
	qsort(d->at, d->n, sizeof *d->at, compare_ms);
	return d->at[d->n / 2];
}

struct delays *what_responder(struct whatif *w, const char *name)
{
	struct delays *d = map_get(&w->responders, name);
	if (d)
		return d;
	d = mem_zalloc(sizeof *d);
	d->name = mem_strdup(name);
	map_put(&w->responders, name, d);
	return d;
}

struct reactions *what_reactions(
	struct whatif *w, const char *contact, const char *responder, bool make)
{
	struct buf key = { 0 };
	buf_addf(&key, "%s %s", contact, responder);
	struct reactions *r = map_get(&w->reactions, key.data);
	if (!r && make) {
		r = mem_zalloc(sizeof *r);
		map_put(&w->reactions, key.data, r);
	}
	buf_free(&key);
	return r;
}

void what_react(struct whatif *w, const char *offer, enum reaction_kind kind, int64_t at_ms)
{
	struct what_offer *o = map_remove(&w->offers, offer);
	if (!o)
		return;
	int64_t after = at_ms - o->at_ms + (kind == REACT_NOT_YET);
	struct reactions *r = what_reactions(w, w->contacts[o->contact].id, o->responder, true);
	r->at = mem_resize(r->at, r->n + 1, sizeof *r->at);
	r->at[r->n++] = (struct reaction){ kind, o->at_ms, after, w->n_entries, false };
	if (kind == REACT_ACCEPT) {
		what_delay_add(what_responder(w, o->responder), after);
		what_delay_add(&w->accepts, after);
	}
	free(o);
}

void what_leave_open(struct whatif *w)
{
	const char *offer;
	for (size_t i = 0; map_walk(&w->offers, &i, &offer);)
		what_react(w, offer, REACT_NOT_YET, w->end_ms);
}

static void free_delays(struct delays *d)
{
	free(d->name);
	free(d->at);
	*d = (struct delays){ 0 };
}

void what_free_people(struct whatif *w)
{
	struct delays *d;
	struct reactions *r;
	for (size_t i = 0; (d = map_walk(&w->responders, &i, NULL));) {
		free_delays(d);
		free(d);
	}
	for (size_t i = 0; (r = map_walk(&w->reactions, &i, NULL));) {
		free(r->at);
		free(r);
	}
	map_fini(&w->responders);
	map_fini(&w->reactions);
	free_delays(&w->accepts);
	free_delays(&w->conversations);
}
