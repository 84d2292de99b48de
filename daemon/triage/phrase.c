#include "phrase.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "phrase_need.h"

/* A part of the automaton: where it may begin and end, and whether it may be empty. */
struct part {
	PHRASE_SET first, last;
	bool empty;
	uint32_t longest;
};

struct builder {
	struct phrase *ph;
	const struct vocab *vocab;
	struct err *e;
	bool full;
};

static struct part build_sequence(struct builder *b, const struct sequence *s);

/* A new position; its bit is in first and last. */
static struct part position(struct builder *b)
{
	struct phrase *ph = b->ph;
	PHRASE_SET bit;

	if (ph->n_positions == PHRASE_POSITIONS) {
		b->full = true;
		return (struct part){ .empty = true };
	}
	ph->wide = mem_resize(ph->wide, ph->n_positions + 1, sizeof(*ph->wide));
	ph->wide[ph->n_positions] = 0;
	bit = (PHRASE_SET)1 << ph->n_positions++;
	return (struct part){ .first = bit, .last = bit, .longest = 1 };
}

/* Ascending by word; a word may stand at several positions. */
static void accept_word(struct phrase_word **list, uint32_t *n, uint32_t word, uint32_t at)
{
	uint32_t i = *n;

	while (i > 0 && (*list)[i - 1].word > word)
		i--;
	for (uint32_t k = i; k > 0 && (*list)[k - 1].word == word; k--)
		if ((*list)[k - 1].at == at)
			return;
	*list = mem_resize(*list, *n + 1, sizeof(**list));
	memmove(*list + i + 1, *list + i, (*n - i) * sizeof(**list));
	(*list)[i] = (struct phrase_word){ word, at };
	(*n)++;
}

static struct part concat(struct builder *b, struct part a, struct part c)
{
	for (uint32_t i = 0; i < b->ph->n_positions; i++)
		if (a.last >> i & 1)
			b->ph->wide[i] |= c.first;
	return (struct part){ .first = a.empty ? a.first | c.first : a.first,
		.last = c.empty ? a.last | c.last : c.last,
		.empty = a.empty && c.empty,
		.longest = a.longest + c.longest };
}

static struct part either(struct part a, struct part c)
{
	return (struct part){ .first = a.first | c.first,
		.last = a.last | c.last,
		.empty = a.empty || c.empty,
		.longest = a.longest > c.longest ? a.longest : c.longest };
}

static bool is_single_word(const struct sequence *s)
{
	return s->n_nodes == 1 && s->nodes[0].kind == NODE_WORD;
}

/* All alternatives of one plain word share a position. */
static struct part build_group(struct builder *b, const struct node *group)
{
	struct part part = { .empty = group->optional }, shared = { .first = 0 };
	uint32_t at = 0;

	for (size_t i = 0; i < group->n_alts; i++) {
		if (!is_single_word(&group->alts[i])) {
			part = either(part, build_sequence(b, &group->alts[i]));
			continue;
		}
		if (!shared.first) {
			at = b->ph->n_positions;
			part = either(part, shared = position(b));
		}
		if (!b->full)
			accept_word(
				&b->ph->words, &b->ph->n_words, group->alts[i].nodes[0].word, at);
	}
	return part;
}

/* A chain that may be left behind each of its words, or not entered at all. */
static struct part build_gap(struct builder *b, int words)
{
	struct part part = { .empty = true, .longest = (uint32_t)words };

	for (int i = 0; i < words; i++) {
		struct part any = position(b);

		b->ph->any |= any.first;
		if (i == 0)
			part.first = any.first;
		else if (!b->full)
			b->ph->wide[b->ph->n_positions - 2] |= any.first;
		part.last |= any.last;
	}
	return part;
}

static struct part build_node(struct builder *b, const struct node *node)
{
	struct phrase *ph = b->ph;
	struct part part = { .empty = true };

	switch (node->kind) {
	case NODE_WORD:
		accept_word(&ph->words, &ph->n_words, node->word, ph->n_positions);
		part = position(b);
		break;
	case NODE_PREFIX:
		accept_word(&ph->prefixes, &ph->n_prefixes, node->word, ph->n_positions);
		part = position(b);
		break;
	case NODE_NUMBER:
		part = position(b);
		ph->numbers |= part.first;
		break;
	case NODE_GAP:
		return build_gap(b, node->gap);
	case NODE_GROUP:
		return build_group(b, node);
	}
	return part;
}

static struct part build_sequence(struct builder *b, const struct sequence *s)
{
	struct part part = { .empty = true };

