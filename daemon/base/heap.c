#include "triaged/base/heap.h"

#include <stdlib.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

static size_t *index_of(const struct heap *h, void *item)
{
	return (size_t *)(void *)((char *)item + h->index_offset);
}

static void place(struct heap *h, size_t i, void *item)
{
	h->items[i] = item;
	*index_of(h, item) = i;
}

static size_t sift_up(struct heap *h, size_t i)
{
	void *item = h->items[i];
	for (; i > 1 && h->cmp(item, h->items[i / 2]) < 0; i /= 2)
		place(h, i, h->items[i / 2]);
	place(h, i, item);
	return i;
}

static void sift_down(struct heap *h, size_t i)
{
	void *item = h->items[i];
	for (;;) {
		size_t child = 2 * i;
		if (child > h->count)
			break;
		if (child < h->count && h->cmp(h->items[child + 1], h->items[child]) < 0)
			child++;
		if (h->cmp(item, h->items[child]) <= 0)
			break;
		place(h, i, h->items[child]);
		i = child;
	}
	place(h, i, item);
}

void heap_init(struct heap *h, heap_cmp_fn cmp, size_t index_offset)
{
	*h = (struct heap){ .cmp = cmp, .index_offset = index_offset };
}

void heap_fini(struct heap *h)
{
	free(h->items);
	*h = (struct heap){ 0 };
}

void *heap_top(const struct heap *h)
{
	return h->count ? h->items[1] : NULL;
}

void heap_push(struct heap *h, void *item)
{
	CHECK(*index_of(h, item) == 0);
	if (h->count + 1 >= h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->items = mem_resize(h->items, h->cap, sizeof *h->items);
	}
	h->items[++h->count] = item;
	sift_up(h, h->count);
}

void heap_remove(struct heap *h, void *item)
{
	size_t i = *index_of(h, item);
	if (i == 0)
		return;
	CHECK(i <= h->count && h->items[i] == item);
	*index_of(h, item) = 0;
	void *last = h->items[h->count--];
	if (last == item)
		return;
	h->items[i] = last;
	sift_down(h, sift_up(h, i));
}

void heap_fix(struct heap *h, void *item)
{
	size_t i = *index_of(h, item);
	CHECK(i != 0 && h->items[i] == item);
	sift_down(h, sift_up(h, i));
}
