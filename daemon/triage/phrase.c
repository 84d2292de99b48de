#include "phrase.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

#include "phrase_parse.h"

/* A part of the automaton: where it may begin and end, and whether it may be empty. */
struct part {
	uint64_t first, last;
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

static struct part position(struct builder *b, enum position_kind kind)
{
	struct phrase *ph = b->ph;
	uint64_t bit;

	if (ph->n_positions == PHRASE_POSITIONS) {
		b->full = true;
		return (struct part){ .empty = true };
	}
	ph->positions = mem_resize(ph->positions, ph->n_positions + 1, sizeof(*ph->positions));
	ph->positions[ph->n_positions] = (struct position){ .kind = kind };
	bit = UINT64_C(1) << ph->n_positions++;
	return (struct part){ .first = bit, .last = bit, .longest = 1 };
}

static void position_word(struct builder *b, uint32_t word)
{
	struct position *pos = &b->ph->positions[b->ph->n_positions - 1];

	pos->words = mem_resize(pos->words, pos->n_words + 1, sizeof(*pos->words));
	pos->words[pos->n_words++] = word;
}

static struct part concat(struct builder *b, struct part a, struct part c)
{
	for (uint32_t i = 0; i < b->ph->n_positions; i++)
		if (a.last >> i & 1)
			b->ph->positions[i].follow |= c.first;
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
	struct part part = { .empty = group->optional };
	bool words = false;

	for (size_t i = 0; i < group->n_alts; i++) {
		if (!is_single_word(&group->alts[i]))
			continue;
		if (!words)
			part = either(part, position(b, POSITION_WORDS));
		words = true;
		if (!b->full)
			position_word(b, group->alts[i].nodes[0].word);
	}
	for (size_t i = 0; i < group->n_alts; i++)
		if (!is_single_word(&group->alts[i]))
			part = either(part, build_sequence(b, &group->alts[i]));
	return part;
}

static struct part build_node(struct builder *b, const struct node *node)
{
	struct part part = { .empty = true };

