#include "conflict.h"

#define WILL (FAMILY_BIT(FAMILY_SI_ACTIVE) | FAMILY_BIT(FAMILY_INTENT))
#define WISH FAMILY_BIT(FAMILY_SI_PASSIVE)
#define ANY  (WISH | WILL | FAMILY_BIT(FAMILY_SI_MENTION)) /* "not suicidal" denies all of it */

/* What somebody says against a no to the item, and denies against a yes. */
static const struct {
	const char *instrument, *item;
	uint64_t against_no, against_yes;
} counterparts[] = {
	{ "cssrs", "q1", WISH | WILL, ANY },
	{ "cssrs", "q2", WILL, ANY },
	{ "cssrs", "q4", FAMILY_BIT(FAMILY_INTENT), ANY },
	{ "cssrs", "q5", FAMILY_BIT(FAMILY_PLAN), ANY | FAMILY_BIT(FAMILY_PLAN) },
	{ "asq", "3", WILL, ANY },
	{ "asq", "5", FAMILY_BIT(FAMILY_INTENT), ANY },
	{ "phq9", "item9", WILL, ANY },
};

static uint64_t families_said(const struct signal *signals, size_t n)
{
	uint64_t said = 0;

	for (size_t i = 0; i < n; i++) {
		const struct signal *s = &signals[i];

		if (!s->suppressed_by && s->framing == FRAMING_LITERAL &&
			s->subject != SUBJECT_OTHER && s->when != WHEN_PAST)
			said |= FAMILY_BIT(s->family);
	}
	return said;
}

/* What an item was answered with: yes wins, and a number above zero is one. */
static enum value_kind answered(const struct triage_scratch *w, int field)
{
	enum value_kind kind = VALUE_UNKNOWN;

	for (int i = w->values.first[field]; i >= 0; i = w->values.items[i].next) {
		const struct value *v = &w->values.items[i];

		if (v->kind == VALUE_YES || (v->kind == VALUE_NUMBER && v->number > 0))
			return VALUE_YES;
		if (v->kind == VALUE_NO || v->kind == VALUE_NUMBER)
			kind = VALUE_NO;
	}
	return kind;
}

static bool any_answers(const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->values.n; i++)
		if (field_table[w->values.items[i].field].instrument)
			return true;
	return false;
}

bool conflict_found(const struct triage_scratch *w)
{
	uint64_t said;

	if (!any_answers(w)) /* as with most messages */
		return false;
	said = families_said(w->signals, w->n_signals) | families_said(w->facts, w->n_facts);

	for (size_t i = 0; i < sizeof(counterparts) / sizeof(counterparts[0]); i++) {
		enum value_kind kind = answered(
			w, field_find_item(counterparts[i].instrument, counterparts[i].item));

		if ((kind == VALUE_NO && (counterparts[i].against_no & said)) ||
			(kind == VALUE_YES && (counterparts[i].against_yes & w->denied)))
			return true;
	}
	return false;
}
