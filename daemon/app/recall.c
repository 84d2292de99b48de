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

static void drop_old(struct recall *r)
{
	for (; r->first < r->count; drop_oldest(r)) {
		const struct recall_item *oldest = &r->items[r->first];
		if (r->bytes <= RECALL_BYTES &&
			(!oldest->at.us || mono_since_ms(oldest->at) <= RECALL_MS))
			return;
	}
}

void recall_add(struct recall *r, const struct journal *j, size_t n)
{
	enum spool_use use;
	struct slice entry;
	for (size_t at = 0; n > 0 && journal_next(j, &at, &use, &entry); n--) {
		r->items = mem_room(r->items, sizeof *r->items, &r->first, &r->count, &r->cap);
		r->items[r->count++] =
			(struct recall_item){ .bytes = mem_dup(entry.data, entry.len),
				.n = entry.len };
		r->bytes += entry.len;
	}
	drop_old(r);
}

/* What another server took is in this one now, too. The last ones are the new ones. */
void recall_taken(struct recall *r, uint64_t server)
{
	struct mono now = mono_now();
	for (size_t i = r->count; i > r->first; i--) {
		struct recall_item *item = &r->items[i - 1];
		if (item->at.us && item->server == server)
			break;
		item->at = now;
		item->server = server;
	}
	drop_old(r);
}

bool recall_is_due(struct recall *r, uint64_t server)
{
	drop_old(r);
	const struct recall_item *oldest = r->items + r->first;
	return r->first < r->count && oldest->at.us && oldest->server != server;
}

bool recall_next(const struct recall *r, uint64_t *at, struct slice *bytes)
{
	if (*at < r->dropped)
		*at = r->dropped;
	size_t i = r->first + (size_t)(*at - r->dropped);
	if (i >= r->count || !r->items[i].at.us)
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
