#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "args.h"

static const struct option_def general[] = {
	{ "json", NULL, "", NULL },
	{ "address", "HOST:PORT", "", NULL },
	{ 0 },
};
static const struct option_def own[] = {
	{ "level", "LEVEL", "", "high low" },
	{ 0 },
};

static int parse(struct args *a, struct err *e, int stop, const char **argv)
{
	int argc = 0;

	*a = (struct args){ .tables = { general, own } };
	while (argv[argc])
		argc++;
	return args_parse(a, argc, (char **)argv, stop, e);
}

#define PARSE(a, e, stop, ...) parse(a, e, stop, (const char *[]){ __VA_ARGS__, NULL })

static void options_and_words_mix(void **state)
{
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&a, &e, 0, "one", "--json", "--level=low", "two", "--address", "h:1",
				 "--level", "high", "--", "--three"),
		10);
	assert_int_equal(a.n_words, 3);
	assert_string_equal(a.words[2], "--three");
	assert_string_equal(args_get(&a, "json"), "");
	assert_string_equal(args_get(&a, "level"), "high"); /* the last one */
	assert_string_equal(args_get(&a, "address"), "h:1");
	assert_null(args_get(&a, "absent"));
}

static void stops_at_the_command(void **state)
{
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&a, &e, 1, "--address", "h:1", "status", "--json"), 2);
	assert_null(args_get(&a, "json"));
}

static void refuses_and_says_what(void **state)
{
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&a, &e, 0, "--adress", "h:1"), -1);
	assert_string_equal(e.text, "unknown option --adress: did you mean --address?");
	assert_int_equal(PARSE(&a, &e, 0, "--colour"), -1);
	assert_string_equal(e.text, "unknown option --colour");
	assert_int_equal(PARSE(&a, &e, 0, "-j"), -1);
	assert_non_null(strstr(e.text, "two dashes"));
	assert_int_equal(PARSE(&a, &e, 0, "--json=1"), -1);
	assert_int_equal(PARSE(&a, &e, 0, "--address"), -1);
	assert_non_null(strstr(e.text, "needs a value"));
	assert_int_equal(PARSE(&a, &e, 0, "--level", "hi"), -1); /* no abbreviations */
	assert_string_equal(e.text, "--level: 'hi' is none of: high low");
}

static void too_many_is_an_error_not_an_overrun(void **state)
{
	const char *many[ARGS_MAX + 3];
	struct args a;
	struct err e;

	(void)state;
	for (int i = 0; i < ARGS_MAX + 2; i++)
		many[i] = "--json";
	many[ARGS_MAX + 2] = NULL;
	assert_int_equal(parse(&a, &e, 0, many), -1);
	for (int i = 0; i < ARGS_MAX + 2; i++)
		many[i] = "word";
	assert_int_equal(parse(&a, &e, 0, many), -1);
}

static int words(int n, const char *synopsis, struct err *e)
{
	struct args a = { .n_words = n };

	for (int i = 0; i < n; i++)
		a.words[i] = "w";
	return args_check_words(&a, synopsis, e);
}

static void words_fit_the_synopsis(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(words(0, "", &e), 0);
	assert_int_equal(words(1, "", &e), -1);
	assert_int_equal(words(1, "CONTACT [BY]", &e), 0);
	assert_int_equal(words(2, "CONTACT [BY]", &e), 0);
	assert_int_equal(words(3, "CONTACT [BY]", &e), -1);
	assert_int_equal(words(3, "CONTACT [FILE...]", &e), 0);
	assert_int_equal(words(0, "[FILE...]", &e), 0);
	assert_int_equal(words(0, "FILE...", &e), -1);
	assert_int_equal(words(1, "DISPATCH OUTCOME", &e), -1);
	assert_string_equal(e.text, "OUTCOME is missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_mix),
		cmocka_unit_test(stops_at_the_command),
		cmocka_unit_test(refuses_and_says_what),
		cmocka_unit_test(too_many_is_an_error_not_an_overrun),
		cmocka_unit_test(words_fit_the_synopsis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
