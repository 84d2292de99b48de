/*
 * A binary heap of pointers, smallest first by the caller's order. Each item carries its own
 * index field (size_t, 0 = not in a heap), so removal and re-keying cost O(log n).
 */
#ifndef TRIAGED_BASE_HEAP_H
#define TRIAGED_BASE_HEAP_H

#include <stddef.h>

/* Negative when a goes first. Never 0 for two different items where order must not depend on history. */
typedef int (*heap_cmp_fn)(const void *a, const void *b);

struct heap {
	void **items; /* items[1..count] */
	size_t count;
	size_t cap;
	size_t index_offset; /* offsetof(item, its index field) */
	heap_cmp_fn cmp;
};

void heap_init(struct heap *h, heap_cmp_fn cmp, size_t index_offset);
void heap_fini(struct heap *h);
void *heap_top(const struct heap *h); /* NULL when empty */
void heap_push(struct heap *h, void *item);
void heap_remove(struct heap *h, void *item); /* no-op when the item is not in the heap */
void heap_fix(struct heap *h, void *item);    /* the item's key changed */

#endif
