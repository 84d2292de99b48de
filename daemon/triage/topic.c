#include "topic.h"

#include "context.h"

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
	default:
		return false;
	}
}

/* Does the sentence of word `at` have n words? A text without stops is one, and may be long. */
static bool sentence_has(const struct text *t, uint32_t at, uint32_t n)
{
	uint32_t from = at, end = at;

	while (at - from < n && from > 0 && t->tokens[from - 1].sentence == t->tokens[at].sentence)
		from--;
	while (end - from < n && end < t->n_tokens &&
		t->tokens[end].sentence == t->tokens[at].sentence)
		end++;
	return end - from >= n;
}

/* The topic that accounts for s because the words around it weigh so little, or NULL. */
static const struct frame *topic_by_points(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	for (uint32_t i = 0; i < rules->n_points_topics; i++) {
		const struct points_topic *topic = &rules->points_topics[i];

		if (topic->lang == s->entry->lang && frame_is_about(&topic->frame, s) &&
			sentence_has(&w->honest, s->from, topic->words) &&
			points_around(&w->points, s->from, s->end) <= topic->points)
			return &topic->frame;
	}
	return NULL;
}

/* The frame that accounts for s, or dates it, or NULL. */
static const struct frame *topic_of(const struct ruleset *rules, const struct triage_scratch *w,
	const struct signal *s, bool dates)
{
	if (s->suppressed_by || !s->entry->figurative_ok || s->decoded)
		return NULL;
	for (size_t i = 0; i < w->n_frames; i++)
		if ((w->frames[i].frame->when != WHEN_UNKNOWN) == dates &&
			frame_is_about(w->frames[i].frame, s) &&
			reaches(rules, w, &w->frames[i], s))
			return w->frames[i].frame;
	return dates ? NULL : topic_by_points(rules, w, s);
}

/* Danger that stands for itself; a thought that is past is none. */
static bool is_danger(const struct signal *s)
{
	return !s->suppressed_by && s->framing != FRAMING_TOPIC &&
	       !(FAMILIES_AROUND & FAMILY_BIT(s->family)) &&
	       !(s->when == WHEN_PAST && (FAMILIES_THOUGHT & FAMILY_BIT(s->family)));
}

static bool has_topic(const struct ruleset *rules, const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_frames; i++)
		if (w->frames[i].frame->reach != REACH_PHRASE)
			return true;
	for (size_t i = 0; i < w->n_signals; i++)
		if (topic_by_points(rules, w, &w->signals[i]))
			return true;
	return false;
}

/* Does the contact tell of danger that no topic accounts for? */
static bool is_left_open(const struct ruleset *rules, const struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_facts; i++)
		if (is_danger(&w->facts[i]))
			return true;
	for (size_t i = 0; i < w->n_signals; i++)
		if (is_danger(&w->signals[i]) && !topic_of(rules, w, &w->signals[i], false))
			return true;
	return false;
}

static void date_message(const struct ruleset *rules, struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_signals; i++) {
		const struct frame *topic = topic_of(rules, w, &w->signals[i], true);

		if (topic)
			w->signals[i].when = topic->when;
	}
}

static int higher(int a, int b)
{
	return a > b ? a : b;
}

/* What topics of earlier messages set aside. */
static void settle_earlier(struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_facts; i++) {
		struct signal *s = &w->facts[i];

		if (s->framing == FRAMING_TOPIC && w->left_open)
			s->framing = FRAMING_LITERAL;
		else if (s->framing == FRAMING_TOPIC)
			s->suppressed_by = "topic";
	}
	if (w->left_open) {
		w->fact_level = higher(w->fact_level, w->open_level);
		w->fact_raise = higher(w->fact_raise, w->open_raise);
	}
}

void topic_begin(const struct ruleset *rules, struct triage_scratch *w)
{
	if (has_topic(rules, w))
		date_message(rules, w);
	w->left_open = is_left_open(rules, w);
	settle_earlier(w);
}

bool topic_accounts(const struct ruleset *rules, const struct triage_scratch *w)
{
	return has_topic(rules, w) && !w->left_open && !(w->cue_kinds >> CUE_EARNEST & 1);
}

void topic_set_aside(const struct ruleset *rules, struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_signals; i++) {
		const struct frame *topic = topic_of(rules, w, &w->signals[i], false);

		if (topic) {
			w->signals[i].suppressed_by = topic->id;
			w->signals[i].framing = FRAMING_TOPIC;
		}
	}
}
