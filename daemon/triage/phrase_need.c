#include "phrase_need.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

/* How often texts have a word, roughly as in those of people who write about themselves. */
#define WEIGHT_FREQUENT 64
#define WEIGHT_COMMON   8
#define WEIGHT_OTHER    1

/* Words of a text in those weights, about. */
#define WEIGHT_TEXT 2000.0

/* Each need is work at each of its words: so rarely a phrase may be looked at without one more. */
#define LOOKS 1e-3

/* Met so often, it costs more to note than it saves. */
#define WEIGHT_MOST 125

static uint32_t weight_of(const struct vocab *vocab, uint32_t word)
{
	uint16_t marks = vocab->words[word].marks;

	return (marks & WORD_FREQUENT) ? WEIGHT_FREQUENT
	       : (marks & WORD_COMMON) ? WEIGHT_COMMON
				       : WEIGHT_OTHER;
}

static void add_words(struct phrase_need *to, const uint32_t *words, uint32_t n, uint32_t weight)
{
	to->words = mem_resize(to->words, to->n + n, sizeof(*to->words));
	memcpy(to->words + to->n, words, n * sizeof(*words));
	to->n += n;
	to->weight += weight;
}

static struct phrase_need need_of_sequence(const struct sequence *s, const struct vocab *vocab);

/* One of the words of each alternative; none when an alternative has none. */
static struct phrase_need need_of_group(const struct node *group, const struct vocab *vocab)
{
	struct phrase_need all = { .n = 0 };

	for (size_t i = 0; !group->optional && i < group->n_alts; i++) {
		struct phrase_need one = need_of_sequence(&group->alts[i], vocab);

		if (one.n == 0) {
			free(all.words);
			return one;
		}
		add_words(&all, one.words, one.n, one.weight);
		free(one.words);
	}
	return all;
}

static struct phrase_need need_of(const struct node *node, const struct vocab *vocab)
{
	struct phrase_need need = { .n = 0 };
	uint32_t word = node->word;

	if (node->kind == NODE_GROUP)
		return need_of_group(node, vocab);
	if (node->kind == NODE_PREFIX)
		word |= PHRASE_OPEN;
	if (node->kind == NODE_WORD || node->kind == NODE_PREFIX)
		add_words(&need, &word, 1, weight_of(vocab, node->word));
	return need;
}

static bool is_rarer(const struct phrase_need *a, const struct phrase_need *b)
{
	return a->n && (!b->n || a->weight < b->weight);
}

static struct phrase_need need_of_sequence(const struct sequence *s, const struct vocab *vocab)
{
	struct phrase_need best = { .n = 0 };

	for (size_t i = 0; i < s->n_nodes; i++) {
		struct phrase_need need = need_of(&s->nodes[i], vocab);

		if (is_rarer(&need, &best)) {
			struct phrase_need swap = best;

			best = need;
			need = swap;
		}
		free(need.words);
	}
	return best;
}

struct length {
	uint32_t least, most; /* in words */
};

static struct length length_of(const struct node *nodes, size_t n)
{
	struct length sum = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		const struct node *node = &nodes[i];
		struct length one = { 1, 1 };

		if (node->kind == NODE_GAP)
			one = (struct length){ 0, (uint32_t)node->gap };
		for (size_t k = 0; k < node->n_alts; k++) {
			struct length l = length_of(node->alts[k].nodes, node->alts[k].n_nodes);

			one.least = k == 0 || l.least < one.least ? l.least : one.least;
			one.most = k == 0 || l.most > one.most ? l.most : one.most;
		}
		sum.least += node->optional ? 0 : one.least;
		sum.most += one.most;
	}
	return sum;
}

/* ---- ways ---- */

/* The parts of a sequence, one after the other; groups may have given way to an alternative. */
struct parts {
	struct node *list;
	size_t n;
};

struct builder {
	struct phrase *ph;
	const struct vocab *vocab;
	uint32_t begun; /* ways made and those still to be */
};

/* How many words behind a word of part i of a match one of the later part k stands. */
static struct length distance(const struct parts *p, size_t i, size_t k)
{
	struct length between = length_of(p->list + i + 1, k - i - 1);

	return (struct length){ between.least + 1, length_of(p->list + i, 1).most + between.most +
							   length_of(p->list + k, 1).most - 1 };
}

/* Insert where it belongs, the rarest first; what is too many falls off the end. */
static void add_need(struct phrase_way *way, struct phrase_need need)
{
	uint32_t at = way->n_needs;

	if (at == PHRASE_NEEDS) {
		if (!is_rarer(&need, &way->needs[--at])) {
			free(need.words);
			return;
		}
		free(way->needs[at].words);
		way->n_needs--;
	}
	way->needs = mem_resize(way->needs, ++way->n_needs, sizeof(*way->needs));
	for (; at > 0 && is_rarer(&need, &way->needs[at - 1]); at--)
		way->needs[at] = way->needs[at - 1];
	way->needs[at] = need;
}

