#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define BASE_FIRST 1024 /* more than a need lies before a word: what is not yet met is far away */

static void forget_runs(struct scan_scratch *w)
{
	if (w->done) /* rules without a phrase need none */
		memset(w->done, 0, w->n_done * sizeof(*w->done));
}

static void forget_needs(struct scan_scratch *w)
{
	memset(w->met, 0, w->n_met * sizeof(*w->met));
	w->base = BASE_FIRST;
}

void scan_bind(struct scan_scratch *w, const struct scan *s)
{
	if (w->n_done < s->n_phrases) {
		w->done = mem_resize(w->done, s->n_phrases, sizeof(*w->done));
		w->n_done = s->n_phrases;
	}
	w->n_met = s->n_words + s->n_needs;
	w->met = mem_resize(w->met, w->n_met + 1, sizeof(*w->met));
	forget_needs(w);
	forget_runs(w);
	w->run = 0;
}

void scan_scratch_fini(struct scan_scratch *w)
{
	free(w->lists);
	free(w->met);
	free(w->done);
	free(w->matches);
	memset(w, 0, sizeof(*w));
}

static void add_match(struct scan_scratch *w, struct scan_match m)
{
	if (w->n_matches == w->cap_matches) {
		w->cap_matches = w->cap_matches ? w->cap_matches * 2 : 64;
		w->matches = mem_resize(w->matches, w->cap_matches, sizeof(*w->matches));
	}
	w->matches[w->n_matches++] = m;
}

/* A phrase that is looked for around one token of a sentence. */
struct look {
	uint32_t number;
	const struct scan_input *in;
	uint32_t token;
	uint32_t now, begin; /* the token and the first of the sentence, from the text's base on */
	uint32_t ahead;      /* first token of the sentence whose needs are not noted yet */
	bool several;        /* the sentence has clauses: a match may run over them */
	struct {
		uint32_t from, end;
	} clause, sentence; /* of the token */
	struct phrase_place place;
};

/* Move to a token behind the one at hand, of the same sentence. */
static void set_token(struct look *l, uint32_t token)
{
	const struct token *tokens = l->in->text->tokens;

	l->token = token;
	if (token < l->clause.end)
		return;
	for (l->clause.from = token; l->clause.from > l->sentence.from &&
				     tokens[l->clause.from - 1].clause == tokens[token].clause;)
		l->clause.from--;
	for (l->clause.end = token + 1; l->clause.end < l->sentence.end &&
					tokens[l->clause.end].clause == tokens[token].clause;)
		l->clause.end++;
}

static uint32_t latest(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t later = a > b ? a : b;

	return later > c ? later : c;
}

/*
 * Look for the phrase in every place that may reach over the token: inside the clause from `inner`
 * on, and over several from `outer` on, where those in one clause do not count.
 */
static void check_phrase(struct scan_scratch *w, struct look *l)
{
	const struct phrase *ph = &l->in->phrases[l->number];
	const struct token *tokens = l->in->text->tokens;
	uint32_t *next = w->done[l->number].next;
	uint32_t least = l->token > ph->back ? l->token - ph->back : 0;
	bool over = l->several && !ph->one_clause &&
		    (least < l->clause.from || l->token + ph->longest > l->clause.end);
	uint32_t inner = latest(least, l->clause.from, next[0]);
	uint32_t outer = over ? latest(least, l->sentence.from, next[1]) : UINT32_MAX;

	l->place.clause_end = l->clause.end;
	l->place.end = over ? l->sentence.end : l->clause.end;
	for (uint32_t at = inner < outer ? inner : outer; at <= l->token; at++) {
		uint32_t words, inside;

		if (!phrase_may_begin(ph, w->lists[at]))
			continue;
		words = phrase_match(ph, &l->place, at, &inside);
		if (inside && at >= inner) {
			add_match(w, (struct scan_match){ l->number, at, at + inside });
			inner = at + inside;
		}
		if (words && at >= outer && tokens[at].clause != tokens[at + words - 1].clause) {
			add_match(w, (struct scan_match){ l->number, at, at + words });
			outer = at + words;
		}
	}
	next[0] = inner > l->token ? inner : l->token + 1;
	if (over)
		next[1] = outer > l->token ? outer : l->token + 1;
}

/* A new sentence: what was noted about phrases is about another one. */
static void next_run(struct scan_scratch *w)
{
	if (++w->run > 0)
		return;
	forget_runs(w);
	w->run = 1;
}

static inline void note(struct scan_met *m, uint32_t at)
{
	uint32_t since = at - m->last;

	m->back = (since < 64 ? m->back << since : 0) | 1;
	m->last = at;
}

/* Note what is met by the words that a phrase reaches from the one at hand on. */
static void note_needs(const struct scan *s, struct scan_scratch *w, struct look *l)
{
	uint32_t end = l->token + s->reach, at = l->ahead;
	struct scan_met *met = w->met;

	for (end = end < l->sentence.end ? end : l->sentence.end; at < end; at++) {
		uint32_t list = w->lists[at], now = w->base + at;
		const uint32_t *need, *last;

		if (list == SCAN_NO_LIST)
			continue;
		if (list < s->n_words)
			note(&met[list], now);
		need = s->needs + s->lists[list].need;
		last = s->needs + s->lists[list + 1].need;
		for (; need < last; need++)
			note(&met[*need], now);
	}
	l->ahead = at;
}

/* Is the need met where it must be for the word at hand? Yes also where it is not known. */
static inline bool is_met(const struct scan_met *met, const struct look *l, struct scan_near near)
{
	const struct scan_met *m = &met[near.need];
	int32_t least = near.least, most = near.most;
	uint32_t from = l->now + (uint32_t)least, end = l->now + (uint32_t)most;

	if (from < l->begin)
		from = l->begin;
	if (m->last <= end)
		return m->last >= from;
	if (m->last - from >= 64)
		return true;
	return end >= from && m->back >> (m->last - end) << (63 - (end - from));
}

