#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "table.h"
#include "text.h"

static void durations_are_short_and_never_invented(void **state)
{
	static const struct {
		double s;
		const char *text;
	} rows[] = {
		{ 0, "0s" },
		{ 0.9, "0s" },
		{ 59.99, "59s" },
		{ 60, "1m00s" },
		{ 185, "3m05s" },
		{ 3599, "59m59s" },
		{ 3600, "1h00m" },
		{ 4020, "1h07m" },
		{ 86400, "1d00h" },
		{ 183600, "2d03h" },
		{ -1, "-" },
		{ (double)NAN, "-" },
		{ 1e300, "-" },
	};
	char out[DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(duration_text(rows[i].s, out), rows[i].text);
}

static void assert_cleaned(const char *from, const char *to)
{
	struct buf b = { 0 };

	text_clean(&b, from);
	assert_string_equal(buf_str(&b), to);
	buf_free(&b);
}

static void nothing_shown_can_command_the_terminal(void **state)
{
	(void)state;
	assert_cleaned("plain", "plain");
	assert_cleaned("caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5");
	assert_cleaned("two\nlines\tx", "two lines x");
	assert_cleaned("\033[2J", "?[2J");
	assert_cleaned("\xc2\x9b"
		       "31m",
		"?31m"); /* CSI as one C1 character */
	assert_cleaned("a\xe2\x80\xae"
		       "b",
		"a?b"); /* right-to-left override */
	assert_cleaned(
		"\xff\xc0\xaf\xed\xa0\x80", "??????"); /* no UTF-8: bytes, overlong, surrogate */
	assert_cleaned("end\xe2\x82", "end??");
}

static void columns_are_what_a_terminal_uses(void **state)
{
	(void)state;
	assert_int_equal(text_columns("abc"), 3);
	assert_int_equal(text_columns("\xe6\x97\xa5"), 2); /* wide */
	assert_int_equal(text_columns("e\xcc\x81"), 1);    /* combining accent */
	assert_int_equal(text_fit("abc", 2), 2);
	assert_int_equal(text_fit("a\xe6\x97\xa5", 2), 1); /* a wide character is not halved */
	assert_int_equal(text_fit("a\xe6\x97\xa5", 3), 4);
}

static void a_missing_field_is_unknown(void **state)
{
	json_t *o = json_pack("{s:n, s:i, s:s}", "null", "zero", 0, "empty", "");

	(void)state;
	assert_true(isnan(field_number(o, "null")));
	assert_true(isnan(field_number(o, "absent")));
	assert_true(field_number(o, "zero") == 0);
	assert_string_equal(field_str(o, "empty", "-"), "-");
	json_decref(o);
}

static const char *const titles[] = { "NAME", ">N", "LAST", NULL };

static void fill(struct table *t)
{
	table_init(t, titles);
	table_text(t, STYLE_PLAIN, "long name");
	table_number(t, STYLE_PLAIN, 7);
	table_text(t, STYLE_PLAIN, "x");
	table_text(t, STYLE_PLAIN, NULL);
	table_number(t, STYLE_PLAIN, (double)NAN);
	table_duration(t, STYLE_PLAIN, 61);
}

static void columns_line_up(void **state)
{
	struct screen to = { 0 };
	struct table t;

	(void)state;
	fill(&t);
	table_write(&t, &to, 0);
	assert_string_equal(buf_str(&to.out), "NAME       N  LAST\n"
					      "long name  7  x\n"
					      "-          -  1m01s\n");
	buf_free(&to.out);
}

static void lines_are_cut_at_the_width(void **state)
{
	struct screen to = { .width = 7 };
	struct table t;

	(void)state;
	fill(&t);
	table_write(&t, &to, 0);
	assert_string_equal(buf_str(&to.out), "NAME\nlong na\n-\n");
	buf_free(&to.out);
}

static void rows_left_out_are_counted(void **state)
{
	static const char *const one[] = { "N", NULL };
	struct screen to = { 0 };
	struct table t;

	(void)state;
	table_init(&t, one);
	for (int i = 0; i < 5; i++)
		table_number(&t, STYLE_PLAIN, i);
	table_write(&t, &to, 3);
	assert_string_equal(buf_str(&to.out), "N\n0\n1\n… 3 more\n");
	buf_free(&to.out);
}

static void colour_only_where_wanted(void **state)
{
	struct screen plain = { 0 }, coloured = { .colour = true };

	(void)state;
	screen_styled(&plain, STYLE_BAD, "late");
	screen_styled(&coloured, STYLE_BAD, "late");
	assert_string_equal(buf_str(&plain.out), "late");
	assert_string_equal(buf_str(&coloured.out), "\033[1;31mlate\033[0m");
	buf_free(&plain.out);
	buf_free(&coloured.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_short_and_never_invented),
		cmocka_unit_test(nothing_shown_can_command_the_terminal),
		cmocka_unit_test(columns_are_what_a_terminal_uses),
		cmocka_unit_test(a_missing_field_is_unknown),
		cmocka_unit_test(columns_line_up),
		cmocka_unit_test(lines_are_cut_at_the_width),
		cmocka_unit_test(rows_left_out_are_counted),
		cmocka_unit_test(colour_only_where_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
