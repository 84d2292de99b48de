/* What all phrases need, numbered, grouped and compiled into one pattern database. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
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

/* Distinct strings and the numbers they got. */
struct numbering {
	struct map seen; /* string -> its number + 1 */
	uint32_t n;
};

/* The number of key; *fresh tells whether it got it just now. */
static uint32_t number_of(struct numbering *m, const char *key, bool *fresh)
{
	uintptr_t id = (uintptr_t)map_get(&m->seen, key);

	*fresh = id == 0;
	if (*fresh) {
		id = ++m->n;
		map_put(&m->seen, key, (void *)id);
	}
	return (uint32_t)id - 1;
}

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
	struct literal_list *literals;
	struct numbering literal_numbers, need_numbers;
	struct pairs needs, phrases, others;
};

static uint32_t number_literal(struct collector *c, const char *literal)
{
	struct literal_list *l = c->literals;
	bool fresh;
	uint32_t id = number_of(&c->literal_numbers, literal, &fresh);

	if (!fresh)
		return id;
	l->texts = mem_resize(l->texts, l->n + 1, sizeof(*l->texts));
	l->lens = mem_resize(l->lens, l->n + 1, sizeof(*l->lens));
	l->texts[l->n] = literal;
	l->lens[l->n++] = strlen(literal);
	return id;
}

/* Literals hold no line ends, so joined by them they name the set. */
static uint32_t number_need(struct collector *c, const struct phrase_need *need)
{
	struct buf key = { .data = NULL };
	bool fresh;
	uint32_t id;

	for (size_t i = 0; i < need->n; i++) {
		buf_adds(&key, need->literals[i]);
		buf_adds(&key, "\n");
	}
	id = number_of(&c->need_numbers, buf_str(&key), &fresh);
	buf_free(&key);
	for (size_t i = 0; fresh && i < need->n; i++)
		pairs_add(&c->needs, number_literal(c, need->literals[i]), id);
	return id;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct scan_candidate *x = a, *y = b;

	if (x->guard != y->guard)
		return x->guard < y->guard ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

/* Most texts lack most guards: with those of one guard together, all of them are passed over at
 * once. */
static void set_candidates(struct scan *s)
{
	s->candidates = mem_zalloc((s->n_phrases + 1) * sizeof(*s->candidates));
	for (uint32_t need = 0; need < s->n_needs; need++) {
		uint32_t from = s->phrases.first[need], end = s->phrases.first[need + 1];

		for (uint32_t k = from; k < end; k++) {
			uint32_t phrase = s->phrases.items[k], at = s->others.first[phrase];

			s->candidates[k].phrase = phrase;
			s->candidates[k].guard = at < s->others.first[phrase + 1]
							 ? s->others.items[at]
							 : SCAN_NO_GUARD;
		}
		qsort(s->candidates + from, end - from, sizeof(*s->candidates), compare_candidates);
		for (uint32_t k = end; k-- > from;)
			s->candidates[k].after =
				k + 1 < end && s->candidates[k + 1].guard == s->candidates[k].guard
					? s->candidates[k + 1].after
					: k + 1;
	}
}

/* Of the pairs of literals and needs, those that matter in one of two ways. */
static struct scan_groups needs_group(
	const struct pairs *all, const uint32_t *matters, uint32_t n_literals)
{
	struct pairs some = { .n = 0 };

	for (size_t i = 0; i < all->n; i++)
		if (matters[all->list[i].item])
			pairs_add(&some, all->list[i].group, all->list[i].item);
	return pairs_group(&some, n_literals);
}

static void group_needs(struct scan *s, struct pairs *all)
{
	uint32_t *matters = mem_zalloc((s->n_needs + 1) * sizeof(*matters));

	for (uint32_t need = 0; need < s->n_needs; need++)
		matters[need] = s->phrases.first[need] < s->phrases.first[need + 1];
	s->leads = needs_group(all, matters, s->n_literals);
	memset(matters, 0, s->n_needs * sizeof(*matters));
	for (uint32_t k = 0; k < s->others.first[s->n_phrases]; k++)
		matters[s->others.items[k] & ~SCAN_BEHIND] = 1;
	s->needs = needs_group(all, matters, s->n_literals);
	free(matters);
	free(all->list);
}

/* Number the distinct literals and needs, and note which belongs to which. */
static void collect(
	struct scan *s, const struct phrase *phrases, uint32_t n, struct literal_list *l)
{
	struct collector c = { .scan = s, .literals = l };

	map_init(&c.literal_numbers.seen, 0, 0);
	map_init(&c.need_numbers.seen, 0, 0);
	for (uint32_t i = 0; i < n; i++) {
		pairs_add(&c.phrases, number_need(&c, &phrases[i].needs[0]), i);
		for (uint32_t k = 1; k < phrases[i].n_needs; k++)
			pairs_add(&c.others, i,
				number_need(&c, &phrases[i].needs[k]) |
					(phrases[i].needs[k].after ? SCAN_BEHIND : 0));
	}
	s->n_literals = l->n;
	s->n_needs = c.need_numbers.n;
	s->n_phrases = n;
	s->phrases = pairs_group(&c.phrases, s->n_needs);
	s->others = pairs_group(&c.others, n);
	group_needs(s, &c.needs);
	set_candidates(s);
	map_fini(&c.literal_numbers.seen);
	map_fini(&c.need_numbers.seen);
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

static void free_groups(struct scan_groups *g)
{
	free(g->items);
	free(g->first);
}

void scan_fini(struct scan *s)
{
	hs_free_database(s->db);
	free_groups(&s->needs);
	free_groups(&s->leads);
	free_groups(&s->phrases);
	free_groups(&s->others);
	free(s->candidates);
	memset(s, 0, sizeof(*s));
}
