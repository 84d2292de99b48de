#include "context.h"

#include <string.h>

#define NEGATION_REACH 8 /* words between a negator and what it negates */
#define TIME_REACH     6 /* words between a past-time cue and what it dates */
#define QUOTE_REACH    8 /* words between what is quoted and the mention of its source */
#define SHORT_CLAUSE   3 /* words; "Tonight." dates its neighbour */

static bool is_light(const struct ruleset *rules, const struct token *k)
{
	return (k->marks & TOKEN_DIGITS) ||
	       (k->word != WORD_NONE &&
		       (rules->vocab.words[k->word].marks & (WORD_LIGHT | WORD_FILLER)));
}

/* The cues that begin in a clause, one after the other; NULL behind the last. */
static const struct cue_match *first_cue(const struct triage_scratch *w, uint32_t clause)
{
	uint32_t at = clause < w->n_clause_cues ? w->clause_cues[clause] : 0;

	return at ? &w->cues[at - 1] : NULL;
}

static const struct cue_match *next_cue(const struct triage_scratch *w, const struct cue_match *c)
{
	return c->next ? &w->cues[c->next - 1] : NULL;
}

static bool is_first_person(const struct ruleset *rules, const struct token *k)
{
	return k->word != WORD_NONE && (rules->vocab.words[k->word].marks & WORD_FIRST_PERSON);
}

/* "he": somebody else in one language and oneself in another. It is read in that of the phrase. */
static bool is_homograph(const struct ruleset *rules, const struct token *k)
{
	return (k->marks & TOKEN_THIRD_PARTY) && is_first_person(rules, k);
}

/* "no he" corrects in English and denies in Spanish: does the negator count for this phrase? */
static bool negates_in_its_language(const struct ruleset *rules, const struct triage_scratch *w,
	const struct signal *s, const struct cue_match *negator)
{
	const struct token *tokens = w->honest.tokens;
	bool negates = false;

	for (const struct cue_match *c = first_cue(w, tokens[negator->from].clause); c;
		c = next_cue(w, c)) {
		if (c->kind != CUE_PSEUDO_NEGATION || c->from >= negator->end ||
			c->end <= negator->from)
			continue;
		negates = c->lang != s->entry->lang && is_homograph(rules, &tokens[c->end - 1]);
		if (!negates)
			break;
	}
	return negates;
}

/* The negator that ends right before token end, unless it belongs to a phrase or does not count. */
static const struct cue_match *negator_before(const struct ruleset *rules,
	const struct triage_scratch *w, const struct signal *s, uint32_t end)
{
	const struct token *tokens = w->honest.tokens;
	const struct cue_match *c;
	uint32_t marks = 0;

	if (tokens[end - 1].negator == 0)
		return NULL;
	c = &w->cues[tokens[end - 1].negator - 1];
	for (uint32_t i = c->from; i < c->end; i++) {
		if (!(tokens[i].marks & (TOKEN_OWN_NEGATOR | TOKEN_PSEUDO)))
			return c;
		marks |= tokens[i].marks;
	}
	return !(marks & TOKEN_OWN_NEGATOR) && negates_in_its_language(rules, w, s, c) ? c : NULL;
}

static bool is_and(const struct ruleset *rules, const struct token *k)
{
	return k->word != WORD_NONE && (rules->vocab.words[k->word].marks & WORD_AND);
}

/* "ni", "nor": it goes on with what an earlier negator denied, and does not undo it. */
static bool joins_on(const struct ruleset *rules, const struct text *t, const struct cue_match *c)
{
	return is_and(rules, &t->tokens[c->end - 1]);
}

/* A staff note lists in few words: "SI, no plan" is not a plan, whatever phrase runs over it. */
static bool holds_negator(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	for (uint32_t i = s->from + 2; i < s->end; i++) {
		const struct cue_match *negator = negator_before(rules, w, s, i);

		if (negator && negator->from > s->from)
			return true;
	}
	return false;
}

/* "… and he": another statement, with a subject of its own. */
static bool begins_statement(const struct ruleset *rules, const struct text *t, uint32_t at)
{
	const struct token *k = &t->tokens[at];

	return at + 1 < t->n_tokens && is_and(rules, k) &&
	       (is_first_person(rules, &k[1]) || (k[1].marks & TOKEN_THIRD_PARTY));
}

