#include "scan.h"

#include <string.h>

#include "triaged/base/mem.h"

static void forget_runs(struct scan_scratch *w)
{
	memset(w->done, 0, w->n_done * sizeof(*w->done));
}

static void forget_needs(struct scan_scratch *w)
{
	memset(w->met, 0, w->n_met * sizeof(*w->met));
	w->base = 1;
}

int scan_bind(struct scan_scratch *w, const struct scan *s)
{
	if (w->n_done < s->n_phrases) {
		w->done = mem_resize(w->done, s->n_phrases, sizeof(*w->done));
		w->n_done = s->n_phrases;
	}
	w->met = mem_resize(w->met, s->n_needs + 1, sizeof(*w->met));
	w->n_met = s->n_needs;
	forget_needs(w);
	forget_runs(w);
	w->run = 0;
	if (s->db && hs_alloc_scratch(s->db, &w->hs) != HS_SUCCESS)
		return -1;
	return 0;
}

void scan_scratch_fini(struct scan_scratch *w)
{
	hs_free_scratch(w->hs);
	free(w->found);
	free(w->met);
	free(w->done);
	free(w->matches);
	memset(w, 0, sizeof(*w));
}

static int on_literal(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct scan_scratch *w = ctx;

	(void)from;
	(void)flags;
	if (w->n_found == w->cap_found) {
		w->cap_found = w->cap_found ? w->cap_found * 2 : 64;
		w->found = mem_resize(w->found, w->cap_found, sizeof(*w->found));
	}
	w->found[w->n_found].literal = id;
	w->found[w->n_found++].end = (uint32_t)to;
	return 0;
}

static void add_match(struct scan_scratch *w, struct scan_match m)
{
	if (w->n_matches == w->cap_matches) {
		w->cap_matches = w->cap_matches ? w->cap_matches * 2 : 64;
		w->matches = mem_resize(w->matches, w->cap_matches, sizeof(*w->matches));
	}
	w->matches[w->n_matches++] = m;
}

/* A phrase that is looked for around one token. */
struct look {
	uint32_t number;
	const struct scan_input *in;
	uint32_t token;
	bool several; /* clauses of the sentence hold literals: a match may run over them */
	struct {
		uint32_t from, end;
	} clause, sentence; /* of the token */
	struct phrase_place place;
};

/* The tokens around the one at hand that share its clause, or its sentence. */
static void set_place(struct look *l, uint32_t token)
{
	const struct token *tokens = l->in->text->tokens, *k = &tokens[token];
	uint32_t n = l->in->text->n_tokens;

	l->token = l->place.last = token;
	if (token < l->clause.end)
		return; /* the one before shares them */
	l->clause.from = l->clause.end = token;
	while (l->clause.from > 0 && tokens[l->clause.from - 1].clause == k->clause)
		l->clause.from--;
	while (l->clause.end < n && tokens[l->clause.end].clause == k->clause)
		l->clause.end++;
	if (token < l->sentence.end)
		return;
	l->sentence.from = l->clause.from;
	l->sentence.end = l->clause.end;
	while (l->sentence.from > 0 && tokens[l->sentence.from - 1].sentence == k->sentence)
		l->sentence.from--;
	while (l->sentence.end < n && tokens[l->sentence.end].sentence == k->sentence)
		l->sentence.end++;
}

/* Every match over the token from `from` on; when `over`, those in one clause do not count. */
static void match_around(
	struct scan_scratch *w, struct look *l, const struct phrase *ph, uint32_t from, bool over)
{
	const struct token *tokens = l->in->text->tokens;
	uint32_t *next = &w->done[l->number].next[over], at = from > *next ? from : *next;

	while (at <= l->place.last) {
		uint32_t words = phrase_find(ph, &l->place, &at);

		if (words && over && tokens[at].clause == tokens[at + words - 1].clause)
			words = 0;
		if (words)
			add_match(w, (struct scan_match){ l->number, at, at + words });
		at += words ? words : at <= l->place.last;
	}
	*next = at;
}

/* Look for the phrase in every place that may reach over the token. */
static void check_phrase(struct scan_scratch *w, struct look *l)
{
	const struct phrase *ph = &l->in->phrases[l->number];
	uint32_t least = l->token > ph->back ? l->token - ph->back : 0;

	l->place.end = l->clause.end;
	match_around(w, l, ph, least > l->clause.from ? least : l->clause.from, false);
	if (!l->several || ph->one_clause ||
		(least >= l->clause.from && l->token + ph->longest <= l->clause.end))
		return;
	l->place.end = l->sentence.end;
	match_around(w, l, ph, least > l->sentence.from ? least : l->sentence.from, true);
}

/* A new sentence: what was noted about phrases is about another one. */
static void next_run(struct scan_scratch *w)
{
	if (++w->run > 0)
		return;
	forget_runs(w);
	w->run = 1;
}

