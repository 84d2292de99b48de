#include "points.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "model.h"

#define RUN_WORDS   60 /* taken together, unless the first sentence alone is longer */
#define PIECE_WORDS 40 /* of a sentence that does not end: it is looked at in pieces */

struct weighed_word {
	uint32_t entry; /* pairs are numbered behind the words */
	struct weight weight;
	struct triage_span span;
};

/* A sentence, or a part of one that is long. */
struct weighed_piece {
	uint32_t first_token;
	size_t first_item;
	int most; /* the greatest sum for danger of a run that it is in */
};

/* Pieces taken together. */
struct run {
	int sum;
	size_t from, end;
};

void points_init(struct points *p)
{
	vocab_init(&p->words);
	vocab_init(&p->pairs);
	p->of_word = p->of_pair = NULL;
}

void points_fini(struct points *p)
{
	vocab_fini(&p->words);
	vocab_fini(&p->pairs);
	free(p->of_word);
	free(p->of_pair);
}

/* The number of a key, entered without weight if it is new. */
static uint32_t enter(struct vocab *keys, struct weight **of, const void *key, size_t n)
{
	uint32_t before = keys->n_words, number = vocab_add(keys, key, n);

	if (keys->n_words > before) {
		*of = mem_resize(*of, keys->n_words, sizeof(**of));
		(*of)[number] = (struct weight){ { 0 } };
	}
	return number;
}

bool points_add(struct points *p, enum points_kind kind, const char *entry, size_t n, int points)
{
	const char *space = memchr(entry, ' ', n);
	size_t first = space ? (size_t)(space - entry) : n;
	uint32_t key[2] = { enter(&p->words, &p->of_word, entry, first) }, pair;
	struct weight *weight = &p->of_word[key[0]];

	if (space) {
		key[1] = enter(&p->words, &p->of_word, space + 1, n - first - 1);
		pair = enter(&p->pairs, &p->of_pair, key, sizeof(key));
		weight = &p->of_pair[pair];
	}
	if (weight->of[kind] != 0)
		return false;
	weight->of[kind] = points;
	return true;
}

void points_scratch_fini(struct points_scratch *s)
{
	free(s->items);
	free(s->pieces);
	free(s->seen);
}

static uint32_t number_of(const struct points *p, const struct text *t, uint32_t i)
{
	const struct token *k = &t->tokens[i];

	return k->marks & TOKEN_DIGITS ? vocab_find(&p->words, "#", 1)
				       : vocab_find(&p->words, t->padded.data + k->at, k->len);
}

/* With each kind that weighs less than `least` left out. */
static void take(struct points_scratch *s, uint32_t entry, struct weight weight, int least,
	struct triage_span span)
{
	bool any = false;

	for (int kind = 0; kind < POINTS_KINDS; kind++) {
		if (weight.of[kind] < least)
			weight.of[kind] = 0;
		any |= weight.of[kind] != 0;
	}
	if (!any)
		return;
	GROW(s->items, s->n_items, s->cap_items);
	s->items[s->n_items++] = (struct weighed_word){ entry, weight, span };
}

/* The number `before` is that of the word before it in the sentence, or WORD_NONE. */
static void take_pair(const struct points *p, const struct text *t, uint32_t i, uint32_t before,
	uint32_t word, int least, struct points_scratch *s)
{
	uint32_t key[2] = { before, word }, pair;

	if (before == WORD_NONE || word == WORD_NONE)
		return;
	pair = vocab_find(&p->pairs, (const char *)key, sizeof(key));
	if (pair != WORD_NONE)
		take(s, p->words.n_words + pair, p->of_pair[pair], least,
			(struct triage_span){ t->tokens[i - 1].start, t->tokens[i].end });
}

static void take_word(const struct points *p, const struct text *t, uint32_t i, uint32_t word,
	int least, struct points_scratch *s)
{
	if (word != WORD_NONE)
		take(s, word, p->of_word[word], least,
			(struct triage_span){ t->tokens[i].start, t->tokens[i].end });
}

/* A word of the decoded reading that the person did not write, and its pairs. */
static void take_decoded(const struct points *p, const struct text *honest,
	const struct text *decoded, uint32_t i, struct points_scratch *s)
{
	const struct token *k = &decoded->tokens[i];
	bool changed = k->marks & TOKEN_CHANGED,
	     follows = i > 0 &&
		       honest->tokens[k[-1].honest].sentence == honest->tokens[k->honest].sentence;
	uint32_t word;

	if (honest->tokens[k->honest].marks & TOKEN_SAID)
		return;
	follows = follows && !(honest->tokens[k[-1].honest].marks & TOKEN_SAID);
	if (!changed && !(follows && (k[-1].marks & TOKEN_CHANGED)))
		return;
	word = number_of(p, decoded, i);
	if (changed)
		take_word(p, decoded, i, word, 1, s);
	if (follows)
		take_pair(p, decoded, i, number_of(p, decoded, i - 1), word, 1, s);
}

static void begin_piece(struct points_scratch *s, uint32_t token)
{
	GROW(s->pieces, s->n_pieces, s->cap_pieces);
	s->pieces[s->n_pieces++] = (struct weighed_piece){ token, s->n_items, INT_MIN };
}

