#include "resend.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

static bool is_over(const struct resend *r)
{
	const struct resend_item *oldest = &r->items[r->first];
	return oldest->done || r->count - r->first >= RESEND_MAX ||
	       mono_since_ms(oldest->at) > RESEND_MS;
}

static void drop_oldest(struct resend *r)
{
	struct resend_item *item = &r->items[r->first++];
	explicit_bzero(item->bytes, item->n);
	free(item->bytes);
}

static void make_room(struct resend *r)
{
	while (r->first < r->count && is_over(r))
		drop_oldest(r);
	r->items = mem_room(r->items, sizeof *r->items, &r->first, &r->count, &r->cap);
}

void resend_add(struct resend *r, const struct command *command, struct slice bytes)
{
	if (!command->request)
		return; /* what nobody asked for is said again by whom it concerns */
	make_room(r);
	r->items[r->count++] = (struct resend_item){ .at = mono_now(),
		.request = command->request,
		.has_ref = command->ref && *command->ref,
		.bytes = mem_dup(bytes.data, bytes.len),
		.n = bytes.len };
}

void resend_answered(struct resend *r, int64_t request)
{
	size_t low = r->first, high = r->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->items[middle].request < request)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < r->count && r->items[low].request == request)
		r->items[low].done = !r->items[low].has_ref;
}

bool resend_next(const struct resend *r, size_t *i, struct slice *bytes)
{
	for (size_t at = r->first + *i; at < r->count; at++) {
		const struct resend_item *item = &r->items[at];
		++*i;
		if (item->done || mono_since_ms(item->at) > RESEND_MS)
			continue;
		*bytes = (struct slice){ item->bytes, item->n };
		return true;
	}
	return false;
}

void resend_free(struct resend *r)
{
	while (r->first < r->count)
		drop_oldest(r);
	free(r->items);
	*r = (struct resend){ 0 };
}
