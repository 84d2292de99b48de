#include "backlog.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

bool backlog_add(struct backlog *backlog, struct buf *b)
{
	if (backlog->count - backlog->first >= BACKLOG_MAX)
		return false;
	if (backlog->count == backlog->cap) {
		backlog->cap = backlog->cap ? backlog->cap * 2 : 64;
		backlog->items = mem_resize(backlog->items, backlog->cap, sizeof *backlog->items);
	}
	backlog->items[backlog->count++] = (struct backlog_item){ mono_now(), b->data, b->len };
	*b = (struct buf){ 0 };
	return true;
}

char *backlog_take(struct backlog *backlog, int64_t max_age_ms, size_t *n)
{
	while (backlog->first < backlog->count) {
		struct backlog_item *item = &backlog->items[backlog->first++];
		if (mono_since_ms(item->at) <= max_age_ms) {
			*n = item->n;
			return item->bytes;
		}
		explicit_bzero(item->bytes, item->n);
		free(item->bytes);
	}
	backlog_free(backlog);
	return NULL;
}

void backlog_free(struct backlog *backlog)
{
	for (; backlog->first < backlog->count; backlog->first++)
		free(backlog->items[backlog->first].bytes);
	free(backlog->items);
	*backlog = (struct backlog){ 0 };
}
