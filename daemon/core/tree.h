/*
 * An ordered set with ranks: a treap whose nodes live inside the items and count their subtree.
 * Insert, remove, first, next and rank cost O(log n). An item's key must not change while it is
 * in a tree. Priorities come from a hash of the item's id, so the same items give the same shape.
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree_node {
	struct tree_node *left, *right;
	size_t size; /* of this subtree; 0: not in a tree */
	uint64_t priority;
};

/* Negative when a goes first; 0 only for the same item. */
typedef int (*tree_cmp_fn)(const void *a, const void *b);

struct tree {
	struct tree_node *root;
	tree_cmp_fn cmp;
	size_t offset; /* of the node inside an item */
};

void tree_init(struct tree *t, tree_cmp_fn cmp, size_t offset);
void tree_insert(struct tree *t, void *item, uint64_t priority);
void tree_remove(struct tree *t, void *item);
size_t tree_size(const struct tree *t);
void *tree_first(const struct tree *t);                   /* NULL when empty */
void *tree_next(const struct tree *t, const void *item);  /* first item behind this one */
size_t tree_rank(const struct tree *t, const void *item); /* items before this one */

#endif
