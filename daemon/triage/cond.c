#include "cond.h"

#include <string.h>

#define ANY_CLAUSE UINT32_MAX
#define FAR        1000 /* a `none` cannot be mended by one leaf becoming true */
#define COUNT_MOST 16

static struct verdict eval(const struct cond *c, const struct triage_scratch *w, uint32_t clause);

/*
 * A leaf without `time` takes every time, but for thoughts not the past: what somebody no longer
 * thinks is not a state they are in, while what they did or have stays so.
 */
static bool signal_fits(const struct cond *c, const struct signal *s)
{
	uint64_t past_thought = FAMILIES_THOUGHT & FAMILY_BIT(s->family);

	if (s->suppressed_by || !(c->families & FAMILY_BIT(s->family)))
		return false;
	if (c->whens == 0 ? s->when == WHEN_PAST && past_thought : !(c->whens >> s->when & 1))
		return false;
	return (c->subjects >> s->subject & 1) && (c->framings >> s->framing & 1);
}

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

static bool in_clause(const struct signal *s, uint32_t clause)
{
	return clause == ANY_CLAUSE || (s->clause <= clause && clause <= s->last_clause);
}

/* Count to `most` distinct hits: different places in the message, different ids in memory. */
static uint32_t count_signals(
	const struct cond *c, const struct triage_scratch *w, uint32_t clause, uint32_t most)
{
	const struct signal *seen[COUNT_MOST];
	uint32_t n = 0;

	bool message = c->window != WINDOW_MINUTES || in_minutes(c, w, w->now_min);

	for (size_t i = 0; message && i < w->n_signals && n < most; i++) {
		const struct signal *s = &w->signals[i];

		if (in_clause(s, clause) && signal_fits(c, s) && !overlaps(seen, n, s))
			seen[n++] = s;
	}
	for (size_t i = 0; c->window != WINDOW_MESSAGE && i < w->n_facts && n < most; i++)
		if (in_window(c, w, &w->facts[i]) && signal_fits(c, &w->facts[i]) &&
			!is_known_id(seen, n, &w->facts[i]))
			seen[n++] = &w->facts[i];
	return n;
}

static bool leaf_signal(const struct cond *c, const struct triage_scratch *w, uint32_t clause)
{
	uint64_t present = c->window == WINDOW_MESSAGE ? w->message_families : w->contact_families;

	if (!(c->families & present))
		return false;
	return count_signals(c, w, c->same_clause ? clause : ANY_CLAUSE, c->min_count) >=
	       c->min_count;
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

static bool compare(const struct cond *c, const struct value *v)
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
		if (compare(c, v))
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
	const struct cond *c, const struct triage_scratch *w, uint32_t clause)
{
	struct verdict all = { TRUTH_TRUE, 0, false };

	for (uint32_t i = 0; i < c->n_children; i++) {
		struct verdict v = eval(&c->children[i], w, clause);

		if (v.truth < all.truth)
			all.truth = v.truth;
		all.missing += v.missing;
		all.some |= v.some;
	}
	return all;
}

static bool first_in_clause(const struct triage_scratch *w, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (w->signals[k].clause == w->signals[i].clause)
			return false;
	return true;
}

/* The clause in which all of c is true, or ANY_CLAUSE. */
static uint32_t meeting_clause(const struct cond *c, const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_signals; i++)
		if (first_in_clause(w, i) &&
			eval_all(c, w, w->signals[i].clause).truth == TRUTH_TRUE)
			return w->signals[i].clause;
	return ANY_CLAUSE;
}

/* Without a common clause the pair is one leaf short, however well its parts stand elsewhere. */
static struct verdict eval_pairs(const struct cond *c, const struct triage_scratch *w)
{
	struct verdict v = eval_all(c, w, ANY_CLAUSE);

	if (v.truth == TRUTH_TRUE && meeting_clause(c, w) == ANY_CLAUSE)
		return (struct verdict){ TRUTH_FALSE, 1, true };
	return v;
}

static struct verdict eval_any(
	const struct cond *c, const struct triage_scratch *w, uint32_t clause)
{
	struct verdict any = { TRUTH_FALSE, FAR, false };

	for (uint32_t i = 0; i < c->n_children; i++) {
		struct verdict v = eval(&c->children[i], w, clause);

		if (v.truth > any.truth)
			any.truth = v.truth;
		if (v.missing < any.missing)
			any.missing = v.missing;
		any.some |= v.some;
	}
	return any;
}

static struct verdict eval_none(
	const struct cond *c, const struct triage_scratch *w, uint32_t clause)
{
	enum truth worst = TRUTH_FALSE;

	for (uint32_t i = 0; i < c->n_children; i++) {
		enum truth t = eval(&c->children[i], w, clause).truth;

		if (t > worst)
			worst = t;
	}
	if (worst == TRUTH_FALSE)
		return (struct verdict){ TRUTH_TRUE, 0, false };
	return (struct verdict){ worst == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_UNKNOWN, FAR, false };
}

static struct verdict eval(const struct cond *c, const struct triage_scratch *w, uint32_t clause)
{
	enum truth t = TRUTH_FALSE;

	switch (c->kind) {
	case COND_ALL:
		return c->pairs && clause == ANY_CLAUSE ? eval_pairs(c, w) : eval_all(c, w, clause);
	case COND_ANY:
		return eval_any(c, w, clause);
	case COND_NONE:
		return eval_none(c, w, clause);
	case COND_SIGNAL:
		t = leaf_signal(c, w, clause) ? TRUTH_TRUE : TRUTH_FALSE;
		break;
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
	now = v = eval(c, w, ANY_CLAUSE);
	for (size_t i = 0; c->timed && !c->here && v.truth != TRUTH_TRUE && i < w->n_facts; i++) {
		if (w->facts[i].minute <= 0 || w->facts[i].minute == w->anchor)
			continue;
		w->anchor = w->facts[i].minute;
		v = eval(c, w, ANY_CLAUSE);
	}
	return v.truth == TRUTH_TRUE ? v : now;
}

static void explain_signals(const struct cond *c, const struct triage_scratch *w, uint32_t clause,
	const struct cond_evidence *out)
{
	if (c->window == WINDOW_MINUTES && !in_minutes(c, w, w->now_min))
		return;
	for (size_t i = 0; i < w->n_signals; i++) {
		const struct signal *s = &w->signals[i];

		if ((!c->same_clause || in_clause(s, clause)) && signal_fits(c, s))
			out->signal(out->ctx, s);
	}
}

static void explain(const struct cond *c, const struct triage_scratch *w, uint32_t clause,
	const struct cond_evidence *out)
{
	if (c->kind == COND_NONE || eval(c, w, clause).truth != TRUTH_TRUE)
		return;
	if (c->kind == COND_SIGNAL)
		explain_signals(c, w, clause, out);
	if (c->kind == COND_FIELD)
		out->field(out->ctx, c->field);
	if (c->kind == COND_ALL && c->pairs && clause == ANY_CLAUSE)
		clause = meeting_clause(c, w);
	for (uint32_t i = 0; i < c->n_children; i++)
		explain(&c->children[i], w, clause, out);
}

void cond_explain(
	const struct cond *c, const struct triage_scratch *w, const struct cond_evidence *out)
{
	explain(c, w, ANY_CLAUSE, out);
}
