#include "cond.h"

#include <string.h>

#define NEAR_WORDS 40   /* how far from each other what is near may stand */
#define FAR        1000 /* a `none` cannot be mended by one leaf becoming true */
#define COUNT_MOST 16

/* Where in the message leaves that ask for it must be met; `any` for those that do not. */
struct region {
	bool any;
	uint32_t clause;
	uint32_t from, end; /* words */
};

static const struct region anywhere = { .any = true };

static struct verdict eval(
	const struct cond *c, const struct triage_scratch *w, const struct region *r);

static bool overlaps(const struct signal *const *seen, uint32_t n, const struct signal *s)
{
	for (uint32_t i = 0; i < n; i++)
		if (s->span.start < seen[i]->span.end && seen[i]->span.start < s->span.end)
			return true;
	return false;
}

static bool is_known_id(const struct signal *const *seen, uint32_t n, const struct signal *s)
{
	for (uint32_t i = 0; i < n; i++)
		if (seen[i]->id_len == s->id_len && memcmp(seen[i]->id, s->id, s->id_len) == 0)
			return true;
	return false;
}

/*
 * Was that said in the minutes up to the anchor? Where a time is not known, nobody can say that it
 * was too long ago.
 */
static bool in_minutes(const struct cond *c, const struct triage_scratch *w, int64_t minute)
{
	if (w->anchor == 0 || minute == 0)
		return true;
	return minute <= w->anchor && w->anchor - minute <= c->minutes;
}

static bool in_window(
	const struct cond *c, const struct triage_scratch *w, const struct signal *fact)
{
	return c->window == WINDOW_CONTACT ||
	       (fact->minute != NO_MINUTE && in_minutes(c, w, fact->minute));
}

static bool in_region(const struct cond *c, const struct signal *s, const struct region *r)
{
	if (r->any)
		return true;
	if (c->same_clause && (r->clause < s->clause || s->last_clause < r->clause))
		return false;
	return !c->near || (r->from <= s->from && s->end <= r->end);
}

/* What fits a leaf: distinct hits up to the number wanted, and the families of all. */
struct tally {
	const struct signal *seen[COUNT_MOST];
	uint32_t n;
	uint64_t families;
};

static bool is_enough(const struct cond *c, const struct tally *t)
{
	return t->n >= c->min_count &&
	       (c->min_families == 1 ||
		       (uint32_t)__builtin_popcountll(t->families) >= c->min_families);
}

/* May the region hold a signal of the block? */
static bool reaches(const struct region *r, const struct signal_block *b)
{
	return r->any || (r->from < b->end && b->from < r->end);
}

/* A walk over the signals of the message that fit a leaf. */
struct walk {
	size_t block;
	uint64_t left;
};

static const struct signal *next_fitting(const struct cond *c, const struct triage_scratch *w,
	const struct region *r, struct walk *at)
{
	for (;;) {
		const struct signal *s;

		while (!at->left && at->block < w->said.n) {
			const struct signal_block *b = &w->said.blocks[at->block++];

			at->left = c->near && !reaches(r, b) ? 0 : sets_fitting(b, c);
		}
		if (!at->left)
			return NULL;
		s = sets_first(w->signals, at->block - 1, at->left);
		at->left &= at->left - 1;
		if (in_region(c, s, r))
			return s;
	}
}

/* Was it, in the same words, also said in an earlier message of the window? */
static bool is_remembered(
	const struct cond *c, const struct triage_scratch *w, const struct signal *s)
{
	for (size_t k = 0; c->window != WINDOW_MESSAGE && k < w->remembered.n; k++) {
		uint64_t fit = sets_fitting(&w->remembered.blocks[k], c);

		for (; fit; fit &= fit - 1) {
			const struct signal *fact = sets_first(w->facts, k, fit);

			if (in_window(c, w, fact) && is_known_id(&s, 1, fact))
				return true;
		}
	}
	return false;
}

