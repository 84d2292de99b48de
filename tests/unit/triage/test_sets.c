/* Sets of signals by kind: what they say fits a leaf is what each signal says for itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/triage/model.h"

#define SIGNALS 150 /* more than two blocks */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fill(struct signal *signals, uint32_t *seed)
{
	for (size_t i = 0; i < SIGNALS; i++)
		signals[i] = (struct signal){ .family = next(seed) % FAMILY_COUNT,
			.subject = next(seed) % SUBJECT_COUNT,
			.when = next(seed) % WHEN_COUNT,
			.framing = next(seed) % FRAMING_COUNT,
			.from = (uint32_t)i,
			.end = (uint32_t)i + 2,
			.suppressed_by = next(seed) % 4 == 0 ? "negation" : NULL };
}

static bool fits(const struct cond *c, const struct signal *s)
{
	bool past_thought = s->when == WHEN_PAST && (FAMILIES_THOUGHT >> s->family & 1);

	return !s->suppressed_by && (c->families >> s->family & 1) &&
	       (c->whens ? (c->whens >> s->when & 1) : !past_thought) &&
	       (c->subjects >> s->subject & 1) && (c->framings >> s->framing & 1);
}

static void test_fitting(void **state)
{
	struct signal_sets sets = { .n = 0 };
	struct signal signals[SIGNALS];
	uint32_t seed = 1, found = 0;

	(void)state;
	for (int round = 0; round < 300; round++) {
		const struct cond c = { .families = (uint64_t)next(&seed) << 24 ^ next(&seed),
			.whens = round % 3 ? next(&seed) % (1u << WHEN_COUNT) : 0,
			.subjects = next(&seed) % (1u << SUBJECT_COUNT),
			.framings = next(&seed) % (1u << FRAMING_COUNT) };

		fill(signals, &seed);
		sets_build(&sets, signals, SIGNALS);
		assert_int_equal(sets.n, (SIGNALS + SETS_BLOCK - 1) / SETS_BLOCK);
		for (size_t i = 0; i < SIGNALS; i++) {
			const struct signal_block *b = &sets.blocks[i / SETS_BLOCK];
			uint64_t bit = UINT64_C(1) << i % SETS_BLOCK;

			assert_int_equal((sets_fitting(b, &c) & bit) != 0, fits(&c, &signals[i]));
			assert_int_equal((sets_of(b, c.families) & bit) != 0,
				!signals[i].suppressed_by && (c.families >> signals[i].family & 1));
			if (!signals[i].suppressed_by)
				assert_true(b->from <= signals[i].from && signals[i].end <= b->end);
			found += fits(&c, &signals[i]);
		}
	}
	assert_true(found > 1000);
	sets_build(&sets, signals, 0);
	assert_int_equal(sets.n, 0);
	sets_fini(&sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fitting) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
