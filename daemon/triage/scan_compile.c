/* What all phrases need, numbered and listed by the words that meet it. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/map.h"
#include "triaged/base/mem.h"

#include "phrase_beside.h"

/* Numbers grouped: those of group i are items[first[i]] up to items[first[i + 1]]. */
struct scan_groups {
	uint32_t *items, *first;
};

/* Pairs of group and item, to be grouped once all are known. */
struct pairs {
	struct scan_pair {
		uint32_t group, item;
	} * list;
	size_t n, cap;
};

static void pairs_add(struct pairs *p, uint32_t group, uint32_t item)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 1024;
		p->list = mem_resize(p->list, p->cap, sizeof(*p->list));
	}
	p->list[p->n++] = (struct scan_pair){ group, item };
}

/* Counts, then beginnings, then each item to its place; frees the pairs. */
static struct scan_groups pairs_group(struct pairs *p, uint32_t n_groups)
{
	struct scan_groups g = { .items = mem_zalloc((p->n + 1) * sizeof(*g.items)),
		.first = mem_zalloc((n_groups + 2) * sizeof(*g.first)) };
	uint32_t *next = mem_zalloc((n_groups + 1) * sizeof(*next));

	for (size_t i = 0; i < p->n; i++)
		g.first[p->list[i].group + 1]++;
	for (uint32_t i = 0; i < n_groups; i++) {
		g.first[i + 1] += g.first[i];
		next[i] = g.first[i];
	}
	for (size_t i = 0; i < p->n; i++)
		g.items[next[p->list[i].group]++] = p->list[i].item;
	free(next);
	free(p->list);
	return g;
}

struct collector {
	struct scan *scan;
	const struct phrase *phrases;
	const struct vocab *vocab;
	struct map seen; /* the words of a need -> its number + 1 */
	struct pairs pairs_met, pairs_led;
	/* By list: needs met, ways whose rarest need is met. Of a beginning: by itself alone. */
	struct scan_groups met, led;
	uint32_t n_ways, n_needs, n_candidates;
};

/* ---- beginnings of words ---- */

