/*
 * Rules that say the same twice, and conditions that can never hold. Reported is only what no message
 * and no answer can make true: an answer may have several values at a time, and of two comparisons
 * each may be true of another one.
 */
#include "compile.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

#include "cond.h"

/* ---- the same rule twice ---- */

static void write_signal(struct buf *out, const struct cond *c)
{
	buf_addf(out, "%llx %llx %llx %llx %d %lld %u %u %d %d", (unsigned long long)c->families,
		(unsigned long long)c->subjects, (unsigned long long)c->whens,
		(unsigned long long)c->framings, (int)c->window, (long long)c->minutes,
		c->min_count, c->min_families, c->same_clause, c->near);
}

static void write_field(struct buf *out, const struct cond *c)
{
	buf_addf(out, "%d %d", c->field, (int)c->op);
	for (uint32_t i = 0; i < c->n_values; i++) {
		const struct value *v = &c->values[i];

		buf_addf(out, " %d %lld %.*s", (int)v->kind, (long long)v->number, (int)v->word_len,
			v->word ? v->word : "");
	}
}

/* Conditions with the same text are the same: every part that decides stands in it. */
static void write_cond(struct buf *out, const struct cond *c)
{
	buf_addf(out, "(%d ", (int)c->kind);
	if (c->kind == COND_SIGNAL)
		write_signal(out, c);
	else if (c->kind == COND_FIELD)
		write_field(out, c);
	for (uint32_t i = 0; i < c->n_children; i++)
		write_cond(out, &c->children[i]);
	buf_adds(out, ")");
}

static void check_twice(
	struct compiler *c, const struct rule *rule, const struct source_rule *source)
{
	struct buf key = { .data = NULL };
	const struct source_rule *before;

	buf_addf(&key, "%d %d ", rule->level, rule->raise_max);
	write_cond(&key, &rule->when);
	before = map_getn(&c->conditions, key.data, key.len);
	if (before)
		compile_flaw(c, source->place, "rule: the same condition and level as %s at %s:%d",
			before->id, before->place.file, before->place.line);
	else
		map_putn(&c->conditions, key.data, key.len, (void *)(uintptr_t)source);
	buf_free(&key);
}

/* ---- what excludes each other ---- */

/* A leaf that must be true, and how it is written. */
struct asked {
	const struct cond *cond;
	const struct source_cond *source;
};

/* On the way down a condition: what must be true together, from `from` on. */
struct held {
	struct compiler *c;
	const struct source_rule *rule;
	struct asked *items;
	size_t from, n, cap;
};

static bool fits_all(const struct asked *a, size_t n, int field, const struct value *v)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].cond->field == field && a[i].cond->op < OP_KNOWN &&
			!cond_compares(a[i].cond, v))
			return false;
	return true;
}

/* May the value, or for numbers one next to it, make all of them true? */
static bool fits_near(const struct asked *a, size_t n, int field, const struct value *near)
{
	const struct field_info *f = &field_table[field];
	struct value v = *near;

	for (int step = -1; step <= 1; step++) {
		v.number = near->number + step;
		if (f->type == FIELD_NUMBER ? v.number < f->lo || v.number > f->hi : step != 0)
			continue;
		if (fits_all(a, n, field, &v))
			return true;
	}
	return false;
}

/* What comparisons tell apart lies at the values they name, beside them, or is none of them. */
static bool some_value_fits(const struct asked *a, size_t n, int field)
{
	static const struct value others[][2] = {
		[FIELD_YESNO] = { { .kind = VALUE_YES }, { .kind = VALUE_NO } },
		[FIELD_NUMBER] = { { .kind = VALUE_NUMBER }, { .kind = VALUE_NUMBER } },
		[FIELD_WORD] = { { .kind = VALUE_WORD, .word = "" },
			{ .kind = VALUE_WORD, .word = "" } },
		[FIELD_LETTER] = { { .kind = VALUE_WORD, .word = "" },
			{ .kind = VALUE_WORD, .word = "" } },
	};
	enum field_type type = field_table[field].type;

	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; a[i].cond->field == field && k < a[i].cond->n_values; k++)
			if (fits_near(a, n, field, &a[i].cond->values[k]))
				return true;
	return fits_near(a, n, field, &others[type][0]) || fits_near(a, n, field, &others[type][1]);
}

