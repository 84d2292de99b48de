#include "topic.h"

#include "context.h"

#define TOPIC_WORDS 60 /* a longer message has more than one topic */

/* Circumstances: none of them is a danger that a topic would have to account for. */
#define FAMILIES_AROUND                                                                            \
	(FAMILY_BIT(FAMILY_WHEN) | FAMILY_BIT(FAMILY_INFO_REQUEST) | FAMILY_BIT(FAMILY_THANKS) |   \
		FAMILY_BIT(FAMILY_VETERAN) | FAMILY_BIT(FAMILY_LGBTQ) |                            \
		FAMILY_BIT(FAMILY_PERINATAL) | FAMILY_BIT(FAMILY_MINOR))

static bool reaches(const struct ruleset *rules, const struct triage_scratch *w,
	const struct frame_match *f, const struct signal *s)
{
	const struct token *tokens = w->honest.tokens;

	switch (f->frame->reach) {
	case REACH_WORDS:
		return context_covers(rules, w, f, s);
	case REACH_SENTENCE:
		return tokens[f->from].sentence == tokens[s->from].sentence &&
		       tokens[f->from].sentence == tokens[s->end - 1].sentence;
	case REACH_MESSAGE:
		return w->honest.n_tokens <= TOPIC_WORDS;
	default:
		return false;
	}
}

/* The frame that accounts for s, or NULL. */
static const struct frame *topic_of(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	if (!s->entry->figurative_ok || s->decoded)
		return NULL;
	for (size_t i = 0; i < w->n_frames; i++)
		if (frame_is_about(w->frames[i].frame, s) && reaches(rules, w, &w->frames[i], s))
			return w->frames[i].frame;
	return NULL;
}

static bool is_danger(const struct signal *s)
{
	return !s->suppressed_by && !(FAMILIES_AROUND & FAMILY_BIT(s->family));
}

static bool has_topic(const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_frames; i++)
		if (w->frames[i].frame->reach != REACH_PHRASE)
			return true;
	return false;
}

static bool accounts_for_all(const struct ruleset *rules, const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_facts; i++)
		if (is_danger(&w->facts[i]))
			return false;
	for (size_t i = 0; i < w->n_signals; i++)
		if (is_danger(&w->signals[i]) && !topic_of(rules, w, &w->signals[i]))
			return false;
	return true;
}

void topic_settle(const struct ruleset *rules, struct triage_scratch *w)
{
	if (!has_topic(w) || (w->cue_kinds >> CUE_EARNEST & 1) || !accounts_for_all(rules, w))
		return;
	for (size_t i = 0; i < w->n_signals; i++) {
		struct signal *s = &w->signals[i];
		const struct frame *topic = s->suppressed_by ? NULL : topic_of(rules, w, s);

		if (topic && topic->when != WHEN_UNKNOWN) {
			s->when = topic->when;
		} else if (topic) {
			s->suppressed_by = topic->id;
			s->framing = FRAMING_FIGURATIVE;
		}
	}
}
