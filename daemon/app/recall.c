#include "recall.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

static void drop_oldest(struct recall *r)
{
	struct recall_item *item = &r->items[r->first++];
	r->dropped++;
	r->bytes -= item->n;
	explicit_bzero(item->bytes, item->n);
	free(item->bytes);
}

/* Only of those this server has: the ones it was not told yet are owed, however long that takes. */
static void drop_old(struct recall *r, uint64_t server, struct mono now)
{
	while (r->first < r->count &&
		(r->bytes > RECALL_BYTES ||
			(r->items[r->first].server == server &&
				now.us - r->items[r->first].at.us > RECALL_MS * (int64_t)1000)))
		drop_oldest(r);
}

void recall_add(struct recall *r, struct slice bytes, uint64_t server)
{
	r->items = mem_room(r->items, sizeof *r->items, &r->first, &r->count, &r->cap);
	r->items[r->count++] = (struct recall_item){ .at = mono_now(),
		.server = server,
		.bytes = mem_dup(bytes.data, bytes.len),
		.n = bytes.len };
	r->bytes += bytes.len;
	drop_old(r, server, mono_now());
}

void recall_taken(struct recall *r, uint64_t server)
{
	struct mono now = mono_now();
	for (size_t i = r->first; i < r->count && r->items[i].server != server; i++) {
		r->items[i].at = now;
		r->items[i].server = server;
	}
}

void recall_lost(struct recall *r, uint64_t server, struct mono when)
{
	drop_old(r, server, when);
}

bool recall_is_due(const struct recall *r, uint64_t server)
{
	return r->first < r->count && r->items[r->first].server != server;
}

bool recall_next(const struct recall *r, uint64_t *at, struct slice *bytes)
{
	if (*at < r->dropped)
		*at = r->dropped;
	size_t i = r->first + (size_t)(*at - r->dropped);
	if (i >= r->count)
		return false;
	*bytes = (struct slice){ r->items[i].bytes, r->items[i].n };
	++*at;
	return true;
}

void recall_free(struct recall *r)
{
	while (r->first < r->count)
		drop_oldest(r);
	free(r->items);
	*r = (struct recall){ 0 };
}