/* Do token `at` and those up to `end` tell on, with no pause and no subject of their own? */
static bool tells_on(const struct ruleset *rules, const struct text *t, uint32_t at, uint32_t end)
{
	for (uint32_t i = at; i < end; i++)
		if (t->tokens[i].segment != t->tokens[at].segment ||
			(i > at && begins_statement(rules, t, i)))
			return false;
	return true;
}

/*
 * "he is not hitting me", where the phrase leaves room before "hitting": the negator is none of its
 * words, and what it negates is one. Not so when a match begins behind it: "he does not hit her he
 * hits me".
 */
static bool swallows_negator(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	const struct text *t = &w->honest;
	bool negated = false;

	if (!s->phrase || !(FAMILIES_EVENT & FAMILY_BIT(s->family)))
		return false;
	for (uint32_t i = s->from + 2; i < s->end; i++) {
		const struct cue_match *negator = negator_before(rules, w, s, i);
		uint32_t at = i;

		if (!negator || negator->from <= s->from ||
			phrase_has(s->phrase, t->tokens[i - 1].word) ||
			!tells_on(rules, t, i - 1, s->end))
			continue;
		while (at + 1 < s->end && is_light(rules, &t->tokens[at]) &&
			!is_and(rules, &t->tokens[at]))
			at++;
		negated ^=
			phrase_has(s->phrase, t->tokens[at].word) && !is_and(rules, &t->tokens[at]);
		for (at = i; negated && at < s->end; at++)
			if (phrase_match_at(s->phrase, t, &rules->vocab, at) > at)
				return false;
	}
	return negated;
}

/* "SI-", as a staff note has it. */
static bool is_charted_absent(const struct triage_scratch *w, const struct signal *s)
{
	for (uint32_t i = s->from; i < s->end; i++)
		if (w->honest.tokens[i].marks & TOKEN_MINUS)
			return true;
	return false;
}

/* Does the word at `at`, the first behind a comma, go on with a list? `phrase`: it begins one. */
static bool lists_on(const struct text *t, uint32_t at, bool phrase)
{
	if (t->tokens[at].marks & TOKEN_STATEMENT)
		return false;
	return phrase ||
	       (at + 1 < t->n_tokens && t->tokens[at + 1].segment != t->tokens[at].segment);
}

/*
 * Walk back from the phrase over light words and coordinated phrases, to the statement's start at
 * most, and count negators: an odd number negates. A comma ends the walk, except inside a list of
 * phrases and single words in a staff note ("denies SI, HI"). Returns NULL, "negation" or "charted".
 */
static const char *read_negation(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	const struct text *t = &w->honest;
	const char *reason = NULL;
	bool charted = false, joined = false;
	uint32_t at = s->from;
	bool at_phrase = true; /* the word at `at` begins a phrase */

	if (w->calls_note && (is_charted_absent(w, s) || holds_negator(rules, w, s)))
		return "charted";
	if (!w->calls_note && swallows_negator(rules, w, s))
		return "negation";
	while (at > 0 && s->from - at < NEGATION_REACH &&
		t->tokens[at - 1].clause == t->tokens[at].clause) {
		const struct cue_match *negator;

		if (t->tokens[at - 1].segment != t->tokens[at].segment) {
			if (!w->calls_note || !lists_on(t, at, at_phrase))
				break;
			charted = true;
		}
		negator = negator_before(rules, w, s, at);
		if (negator && (!charted || negator->kind == CUE_CHARTED)) {
			if (!joined)
				reason = reason                         ? NULL
					 : negator->kind == CUE_CHARTED ? "charted"
									: "negation";
			joined = joins_on(rules, t, negator);
			at = negator->from;
			at_phrase = false;
			continue;
		}
		at--;
		if (begins_statement(rules, t, at))
			break;
		at_phrase = t->tokens[at].marks & TOKEN_PHRASE;
		if (!at_phrase && !is_light(rules, &t->tokens[at]))
			break;
	}
	return reason;
}