/* Literals up to the last of a sentence: the first of them whose needs are not noted yet. */
struct stretch {
	size_t last, ahead;
};

/* Note what is met by the literals that a phrase reaches from `token` on. */
static void note_needs(
	const struct scan *s, struct scan_scratch *w, struct stretch *at, uint32_t token)
{
	for (; at->ahead < at->last && w->found[at->ahead].token < token + s->reach; at->ahead++) {
		uint32_t literal = w->found[at->ahead].literal, end = s->needs.first[literal + 1];
		uint32_t now = w->base + w->found[at->ahead].token;

		for (uint32_t k = s->needs.first[literal]; k < end; k++)
			w->met[s->needs.items[k]] = now;
	}
}

/* The first token that a phrase may begin at which reaches `back` words before the one at hand. */
static uint32_t begin_of(const struct look *l, uint32_t back)
{
	uint32_t from = l->token > back ? l->token - back : 0;

	return from > l->sentence.from ? from : l->sentence.from;
}

/* Of what a need was met by, only the last is known; nearer than that is near enough. */
static bool meets_others(const struct scan *s, const struct scan_scratch *w,
	const struct scan_candidate *c, const struct look *l)
{
	uint32_t from = w->base + begin_of(l, c->back), end = s->others.first[c->phrase + 1];

	for (uint32_t k = s->others.first[c->phrase]; k < end; k++)
		if (w->met[s->others.items[k]] < from)
			return false;
	return true;
}

/* The phrases whose rarest need the literal meets, around its token. */
static void check_literal(
	const struct scan *s, struct scan_scratch *w, uint32_t literal, struct look *l)
{
	uint32_t end = s->first_candidate[literal + 1];

	for (uint32_t k = s->first_candidate[literal]; k < end;) {
		const struct scan_candidate *c = &s->candidates[k];

		if (c->guard != SCAN_NO_GUARD &&
			w->met[c->guard] < w->base + begin_of(l, c->most)) {
			k = c->after;
			continue;
		}
		k++;
		if (!meets_others(s, w, c, l))
			continue;
		l->number = c->phrase;
		if (w->done[l->number].run != w->run) {
			w->done[l->number].run = w->run;
			w->done[l->number].next[0] = w->done[l->number].next[1] = 0;
		}
		check_phrase(w, l);
	}
}

/* What the literals first..last say, which stand in one sentence. */
static int check_sentence(const struct scan *s, struct scan_scratch *w, size_t first, size_t last,
	const struct scan_input *in)
{
	const struct token *tokens = in->text->tokens;
	struct stretch at = { last, first };
	struct look look;

	look.in = in;
	look.several =
		tokens[w->found[first].token].clause != tokens[w->found[last - 1].token].clause;
	look.place = (struct phrase_place){ .text = in->text, .vocab = in->vocab };
	look.clause.end = look.sentence.end = 0;
	next_run(w);
	for (size_t i = first; i < last; i++) {
		set_place(&look, w->found[i].token);
		note_needs(s, w, &at, look.token);
		if (w->steps + look.place.steps > in->max_steps)
			return -1;
		check_literal(s, w, w->found[i].literal, &look);
	}
	w->steps += look.place.steps;
	return 0;
}

static uint32_t sentence_of(const struct scan_scratch *w, const struct scan_input *in, size_t i)
{
	return in->text->tokens[w->found[i].token].sentence;
}

/* A literal ends with the space behind its last word, or inside the word of a prefix. */
static void set_tokens(struct scan_scratch *w, const struct text *t)
{
	uint32_t token = 0;

	for (size_t i = 0; i < w->n_found; i++) {
		while (token + 1 < t->n_tokens && t->tokens[token + 1].at < w->found[i].end - 1)
			token++;
		w->found[i].token = token;
	}
}

/* What was noted of the text before lies below the base of this one. */
static void next_text(struct scan_scratch *w, uint32_t n_tokens)
{
	w->base += w->n_tokens;
	w->n_tokens = n_tokens;
	if (w->base > UINT32_MAX / 2)
		forget_needs(w);
}

int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in)
{
	const struct text *t = in->text;

	w->n_found = 0;
	w->n_matches = 0;
	next_text(w, t->n_tokens);
	if (!s->db || t->n_tokens == 0)
		return 0;
	if (hs_scan(s->db, t->padded.data, (unsigned)t->padded.len, 0, w->hs, on_literal, w) !=
		HS_SUCCESS)
		return -1;
	/* They come in the order of their ends, so those of one sentence stand together. */
	set_tokens(w, t);
	for (size_t i = 0, end; i < w->n_found; i = end) {
		for (end = i + 1;
			end < w->n_found && sentence_of(w, in, end) == sentence_of(w, in, i);)
			end++;
		if (check_sentence(s, w, i, end, in) < 0)
			return -1;
	}
	return 0;
}
