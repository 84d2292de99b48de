#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "triaged/base/nearest.h"

static const char *nearest(const char *word)
{
	static const char *const known[] = { "board", "status", "top", "node", "listen.line" };
	struct nearest n = { .word = word };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		nearest_consider(&n, known[i]);
	return n.best;
}

static void a_slip_is_recognised(void **state)
{
	(void)state;
	assert_string_equal(nearest("bord"), "board");
	assert_string_equal(nearest("borad"), "board");
	assert_string_equal(nearest("statu"), "status");
	assert_string_equal(nearest("listne.line"), "listen.line");
	assert_string_equal(nearest("board"), "board");
}

static void another_word_is_not_taken_for_a_slip(void **state)
{
	char word[80] = "";
	(void)state;
	assert_null(nearest("foo"));
	assert_null(nearest("zebra"));
	assert_null(nearest(""));
	assert_null(nearest("statuses.of.all"));
	assert_null(nearest(memset(word, 'x', sizeof word - 1)));
}

static void of_two_the_nearer_then_the_first(void **state)
{
	struct nearest n = { .word = "target" };
	(void)state;
	nearest_consider(&n, "targets.");
	nearest_consider(&n, "tarket");
	nearest_consider(&n, "barget");
	assert_string_equal(n.best, "tarket");
	assert_int_equal(n.edits, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_is_recognised),
		cmocka_unit_test(another_word_is_not_taken_for_a_slip),
		cmocka_unit_test(of_two_the_nearer_then_the_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
