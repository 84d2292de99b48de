#include "world.h"

#include "../../../daemon/core/rank.h"

/* One row for each numbered step: a goes first because of it alone, even though every later step
 * says the opposite. */
static void each_step_decides(void **state)
{
	(void)state;
	const struct {
		enum rank_step step;
		struct rank_key a, b;
	} rows[] = {
		{ RANK_CONTINUITY, { true, 2, 3, 2, 3, 2, 200, "z" },
			{ false, 1, 1, 0, 3, 0, 1, "a" } },
		{ RANK_FIT, { false, 0, 3, 2, 3, 2, 200, "z" }, { false, 1, 1, 0, 3, 0, 1, "a" } },
		{ RANK_FLEXIBLE, { false, 1, 1, 2, 3, 2, 200, "z" },
			{ false, 1, 2, 0, 3, 0, 1, "a" } },
		{ RANK_LOAD, { false, 1, 2, 2, 6, 2, 200, "z" }, { false, 1, 2, 1, 2, 0, 1, "a" } },
		{ RANK_HEAVY, { false, 1, 2, 2, 4, 0, 200, "z" },
			{ false, 1, 2, 1, 2, 1, 1, "a" } },
		{ RANK_IDLE, { false, 1, 2, 1, 2, 1, 5, "z" }, { false, 1, 2, 1, 2, 1, 6, "a" } },
		{ RANK_ID, { false, 1, 2, 1, 2, 1, 6, "a" }, { false, 1, 2, 1, 2, 1, 6, "z" } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum rank_step step;
		assert_true(rank_cmp(&rows[i].a, &rows[i].b, &step) < 0);
		assert_int_equal(step, rows[i].step);
		assert_true(rank_cmp(&rows[i].b, &rows[i].a, &step) > 0);
		assert_int_equal(step, rows[i].step);
	}
}

static const struct rank_key *winner(const struct rank_key *const order[6])
{
	const struct rank_key *best = order[0];
	enum rank_step step;
	for (int i = 1; i < 6; i++)
		if (rank_cmp(order[i], best, &step) < 0)
			best = order[i];
	return best;
}

static void permute(const struct rank_key *order[6], int n, const struct rank_key *want)
{
	if (n == 6)
		assert_ptr_equal(winner(order), want);
	for (int i = n; i < 6; i++) {
		const struct rank_key *at_n = order[n];
		order[n] = order[i];
		order[i] = at_n;
		permute(order, n + 1, want);
		order[i] = order[n];
		order[n] = at_n;
	}
}

/* Six candidates, many drawings: total, antisymmetric, transitive, and the same first one in
 * whatever order they are looked at. */
static void the_order_of_looking_does_not_matter(void **state)
{
	(void)state;
	static const char *const ids[6] = { "a", "b", "c", "d", "e", "f" };
	uint32_t seed = 1;
	enum rank_step step;
	for (int round = 0; round < 200; round++) {
		struct rank_key k[6];
		const struct rank_key *order[6];
		for (int i = 0; i < 6; i++) {
			seed = seed * 1664525u + 1013904223u;
			k[i] = (struct rank_key){ .known = (seed >> 28 & 7) == 0,
				.tier = (int)(seed >> 8 & 1),
				.flexible = (int)(seed >> 10 & 1),
				.load = (int)(seed >> 12 & 3),
				.capacity = 1 + (int)(seed >> 14 & 3),
				.heavy = seed >> 16 & 1,
				.idle_since_ms = seed >> 18 & 1,
				.id = ids[i] };
			order[i] = &k[i];
		}
		for (int i = 0; i < 6; i++) {
			for (int j = 0; j < 6; j++) {
				int ij = rank_cmp(&k[i], &k[j], &step);
				assert_true((ij < 0) == (rank_cmp(&k[j], &k[i], &step) > 0));
				assert_true((ij == 0) == (i == j));
				for (int l = 0; l < 6; l++)
					if (ij < 0 && rank_cmp(&k[j], &k[l], &step) < 0)
						assert_true(rank_cmp(&k[i], &k[l], &step) < 0);
			}
		}
		permute(order, 0, winner(order));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_decides),
		cmocka_unit_test(the_order_of_looking_does_not_matter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
