#include "phrase.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

#include "phrase_parse.h"

#define LIGHT_RARITY 2

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

/* Candidate literals: at least one of them stands in whatever the part matches. */
struct literals {
	char **items;
	size_t n;
	size_t rarity; /* of the most frequent, roughly; 0: none can be named */
	size_t rarest;
};

/* Words that every text has cost a check at every turn, long words hardly any. */
static size_t word_rarity(const struct vocab *vocab, uint32_t word)
{
	const struct vocab_word *w = &vocab->words[word];

	return (w->marks & WORD_LIGHT) ? LIGHT_RARITY : 4u + w->len;
}

static void literals_free(struct literals *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static void literals_add(struct literals *l, char *item, size_t rarity)
{
	l->items = mem_resize(l->items, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = item;
	if (l->rarity == 0 || rarity < l->rarity)
		l->rarity = rarity;
	if (rarity > l->rarest)
		l->rarest = rarity;
}

/* How seldom a text has any of them: rare words, and few. */
static size_t selectivity(const struct literals *l)
{
	size_t many = l->n ? 63 - (size_t)__builtin_clzll(l->n) : 0;

	if (l->rarity == 0)
		return 0;
	return 4 * l->rarity > 3 * many ? 4 * l->rarity - 3 * many : 1;
}

/* Keep the better of two choices. */
static void literals_choose(struct literals *best, struct literals *other)
{
	if (selectivity(other) > selectivity(best)) {
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
			literals_add(&all, l.items[k], l.rarity);
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
	size_t rarity = 0;
	bool open = false;

	buf_add(&b, " ", 1);
	for (; i < s->n_nodes && !open; i++) {
		const struct node *node = &s->nodes[i];

		if (node->kind != NODE_WORD && node->kind != NODE_PREFIX)
			break;
		rarity += word_rarity(vocab, node->word);
		buf_add(&b, vocab_text(vocab, node->word), vocab->words[node->word].len);
		open = node->kind == NODE_PREFIX;
		if (!open)
			buf_add(&b, " ", 1);
	}
	literals_add(out, mem_strdup(buf_str(&b)), rarity);
	buf_free(&b);
	return i;
}

/* The literals of the part of s at *i, none for gaps and the like; moves *i behind it. */
static struct literals part_literals(const struct sequence *s, size_t *i, const struct vocab *vocab)
{
	struct literals l = { .items = NULL };
	enum node_kind kind = s->nodes[*i].kind;

	if (kind == NODE_WORD || kind == NODE_PREFIX)
		*i = run_literal(s, *i, vocab, &l);
	else if (kind == NODE_GROUP)
		l = group_literals(&s->nodes[(*i)++], vocab);
	else
		(*i)++;
	return l;
}

static struct literals literals_of(const struct sequence *s, const struct vocab *vocab)
{
	struct literals best = { .items = NULL };

	for (size_t i = 0; i < s->n_nodes;) {
		struct literals l = part_literals(s, &i, vocab);

		literals_choose(&best, &l);
	}
	return best;
}

static void add_need(struct phrase *ph, struct literals l)
{
	ph->needs = mem_resize(ph->needs, ph->n_needs + 1, sizeof(*ph->needs));
	ph->needs[ph->n_needs++] = (struct phrase_need){ l.items, l.n };
}

/* Behind the first, those that a text most likely lacks come first. */
static void add_by_selectivity(struct phrase *ph, struct literals l, size_t *weights)
{
	size_t weight = selectivity(&l);
	uint32_t at = ph->n_needs;

	add_need(ph, l);
	for (; at > 1 && weights[at - 1] < weight; at--) {
		struct phrase_need swap = ph->needs[at];

		ph->needs[at] = ph->needs[at - 1];
		ph->needs[at - 1] = swap;
		weights[at] = weights[at - 1];
	}
	weights[at] = weight;
}

static uint32_t longest_of(const struct node *nodes, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t most = nodes[i].kind == NODE_GAP ? (uint32_t)nodes[i].gap : 1;

		for (size_t k = 0; k < nodes[i].n_alts; k++) {
			uint32_t words =
				longest_of(nodes[i].alts[k].nodes, nodes[i].alts[k].n_nodes);

			most = words > most ? words : most;
		}
		sum += most;
	}
	return sum;
}

/* Make the rarest part the first need; returns the node it begins with. */
static size_t add_rarest(struct phrase *ph, const struct sequence *s, const struct vocab *vocab)
{
	struct literals best = { .items = NULL };
	size_t begins = s->n_nodes;

	for (size_t i = 0; i < s->n_nodes;) {
		size_t from = i;
		struct literals l = part_literals(s, &i, vocab);

		if (selectivity(&l) > selectivity(&best)) {
			begins = from;
			ph->back = longest_of(s->nodes, i) - 1;
		}
		literals_choose(&best, &l);
	}
	if (best.n)
		add_need(ph, best);
	return begins;
}

/*
 * Every part of the phrase that must be there is a need, the rarest first. Parts of light words
 * alone are left out beside better ones: noting them would cost more than they save.
 */
static void collect_needs(struct phrase *ph, const struct sequence *s, const struct vocab *vocab)
{
	size_t weights[PHRASE_NEEDS] = { 0 }, rarest = add_rarest(ph, s, vocab);

	for (size_t i = 0; ph->n_needs > 0 && i < s->n_nodes;) {
		bool same = i == rarest;
		struct literals l = part_literals(s, &i, vocab);

		if (l.rarest > 2 * LIGHT_RARITY && !same && ph->n_needs < PHRASE_NEEDS)
			add_by_selectivity(ph, l, weights);
		else
			literals_free(&l);
	}
}

/* "<3> (tonight)?" at an end: words of the gap alone are no part of a match. */
static void trim_edges(struct phrase *ph)
{
	ph->first &= ~ph->any;
	ph->last &= ~ph->any;
}

/* At most half of the slots are taken, so a word that is none of the phrase's ends at once. */
static void set_slots(struct phrase *ph)
{
	uint32_t n = 2;

	for (ph->shift = 31; n < 2 * ph->n_words; n *= 2)
		ph->shift--;
	ph->slots = mem_zalloc(n * sizeof(*ph->slots));
	for (uint32_t i = 0; i < ph->n_words; i++) {
		uint32_t at = phrase_slot(ph, ph->words[i].word);

		while (ph->slots[at])
			at = (at + 1) & (n - 1);
		ph->slots[at] = phrase_packed(ph->words[i].word, ph->words[i].at);
	}
}

/* Nearly all phrases have few positions; half the memory is half the waiting for it. */
static void set_narrow(struct phrase *ph)
{
	if (ph->n_positions > 64)
		return;
	ph->narrow = mem_resize(NULL, ph->n_positions, sizeof(*ph->narrow));
	for (uint32_t i = 0; i < ph->n_positions; i++)
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
}

int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e)
{
	struct builder b = { .ph = ph, .vocab = vocab, .e = e };
	struct sequence tree;
	struct part whole;

	memset(ph, 0, sizeof(*ph));
	if (phrase_parse(&tree, source, fold, vocab, marks, e) < 0)
		return -1;
	whole = build_sequence(&b, &tree);
	collect_needs(ph, &tree, vocab);
	phrase_tree_free(&tree);
	ph->first = whole.first;
	ph->last = whole.last;
	ph->longest = whole.longest;
	if (b.full)
		err_set(e, "more than %d words and gaps; write it as two phrases",
			PHRASE_POSITIONS);
	else if (vocab->n_words >= PHRASE_WORDS - 1)
		err_set(e, "more than %u different words", PHRASE_WORDS);
	else if (whole.empty || ph->n_needs == 0)
		err_set(e, "no word that must occur");
	else {
		trim_edges(ph);
		set_slots(ph);
		set_narrow(ph);
		set_begins(ph);
		return 0;
	}
	phrase_fini(ph);
	return -1;
}

void phrase_fini(struct phrase *ph)
{
	for (uint32_t i = 0; i < ph->n_needs; i++) {
		for (size_t k = 0; k < ph->needs[i].n; k++)
			free(ph->needs[i].literals[k]);
		free(ph->needs[i].literals);
	}
	free(ph->needs);
	free(ph->slots);
	free(ph->words);
	free(ph->prefixes);
	free(ph->narrow);
	free(ph->wide);
	memset(ph, 0, sizeof(*ph));
}
