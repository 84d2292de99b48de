#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/map.h"
#include "triaged/base/mem.h"

struct literal_list {
	const char **texts;
	size_t *lens;
	unsigned *flags, *ids;
	uint32_t n;
};

static void list_free(struct literal_list *l)
{
	free(l->texts);
	free(l->lens);
	free(l->flags);
	free(l->ids);
}

/* The literals of one need of a phrase, each with its number. */
struct numbering {
	struct map seen; /* literal -> its number + 1 */
	uint32_t *numbers;
	size_t n;
};

static size_t count_literals(const struct phrase *phrases, uint32_t n)
{
	size_t total = 0;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < phrases[i].n_needs; k++)
			total += phrases[i].needs[k].n;
	return total;
}

static void number_need(
	struct scan *s, struct numbering *m, const struct phrase_need *need, struct literal_list *l)
{
	for (size_t i = 0; i < need->n; i++) {
		uintptr_t id = (uintptr_t)map_get(&m->seen, need->literals[i]);

		if (id == 0) {
			l->texts[l->n] = need->literals[i];
			l->lens[l->n] = strlen(need->literals[i]);
			id = ++l->n;
			map_put(&m->seen, need->literals[i], (void *)id);
		}
		m->numbers[m->n++] = (uint32_t)id - 1;
		s->first_owner[id]++; /* so far a count, one place on */
	}
}

/* Group the owners by literal: counts to beginnings, then each to its place. */
static void group_owners(
	struct scan *s, const struct phrase *phrases, const uint32_t *numbers, size_t total)
{
	uint32_t *next = mem_zalloc((s->n_literals + 1) * sizeof(*next));
	size_t at = 0;

	for (uint32_t i = 0; i < s->n_literals; i++) {
		s->first_owner[i + 1] += s->first_owner[i];
		next[i] = s->first_owner[i];
	}
	s->owners = mem_zalloc((total + 1) * sizeof(*s->owners));
	for (uint32_t i = 0; i < s->n_phrases; i++)
		for (uint32_t k = 0; k < phrases[i].n_needs; k++)
			for (size_t j = 0; j < phrases[i].needs[k].n; j++)
				s->owners[next[numbers[at++]]++] = (struct scan_owner){ i, k };
	free(next);
}

/* Number the distinct literals, and list for each the phrases that need it. */
static void collect(
	struct scan *s, const struct phrase *phrases, uint32_t n, struct literal_list *l)
{
	size_t total = count_literals(phrases, n);
	struct numbering m = { .n = 0 };

	map_init(&m.seen, 0, 0);
	m.numbers = mem_zalloc((total + 1) * sizeof(*m.numbers));
	l->texts = mem_zalloc((total + 1) * sizeof(*l->texts));
	l->lens = mem_zalloc((total + 1) * sizeof(*l->lens));
	s->first_owner = mem_zalloc((total + 2) * sizeof(*s->first_owner));
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < phrases[i].n_needs; k++)
			number_need(s, &m, &phrases[i].needs[k], l);
	s->n_literals = l->n;
	s->n_phrases = n;
	group_owners(s, phrases, m.numbers, total);
	map_fini(&m.seen);
	free(m.numbers);
}

int scan_compile(struct scan *s, const struct phrase *phrases, uint32_t n, struct err *e)
{
	struct literal_list l = { .n = 0 };
	hs_compile_error_t *error = NULL;
	int result = 0;

	memset(s, 0, sizeof(*s));
	collect(s, phrases, n, &l);
	l.flags = mem_zalloc((l.n + 1) * sizeof(*l.flags));
	l.ids = mem_zalloc((l.n + 1) * sizeof(*l.ids));
	for (uint32_t i = 0; i < l.n; i++)
		l.ids[i] = i;
	if (l.n > 0 && hs_compile_lit_multi(l.texts, l.flags, l.ids, l.lens, l.n, HS_MODE_BLOCK,
			       NULL, &s->db, &error) != HS_SUCCESS) {
		result = err_set(e, "pattern compiler: %s", error ? error->message : "failed");
		hs_free_compile_error(error);
	}
	list_free(&l);
	if (result < 0)
		scan_fini(s);
	return result;
}