/* The entries that stand in the text in order, and where pieces begin; a fence behind the last. */
static void collect(const struct points *p, const struct text *honest, const struct text *decoded,
	struct points_scratch *s)
{
	const struct token *k = honest->tokens;
	uint32_t at = 0, first = 0, word = WORD_NONE;

	s->n_items = s->n_pieces = 0;
	for (uint32_t i = 0; i < honest->n_tokens; i++) {
		bool follows = i > 0 && k[i].sentence == k[i - 1].sentence;
		uint32_t before = follows ? word : WORD_NONE;

		if (!follows || i - first == PIECE_WORDS)
			begin_piece(s, first = i);
		word = k[i].marks & TOKEN_SAID ? WORD_NONE : number_of(p, honest, i);
		take_word(p, honest, i, word, INT_MIN, s);
		take_pair(p, honest, i, before, word, INT_MIN, s);
		for (; decoded && at < decoded->n_tokens && decoded->tokens[at].honest <= i; at++)
			take_decoded(p, honest, decoded, at, s);
	}
	begin_piece(s, honest->n_tokens);
}

static void show(const struct points_scratch *s, enum points_kind kind, struct run run,
	struct points_sum *sum)
{
	size_t chosen[POINTS_SHOWN];

	sum->n_shown = 0;
	for (size_t i = s->pieces[run.from].first_item; i < s->pieces[run.end].first_item; i++) {
		size_t at = sum->n_shown;
		int points = s->items[i].weight.of[kind];

		while (at > 0 && s->items[chosen[at - 1]].weight.of[kind] < points)
			at--;
		if (points <= 0 || at == POINTS_SHOWN)
			continue;
		sum->n_shown += sum->n_shown < POINTS_SHOWN;
		memmove(chosen + at + 1, chosen + at, (sum->n_shown - at - 1) * sizeof(*chosen));
		chosen[at] = i;
	}
	for (size_t i = 0; i < sum->n_shown; i++)
		sum->shown[i] = s->items[chosen[i]].span;
}

/* What the entries of a piece add to a run that has not counted them yet. */
static void add_piece(struct points_scratch *s, size_t piece, struct weight *sum)
{
	for (size_t k = s->pieces[piece].first_item; k < s->pieces[piece + 1].first_item; k++) {
		const struct weighed_word *item = &s->items[k];

		if (s->seen[item->entry] == s->runs)
			continue;
		s->seen[item->entry] = s->runs;
		for (int kind = 0; kind < POINTS_KINDS; kind++)
			sum->of[kind] += item->weight.of[kind];
	}
}

/* The runs that begin with piece `from`. */
static void weigh_from(struct points_scratch *s, size_t from, struct run greatest[POINTS_KINDS])
{
	int sums[RUN_WORDS + 1]; /* a piece has a word at least */
	struct weight sum = { { 0 } };
	size_t n = 0;

	s->runs++;
	for (size_t i = from; i + 1 < s->n_pieces; i++) {
		if (i > from &&
			s->pieces[i + 1].first_token - s->pieces[from].first_token > RUN_WORDS)
			break;
		add_piece(s, i, &sum);
		for (int kind = 0; kind < POINTS_KINDS; kind++)
			if (sum.of[kind] > greatest[kind].sum)
				greatest[kind] = (struct run){ sum.of[kind], from, i + 1 };
		sums[n++] = sum.of[POINTS_DANGER];
	}
	for (int most = INT_MIN; n > 0; n--) {
		most = sums[n - 1] > most ? sums[n - 1] : most;
		if (s->pieces[from + n - 1].most < most)
			s->pieces[from + n - 1].most = most;
	}
}

/* Runs are numbered on and on from one text to the next: no clearing of what is as long as the table. */
static void begin_runs(const struct points *p, struct points_scratch *s)
{
	size_t n = p->words.n_words + p->pairs.n_words;

	if (s->n_seen == n && s->runs < UINT32_MAX - s->n_pieces)
		return;
	s->n_seen = n;
	s->seen = mem_resize(s->seen, n, sizeof(*s->seen));
	memset(s->seen, 0, n * sizeof(*s->seen));
	s->runs = 0;
}

void points_weigh(const struct points *p, const struct text *honest, const struct text *decoded,
	struct points_scratch *s)
{
	struct run greatest[POINTS_KINDS];

	for (int kind = 0; kind < POINTS_KINDS; kind++)
		greatest[kind] = (struct run){ INT_MIN, 0, 0 };
	collect(p, honest, decoded, s);
	begin_runs(p, s);
	for (size_t i = 0; i + 1 < s->n_pieces; i++)
		weigh_from(s, i, greatest);
	for (int kind = 0; kind < POINTS_KINDS; kind++) {
		s->sums[kind].sum = greatest[kind].end > 0 ? greatest[kind].sum : 0;
		show(s, (enum points_kind)kind, greatest[kind], &s->sums[kind]);
	}
}

int points_around(const struct points_scratch *s, uint32_t from, uint32_t end)
{
	size_t low = 0, high = s->n_pieces;
	int most = INT_MIN;

	while (low < high) { /* the first piece that begins behind `from` */
		size_t middle = low + (high - low) / 2;

		if (s->pieces[middle].first_token <= from)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low > 0 ? low - 1 : 0;
		i + 1 < s->n_pieces && s->pieces[i].first_token < end; i++)
		if (s->pieces[i].most > most)
			most = s->pieces[i].most;
	return most;
}
