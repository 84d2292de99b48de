/* What a leaf counts does not depend on the order in which signals were found. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/triage/cond.h"

#define SIGNALS 9
#define FACTS   4
#define ROUNDS  3000
#define ORDERS  6

static const char *const ids[] = { "a.1", "a.2", "b.1", "b.22", "c.1" };

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static struct signal make_signal(uint32_t *seed)
{
	uint32_t from = next(seed, 60), id = next(seed, sizeof(ids) / sizeof(ids[0]));
	struct signal s = { .id = ids[id],
		.id_len = strlen(ids[id]),
		.family = (enum family)next(seed, 3),
		.from = from,
		.end = from + 1 + next(seed, 12),
		.clause = from / 10,
		.last_clause = from / 10 };

	s.span = (struct triage_span){ s.from * 5, s.end * 5 - 1 };
	return s;
}

static void shuffle(struct signal *list, size_t n, uint32_t *seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = next(seed, (uint32_t)i);
		struct signal swap = list[k];

		list[k] = list[i - 1];
		list[i - 1] = swap;
	}
}

static struct verdict judge(const struct cond *c, struct triage_scratch *w)
{
	w->message_families = w->contact_families = UINT64_MAX;
	sets_build(&w->said, w->signals, w->n_signals);
	sets_build(&w->remembered, w->facts, w->n_facts);
	return cond_eval(c, w);
}

static struct cond make_leaf(uint32_t *seed)
{
	struct cond c = { .kind = COND_SIGNAL,
		.families = FAMILY_BIT(0) | FAMILY_BIT(1),
		.subjects = UINT64_MAX >> (64 - SUBJECT_COUNT),
		.framings = UINT64_MAX >> (64 - FRAMING_COUNT),
		.window = next(seed, 2) ? WINDOW_CONTACT : WINDOW_MESSAGE,
		.min_count = 1 + next(seed, 4),
		.min_families = 1 + next(seed, 2),
		.near = next(seed, 3) == 0,
		.same_clause = next(seed, 6) == 0 };

	c.pairs = c.near || c.same_clause;
	c.meets = c.pairs ? c.families : 0;
	return c;
}

static void test_order(void **state)
{
	uint32_t seed = 3, met = 0;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct signal signals[SIGNALS], facts[FACTS];
		struct triage_scratch w = { .signals = signals,
			.n_signals = next(&seed, SIGNALS + 1),
			.facts = facts,
			.n_facts = next(&seed, FACTS + 1) };
		struct cond c = make_leaf(&seed);
		struct verdict first, v;

		for (size_t i = 0; i < w.n_signals; i++)
			signals[i] = make_signal(&seed);
		for (size_t i = 0; i < w.n_facts; i++)
			facts[i] = make_signal(&seed);
		first = judge(&c, &w);
		met += first.truth == TRUTH_TRUE;
		for (int i = 0; i < ORDERS; i++) {
			shuffle(signals, w.n_signals, &seed);
			shuffle(facts, w.n_facts, &seed);
			v = judge(&c, &w);
			assert_int_equal(v.truth, first.truth);
			assert_int_equal(v.missing, first.missing);
		}
		sets_fini(&w.said);
		sets_fini(&w.remembered);
	}
	assert_in_range(met, ROUNDS / 5, ROUNDS * 4 / 5);
}

/* The most signals of the message that fit and do not overlap, by trying every choice. */
static uint32_t most_places(const struct signal *signals, size_t n, uint64_t families)
{
	uint32_t most = 0;

	for (uint32_t choice = 0; choice < 1u << n; choice++) {
		bool apart = true;

		for (size_t i = 0; i < n && apart; i++) {
			if (!(choice >> i & 1))
				continue;
			apart = families >> signals[i].family & 1;
			for (size_t k = 0; k < i; k++)
				apart &= !(choice >> k & 1) ||
					 signals[i].span.end <= signals[k].span.start ||
					 signals[k].span.end <= signals[i].span.start;
		}
		if (apart && (uint32_t)__builtin_popcount(choice) > most)
			most = (uint32_t)__builtin_popcount(choice);
	}
	return most;
}

static void test_places(void **state)
{
	uint32_t seed = 5;
	(void)state;

	for (int round = 0; round < ROUNDS / 3; round++) {
		struct signal signals[SIGNALS];
		struct triage_scratch w = { .signals = signals, .n_signals = SIGNALS };
		struct cond c = make_leaf(&seed);

		c.window = WINDOW_MESSAGE;
		c.near = c.same_clause = c.pairs = false;
		c.min_families = 1;
		for (size_t i = 0; i < SIGNALS; i++)
			signals[i] = make_signal(&seed);
		assert_int_equal(judge(&c, &w).truth == TRUTH_TRUE,
			most_places(signals, SIGNALS, c.families) >= c.min_count);
		sets_fini(&w.said);
		sets_fini(&w.remembered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order),
		cmocka_unit_test(test_places) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
