#include "pending.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

#define KEY(number) (const char *)&(number), sizeof(number)

/* Looking for forgotten ones costs a walk, so only now and then. */
#define SWEEP_EVERY 1024

void pending_init(struct pending_table *t, const uint64_t random[3])
{
	map_init(&t->by_number, random[0], random[1]);
	t->last = (int64_t)(random[2] >> 2); /* room for 2^62 more */
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	free(p->contact);
	buf_wipe(&p->result);
	free(p);
}

struct pending *pending_walk(const struct pending_table *t, size_t *i)
{
	return map_walk(&t->by_number, i, NULL);
}

void pending_fini(struct pending_table *t)
{
	struct pending *p;
	for (size_t i = 0; (p = pending_walk(t, &i));)
		pending_free(p);
	map_fini(&t->by_number);
}

static void sweep(struct pending_table *t)
{
	struct pending *p;
	for (size_t i = 0; (p = pending_walk(t, &i));)
		if (mono_since_ms(p->since) > PENDING_MAX_MS)
			pending_free(pending_take(t, p->number));
}

struct pending *pending_add(struct pending_table *t, const struct edge_request *r)
{
	struct pending *p = mem_zalloc(sizeof *p);
	p->number = ++t->last;
	p->session = r->session;
	p->token = r->token;
	p->verb = r->verb->id;
	p->role = r->role;
	p->since = mono_now();
	p->contact = mem_strdup(json_string_value(json_object_get(r->params, "contact")));
	map_putn(&t->by_number, KEY(p->number), p);
	if (p->number % SWEEP_EVERY == 0)
		sweep(t);
	return p;
}

struct pending *pending_get(const struct pending_table *t, int64_t number)
{
	return map_getn(&t->by_number, KEY(number));
}

struct pending *pending_take(struct pending_table *t, int64_t number)
{
	return map_removen(&t->by_number, KEY(number));
}