	for (size_t i = 0; i < s->n_nodes; i++)
		part = concat(b, part, build_node(b, &s->nodes[i]));
	return part;
}

/* "<3> (tonight)?" at an end: words of the gap alone are no part of a match. */
static void trim_edges(struct phrase *ph)
{
	ph->first &= ~ph->any;
	ph->last &= ~ph->any;
}

/* The number of the set of positions, behind those that follow a position; PHRASE_SETS: too many. */
static uint32_t number_set(struct phrase *ph, uint32_t *n, PHRASE_SET set)
{
	for (uint32_t i = ph->n_positions; i < *n; i++)
		if (ph->wide[i] == set)
			return i;
	if (*n == PHRASE_SETS)
		return PHRASE_SETS;
	ph->wide = mem_resize(ph->wide, *n + 1, sizeof(*ph->wide));
	ph->wide[*n] = set;
	return (*n)++;
}

/* At most half of the slots are taken, so a word that is none of the phrase's ends at once. */
static bool set_slots(struct phrase *ph, uint32_t *n_sets)
{
	uint32_t n = 2;

	for (ph->shift = 31; n < 2 * ph->n_words; n *= 2)
		ph->shift--;
	ph->slots = mem_zalloc(n * sizeof(*ph->slots));
	for (uint32_t i = 0, set; i < ph->n_words;) {
		uint32_t word = ph->words[i].word, at = phrase_slot(ph, word);
		PHRASE_SET positions = 0;

		for (; i < ph->n_words && ph->words[i].word == word; i++)
			positions |= (PHRASE_SET)1 << ph->words[i].at;
		if ((set = number_set(ph, n_sets, positions)) == PHRASE_SETS)
			return false;
		while (ph->slots[at])
			at = (at + 1) & (n - 1);
		ph->slots[at] = phrase_packed(word, set);
	}
	return true;
}

/* Nearly all phrases have few positions; half the memory is half the waiting for it. */
static void set_narrow(struct phrase *ph, uint32_t n_sets)
{
	if (ph->n_positions > 64)
		return;
	ph->narrow = mem_resize(NULL, n_sets, sizeof(*ph->narrow));
	for (uint32_t i = 0; i < n_sets; i++)
		ph->narrow[i] = (uint64_t)ph->wide[i];
	free(ph->wide);
	ph->wide = NULL;
}

/* Most words of a text begin no match. */
static void set_begins(struct phrase *ph)
{
	for (uint32_t i = 0; i < ph->n_words; i++) {
		uint32_t word = ph->words[i].word;

		if (ph->first >> ph->words[i].at & 1)
			ph->begins[word % PHRASE_BEGINS / 64] |= UINT64_C(1) << word % 64;
	}
	for (uint32_t i = 0; i < ph->n_prefixes; i++)
		ph->begins_open |= ph->first >> ph->prefixes[i].at & 1;
	ph->begins_open |= (ph->first & ph->numbers) != 0;
	ph->open = ph->numbers || ph->n_prefixes;
}

int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e)
{
	struct builder b = { .ph = ph, .vocab = vocab, .e = e };
	struct sequence tree;
	struct part whole;
	uint32_t n_sets;

	memset(ph, 0, sizeof(*ph));
	if (phrase_parse(&tree, source, fold, vocab, marks, e) < 0)
		return -1;
	whole = build_sequence(&b, &tree);
	phrase_collect_needs(ph, &tree, vocab);
	phrase_tree_free(&tree);
	ph->first = whole.first;
	ph->last = whole.last;
	ph->longest = whole.longest;
	n_sets = ph->n_positions;
	if (b.full)
		err_set(e, "more than %d words and gaps; write it as two phrases",
			PHRASE_POSITIONS);
	else if (vocab->n_words >= PHRASE_WORDS - 1)
		err_set(e, "more than %u different words", PHRASE_WORDS);
	else if (whole.empty || ph->n_ways == 0)
		err_set(e, "no word that must occur");
	else if (!set_slots(ph, &n_sets))
		err_set(e, "the same words in too many places; write it as two phrases");
	else {
		trim_edges(ph);
		set_narrow(ph, n_sets);
		set_begins(ph);
		return 0;
	}
	phrase_fini(ph);
	return -1;
}

void phrase_fini(struct phrase *ph)
{
	phrase_free_needs(ph);
	free(ph->slots);
	free(ph->words);
	free(ph->prefixes);
	free(ph->narrow);
	free(ph->wide);
	memset(ph, 0, sizeof(*ph));
}