void scan_fini(struct scan *s)
{
	hs_free_database(s->db);
	free(s->owners);
	free(s->first_owner);
	memset(s, 0, sizeof(*s));
}

int scan_bind(struct scan_scratch *w, const struct scan *s)
{
	if (w->n_done < s->n_phrases) {
		w->done = mem_resize(w->done, s->n_phrases, sizeof(*w->done));
		w->n_done = s->n_phrases;
	}
	memset(w->done, 0, w->n_done * sizeof(*w->done));
	w->run = 0;
	if (s->db && hs_alloc_scratch(s->db, &w->hs) != HS_SUCCESS)
		return -1;
	return 0;
}

void scan_scratch_fini(struct scan_scratch *w)
{
	hs_free_scratch(w->hs);
	free(w->found);
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

/* Look for phrase in every place that may reach over token, inside its clause. */
static void check_phrase(struct scan_scratch *w, const struct phrase *ph, uint32_t number,
	const struct text *t, const struct vocab *vocab, uint32_t token)
{
	uint64_t accepts[2 * PHRASE_POSITIONS] NOT_ZEROED;
	uint32_t from = token, clause = t->tokens[token].clause, n = 0;

	while (from > w->done[number].next && token - from + 1 < ph->longest &&
		t->tokens[from - 1].clause == clause)
		from--;
	if (from < w->done[number].next)
		return;
	for (uint32_t i = from;
		i < t->n_tokens && i < token + ph->longest && t->tokens[i].clause == clause; i++)
		accepts[n++] = phrase_accepts(ph, t, vocab, &t->tokens[i]);
	w->steps += n;
	for (uint32_t at = 0; from + at <= token;) {
		uint32_t len = phrase_match(ph, accepts + at, n - at);

		if (len)
			add_match(w, (struct scan_match){ number, from + at, from + at + len });
		at += len ? len : 1;
		w->done[number].next = from + at;
	}
}

/* A new clause: what was noted about phrases is about another one. */
static void next_run(struct scan_scratch *w)
{
	if (++w->run > 0)
		return;
	memset(w->done, 0, w->n_done * sizeof(*w->done));
	w->run = 1;
}

/* Note which needs of which phrases the literals from..end of one clause meet. */
static void note_needs(const struct scan *s, struct scan_scratch *w, size_t from, size_t end)
{
	next_run(w);
	for (size_t i = from; i < end; i++) {
		uint32_t literal = w->found[i].literal;

		for (uint32_t k = s->first_owner[literal]; k < s->first_owner[literal + 1]; k++) {
			uint32_t phrase = s->owners[k].phrase;

			if (w->done[phrase].run != w->run) {
				w->done[phrase].run = w->run;
				w->done[phrase].needs = 0;
				w->done[phrase].next = 0;
			}
			w->done[phrase].needs |= 1u << s->owners[k].need;
		}
	}
}

static int check_clause(const struct scan *s, struct scan_scratch *w, size_t from, size_t end,
	const struct scan_input *in)
{
	note_needs(s, w, from, end);
	for (size_t i = from; i < end; i++) {
		uint32_t literal = w->found[i].literal;

		for (uint32_t k = s->first_owner[literal]; k < s->first_owner[literal + 1]; k++) {
			uint32_t number = s->owners[k].phrase;
			const struct phrase *ph = &in->phrases[number];

			if (s->owners[k].need != 0 ||
				w->done[number].needs != (1u << ph->n_needs) - 1)
				continue;
			if (w->steps > in->max_steps)
				return -1;
			check_phrase(w, ph, number, in->text, in->vocab, w->found[i].token);
		}
	}
	return 0;
}

static uint32_t clause_of(const struct scan_scratch *w, const struct scan_input *in, size_t i)
{
	return in->text->tokens[w->found[i].token].clause;
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
	/* They come in the order of their ends, so those of one clause stand together. */
	for (size_t i = 0, end; i < w->n_found; i = end) {
		for (end = i + 1; end < w->n_found && clause_of(w, in, end) == clause_of(w, in, i);)
			end++;
		if (check_clause(s, w, i, end, in) < 0)
			return -1;
	}
	return 0;
}
