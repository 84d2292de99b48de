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
	const struct phrase *source;
	struct literal_list *literals;
	struct numbering literal_numbers, lead_numbers, other_numbers;
	struct pairs leads;   /* literal, the number of a rarest need it meets */
	struct pairs phrases; /* that number, phrase */
	struct pairs needs;   /* literal, need */
	struct pairs others;  /* phrase, need */
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
static uint32_t number_need(struct collector *c, const struct phrase_need *need,
	struct numbering *numbers, struct pairs *met_by)
{
	struct buf key = { .data = NULL };
	bool fresh;
	uint32_t id;

	for (size_t i = 0; i < need->n; i++) {
		buf_adds(&key, need->literals[i]);
		buf_adds(&key, "\n");
	}
	id = number_of(numbers, buf_str(&key), &fresh);
	buf_free(&key);
	for (size_t i = 0; fresh && i < need->n; i++)
		pairs_add(met_by, number_literal(c, need->literals[i]), id);
	return id;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct scan_candidate *x = a, *y = b;

	if (x->guard != y->guard)
		return x->guard < y->guard ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

/* Add the phrases of one rarest need, those with one guard together. */
static uint32_t add_candidates(
	struct collector *c, uint32_t n, const struct scan_groups *led, uint32_t lead)
{
	struct scan *s = c->scan;
	uint32_t from = n;

	for (uint32_t k = led->first[lead]; k < led->first[lead + 1]; k++) {
		uint32_t phrase = led->items[k], at = s->others.first[phrase];

		s->candidates[n++] = (struct scan_candidate){ .phrase = phrase,
			.back = (uint16_t)c->source[phrase].back,
			.guard = at < s->others.first[phrase + 1] ? s->others.items[at]
								  : SCAN_NO_GUARD };
	}
	qsort(s->candidates + from, n - from, sizeof(*s->candidates), compare_candidates);
	return n;
}

/* Those of one guard follow each other: note where they end, and the farthest that they look. */
static void link_guards(struct scan_candidate *list, uint32_t from, uint32_t end)
{
	for (uint32_t k = end; k-- > from;) {
		struct scan_candidate *c = &list[k];
		bool more = k + 1 < end && c[1].guard == c->guard;

		c->after = more ? c[1].after : k + 1;
		c->most = more && c[1].most > c->back ? c[1].most : c->back;
	}
}

/*
 * Most texts lack most guards: with those of one guard together, all of them are passed over at
 * once.
 */
static void set_candidates(
	struct collector *c, const struct scan_groups *leads, const struct scan_groups *led)
{
	struct scan *s = c->scan;
	uint32_t n = 0;

	for (uint32_t k = 0; k < leads->first[s->n_literals]; k++)
		n += led->first[leads->items[k] + 1] - led->first[leads->items[k]];
	s->candidates = mem_zalloc((n + 1) * sizeof(*s->candidates));
	s->first_candidate = mem_zalloc((s->n_literals + 1) * sizeof(*s->first_candidate));
	n = 0;
	for (uint32_t i = 0; i < s->n_literals; i++) {
		for (uint32_t k = leads->first[i]; k < leads->first[i + 1]; k++)
			n = add_candidates(c, n, led, leads->items[k]);
		s->first_candidate[i + 1] = n;
		link_guards(s->candidates, s->first_candidate[i], n);
	}
}

static void free_groups(struct scan_groups *g)
{
	free(g->items);
	free(g->first);
}

/* Number the distinct literals and needs, and note which belongs to which. */
static void collect(
	struct scan *s, const struct phrase *phrases, uint32_t n, struct literal_list *l)
{
	struct collector c = { .scan = s, .source = phrases, .literals = l };
	struct scan_groups leads, led;

	map_init(&c.literal_numbers.seen, 0, 0);
	map_init(&c.lead_numbers.seen, 0, 0);
	map_init(&c.other_numbers.seen, 0, 0);
	for (uint32_t i = 0; i < n; i++) {
		const struct phrase_need *needs = phrases[i].needs;

		pairs_add(&c.phrases, number_need(&c, &needs[0], &c.lead_numbers, &c.leads), i);
		for (uint32_t k = 1; k < phrases[i].n_needs; k++)
			pairs_add(&c.others, i,
				number_need(&c, &needs[k], &c.other_numbers, &c.needs));
		if (phrases[i].longest > s->reach)
			s->reach = phrases[i].longest;
	}
	s->n_literals = l->n;
	s->n_needs = c.other_numbers.n;
	s->n_phrases = n;
	s->needs = pairs_group(&c.needs, s->n_literals);
	s->others = pairs_group(&c.others, n);
	leads = pairs_group(&c.leads, s->n_literals);
	led = pairs_group(&c.phrases, c.lead_numbers.n);
	set_candidates(&c, &leads, &led);
	free_groups(&leads);
	free_groups(&led);
	map_fini(&c.literal_numbers.seen);
	map_fini(&c.lead_numbers.seen);
	map_fini(&c.other_numbers.seen);
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
	free_groups(&s->needs);
	free_groups(&s->others);
	free(s->candidates);
	free(s->first_candidate);
	memset(s, 0, sizeof(*s));
}