static bool meets_others(
	const struct scan *s, const struct scan_scratch *w, uint32_t way, const struct look *l)
{
	for (uint32_t k = s->ways[way].other; k < s->ways[way + 1].other; k++)
		if (!is_met(w->met, l, s->others[k]))
			return false;
	return true;
}

/* The bit of the word beside the one at hand; where there is none, any will do. */
static uint64_t bit_of(const struct scan_scratch *w, const struct look *l, uint32_t token)
{
	bool is_there = token >= l->sentence.from && token < l->sentence.end;

	return UINT64_C(1) << (is_there ? w->lists[token] : 0) % 64;
}

/* The phrases whose rarest need the word at hand meets, around it. */
static void check_word(const struct scan *s, struct scan_scratch *w, struct look *l)
{
	const struct scan_list *list = &s->lists[w->lists[l->token]];
	uint64_t before = bit_of(w, l, l->token - 1);
	uint64_t behind = bit_of(w, l, l->token + 1);

	const struct scan_candidate *c = s->candidates + list->candidate;
	const struct scan_candidate *end = s->candidates + list[1].candidate;

	while (c < end) {
		const struct scan_candidate *at = c++;

		if (at->guard.need != SCAN_NO_NEED && !is_met(w->met, l, at->guard)) {
			c = s->candidates + at->after;
			continue;
		}
		if (!(at->before & before) || !(at->behind & behind) ||
			!meets_others(s, w, at->way, l))
			continue;
		l->number = s->ways[at->way].phrase;
		if (w->done[l->number].run != w->run) {
			w->done[l->number].run = w->run;
			w->done[l->number].next[0] = w->done[l->number].next[1] = 0;
		}
		check_phrase(w, l);
	}
}

static int check_sentence(const struct scan *s, struct scan_scratch *w, const struct scan_input *in,
	uint32_t from, uint32_t end)
{
	const struct token *tokens = in->text->tokens;
	struct look l = { .in = in,
		.ahead = from,
		.begin = w->base + from,
		.several = tokens[from].clause != tokens[end - 1].clause,
		.sentence = { from, end },
		.place = { .text = in->text, .vocab = in->vocab, .words = w->lists } };

	next_run(w);
	for (uint32_t i = from; i < end; i++) {
		uint32_t list = w->lists[i];

		if (list == SCAN_NO_LIST ||
			s->lists[list].candidate == s->lists[list + 1].candidate)
			continue;
		set_token(&l, i);
		l.now = w->base + i;
		note_needs(s, w, &l);
		if (w->steps + l.place.steps > in->max_steps)
			return -1;
		check_word(s, w, &l);
	}
	w->steps += l.place.steps;
	return 0;
}

/* The list of the longest beginning of an unknown word; it holds those of the shorter ones too. */
static uint32_t list_of_unknown(
	const struct scan *s, const struct vocab *vocab, const char *word, uint32_t len)
{
	uint32_t end = s->first_beginning[(uint8_t)*word + 1];

	for (uint32_t i = s->first_beginning[(uint8_t)*word]; i < end; i++) {
		const struct vocab_word *b = &vocab->words[s->beginnings[i]];

		if (b->len <= len && memcmp(vocab->bytes + b->at, word, b->len) == 0)
			return s->n_words + i;
	}
	return SCAN_NO_LIST;
}

/* Look up the lists of a sentence; where it ends, and whether it is one to look at. */
static uint32_t read_sentence(const struct scan *s, struct scan_scratch *w,
	const struct scan_input *in, uint32_t from, bool *wanted)
{
	const struct token *tokens = in->text->tokens;
	uint32_t end = from, marks = 0;

	for (; end < in->text->n_tokens && tokens[end].sentence == tokens[from].sentence; end++) {
		const struct token *k = &tokens[end];

		marks |= k->marks;
		w->lists[end] = k->word != WORD_NONE
					? k->word
					: list_of_unknown(s, in->vocab,
						  in->text->padded.data + k->at, k->len);
	}
	*wanted = !in->marks || (marks & in->marks);
	return end;
}

/* What was noted of the text before lies below the base of this one. */
static void next_text(struct scan_scratch *w, uint32_t n_tokens)
{
	w->base += w->n_tokens;
	w->n_tokens = n_tokens;
	if (w->base > UINT32_MAX / 2)
		forget_needs(w);
}

static bool comes_before(const struct scan_match *a, const struct scan_match *b)
{
	if (a->from != b->from)
		return a->from < b->from;
	return a->end != b->end ? a->end < b->end : a->phrase < b->phrase;
}

/* They are found nearly in their order: insertion. */
static void sort_matches(struct scan_scratch *w)
{
	for (size_t i = 1; i < w->n_matches; i++) {
		struct scan_match m = w->matches[i];
		size_t k = i;

		for (; k > 0 && comes_before(&m, &w->matches[k - 1]); k--)
			w->matches[k] = w->matches[k - 1];
		w->matches[k] = m;
	}
}

int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in)
{
	const struct text *t = in->text;
	int result = 0;

	w->n_matches = 0;
	next_text(w, t->n_tokens);
	if (t->n_tokens > w->cap_lists) {
		w->cap_lists = t->n_tokens * (size_t)2;
		w->lists = mem_resize(w->lists, w->cap_lists, sizeof(*w->lists));
	}
	for (uint32_t i = 0, end; i < t->n_tokens && result == 0; i = end) {
		bool wanted;

		end = read_sentence(s, w, in, i, &wanted);
		if (wanted)
			result = check_sentence(s, w, in, i, end);
	}
	sort_matches(w);
	return result;
}