/* The part of the rarest need; p->n when there is none. */
static size_t rarest_part(const struct parts *p, const struct vocab *vocab)
{
	struct phrase_need best = { .n = 0 };
	size_t part = p->n;

	for (size_t i = 0; i < p->n; i++) {
		struct phrase_need need = need_of(&p->list[i], vocab);

		if (is_rarer(&need, &best)) {
			best = need;
			part = i;
		}
		free(need.words);
	}
	return part;
}

/* Keep those without which too many places would be looked at, of those worth their work. */
static void drop_idle(struct phrase_way *way)
{
	double looks = way->needs[0].weight / WEIGHT_TEXT;
	uint32_t kept = 1;

	for (; kept < way->n_needs && looks > LOOKS; kept++) {
		const struct phrase_need *need = &way->needs[kept];
		double met = need->weight / WEIGHT_TEXT * (need->most - need->least + 1);

		looks *= met < 1 ? met : 1;
	}
	while (kept > 1 && way->needs[kept - 1].weight > WEIGHT_MOST)
		kept--;
	while (way->n_needs > kept)
		free(way->needs[--way->n_needs].words);
}

static void add_way(struct builder *b, const struct parts *p, size_t rarest)
{
	struct phrase *ph = b->ph;
	struct phrase_way way = { .n_needs = 0 };
	uint32_t back = length_of(p->list, rarest + 1).most - 1;

	for (size_t i = 0; i < p->n; i++) {
		struct phrase_need need = need_of(&p->list[i], b->vocab);
		struct length d = { 0, 0 };

		if (i != rarest)
			d = i < rarest ? distance(p, i, rarest) : distance(p, rarest, i);
		need.least = (int16_t)(i < rarest ? -(int)d.most : (int)d.least);
		need.most = (int16_t)(i < rarest ? -(int)d.least : (int)d.most);
		if (need.n)
			add_need(&way, need);
	}
	drop_idle(&way);
	ph->back = back > ph->back ? back : ph->back;
	ph->ways = mem_resize(ph->ways, ph->n_ways + 1, sizeof(*ph->ways));
	ph->ways[ph->n_ways++] = way;
}

static bool is_word(const struct sequence *s)
{
	return s->n_nodes == 1 &&
	       (s->nodes[0].kind == NODE_WORD || s->nodes[0].kind == NODE_PREFIX);
}

/* With n parts at `at` in place of the one there. */
static struct parts replaced(const struct parts *p, size_t at, const struct node *by, size_t n)
{
	struct parts r = { mem_resize(NULL, p->n + n, sizeof(*r.list)), p->n + n - 1 };

	memcpy(r.list, p->list, at * sizeof(*r.list));
	memcpy(r.list + at, by, n * sizeof(*r.list));
	memcpy(r.list + at + n, p->list + at + 1, (p->n - at - 1) * sizeof(*r.list));
	return r;
}

static void add_ways(struct builder *b, const struct parts *p);

/* Ways with each alternative of several words of a part, and one with its single words. */
static void add_alternatives(struct builder *b, const struct parts *p, size_t at)
{
	const struct node *group = &p->list[at];
	struct node words = { .kind = NODE_GROUP };
	struct parts r;

	words.alts = mem_resize(NULL, group->n_alts, sizeof(*words.alts));
	for (size_t i = 0; i < group->n_alts; i++) {
		if (is_word(&group->alts[i])) {
			words.alts[words.n_alts++] = group->alts[i];
			continue;
		}
		r = replaced(p, at, group->alts[i].nodes, group->alts[i].n_nodes);
		add_ways(b, &r);
		free(r.list);
	}
	if (words.n_alts) {
		r = replaced(p, at, &words, 1);
		add_ways(b, &r);
		free(r.list);
	}
	free(words.alts);
}

/* Where the rarest part is a group of several words each, its alternatives are ways of their own. */
static void add_ways(struct builder *b, const struct parts *p)
{
	size_t at = rarest_part(p, b->vocab), longer = 0;
	const struct node *part = &p->list[at];

	if (at == p->n)
		return;
	for (size_t i = 0; part->kind == NODE_GROUP && i < part->n_alts; i++)
		longer += !is_word(&part->alts[i]);
	if (longer == 0 || b->begun + longer > PHRASE_WAYS) {
		add_way(b, p, at);
		return;
	}
	b->begun += (uint32_t)longer;
	add_alternatives(b, p, at);
}

void phrase_collect_needs(struct phrase *ph, const struct sequence *s, const struct vocab *vocab)
{
	struct builder b = { ph, vocab, 1 };

	add_ways(&b, &(struct parts){ s->nodes, s->n_nodes });
}

void phrase_free_needs(struct phrase *ph)
{
	for (uint32_t i = 0; i < ph->n_ways; i++) {
		for (uint32_t k = 0; k < ph->ways[i].n_needs; k++)
			free(ph->ways[i].needs[k].words);
		free(ph->ways[i].needs);
	}
	free(ph->ways);
}