static int compare_beginnings(const void *a, const void *b, void *ctx)
{
	const struct vocab *v = ctx;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint8_t cx = (uint8_t)*vocab_text(v, x), cy = (uint8_t)*vocab_text(v, y);

	if (cx != cy)
		return cx < cy ? -1 : 1;
	if (v->words[x].len != v->words[y].len)
		return v->words[x].len > v->words[y].len ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void collect_beginnings(struct collector *c)
{
	struct scan *s = c->scan;
	bool *is = mem_zalloc(s->n_words + 1);

	for (uint32_t i = 0; i < s->n_phrases; i++)
		for (uint32_t k = 0; k < c->phrases[i].n_prefixes; k++)
			is[c->phrases[i].prefixes[k].word] = true;
	s->beginnings = mem_zalloc((s->n_words + 1) * sizeof(*s->beginnings));
	for (uint32_t w = 0; w < s->n_words; w++)
		if (is[w])
			s->beginnings[s->n_beginnings++] = w;
	free(is);
	qsort_r(s->beginnings, s->n_beginnings, sizeof(*s->beginnings), compare_beginnings,
		(void *)c->vocab);
	for (uint32_t i = 0; i < s->n_beginnings; i++)
		s->first_beginning[(uint8_t)*vocab_text(c->vocab, s->beginnings[i]) + 1] = i + 1;
	for (uint32_t i = 1; i < UINT8_MAX + 2; i++)
		if (s->first_beginning[i] < s->first_beginning[i - 1])
			s->first_beginning[i] = s->first_beginning[i - 1];
}

/* The list of a word of a need. */
static uint32_t list_of(const struct collector *c, uint32_t word)
{
	const struct scan *s = c->scan;
	uint32_t i = 0;

	if (!(word & PHRASE_OPEN))
		return word;
	while (s->beginnings[i] != (word & ~PHRASE_OPEN))
		i++;
	return s->n_words + i;
}

/* ---- needs ---- */

static uint32_t number_need(struct collector *c, const struct phrase_need *need)
{
	size_t size = need->n * sizeof(*need->words);
	uintptr_t number;

	if (need->n == 1 && !(need->words[0] & PHRASE_OPEN))
		return need->words[0];
	number = (uintptr_t)map_getn(&c->seen, (const char *)need->words, size);
	if (!number) {
		number = ++c->scan->n_needs;
		map_putn(&c->seen, (const char *)need->words, size, (void *)number);
		for (uint32_t i = 0; i < need->n; i++)
			pairs_add(&c->pairs_met, list_of(c, need->words[i]),
				c->scan->n_words + (uint32_t)number - 1);
	}
	return c->scan->n_words + (uint32_t)number - 1;
}

static void collect_way(struct collector *c, uint32_t phrase, const struct phrase_way *way)
{
	struct scan *s = c->scan;
	uint32_t number = c->n_ways++, n = s->ways[number].other;

	s->others = mem_resize(s->others, n + way->n_needs, sizeof(*s->others));
	for (uint32_t k = 0; k < way->needs[0].n; k++)
		pairs_add(&c->pairs_led, list_of(c, way->needs[0].words[k]), number);
	for (uint32_t k = 1; k < way->n_needs; k++)
		s->others[n++] = (struct scan_near){ number_need(c, &way->needs[k]),
			way->needs[k].least, way->needs[k].most };
	s->ways[number].phrase = phrase;
	s->ways[number + 1].other = n;
}

static void collect_needs(struct collector *c)
{
	struct scan *s = c->scan;
	uint32_t n_lists = s->n_words + s->n_beginnings, n = 0;

	for (uint32_t i = 0; i < s->n_phrases; i++)
		n += c->phrases[i].n_ways;
	s->ways = mem_zalloc((n + 1) * sizeof(*s->ways));
	for (uint32_t i = 0; i < s->n_phrases; i++) {
		const struct phrase *ph = &c->phrases[i];

		for (uint32_t k = 0; k < ph->n_ways; k++)
			collect_way(c, i, &ph->ways[k]);
		if (ph->longest > s->reach)
			s->reach = ph->longest;
	}
	c->met = pairs_group(&c->pairs_met, n_lists);
	c->led = pairs_group(&c->pairs_led, n_lists);
}

/* ---- lists ---- */

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Ascending, each once. */
static uint32_t sort_numbers(uint32_t *list, uint32_t n)
{
	uint32_t kept = 0;

	if (n > 0) /* or there may be no list */
		qsort(list, n, sizeof(*list), compare_numbers);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || list[i] != list[kept - 1])
			list[kept++] = list[i];
	return kept;
}

struct numbers {
	uint32_t *list, n, cap;
};

static void add_group(struct numbers *to, const struct scan_groups *g, uint32_t group)
{
	uint32_t n = g->first[group + 1] - g->first[group];

	if (to->n + n > to->cap) {
		to->cap = (to->n + n) * 2;
		to->list = mem_resize(to->list, to->cap, sizeof(*to->list));
	}
	if (n)
		memcpy(to->list + to->n, g->items + g->first[group], n * sizeof(*to->list));
	to->n += n;
}

/* What of g the word of a list meets, by itself and by its beginnings. */
static void gather(
	const struct collector *c, const struct scan_groups *g, uint32_t list, struct numbers *out)
{
	const struct scan *s = c->scan;
	bool known = list < s->n_words;
	uint32_t word = known ? list : s->beginnings[list - s->n_words];
	uint8_t first = (uint8_t)*vocab_text(c->vocab, word);

	out->n = 0;
	if (known)
		add_group(out, g, list);
	for (uint32_t i = s->first_beginning[first]; i < s->first_beginning[first + 1]; i++)
		if (vocab_begins(c->vocab, word, s->beginnings[i]))
			add_group(out, g, s->n_words + i);
	out->n = sort_numbers(out->list, out->n);
}