/* Of two places the one to take first: that leaves most room behind it. */
static bool goes_first(const struct signal *a, const struct signal *b)
{
	size_t n = a->id_len < b->id_len ? a->id_len : b->id_len;
	int ids;

	if (a->span.end != b->span.end)
		return a->span.end < b->span.end;
	if (a->span.start != b->span.start)
		return a->span.start > b->span.start;
	ids = memcmp(a->id, b->id, n);
	return ids < 0 || (ids == 0 && a->id_len < b->id_len);
}

/* The next place beside those seen, or NULL; with `fresh`, of what is not remembered. */
static const struct signal *next_place(const struct cond *c, const struct triage_scratch *w,
	const struct region *r, const struct tally *t, bool fresh)
{
	struct walk at = { .left = 0 };
	const struct signal *best = NULL, *s;

	while ((s = next_fitting(c, w, r, &at)))
		if ((!best || goes_first(s, best)) && !overlaps(t->seen, t->n, s) &&
			!(fresh && is_remembered(c, w, s)))
			best = s;
	return best;
}

/* As many places as there are side by side, whatever order they were found in. */
static void tally_places(const struct cond *c, const struct triage_scratch *w,
	const struct region *r, struct tally *t, bool fresh)
{
	const struct signal *s;

	while (t->n < c->min_count && (s = next_place(c, w, r, t, fresh)))
		t->seen[t->n++] = s;
}

static void tally_message(const struct cond *c, const struct triage_scratch *w,
	const struct region *r, struct tally *t)
{
	struct walk at = { .left = 0 };
	const struct signal *s;

	while (!is_enough(c, t) && (s = next_fitting(c, w, r, &at))) {
		t->families |= FAMILY_BIT(s->family);
		if (c->min_count == 1)
			t->n = 1;
	}
	if (c->min_count == 1)
		return;
	if (c->window != WINDOW_MESSAGE && w->remembered.n > 0)
		tally_places(c, w, r, t, true);
	tally_places(c, w, r, t, false);
}

static void tally_memory(const struct cond *c, const struct triage_scratch *w, struct tally *t)
{
	for (size_t k = 0; k < w->remembered.n && !is_enough(c, t); k++) {
		uint64_t fit = sets_fitting(&w->remembered.blocks[k], c);

		for (; fit && !is_enough(c, t); fit &= fit - 1) {
			const struct signal *s = sets_first(w->facts, k, fit);

			if (!in_window(c, w, s))
				continue;
			t->families |= FAMILY_BIT(s->family);
			if (t->n < c->min_count && !is_known_id(t->seen, t->n, s))
				t->seen[t->n++] = s;
		}
	}
}

/* Distinct hits are different places in the message, different ids in memory. */
static bool has_enough(const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	struct tally t NOT_ZEROED;

	t.n = 0;
	t.families = 0;
	if (c->window != WINDOW_MINUTES || in_minutes(c, w, w->now_min))
		tally_message(c, w, r, &t);
	if (c->window != WINDOW_MESSAGE)
		tally_memory(c, w, &t);
	return is_enough(c, &t);
}

static bool leaf_signal(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	uint64_t present = c->window == WINDOW_MESSAGE ? w->message_families : w->contact_families;

	return (c->families & present) && has_enough(c, w, r);
}

static bool equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_NUMBER)
		return a->number == b->number;
	return a->kind != VALUE_WORD ||
	       (a->word_len == b->word_len && memcmp(a->word, b->word, a->word_len) == 0);
}

bool cond_compares(const struct cond *c, const struct value *v)
{
	const struct value *w = c->values;

	switch (c->op) {
	case OP_EQ:
		return equal(v, w);
	case OP_NE:
		return !equal(v, w);
	case OP_LT:
		return v->number < w->number;
	case OP_LE:
		return v->number <= w->number;
	case OP_GT:
		return v->number > w->number;
	case OP_GE:
		return v->number >= w->number;
	case OP_BETWEEN:
		return v->number >= w[0].number && v->number <= w[1].number;
	case OP_IN:
		for (uint32_t i = 0; i < c->n_values; i++)
			if (equal(v, &w[i]))
				return true;
		return false;
	default:
		return false;
	}
}

