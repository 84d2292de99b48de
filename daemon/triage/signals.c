#include "signals.h"

#include <string.h>

#include "triaged/base/mem.h"

#include "context.h"
#include "note.h"
#include "topic.h"

#define MAX_STEPS   2000000 /* word checks of one run; ordinary messages need some dozens */
#define MAX_SIGNALS 1024
#define MAX_CUES    8192

static bool begins_clause(const struct ruleset *rules, const struct text *t, uint32_t at)
{
	uint32_t word = t->tokens[at].word, lo = 0, hi = rules->n_clause_begins;

	if (word == WORD_NONE || !(rules->vocab.words[word].marks & WORD_CLAUSE))
		return false;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (rules->clause_begins[mid].word < word)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < rules->n_clause_begins && rules->clause_begins[lo].word == word; lo++)
		if (phrase_match_at(&rules->clause_cues[rules->clause_begins[lo].cue], t,
			    &rules->vocab, at) > at)
			return true;
	return false;
}

/*
 * Number sentences and clauses: a clause begins at a hard stop and at every clause cue ("but",
 * "pero"), a sentence at the hard stop alone.
 */
static void mark_clauses(const struct ruleset *rules, struct text *t)
{
	uint32_t clause = 0, sentence = 0;

	for (uint32_t i = 0; i < t->n_tokens; i++) {
		struct token *k = &t->tokens[i];
		bool begins = i > 0 && (k->marks & TOKEN_HARD);

		sentence += begins;
		clause += begins || (i > 0 && begins_clause(rules, t, i));
		k->clause = clause;
		k->sentence = sentence;
	}
}

static void forget_cues(struct triage_scratch *w)
{
	const struct text *t = &w->honest;

	w->n_cues = 0;
	w->cue_kinds = 0;
	w->n_clause_cues = t->n_tokens ? t->tokens[t->n_tokens - 1].clause + 1u : 0;
	if (w->n_clause_cues > w->cap_clause_cues) {
		w->cap_clause_cues = w->n_clause_cues * 2;
		w->clause_cues =
			mem_resize(w->clause_cues, w->cap_clause_cues, sizeof(*w->clause_cues));
	}
	if (w->n_clause_cues)
		memset(w->clause_cues, 0, w->n_clause_cues * sizeof(*w->clause_cues));
}

static struct triage_span span_of(const struct text *t, uint32_t from, uint32_t end)
{
	struct triage_span s = { t->tokens[from].start, t->tokens[end - 1].end };

	for (uint32_t i = from; i < end; i++)
		if (t->tokens[i].end > s.end)
			s.end = t->tokens[i].end;
	return s;
}

/* False when there are too many to judge each in its surroundings. */
static bool add_signal(struct triage_scratch *w, const struct ruleset *rules, const struct text *t,
	const struct scan_match *m)
{
	const struct entry *entry = &rules->entries[rules->owners[m->phrase].index];
	struct signal s = { .entry = entry,
		.id = entry->id,
		.id_len = strlen(entry->id),
		.family = entry->family,
		.subject = entry->subject,
		.when = entry->when,
		.from = t->tokens[m->from].honest,
		.end = t->tokens[m->end - 1].honest_end,
		.span = span_of(t, m->from, m->end),
		.phrase = t == &w->honest ? &rules->phrases[m->phrase] : NULL,
		.decoded = t == &w->decoded };

	if (w->n_signals == MAX_SIGNALS)
		return false;
	s.clause = w->honest.tokens[s.from].clause;
	s.last_clause = w->honest.tokens[s.end - 1].clause;
	for (uint32_t i = s.from; i < s.end; i++)
		w->honest.tokens[i].marks |=
			entry->negatable ? TOKEN_PHRASE : TOKEN_PHRASE | TOKEN_OWN_NEGATOR;
	GROW(w->signals, w->n_signals, w->cap_signals);
	w->signals[w->n_signals++] = s;
	return true;
}

static bool is_negator(const struct triage_scratch *w, enum cue kind)
{
	return kind == CUE_NEGATION || (kind == CUE_CHARTED && w->calls_note);
}

/* Is it longer than the negator known so far, or as long and of the kind that goes on over commas? */
static bool reaches_further(
	const struct triage_scratch *w, uint32_t negator, enum cue kind, uint32_t from)
{
	const struct cue_match *known = negator ? &w->cues[negator - 1] : NULL;

	return !known || from < known->from || (from == known->from && kind == CUE_CHARTED);
}