static bool may_hold(const struct asked *a, size_t n, int field)
{
	bool known = false, unknown = false, refused = false;

	for (size_t i = 0; i < n; i++) {
		if (a[i].cond->field != field)
			continue;
		unknown |= a[i].cond->op == OP_UNKNOWN;
		refused |= a[i].cond->op == OP_REFUSED;
		known |= a[i].cond->op != OP_UNKNOWN && a[i].cond->op != OP_REFUSED;
	}
	if (!field_table[field].single)
		return !(known && unknown);
	return !known || (!unknown && !refused && some_value_fits(a, n, field));
}

static bool may_hold_alone(const struct asked *a)
{
	return a->cond->op >= OP_KNOWN || some_value_fits(a, 1, a->cond->field);
}

/* The first that excludes the last one by itself, or the first of that field. */
static const struct source_cond *excluding(const struct held *h, const struct asked *last)
{
	const struct source_cond *first = NULL;

	for (size_t i = h->from; i < h->n; i++) {
		const struct asked pair[] = { h->items[i], *last };

		if (h->items[i].cond->field != last->cond->field)
			continue;
		if (!may_hold(pair, 2, last->cond->field))
			return h->items[i].source;
		first = first ? first : h->items[i].source;
	}
	return first;
}

static void write_leaf(struct buf *out, const struct source_cond *s)
{
	buf_addf(out, "%s %s", s->field, s->op);
	for (size_t i = 0; i < s->n_values; i++)
		buf_addf(out, " %s", s->values[i]);
}

static void report(const struct held *h, const struct asked *last)
{
	const struct source_cond *other = may_hold_alone(last) ? excluding(h, last) : NULL;
	struct buf text = { .data = NULL };

	buf_addf(&text, "rule \"%s\": ", h->rule->id);
	write_leaf(&text, last->source);
	if (other) {
		buf_adds(&text, " can never hold together with ");
		write_leaf(&text, other);
		buf_addf(&text, " at %s:%d", other->place.file, other->place.line);
	} else {
		buf_adds(&text, " can never hold");
	}
	compile_flaw(h->c, last->source->place, "%s", buf_str(&text));
	buf_free(&text);
}

/* What can never hold is not held against what follows. */
static void ask(struct held *h, const struct cond *cond, const struct source_cond *source)
{
	const struct asked last = { cond, source };

	GROW(h->items, h->n, h->cap);
	h->items[h->n++] = last;
	if (may_hold_alone(&last) && may_hold(&h->items[h->from], h->n - h->from, cond->field))
		return;
	h->n--;
	report(h, &last);
}

/* The comparisons that a condition asks for whatever branch is taken. */
static void ask_always(struct held *h, const struct cond *c, const struct source_cond *s)
{
	if (c->kind == COND_FIELD)
		ask(h, c, s);
	for (uint32_t i = 0; c->kind == COND_ALL && i < c->n_children; i++)
		ask_always(h, &c->children[i], &s->children[i]);
}

static void check_branches(struct held *h, const struct cond *c, const struct source_cond *s)
{
	size_t from = h->from, n = h->n;

	for (uint32_t i = 0; i < c->n_children; i++) {
		if (c->kind == COND_NONE)
			h->from = n; /* it is true where its children are not */
		if (c->kind != COND_ALL)
			ask_always(h, &c->children[i], &s->children[i]);
		check_branches(h, &c->children[i], &s->children[i]);
		h->from = from;
		h->n = n;
	}
}

void compile_conflicts(
	struct compiler *c, const struct rule *rule, const struct source_rule *source)
{
	struct held h = { .c = c, .rule = source };

	check_twice(c, rule, source);
	ask_always(&h, &rule->when, source->when);
	check_branches(&h, &rule->when, source->when);
	free(h.items);
}
