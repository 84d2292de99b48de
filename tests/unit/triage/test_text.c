/* The honest reading: folding, word boundaries, clause marks, and the way back to the original. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/triage/text.h"

struct reading {
	struct fold fold;
	struct vocab vocab;
	struct text text;
};

static int set_up(void **state)
{
	static struct reading r;

	memset(&r, 0, sizeof(r));
	vocab_init(&r.vocab);
	assert_int_equal(fold_add_emoji(&r.fold, "\xf0\x9f\x92\x8a", "emoji_pill"), 0);
	*state = &r;
	return 0;
}

static int tear_down(void **state)
{
	struct reading *r = *state;

	text_fini(&r->text);
	vocab_fini(&r->vocab);
	fold_fini(&r->fold);
	return 0;
}

static const char *read_text(struct reading *r, const char *p)
{
	text_read(&r->text, &r->fold, &r->vocab, p, strlen(p));
	return buf_str(&r->text.padded);
}

/* Made where this was built; the library that is loaded must say the same. */
static void test_table(void **state)
{
	(void)state;
	for (int32_t point = 0; point < FOLD_TABLE; point++) {
		int32_t quick[FOLD_MAX] = { 0 }, derived[FOLD_MAX] = { 0 };
		enum char_class a, b;
		int n = fold_point(point, &a, quick);

		assert_int_equal(n, fold_derive(point, &b, derived));
		assert_int_equal(a, b);
		assert_memory_equal(quick, derived, (size_t)n * sizeof(*quick));
	}
}

static void test_folding(void **state)
{
	static const struct {
		const char *written, *read;
	} cases[] = {
		{ "", " " }, { "Hello, World", " hello world " },
		{ "no aguanto M\xc3\x81S, a\xc3\xb1o", " no aguanto mas ano " },
		{ "I\xe2\x80\x99m can't I'D", " im cant id " },
		{ "self-harm a/b", " self harm a b " },
		{ "\xef\xbc\xab\xef\xbd\x89\xef\xbd\x8c\xef\xbd\x8c", " kill " }, /* full width */
		{ "ki\xe2\x80\x8bll\xe2\x80\xae me", " kill me " }, /* zero width, bidi */
		{ "\xf0\x9d\x93\x80\xf0\x9d\x92\xbe", " ki " },     /* mathematical letters */
		{ "stra\xc3\x9f"
		  "e \xef\xac\x81n",
			" strasse fin " },          /* one to several */
		{ "e\xcc\x81te\xcc\x81", " ete " }, /* combining marks */
		{ "took 800mg at 11:30 b4 1,000", " took 800 mg at 1130 b4 1000 " },
		{ "took \xf0\x9f\x92\x8a\xf0\x9f\x92\x8a now", " took emoji_pill emoji_pill now " },
		{ "emoji_pill", " emoji pill " }, /* nobody can write a token by hand */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_text(*state, cases[i].written), cases[i].read);
}

static void test_places(void **state)
{
	struct reading *r = *state;
	const char *p = "A \xc3\x89t\xc3\xa9, \xf0\x9f\x92\x8a d\xe2\x80\x8bie!";

	read_text(r, p);
	assert_int_equal(r->text.n_tokens, 4);
	assert_int_equal(r->text.tokens[1].start, 2);
	assert_int_equal(r->text.tokens[1].end, 7);
	assert_int_equal(r->text.tokens[2].start, 9);
	assert_int_equal(r->text.tokens[2].end, 13);
	assert_int_equal(r->text.tokens[3].start, 14);
	assert_int_equal(r->text.tokens[3].end, 20);
}

static bool breaks(struct reading *r, const char *p, uint32_t mark)
{
	read_text(r, p);
	for (uint32_t i = 1; i < r->text.n_tokens; i++)
		if (r->text.tokens[i].marks & mark)
			return true;
	return false;
}

static void test_breaks(void **state)
{
	struct reading *r = *state;

	assert_true(breaks(r, "no. stop", TOKEN_HARD));
	assert_true(breaks(r, "no! stop", TOKEN_HARD));
	assert_true(breaks(r, "one\n\ntwo", TOKEN_HARD));
	assert_false(breaks(r, "want to... stop", TOKEN_HARD));
	assert_false(breaks(r, "one\ntwo", TOKEN_HARD));
	assert_false(breaks(r, "a.b", TOKEN_HARD));
	assert_true(breaks(r, "no, stop", TOKEN_SOFT));
	assert_false(breaks(r, "no stop", TOKEN_SOFT | TOKEN_HARD));
}

static void test_bad_bytes(void **state)
{
	struct reading *r = *state;

	assert_string_equal(read_text(r, "a\xff"
					 "b \xc3( \xed\xa0\x80 c"),
		" a b c ");
	assert_true(r->text.invalid);
	read_text(r, "fine");
	assert_false(r->text.invalid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test_setup_teardown(test_folding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_breaks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_bytes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