	switch (node->kind) {
	case NODE_WORD:
	case NODE_PREFIX:
		part = position(b, node->kind == NODE_WORD ? POSITION_WORDS : POSITION_PREFIX);
		if (!b->full)
			position_word(b, node->word);
		return part;
	case NODE_NUMBER:
		return position(b, POSITION_NUMBER);
	case NODE_GAP:
		for (int i = 0; i < node->gap; i++) {
			struct part any = position(b, POSITION_ANY);

			any.empty = true;
			part = concat(b, part, any);
		}
		return part;
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

/* Candidate literals: at least one of them stands in whatever the part matches. */
struct literals {
	char **items;
	size_t n;
	size_t shortest; /* 0: none can be named */
};

static void literals_free(struct literals *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static void literals_add(struct literals *l, char *item)
{
	size_t n = strlen(item);

	l->items = mem_resize(l->items, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = item;
	if (l->shortest == 0 || n < l->shortest)
		l->shortest = n;
}

/* Keep the better of two choices: the one whose shortest literal is longer. */
static void literals_choose(struct literals *best, struct literals *other)
{
	if (other->shortest > best->shortest) {
		struct literals swap = *best;

		*best = *other;
		*other = swap;
	}
	literals_free(other);
}

static struct literals literals_of(const struct sequence *s, const struct vocab *vocab);

static struct literals group_literals(const struct node *group, const struct vocab *vocab)
{
	struct literals all = { .items = NULL };

	for (size_t i = 0; !group->optional && i < group->n_alts; i++) {
		struct literals l = literals_of(&group->alts[i], vocab);

		for (size_t k = 0; k < l.n; k++)
			literals_add(&all, l.items[k]);
		free(l.items);
		if (l.n == 0) {
			literals_free(&all);
			break;
		}
	}
	return all;
}

/* The words from node i on that stand side by side; returns the node behind them. */
static size_t run_literal(
	const struct sequence *s, size_t i, const struct vocab *vocab, struct literals *out)
{
	struct buf b = { .data = NULL };

	buf_add(&b, " ", 1);
	for (; i < s->n_nodes && s->nodes[i].kind == NODE_WORD; i++) {
		buf_add(&b, vocab_text(vocab, s->nodes[i].word),
			vocab->words[s->nodes[i].word].len);
		buf_add(&b, " ", 1);
	}
	if (i < s->n_nodes && s->nodes[i].kind == NODE_PREFIX) {
		buf_add(&b, vocab_text(vocab, s->nodes[i].word),
			vocab->words[s->nodes[i].word].len);
		i++;
	}
	literals_add(out, mem_strdup(buf_str(&b)));
	buf_free(&b);
	return i;
}

static struct literals literals_of(const struct sequence *s, const struct vocab *vocab)
{
	struct literals best = { .items = NULL };

	for (size_t i = 0; i < s->n_nodes;) {
		struct literals l = { .items = NULL };
		enum node_kind kind = s->nodes[i].kind;

		if (kind == NODE_WORD || kind == NODE_PREFIX)
			i = run_literal(s, i, vocab, &l);
		else if (kind == NODE_GROUP)
			l = group_literals(&s->nodes[i++], vocab);
		else
			i++;
		literals_choose(&best, &l);
	}
	return best;
}

/* "<3> (tonight)?" at an end: words of the gap alone are no part of a match. */
static void trim_edges(struct phrase *ph)
{
	for (uint32_t i = 0; i < ph->n_positions; i++)
		if (ph->positions[i].kind == POSITION_ANY) {
			ph->first &= ~(UINT64_C(1) << i);
			ph->last &= ~(UINT64_C(1) << i);
		}
}

int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e)
{
	struct builder b = { .ph = ph, .vocab = vocab, .e = e };
	struct sequence tree;
	struct literals literals;
	struct part whole;

	memset(ph, 0, sizeof(*ph));
	if (phrase_parse(&tree, source, fold, vocab, marks, e) < 0)
		return -1;
	whole = build_sequence(&b, &tree);
	literals = literals_of(&tree, vocab);
	phrase_tree_free(&tree);
	ph->first = whole.first;
	ph->last = whole.last;
	ph->longest = whole.longest;
	ph->literals = literals.items;
	ph->n_literals = literals.n;
	if (b.full)
		err_set(e, "more than %d words and gaps; write it as two phrases",
			PHRASE_POSITIONS);
	else if (whole.empty || ph->n_literals == 0)
		err_set(e, "no word that must occur");
	else {
		trim_edges(ph);
		return 0;
	}
	phrase_fini(ph);
	return -1;
}

void phrase_fini(struct phrase *ph)
{
	for (uint32_t i = 0; i < ph->n_positions; i++)
		free(ph->positions[i].words);
	for (size_t i = 0; i < ph->n_literals; i++)
		free(ph->literals[i]);
	free(ph->positions);
	free(ph->literals);
	memset(ph, 0, sizeof(*ph));
}

static bool position_accepts(const struct position *pos, const struct text *t,
	const struct vocab *vocab, const struct token *k)
{
	switch (pos->kind) {
	case POSITION_WORDS:
		for (uint32_t i = 0; i < pos->n_words; i++)
			if (pos->words[i] == k->word)
				return true;
		return false;
	case POSITION_PREFIX:
		return k->len >= vocab->words[pos->words[0]].len &&
		       memcmp(t->padded.data + k->at, vocab_text(vocab, pos->words[0]),
			       vocab->words[pos->words[0]].len) == 0;
	case POSITION_NUMBER:
		return (k->marks & TOKEN_DIGITS) ||
		       (k->word != WORD_NONE && (vocab->words[k->word].marks & WORD_NUMBER));
	case POSITION_ANY:
		return true;
	}
	return false;
}

uint32_t phrase_match(const struct phrase *ph, const struct text *t, const struct vocab *vocab,
	uint32_t from, uint32_t end)
{
	uint64_t may = ph->first;
	uint32_t longest = from;

	for (uint32_t i = from; i < end && may; i++) {
		uint64_t next = 0;
		bool ended = false;

		for (uint64_t m = may; m; m &= m - 1) {
			int k = __builtin_ctzll(m);

			if (!position_accepts(&ph->positions[k], t, vocab, &t->tokens[i]))
				continue;
			next |= ph->positions[k].follow;
			ended |= ph->last >> k & 1;
		}
		if (ended)
			longest = i + 1;
		may = next;
	}
	return longest;
}
