#include "scan.h"

#include <string.h>

#include "triaged/base/mem.h"

static void forget_runs(struct scan_scratch *w)
{
	memset(w->done, 0, w->n_done * sizeof(*w->done));
	memset(w->met, 0, w->n_met * sizeof(*w->met));
}

int scan_bind(struct scan_scratch *w, const struct scan *s)
{
	if (w->n_done < s->n_phrases) {
		w->done = mem_resize(w->done, s->n_phrases, sizeof(*w->done));
		w->n_done = s->n_phrases;
	}
	if (w->n_met < s->n_needs) {
		w->met = mem_resize(w->met, s->n_needs, sizeof(*w->met));
		w->n_met = s->n_needs;
	}
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
	const struct phrase *ph;
	uint32_t number;
	const struct scan_input *in;
	uint32_t token;
	bool wide; /* over several clauses of the sentence too */
	/* What the phrase accepts at each token from..end. */
	uint32_t from, end;
	PHRASE_SET accepts[2 * PHRASE_POSITIONS];
};

static bool together(const struct look *l, uint32_t a, uint32_t b, bool wide)
{
	const struct token *tokens = l->in->text->tokens;

	return wide ? tokens[a].sentence == tokens[b].sentence
		    : tokens[a].clause == tokens[b].clause;
}

/* The tokens that a match over the middle one may begin and end with. */
static void set_bounds(struct look *l, uint32_t next)
{
	uint32_t longest = l->ph->longest;

	for (l->from = l->token; l->from > next && l->token - l->from + 1 < longest;)
		if (!together(l, --l->from, l->token, l->wide)) {
			l->from++;
			break;
		}
	l->end = l->token + 1;
	while (l->end < l->in->text->n_tokens && l->end < l->token + longest &&
		together(l, l->end, l->token, l->wide))
		l->end++;
}

/* Every match over the token that lies in its clause or, when `over`, in more than one. */
static void match_around(struct scan_scratch *w, const struct look *l, bool over)
{
	uint32_t *next = &w->done[l->number].next[over], from = l->from, end = l->end;

	while (!over && !together(l, from, l->token, false))
		from++;
	while (!over && !together(l, end - 1, l->token, false))
		end--;
	if (from < *next)
		from = *next;
	while (from <= l->token) {
		uint32_t len = phrase_match(l->ph, l->accepts + (from - l->from), end - from);

		if (len && over && together(l, from, from + len - 1, false))
			len = 0;
		if (len)
			add_match(w, (struct scan_match){ l->number, from, from + len });
		from += len ? len : 1;
		*next = from;
	}
}

/* Look for the phrase in every place that may reach over the token. */
static void check_phrase(struct scan_scratch *w, struct look *l)
{
	const uint32_t *next = w->done[l->number].next;
	uint32_t least = l->wide && next[1] < next[0] ? next[1] : next[0];

	if (l->token < least)
		return;
	set_bounds(l, least);
	for (uint32_t i = l->from; i < l->end; i++)
		l->accepts[i - l->from] =
			phrase_accepts(l->ph, l->in->text, l->in->vocab, &l->in->text->tokens[i]);
	w->steps += l->end - l->from;
	match_around(w, l, false);
	if (l->wide)
		match_around(w, l, true);
}

/* A new sentence: what was noted about needs and phrases is about another one. */
static void next_run(struct scan_scratch *w)
{
	if (++w->run > 0)
		return;
	forget_runs(w);
	w->run = 1;
}

static void note_need(struct scan_scratch *w, uint32_t need, uint32_t token)
{
	if (w->met[need].run != w->run) {
		w->met[need].run = w->run;
		w->met[need].first = token;
	}
	w->met[need].last = token; /* they come in order */
}

/* Note which needs the literals from..end of one sentence meet. */
static void note_needs(const struct scan *s, struct scan_scratch *w, size_t from, size_t end)
{
	next_run(w);
	for (size_t i = from; i < end; i++) {
		uint32_t literal = w->found[i].literal;

		for (uint32_t k = s->needs.first[literal]; k < s->needs.first[literal + 1]; k++)
			note_need(w, s->needs.items[k], w->found[i].token);
	}
}

