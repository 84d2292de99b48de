#include "tree.h"

#include "triaged/base/check.h"

static struct tree_node *node_of(const struct tree *t, void *item)
{
	return (struct tree_node *)(void *)((char *)item + t->offset);
}

static void *item_of(const struct tree *t, struct tree_node *n)
{
	return n ? (char *)n - t->offset : NULL;
}

static size_t size_of(const struct tree_node *n)
{
	return n ? n->size : 0;
}

static void recount(struct tree_node *n)
{
	n->size = size_of(n->left) + size_of(n->right) + 1;
}

void tree_init(struct tree *t, tree_cmp_fn cmp, size_t offset)
{
	*t = (struct tree){ .cmp = cmp, .offset = offset };
}

size_t tree_size(const struct tree *t)
{
	return size_of(t->root);
}

/* Split n into what goes before item and what goes behind it. Depth is O(log n) by the random
 * priorities, so recursion is bounded. */
static void split(const struct tree *t, struct tree_node *n, const void *item,
	struct tree_node **before, struct tree_node **behind)
{
	if (!n) {
		*before = *behind = NULL;
	} else if (t->cmp(item_of(t, n), item) < 0) {
		split(t, n->right, item, &n->right, behind);
		recount(n);
		*before = n;
	} else {
		split(t, n->left, item, before, &n->left);
		recount(n);
		*behind = n;
	}
}

static struct tree_node *merge(struct tree_node *a, struct tree_node *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->priority > b->priority) {
		a->right = merge(a->right, b);
		recount(a);
		return a;
	}
	b->left = merge(a, b->left);
	recount(b);
	return b;
}

void tree_insert(struct tree *t, void *item, uint64_t priority)
{
	struct tree_node *fresh = node_of(t, item);
	CHECK(fresh->size == 0);
	fresh->priority = priority;
	struct tree_node **at = &t->root;
	while (*at && (*at)->priority >= priority) {
		(*at)->size++;
		at = t->cmp(item, item_of(t, *at)) < 0 ? &(*at)->left : &(*at)->right;
	}
	split(t, *at, item, &fresh->left, &fresh->right);
	recount(fresh);
	*at = fresh;
}

void tree_remove(struct tree *t, void *item)
{
	struct tree_node *gone = node_of(t, item);
	CHECK(gone->size != 0);
	struct tree_node **at = &t->root;
	while (*at != gone) {
		CHECK(*at != NULL);
		(*at)->size--;
		at = t->cmp(item, item_of(t, *at)) < 0 ? &(*at)->left : &(*at)->right;
	}
	*at = merge(gone->left, gone->right);
	*gone = (struct tree_node){ 0 };
}

void *tree_first(const struct tree *t)
{
	struct tree_node *n = t->root;
	while (n && n->left)
		n = n->left;
	return item_of(t, n);
}

void *tree_next(const struct tree *t, const void *item)
{
	struct tree_node *n = t->root, *best = NULL;
	while (n) {
		if (t->cmp(item, item_of(t, n)) < 0) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return item_of(t, best);
}

size_t tree_rank(const struct tree *t, const void *item)
{
	size_t before = 0;
	struct tree_node *n = t->root;
	while (n) {
		if (t->cmp(item_of(t, n), item) < 0) {
			before += size_of(n->left) + 1;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return before;
}