/* unknown: asked and not answered; for the contact's own fields also never told. */
static bool is_unknown(const struct cond *c, bool any, bool known)
{
	return !known && (any || !field_table[c->field].instrument);
}

static enum truth leaf_field(const struct cond *c, const struct triage_scratch *w)
{
	bool any = false, known = false, refused = false;

	for (int i = w->values.first[c->field]; i >= 0; i = w->values.items[i].next) {
		const struct value *v = &w->values.items[i];

		any = true;
		refused |= v->kind == VALUE_REFUSED;
		if (v->kind == VALUE_UNKNOWN || v->kind == VALUE_REFUSED)
			continue;
		known = true;
		if (cond_compares(c, v))
			return TRUTH_TRUE;
	}
	switch (c->op) {
	case OP_KNOWN:
		return known ? TRUTH_TRUE : TRUTH_FALSE;
	case OP_UNKNOWN:
		return is_unknown(c, any, known) ? TRUTH_TRUE : TRUTH_FALSE;
	case OP_REFUSED:
		return refused ? TRUTH_TRUE : TRUTH_FALSE;
	default:
		return known ? TRUTH_FALSE : TRUTH_UNKNOWN;
	}
}

static struct verdict eval_all(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	struct verdict all = { TRUTH_TRUE, 0, false };

	for (uint32_t i = 0; i < c->n_children; i++) {
		struct verdict v = eval(&c->children[i], w, r);

		if (v.truth < all.truth)
			all.truth = v.truth;
		all.missing += v.missing;
		all.some |= v.some;
	}
	return all;
}

static struct verdict eval_here(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	if (c->kind == COND_ALL)
		return eval_all(c, w, r);
	return leaf_signal(c, w, r) ? (struct verdict){ TRUTH_TRUE, 0, true }
				    : (struct verdict){ TRUTH_FALSE, 1, false };
}

static struct region region_of(const struct signal *s)
{
	return (struct region){ false, s->clause, s->from > NEAR_WORDS ? s->from - NEAR_WORDS : 0,
		s->end + NEAR_WORDS };
}

static bool same_region(const struct region *a, const struct region *b)
{
	return a->clause == b->clause && a->from == b->from && a->end == b->end;
}

/*
 * The region around a signal in which all of c is true; `anywhere` when there is none. Several of
 * the same words, as there often are, have the same one.
 */
static struct region meeting_region(const struct cond *c, const struct triage_scratch *w)
{
	struct region before = anywhere;

	for (size_t k = 0; k < w->said.n; k++) {
		uint64_t left = sets_of(&w->said.blocks[k], c->meets);

		for (; left; left &= left - 1) {
			struct region r = region_of(sets_first(w->signals, k, left));

			if (same_region(&r, &before))
				continue;
			before = r;
			if (eval_here(c, w, &r).truth == TRUTH_TRUE)
				return r;
		}
	}
	return anywhere;
}

/* Said in earlier messages alone, it needs no place in this one. */
static bool met_in_memory(const struct cond *c, const struct triage_scratch *w)
{
	static const struct region nowhere = { .clause = UINT32_MAX, .from = UINT32_MAX };

	return eval_here(c, w, &nowhere).truth == TRUTH_TRUE;
}

/* Without a common place the pair is one leaf short, however well its parts stand elsewhere. */
static struct verdict eval_pairs(const struct cond *c, const struct triage_scratch *w)
{
	struct verdict v = eval_here(c, w, &anywhere);

	if (v.truth == TRUTH_TRUE && meeting_region(c, w).any && !met_in_memory(c, w))
		return (struct verdict){ TRUTH_FALSE, 1, true };
	return v;
}

