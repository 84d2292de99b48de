/*
 * A language is added by listing its files: the German starter pack (conf/lexicon/de) beside the
 * rules that ship, on sentences of our own (tests/golden/lang-de.tsv). A language that nobody added
 * is noticed, also in few words (tests/golden/lang-other.tsv).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/triage/triage.h"

#include "../../../daemon/app/rules_file.h"

#define CASES  "tests/golden/lang-de.tsv"
#define OTHERS "tests/golden/lang-other.tsv"
#define GERMAN "Ich suche jemanden zum Reden, es geht mir heute nicht gut."

static struct ruleset *load(const char *more)
{
	glob_t files;
	struct conf_errors errors = { .count = 0 };

	assert_int_equal(glob("conf/rules/*.conf", 0, NULL, &files), 0);
	assert_int_equal(glob("conf/lexicon/*.conf", GLOB_APPEND, NULL, &files), 0);
	if (more)
		assert_int_equal(glob(more, GLOB_APPEND, NULL, &files), 0);
	struct rules_load paths = { .paths = (const char *const *)files.gl_pathv,
		.n_paths = files.gl_pathc };
	struct ruleset *rules = rules_load(&paths, NULL, &errors);
	if (!rules)
		fail_msg("%s", buf_str(&errors.text));
	globfree(&files);
	return rules;
}

static int judge(const char *kind, enum level wanted, const struct triage_result *r)
{
	if (strcmp(kind, "unscored") == 0)
		return r->unscored && r->level >= wanted;
	if (r->unscored)
		return 0;
	if (strcmp(kind, "min") == 0)
		return r->level >= wanted;
	if (strcmp(kind, "max") == 0)
		return r->level <= wanted;
	return r->level == wanted;
}

static void test_sentences(void **state)
{
	struct ruleset *rules = load("conf/lexicon/de/*.conf");
	struct triage_scratch *scratch = triage_scratch_new();
	struct triage_result result = { .level = LEVEL_LOW };
	FILE *f = fopen(CASES, "r");
	char line[512];
	int wrong = 0, seen = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *rest = line, *kind, *name;
		enum level wanted;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		kind = strsep(&rest, "\t");
		name = strsep(&rest, "\t");
		assert_non_null(rest);
		assert_int_equal(level_parse(name, strlen(name), &wanted), 0);
		struct triage_request q = { .text = rest, .text_len = strlen(rest), .age = -1 };
		triage_run(rules, scratch, &q, &result);
		seen++;
		if (judge(kind, wanted, &result))
			continue;
		wrong++;
		print_error("%s %s, got %s%s: %s\n", kind, name, level_name(result.level),
			result.unscored ? " unscored" : "", rest);
	}
	fclose(f);
	triage_result_free(&result);
	triage_scratch_free(&scratch);
	ruleset_unref(&rules);
	assert_true(seen > 30);
	assert_int_equal(wrong, 0);
}

/* Without the pack German is what cannot be assessed, never what is harmless. */
static void test_without_it(void **state)
{
	static const struct triage_request q = {
		.text = GERMAN, .text_len = sizeof(GERMAN) - 1, .age = -1, .lang = "de"
	};
	struct ruleset *rules[] = { load(NULL), load("conf/lexicon/de/*.conf") };
	struct triage_scratch *scratch = triage_scratch_new();
	struct triage_result result = { .level = LEVEL_LOW };

	(void)state;
	triage_run(rules[0], scratch, &q, &result);
	assert_true(result.unscored);
	assert_int_equal(result.level, LEVEL_MODERATE);
	triage_run(rules[1], scratch, &q, &result);
	assert_false(result.unscored);
	triage_result_free(&result);
	triage_scratch_free(&scratch);
	ruleset_unref(&rules[0]);
	ruleset_unref(&rules[1]);
}

static void test_few_words(void **state)
{
	struct ruleset *rules = load(NULL);
	struct triage_scratch *scratch = triage_scratch_new();
	struct triage_result result = { .level = LEVEL_LOW };
	FILE *f = fopen(OTHERS, "r");
	char line[512];
	int wrong = 0, seen = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *rest = line, *kind, *lang;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		kind = strsep(&rest, "\t");
		lang = strsep(&rest, "\t");
		assert_non_null(rest);
		struct triage_request q = { .text = rest,
			.text_len = strlen(rest),
			.age = -1,
			.lang = strcmp(lang, "-") == 0 ? NULL : lang };
		triage_run(rules, scratch, &q, &result);
		seen++;
		if (strcmp(kind, "unscored") == 0
				? result.unscored && result.level >= LEVEL_MODERATE
				: !result.unscored)
			continue;
		wrong++;
		print_error("%s (%s): %s\n", kind, lang, rest);
	}
	fclose(f);
	triage_result_free(&result);
	triage_scratch_free(&scratch);
	ruleset_unref(&rules);
	assert_true(seen > 60);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_without_it),
		cmocka_unit_test(test_few_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