static bool add_cue(struct triage_scratch *w, const struct owner *o, const struct scan_match *m)
{
	enum cue kind = (enum cue)o->index;
	struct token *tokens = w->honest.tokens, *last = &tokens[m->end - 1];
	uint32_t *in_clause = &w->clause_cues[tokens[m->from].clause];
	static const uint32_t marks[CUE_COUNT] = { [CUE_PSEUDO_NEGATION] = TOKEN_PSEUDO,
		[CUE_THIRD_PARTY] = TOKEN_THIRD_PARTY,
		[CUE_STATEMENT] = TOKEN_STATEMENT,
		[CUE_PAST] = TOKEN_DATE,
		[CUE_NOW] = TOKEN_DATE,
		[CUE_SOON] = TOKEN_DATE,
		[CUE_RECENT] = TOKEN_DATE };

	if (w->n_cues == MAX_CUES)
		return false;
	for (uint32_t i = m->from; i < m->end; i++)
		tokens[i].marks |= marks[kind];
	if (is_negator(w, kind) && tokens[m->from].segment == last->segment && /* not "no, tengo" */
		reaches_further(w, last->negator, kind, m->from))
		last->negator = (uint32_t)w->n_cues + 1;
	GROW(w->cues, w->n_cues, w->cap_cues);
	w->cues[w->n_cues++] = (struct cue_match){ kind, o->lang, m->from, m->end, *in_clause };
	*in_clause = (uint32_t)w->n_cues;
	w->cue_kinds |= 1u << kind;
	return true;
}

static bool add_frame(
	struct triage_scratch *w, const struct frame *frame, const struct scan_match *m)
{
	if (w->n_frames == MAX_SIGNALS)
		return false;
	GROW(w->frames, w->n_frames, w->cap_frames);
	w->frames[w->n_frames++] = (struct frame_match){ frame, m->from, m->end };
	return true;
}

static bool add_honest(const struct ruleset *rules, struct triage_scratch *w)
{
	bool all = true;

	for (size_t i = 0; i < w->scan.n_matches; i++) {
		const struct scan_match *m = &w->scan.matches[i];
		const struct owner *o = &rules->owners[m->phrase];

		if (o->kind == OWNER_ENTRY)
			all &= add_signal(w, rules, &w->honest, m);
		else if (o->kind == OWNER_FRAME)
			all &= add_frame(w, &rules->frames[o->index], m);
		else
			all &= add_cue(w, o, m);
	}
	return all;
}

static bool holds_changed(const struct text *t, const struct scan_match *m)
{
	for (uint32_t i = m->from; i < m->end; i++)
		if (t->tokens[i].marks & TOKEN_CHANGED)
			return true;
	return false;
}

/* Cues that can only make more of a signal: those may be read from decoded words too. */
static bool is_raising(enum cue kind)
{
	return kind == CUE_PSEUDO_NEGATION || kind == CUE_REPORTED_SELF || kind == CUE_STATEMENT ||
	       kind == CUE_NOW || kind == CUE_SOON || kind == CUE_RECENT || kind == CUE_EARNEST;
}

/*
 * Only what needs a word of that reading: everything else was judged as it was written. Negators,
 * frames and whatever else sets aside must stand in the honest reading.
 */
static bool add_further(
	const struct ruleset *rules, struct triage_scratch *w, const struct text *reading)
{
	const struct token *tokens = reading->tokens;
	bool all = true;

	for (size_t i = 0; i < w->scan.n_matches; i++) {
		const struct scan_match *m = &w->scan.matches[i];
		const struct owner *o = &rules->owners[m->phrase];
		const struct scan_match honest = { m->phrase, tokens[m->from].honest,
			tokens[m->end - 1].honest_end };

		if (!holds_changed(reading, m))
			continue;
		if (o->kind == OWNER_ENTRY)
			all &= add_signal(w, rules, reading, m);
		else if (o->kind == OWNER_CUE && is_raising((enum cue)o->index))
			all &= add_cue(w, o, &honest);
	}
	return all;
}

/* With marks: only in sentences with a word that has one of them. */
static bool search(
	const struct ruleset *rules, struct triage_scratch *w, const struct text *t, uint32_t marks)
{
	const struct scan_input in = { rules->phrases, &rules->vocab, t, marks, MAX_STEPS };

	return scan_run(&rules->scan, &w->scan, &in) == 0;
}

/* The second reading, where there is one. False when it was not read or searched to its end. */
static bool find_decoded(const struct ruleset *rules, struct triage_scratch *w, const char *p)
{
	const struct decode_input in = { &rules->decoder, &rules->vocab, p, &w->honest };
	enum decode_outcome outcome = decode_text(&in, &w->decoded);
	bool all = outcome != DECODE_PART;

	w->has_decoded = outcome != DECODE_SAME;
	if (w->has_decoded) {
		all &= search(rules, w, &w->decoded, TOKEN_CHANGED);
		all &= add_further(rules, w, &w->decoded);
	}
	return all;
}

/* A staff note as the person would say it. */
static bool find_told(const struct ruleset *rules, struct triage_scratch *w)
{
	if (!w->calls_note || !note_read(rules, w))
		return true;
	return search(rules, w, &w->told, TOKEN_CHANGED) && add_further(rules, w, &w->told);
}

/* Their words would make graver what has rules of its own. */
static void mark_said(struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_signals; i++) {
		const struct signal *s = &w->signals[i];

		for (uint32_t k = s->from; k < s->end && (FAMILIES_SAID & FAMILY_BIT(s->family));
			k++)
			w->honest.tokens[k].marks |= TOKEN_SAID;
	}
}