/* Neither grammar nor who or when. */
static bool has_weight(const struct ruleset *rules, const struct token *k)
{
	return !is_light(rules, k) && !(k->marks & (TOKEN_THIRD_PARTY | TOKEN_DATE)) &&
	       !is_first_person(rules, k);
}

bool context_covers(const struct ruleset *rules, const struct triage_scratch *w,
	const struct frame_match *f, const struct signal *s)
{
	uint32_t inside = 0, outside = 0;

	for (uint32_t i = s->from; i < s->end; i++) {
		bool in = f->from <= i && i < f->end;

		if (has_weight(rules, &w->honest.tokens[i])) {
			if (!in)
				return false;
			inside++;
		}
		outside += !in;
	}
	return inside > 0 || outside == 0;
}

static const char *read_frame(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	if ((w->cue_kinds >> CUE_EARNEST & 1) && (FAMILIES_ACT & FAMILY_BIT(s->family)))
		return NULL;
	for (size_t i = 0; i < w->n_frames; i++)
		if (w->frames[i].frame->reach == REACH_PHRASE &&
			frame_is_about(w->frames[i].frame, s) &&
			context_covers(rules, w, &w->frames[i], s))
			return w->frames[i].frame->id;
	return NULL;
}

static bool is_another(const struct ruleset *rules, const struct triage_scratch *w,
	const struct signal *s, uint32_t at)
{
	const struct token *k = &w->honest.tokens[at];

	if (!is_homograph(rules, k))
		return k->marks & TOKEN_THIRD_PARTY;
	for (const struct cue_match *c = first_cue(w, k->clause); c; c = next_cue(w, c))
		if (c->kind == CUE_THIRD_PARTY && c->from <= at && at < c->end &&
			c->lang == s->entry->lang)
			return true;
	return false;
}

/* Whoever is named last before the end of the phrase, inside it or before it in the clause. */
static enum subject read_subject(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	const struct text *t = &w->honest;
	enum subject subject = SUBJECT_UNKNOWN;

	for (uint32_t i = s->end; i-- > 0 && (i >= s->from || t->tokens[i].clause == s->clause);) {
		if (t->tokens[i].marks & TOKEN_CLIENT)
			subject = SUBJECT_SELF;
		else if (is_another(rules, w, s, i))
			subject = SUBJECT_OTHER;
		else if (is_first_person(rules, &t->tokens[i]))
			subject = SUBJECT_SELF;
		if (subject != SUBJECT_UNKNOWN)
			break;
	}
	if (subject == SUBJECT_OTHER && (w->cue_kinds >> CUE_REPORTED_SELF & 1))
		subject = SUBJECT_SELF;
	return subject;
}

/* In a staff note what is said of "her" may be said of the person in contact. */
static bool named_client(const struct triage_scratch *w, const struct signal *s)
{
	const struct token *tokens = w->honest.tokens;

	for (uint32_t i = s->end; i-- > 0 && (i >= s->from || tokens[i].clause == s->clause);)
		if (tokens[i].marks & (TOKEN_CLIENT | TOKEN_THIRD_PARTY))
			return tokens[i].marks & TOKEN_CLIENT;
	return false;
}

static bool clause_is_short(const struct text *t, uint32_t token)
{
	uint32_t clause = t->tokens[token].clause, n = 1;

	for (uint32_t i = token; n <= SHORT_CLAUSE && i > 0 && t->tokens[i - 1].clause == clause;
		i--)
		n++;
	for (uint32_t i = token + 1;
		n <= SHORT_CLAUSE && i < t->n_tokens && t->tokens[i].clause == clause; i++)
		n++;
	return n <= SHORT_CLAUSE;
}

/* Time cues that raise: anywhere in the clause, or a short clause of their own beside it. */
static bool cue_reaches(
	const struct triage_scratch *w, const struct cue_match *c, const struct signal *s)
{
	uint32_t clause = w->honest.tokens[c->from].clause;

	if (s->clause <= clause && clause <= s->last_clause)
		return true;
	return (clause + 1 == s->clause || s->last_clause + 1 == clause) &&
	       clause_is_short(&w->honest, c->from);
}

