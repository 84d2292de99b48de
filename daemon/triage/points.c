#include "points.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "model.h"

#define RUN_WORDS   60 /* taken together, unless the first sentence alone is longer */
#define PIECE_WORDS 40 /* of a sentence that does not end: it is looked at in pieces */

struct weighed_word {
	uint32_t word;
	struct triage_span span;
};

/* A sentence, or a part of one that is long. */
struct weighed_piece {
	uint32_t first_token;
	size_t first_item;
};

void points_init(struct points *p)
{
	vocab_init(&p->words);
	p->of = NULL;
}

void points_fini(struct points *p)
{
	vocab_fini(&p->words);
	free(p->of);
}

bool points_add(struct points *p, const char *word, size_t n, int points)
{
	uint32_t before = p->words.n_words, number = vocab_add(&p->words, word, n);

	if (p->words.n_words == before)
		return false;
	p->of = mem_resize(p->of, p->words.n_words, sizeof(*p->of));
	p->of[number] = points;
	return true;
}

void points_scratch_fini(struct points_scratch *s)
{
	free(s->items);
	free(s->pieces);
	free(s->seen);
}

static void take(const struct points *p, const struct text *t, uint32_t i, int least,
	struct points_scratch *s)
{
	const struct token *k = &t->tokens[i];
	uint32_t word = k->marks & TOKEN_DIGITS
				? vocab_find(&p->words, "#", 1)
				: vocab_find(&p->words, t->padded.data + k->at, k->len);

	if (word == WORD_NONE || p->of[word] < least)
		return;
	GROW(s->items, s->n_items, s->cap_items);
	s->items[s->n_items++] = (struct weighed_word){ word, { k->start, k->end } };
}

static void begin_piece(struct points_scratch *s, uint32_t token)
{
	GROW(s->pieces, s->n_pieces, s->cap_pieces);
	s->pieces[s->n_pieces++] = (struct weighed_piece){ token, s->n_items };
}

/* The words of the table in order, and where pieces begin; a fence behind the last. */
static void collect(const struct points *p, const struct text *honest, const struct text *decoded,
	struct points_scratch *s)
{
	const struct token *k = honest->tokens;
	uint32_t at = 0, first = 0;

	s->n_items = s->n_pieces = 0;
	for (uint32_t i = 0; i < honest->n_tokens; i++) {
		if (i == 0 || k[i].sentence != k[i - 1].sentence || i - first == PIECE_WORDS)
			begin_piece(s, first = i);
		take(p, honest, i, INT_MIN, s);
		for (; decoded && at < decoded->n_tokens && decoded->tokens[at].honest <= i; at++)
			if (decoded->tokens[at].marks & TOKEN_CHANGED)
				take(p, decoded, at, 1, s);
	}
	begin_piece(s, honest->n_tokens);
}

static void show(const struct points *p, struct points_scratch *s, size_t from, size_t end)
{
	size_t chosen[POINTS_SHOWN];

	s->n_shown = 0;
	for (size_t i = from; i < end; i++) {
		size_t at = s->n_shown;
		int points = p->of[s->items[i].word];

		while (at > 0 && p->of[s->items[chosen[at - 1]].word] < points)
			at--;
		if (points <= 0 || at == POINTS_SHOWN)
			continue;
		s->n_shown += s->n_shown < POINTS_SHOWN;
		memmove(chosen + at + 1, chosen + at, (s->n_shown - at - 1) * sizeof(*chosen));
		chosen[at] = i;
	}
	for (size_t i = 0; i < s->n_shown; i++)
		s->shown[i] = s->items[chosen[i]].span;
}

/* From piece `from` on; *end is the piece behind the last of the greatest sum. */
static int weigh_from(const struct points *p, struct points_scratch *s, size_t from, size_t *end)
{
	int sum = 0, greatest = INT_MIN;

	for (size_t i = from; i + 1 < s->n_pieces; i++) {
		if (i > from &&
			s->pieces[i + 1].first_token - s->pieces[from].first_token > RUN_WORDS)
			break;
		for (size_t k = s->pieces[i].first_item; k < s->pieces[i + 1].first_item; k++) {
			uint32_t word = s->items[k].word;

			if (s->seen[word] != from + 1)
				sum += p->of[word];
			s->seen[word] = (uint32_t)from + 1;
		}
		if (sum > greatest) {
			greatest = sum;
			*end = i + 1;
		}
	}
	return greatest;
}

int points_weigh(const struct points *p, const struct text *honest, const struct text *decoded,
	struct points_scratch *s)
{
	int greatest = INT_MIN;
	size_t from = 0, end = 0;

	s->n_shown = 0;
	collect(p, honest, decoded, s);
	if (s->n_items == 0)
		return 0;
	if (s->n_seen < p->words.n_words) {
		s->n_seen = p->words.n_words;
		s->seen = mem_resize(s->seen, s->n_seen, sizeof(*s->seen));
	}
	memset(s->seen, 0, s->n_seen * sizeof(*s->seen));
	for (size_t i = 0; i + 1 < s->n_pieces; i++) {
		size_t behind = i + 1;
		int sum = weigh_from(p, s, i, &behind);

		if (sum > greatest) {
			greatest = sum;
			from = i;
			end = behind;
		}
	}
	show(p, s, s->pieces[from].first_item, s->pieces[end].first_item);
	return greatest;
}