int signals_find(const struct ruleset *rules, struct triage_scratch *w, const char *p, size_t n)
{
	bool all;

	w->n_signals = w->n_frames = 0;
	w->scan.steps = 0;
	text_read(&w->honest, &rules->fold, &rules->vocab, p, n);
	mark_clauses(rules, &w->honest);
	if (w->calls_note)
		note_mark(&w->honest, p, n);
	forget_cues(w);
	all = search(rules, w, &w->honest, 0);
	all &= add_honest(rules, w);
	all &= find_decoded(rules, w, p);
	all &= find_told(rules, w);
	for (size_t i = 0; i < w->n_signals; i++)
		context_read(rules, w, &w->signals[i]);
	mark_said(w);
	return all ? 0 : -1;
}

/* ---- what needs the whole contact ---- */

static bool is_live(const struct signal *s)
{
	return !s->suppressed_by && s->framing == FRAMING_LITERAL;
}

/* Something of weight, said literally, about the person who is in contact. */
static bool speaks_for_self(const struct signal *s)
{
	return is_live(s) && s->subject != SUBJECT_OTHER && s->when != WHEN_PAST &&
	       (FAMILIES_THOUGHT & FAMILY_BIT(s->family)) && s->family != FAMILY_DISTRESS;
}

static bool any_speaks_for_self(const struct signal *signals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (speaks_for_self(&signals[i]))
			return true;
	return false;
}

static void settle_quotes(struct signal *signals, size_t n, bool literal)
{
	for (size_t i = 0; i < n; i++) {
		if (signals[i].suppressed_by || signals[i].framing != FRAMING_QUOTED)
			continue;
		if (literal)
			signals[i].framing = FRAMING_LITERAL;
		else
			signals[i].suppressed_by = "quoted";
	}
}

static bool same_reading(const struct signal *a, const struct signal *b)
{
	return a->family == b->family && a->when == b->when && a->subject == b->subject;
}

/*
 * "I would rather not be here" is a wish, not a wish and an ending: a part of a situation counts
 * where nothing stronger is read from the same words, which the two share, as they were written.
 */
static bool is_repeated(const struct signal *part, const struct signal *s)
{
	return (FAMILIES_PART & FAMILY_BIT(part->family)) &&
	       (FAMILIES_OVER_PARTS & FAMILY_BIT(s->family)) && !s->suppressed_by && !s->decoded;
}

/* Of two readings of the same words in the same sense, the longer one says it all. */
static void drop_contained(struct triage_scratch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_signals; i++) {
		const struct signal *s = &w->signals[i];
		bool contained = false;

		for (size_t k = 0; k < w->n_signals && !contained && !s->suppressed_by; k++) {
			const struct signal *o = &w->signals[k];
			uint32_t mine = s->end - s->from, other = o->end - o->from;

			if (s->end <= o->from || o->end <= s->from)
				continue;
			contained = k != i && !o->suppressed_by && same_reading(s, o) &&
				    o->from <= s->from && s->end <= o->end &&
				    (mine < other || (mine == other && k < i && s->id == o->id));
			contained |= is_repeated(s, o);
		}
		w->signals[i].contained = contained;
	}
	for (size_t i = 0; i < w->n_signals; i++)
		if (!w->signals[i].contained)
			w->signals[kept++] = w->signals[i];
	w->n_signals = kept;
}

/* Thoughts of the past, when nothing is said of the present but that all is well. */
static void settle_resolved(struct triage_scratch *w)
{
	for (size_t i = 0; i < w->n_signals; i++) {
		struct signal *s = &w->signals[i];

		if (!s->suppressed_by && s->when == WHEN_PAST &&
			(FAMILIES_THOUGHT & FAMILY_BIT(s->family)))
			s->suppressed_by = "resolved";
	}
}

void signals_settle(const struct ruleset *rules, struct triage_scratch *w)
{
	bool self = any_speaks_for_self(w->signals, w->n_signals) ||
		    any_speaks_for_self(w->facts, w->n_facts);
	bool meant = self || (w->cue_kinds >> CUE_EARNEST & 1);
	bool resolved = (w->cue_kinds >> CUE_RESOLVED & 1) && !self;

	if (w->n_signals <= 256)
		drop_contained(w);
	settle_quotes(w->signals, w->n_signals, meant);
	settle_quotes(w->facts, w->n_facts, meant);
	if (resolved)
		settle_resolved(w);
	topic_begin(rules, w);
	signals_count(w);
}

void signals_count(struct triage_scratch *w)
{
	w->message_families = 0;
	for (size_t i = 0; i < w->n_signals; i++)
		if (!w->signals[i].suppressed_by)
			w->message_families |= FAMILY_BIT(w->signals[i].family);
	w->contact_families = w->message_families;
	for (size_t i = 0; i < w->n_facts; i++)
		if (!w->facts[i].suppressed_by)
			w->contact_families |= FAMILY_BIT(w->facts[i].family);
	sets_build(&w->said, w->signals, w->n_signals);
	sets_build(&w->remembered, w->facts, w->n_facts);
}