static int compare_candidates(const void *a, const void *b)
{
	const struct scan_candidate *x = a, *y = b;

	if (x->guard.need != y->guard.need)
		return x->guard.need < y->guard.need ? -1 : 1;
	return x->way < y->way ? -1 : x->way > y->way;
}

/*
 * Those of one guard follow each other: note where they end, and how far they look together. Most
 * texts lack most guards: all of them are passed over at once.
 */
static void link_guards(struct scan_candidate *list, uint32_t from, uint32_t end)
{
	for (uint32_t k = end; k-- > from;) {
		struct scan_candidate *c = &list[k];
		bool more = k + 1 < end && c[1].guard.need == c->guard.need;

		c->after = more ? c[1].after : k + 1;
		if (more && c[1].guard.least < c->guard.least)
			c->guard.least = c[1].guard.least;
		if (more && c[1].guard.most > c->guard.most)
			c->guard.most = c[1].guard.most;
	}
}

static void add_candidates(struct collector *c, uint32_t list, const struct numbers *ways)
{
	static const struct scan_near none = { .need = SCAN_NO_NEED };
	struct scan *s = c->scan;
	bool open = list >= s->n_words;
	uint32_t word = open ? s->beginnings[list - s->n_words] : list, from = c->n_candidates;

	s->candidates = mem_resize(s->candidates, from + ways->n + 1, sizeof(*s->candidates));
	for (uint32_t i = 0; i < ways->n; i++) {
		const struct scan_way *way = &s->ways[ways->list[i]];
		struct phrase_beside beside =
			phrase_beside(&c->phrases[way->phrase], c->vocab, word, open);

		s->candidates[c->n_candidates++] = (struct scan_candidate){ .before = beside.before,
			.behind = beside.behind,
			.way = ways->list[i],
			.guard = way->other < way[1].other ? s->others[way->other] : none };
	}
	qsort(s->candidates + from, ways->n, sizeof(*s->candidates), compare_candidates);
	link_guards(s->candidates, from, c->n_candidates);
}

static void fill_lists(struct collector *c)
{
	struct scan *s = c->scan;
	uint32_t n_lists = s->n_words + s->n_beginnings;
	struct numbers numbers = { .n = 0 };

	s->lists = mem_zalloc((n_lists + 1) * sizeof(*s->lists));
	for (uint32_t i = 0; i < n_lists; i++) {
		s->lists[i] = (struct scan_list){ c->n_needs, c->n_candidates };
		gather(c, &c->met, i, &numbers);
		s->needs = mem_resize(s->needs, c->n_needs + numbers.n + 1, sizeof(*s->needs));
		if (numbers.n)
			memcpy(s->needs + c->n_needs, numbers.list,
				numbers.n * sizeof(*numbers.list));
		c->n_needs += numbers.n;
		gather(c, &c->led, i, &numbers);
		add_candidates(c, i, &numbers);
	}
	s->lists[n_lists] = (struct scan_list){ c->n_needs, c->n_candidates };
	free(numbers.list);
}

static void free_groups(struct scan_groups *g)
{
	free(g->items);
	free(g->first);
}

void scan_compile(
	struct scan *s, const struct phrase *phrases, uint32_t n, const struct vocab *vocab)
{
	struct collector c = { .scan = s, .phrases = phrases, .vocab = vocab };

	memset(s, 0, sizeof(*s));
	s->n_phrases = n;
	s->n_words = vocab->n_words;
	map_init(&c.seen, 0, 0);
	collect_beginnings(&c);
	collect_needs(&c);
	fill_lists(&c);
	free_groups(&c.met);
	free_groups(&c.led);
	map_fini(&c.seen);
}

void scan_fini(struct scan *s)
{
	free(s->others);
	free(s->ways);
	free(s->lists);
	free(s->needs);
	free(s->candidates);
	free(s->beginnings);
	memset(s, 0, sizeof(*s));
}