static bool ends_segment(const struct text *t, uint32_t end)
{
	return end < t->n_tokens && t->tokens[end - 1].segment != t->tokens[end].segment;
}

static bool joined_between(
	const struct ruleset *rules, const struct text *t, uint32_t from, uint32_t end)
{
	for (uint32_t i = from; i < end; i++)
		if (is_and(rules, &t->tokens[i]))
			return true;
	return false;
}

/*
 * A past-time cue calms only what it plainly dates: in the same piece of the clause and near, or
 * as an opening of its own right before ("Years ago, …").
 */
static bool past_reaches(const struct ruleset *rules, const struct triage_scratch *w,
	const struct cue_match *c, const struct signal *s)
{
	const struct text *t = &w->honest;
	uint32_t gap;

	if (t->tokens[c->from].clause != s->clause)
		return false;
	gap = c->end <= s->from ? s->from - c->end : c->from >= s->end ? c->from - s->end : 0;
	if (gap > TIME_REACH || joined_between(rules, t, c->end, s->from))
		return false;
	if (t->tokens[c->from].segment == t->tokens[s->from].segment)
		return true;
	return c->end <= s->from && ends_segment(t, c->end) &&
	       t->tokens[c->end].segment == t->tokens[s->from].segment;
}

static enum when meant_by(enum cue kind)
{
	switch (kind) {
	case CUE_NOW:
		return WHEN_NOW;
	case CUE_SOON:
		return WHEN_SOON;
	case CUE_RECENT:
		return WHEN_RECENT;
	case CUE_PAST:
		return WHEN_PAST;
	default:
		return WHEN_UNKNOWN;
	}
}

/* Of several times the nearest, as they stand in enum when. */
static enum when read_when(
	const struct ruleset *rules, const struct triage_scratch *w, const struct signal *s)
{
	enum when nearest = WHEN_COUNT;

	for (uint32_t i = s->clause > 0 ? s->clause - 1 : 0; i <= s->last_clause + 1; i++)
		for (const struct cue_match *c = first_cue(w, i); c; c = next_cue(w, c)) {
			enum when when = meant_by(c->kind);

			if (when == WHEN_UNKNOWN || when >= nearest)
				continue;
			if (when == WHEN_PAST ? past_reaches(rules, w, c, s) : cue_reaches(w, c, s))
				nearest = when;
		}
	return nearest == WHEN_COUNT ? WHEN_UNKNOWN : nearest;
}

/* People write whole pages without a stop, so a quotation reaches only so far. */
static bool is_quoted(const struct triage_scratch *w, const struct signal *s)
{
	for (const struct cue_match *c = first_cue(w, s->clause); c; c = next_cue(w, c))
		if (c->kind == CUE_QUOTED && c->from < s->end + QUOTE_REACH &&
			s->from < c->end + QUOTE_REACH)
			return true;
	return false;
}

/* In a staff note it is the person who denies; elsewhere only what they say of themselves counts. A
 * frame may have set aside what is denied besides. */
static void read_denial(struct signal *s, const char *negation)
{
	s->denied = negation && (strcmp(negation, "charted") == 0 || s->subject != SUBJECT_OTHER);
	if (!s->suppressed_by)
		s->suppressed_by = negation;
}

void context_read(const struct ruleset *rules, const struct triage_scratch *w, struct signal *s)
{
	if (s->subject == SUBJECT_UNKNOWN && s->family == FAMILY_WORRY_OTHER)
		s->subject = SUBJECT_OTHER;
	if (s->subject == SUBJECT_UNKNOWN)
		s->subject = read_subject(rules, w, s);
	else if (s->subject == SUBJECT_OTHER && w->calls_note && named_client(w, s))
		s->subject = SUBJECT_SELF;
	if (s->when == WHEN_UNKNOWN)
		s->when = read_when(rules, w, s);
	if (s->entry->figurative_ok && !s->decoded)
		s->suppressed_by = read_frame(rules, w, s);
	if (s->entry->negatable)
		read_denial(s, read_negation(rules, w, s));
	if (s->suppressed_by)
		s->framing = FRAMING_FIGURATIVE;
	else if (is_quoted(w, s))
		s->framing = FRAMING_QUOTED;
}