static struct verdict eval_any(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	struct verdict any = { TRUTH_FALSE, FAR, false };

	for (uint32_t i = 0; i < c->n_children; i++) {
		struct verdict v = eval(&c->children[i], w, r);

		if (v.truth > any.truth)
			any.truth = v.truth;
		if (v.missing < any.missing)
			any.missing = v.missing;
		any.some |= v.some;
	}
	return any;
}

static struct verdict eval_none(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	enum truth worst = TRUTH_FALSE;

	for (uint32_t i = 0; i < c->n_children; i++) {
		enum truth t = eval(&c->children[i], w, r).truth;

		if (t > worst)
			worst = t;
	}
	if (worst == TRUTH_FALSE)
		return (struct verdict){ TRUTH_TRUE, 0, false };
	return (struct verdict){ worst == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_UNKNOWN, FAR, false };
}

static struct verdict eval(
	const struct cond *c, const struct triage_scratch *w, const struct region *r)
{
	enum truth t = TRUTH_FALSE;

	switch (c->kind) {
	case COND_ALL:
		return c->pairs && r->any ? eval_pairs(c, w) : eval_all(c, w, r);
	case COND_ANY:
		return eval_any(c, w, r);
	case COND_NONE:
		return eval_none(c, w, r);
	case COND_SIGNAL:
		return c->pairs && r->any ? eval_pairs(c, w) : eval_here(c, w, r);
	case COND_FIELD:
		t = leaf_field(c, w);
		break;
	}
	return (struct verdict){ t, t == TRUTH_TRUE ? 0 : 1, t == TRUTH_TRUE };
}

/*
 * Windows of minutes end at a moment when something was said: now, or else any other one. So the
 * order in which messages are looked at does not matter, unless a leaf asks for this message.
 */
struct verdict cond_eval(const struct cond *c, struct triage_scratch *w)
{
	struct verdict now, v;

	w->anchor = w->now_min;
	now = v = eval(c, w, &anywhere);
	for (size_t i = 0; c->timed && !c->here && v.truth != TRUTH_TRUE && i < w->n_facts; i++) {
		if (w->facts[i].minute <= 0 || w->facts[i].minute == w->anchor)
			continue;
		w->anchor = w->facts[i].minute;
		v = eval(c, w, &anywhere);
	}
	return v.truth == TRUTH_TRUE ? v : now;
}

static void explain_signals(const struct cond *c, const struct triage_scratch *w,
	const struct region *r, const struct cond_evidence *out)
{
	if (c->window == WINDOW_MINUTES && !in_minutes(c, w, w->now_min))
		return;
	for (size_t k = 0; k < w->said.n; k++) {
		uint64_t fit = sets_fitting(&w->said.blocks[k], c);

		for (; fit; fit &= fit - 1) {
			const struct signal *s = sets_first(w->signals, k, fit);

			if (in_region(c, s, r))
				out->signal(out->ctx, s);
		}
	}
}

/* c is true in the region. */
static void explain(const struct cond *c, const struct triage_scratch *w, const struct region *r,
	const struct cond_evidence *out)
{
	struct region place;

	if (c->kind == COND_NONE)
		return;
	if (c->pairs && r->any && (c->kind == COND_ALL || c->kind == COND_SIGNAL)) {
		place = meeting_region(c, w);
		r = &place;
	}
	if (c->kind == COND_SIGNAL)
		explain_signals(c, w, r, out);
	if (c->kind == COND_FIELD)
		out->field(out->ctx, c->field);
	for (uint32_t i = 0; i < c->n_children; i++)
		if (c->kind == COND_ALL || eval(&c->children[i], w, r).truth == TRUTH_TRUE)
			explain(&c->children[i], w, r, out);
}

void cond_explain(
	const struct cond *c, const struct triage_scratch *w, const struct cond_evidence *out)
{
	explain(c, w, &anywhere, out);
}