/* Is the other need met on its side of the token? */
static bool is_met(const struct scan_scratch *w, uint32_t other, uint32_t token)
{
	uint32_t need = other & ~SCAN_BEHIND;

	if (w->met[need].run != w->run)
		return false;
	return other & SCAN_BEHIND ? w->met[need].last > token : w->met[need].first < token;
}

/* No farther from it than the phrase is long? */
static bool is_near(const struct scan_scratch *w, uint32_t other, uint32_t token, uint32_t longest)
{
	uint32_t need = other & ~SCAN_BEHIND;

	return other & SCAN_BEHIND ? w->met[need].first < token + longest
				   : w->met[need].last + longest > token;
}

static bool meets_others(const struct scan *s, const struct scan_scratch *w, const struct look *l)
{
	for (uint32_t k = s->others.first[l->number]; k < s->others.first[l->number + 1]; k++)
		if (!is_met(w, s->others.items[k], l->token) ||
			!is_near(w, s->others.items[k], l->token, l->ph->longest))
			return false;
	return true;
}

/* The phrases whose rarest need is met at the token. */
static void check_need(
	const struct scan *s, struct scan_scratch *w, uint32_t need, struct look *l, bool several)
{
	uint32_t end = s->phrases.first[need + 1];

	for (uint32_t k = s->phrases.first[need]; k < end;) {
		const struct scan_candidate *c = &s->candidates[k];

		if (c->guard != SCAN_NO_GUARD && !is_met(w, c->guard, l->token)) {
			k = c->after;
			continue;
		}
		k++;
		l->number = c->phrase;
		l->ph = &l->in->phrases[l->number];
		l->wide = several && !l->ph->one_clause;
		if (!meets_others(s, w, l))
			continue;
		if (w->done[l->number].run != w->run) {
			w->done[l->number].run = w->run;
			w->done[l->number].next[0] = w->done[l->number].next[1] = 0;
		}
		check_phrase(w, l);
	}
}

/* What the literals from..end say, which stand in one sentence. */
static int check_sentence(const struct scan *s, struct scan_scratch *w, size_t from, size_t end,
	const struct scan_input *in)
{
	const struct token *tokens = in->text->tokens;
	struct look look NOT_ZEROED;
	bool several =
		tokens[w->found[from].token].clause != tokens[w->found[end - 1].token].clause;

	look.in = in;
	note_needs(s, w, from, end);
	for (size_t i = from; i < end; i++) {
		uint32_t literal = w->found[i].literal;

		look.token = w->found[i].token;
		if (w->steps > in->max_steps)
			return -1;
		for (uint32_t k = s->leads.first[literal]; k < s->leads.first[literal + 1]; k++)
			check_need(s, w, s->leads.items[k], &look, several);
	}
	return 0;
}

static uint32_t sentence_of(const struct scan_scratch *w, const struct scan_input *in, size_t i)
{
	return in->text->tokens[w->found[i].token].sentence;
}

int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in)
{
	const struct text *t = in->text;

	w->n_found = 0;
	w->n_matches = 0;
	if (!s->db || t->n_tokens == 0)
		return 0;
	if (hs_scan(s->db, t->padded.data, (unsigned)t->padded.len, 0, w->hs, on_literal, w) !=
		HS_SUCCESS)
		return -1;
	/* A literal ends with the space behind its last word, or inside the word of a prefix. */
	for (size_t i = 0; i < w->n_found; i++)
		w->found[i].token = text_token_at(t, w->found[i].end - 2);
	/* They come in the order of their ends, so those of one sentence stand together. */
	for (size_t i = 0, end; i < w->n_found; i = end) {
		for (end = i + 1;
			end < w->n_found && sentence_of(w, in, end) == sentence_of(w, in, i);)
			end++;
		if (check_sentence(s, w, i, end, in) < 0)
			return -1;
	}
	return 0;
}
