#include "sets.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "model.h"

static void add(struct signal_block *b, const struct signal *s, uint64_t bit)
{
	b->families |= FAMILY_BIT(s->family);
	b->family[s->family] |= bit;
	b->subject[s->subject] |= bit;
	b->when[s->when] |= bit;
	b->framing[s->framing] |= bit;
	if (s->when == WHEN_PAST && (FAMILIES_THOUGHT & FAMILY_BIT(s->family)))
		b->stale |= bit;
	if (s->from < b->from)
		b->from = s->from;
	if (s->end > b->end)
		b->end = s->end;
}

void sets_build(struct signal_sets *s, const struct signal *signals, size_t n)
{
	s->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i % SETS_BLOCK == 0) {
			GROW(s->blocks, s->n, s->cap);
			s->blocks[s->n++] = (struct signal_block){ .from = UINT32_MAX };
		}
		if (!signals[i].suppressed_by)
			add(&s->blocks[s->n - 1], &signals[i], UINT64_C(1) << i % SETS_BLOCK);
	}
}

void sets_fini(struct signal_sets *s)
{
	free(s->blocks);
	memset(s, 0, sizeof(*s));
}

static uint64_t any_of(const uint64_t *sets, uint64_t which)
{
	uint64_t all = 0;

	for (; which; which &= which - 1)
		all |= sets[__builtin_ctzll(which)];
	return all;
}

uint64_t sets_of(const struct signal_block *b, uint64_t families)
{
	return any_of(b->family, families & b->families);
}

/*
 * A leaf without `time` takes every time, but for thoughts not the past: what somebody no longer
 * thinks is not a state they are in, while what they did or have stays so.
 */
uint64_t sets_fitting(const struct signal_block *b, const struct cond *c)
{
	uint64_t fit = sets_of(b, c->families);

	if (!fit)
		return 0;
	fit &= c->whens ? any_of(b->when, c->whens) : ~b->stale;
	return fit & any_of(b->subject, c->subjects) & any_of(b->framing, c->framings);
}
