/*
 * Decisions of the engine on a small ruleset (tests/golden/triage): one line of cases.tsv for each
 * failure mode, and properties that must hold for every one of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/triage/triage.h"

#include "../../../daemon/app/rules_file.h"

#define RULES "tests/golden/triage/rules.conf"
#define CASES "tests/golden/triage/cases.tsv"

struct golden {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
};

struct test_case {
	int line;
	bool disguised; /* under a heading that says so */
	char *level, *fired, *aside, *channel, *text;
};

static int set_up(void **state)
{
	static const char *const paths[] = { RULES };
	static struct golden g;
	struct rules_load load = { .paths = paths, .n_paths = 1 };
	struct conf_errors errors = { .count = 0 };

	memset(&g, 0, sizeof(g));
	g.rules = rules_load(&load, NULL, &errors);
	if (!g.rules)
		fputs(buf_str(&errors.text), stderr);
	assert_non_null(g.rules);
	g.scratch = triage_scratch_new();
	*state = &g;
	return 0;
}

static int tear_down(void **state)
{
	struct golden *g = *state;

	triage_scratch_free(&g->scratch);
	triage_result_free(&g->result);
	ruleset_unref(&g->rules);
	return 0;
}

/* Triage text, with the facts of earlier messages (NULL none). */
static enum level triage(
	struct golden *g, const char *text, size_t n, const char *channel, const char *facts)
{
	struct triage_request q = { .text = text,
		.text_len = n,
		.channel = channel,
		.age = -1,
		.facts = facts,
		.facts_len = facts ? strlen(facts) : 0 };

	triage_run(g->rules, g->scratch, &q, &g->result);
	return g->result.level;
}

static enum level triage_text(struct golden *g, const char *text)
{
	return triage(g, text, strlen(text), NULL, NULL);
}

static void for_each_case(struct golden *g, void (*fn)(struct golden *g, const struct test_case *c))
{
	FILE *f = fopen(CASES, "r");
	struct test_case c = { .line = 0 };
	char *line = NULL, *rest;
	size_t cap = 0;

	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		c.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#') {
			c.disguised = strncmp(line, "# Disguises", 11) == 0;
			continue;
		}
		rest = line;
		c.level = strsep(&rest, "\t");
		c.fired = strsep(&rest, "\t");
		c.aside = strsep(&rest, "\t");
		c.channel = strsep(&rest, "\t");
		c.text = rest;
		assert_non_null(c.text);
		fn(g, &c);
	}
	assert_true(c.line > 20);
	free(line);
	fclose(f);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Words joined by a separator, sorted: order is not what these cases are about. */
static char *sorted_words(const char *words, const char *separators)
{
	char *copy = mem_strdup(words), *rest = copy, *word, *list[32];
	struct buf out = { .data = NULL };
	size_t n = 0;

	while ((word = strsep(&rest, separators)) && n < 32)
		list[n++] = word;
	qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, "%s%s", i ? " " : "", list[i]);
	free(copy);
	return out.data;
}

static void expect_words(
	const struct test_case *c, const char *what, struct buf *got, const char *wanted)
{
	char *a = sorted_words(got->len ? got->data : "-", " ");
	char *b = sorted_words(wanted, " ,");

	if (strcmp(a, b) != 0)
		fail_msg("%s:%d: %s %s, expected %s", CASES, c->line, what, a, b);
	free(a);
	free(b);
	buf_free(got);
}

static void check_case(struct golden *g, const struct test_case *c)
{
	struct buf fired = { .data = NULL }, aside = { .data = NULL };
	enum level level = triage(g, c->text, strlen(c->text), c->channel, NULL);

	for (size_t i = 0; i < g->result.n_reasons; i++)
		if (strcmp(g->result.reasons[i].rule, "T-NONE") != 0)
			buf_addf(&fired, "%s%s", fired.len ? " " : "", g->result.reasons[i].rule);
	for (size_t i = 0; i < g->result.n_suppressed; i++)
		buf_addf(&aside, "%s%s:%s", aside.len ? " " : "", g->result.suppressed[i].entry,
			g->result.suppressed[i].by);
	if (strcmp(level_name(level), c->level) != 0)
		fail_msg("%s:%d: level %s, expected %s; fired %s, set aside %s", CASES, c->line,
			level_name(level), c->level, buf_str(&fired), buf_str(&aside));
	expect_words(c, "fired", &fired, c->fired);
	expect_words(c, "set aside", &aside, c->aside);
}

static void test_cases(void **state)
{
	for_each_case(*state, check_case);
}

static void check_spans(struct golden *g, const struct test_case *c)
{
	size_t n = strlen(c->text);

	triage(g, c->text, n, c->channel, NULL);
	for (size_t i = 0; i < g->result.n_spans; i++) {
		struct triage_span s = g->result.spans[i];

		assert_true(s.start < s.end && s.end <= n);
		assert_true(((uint8_t)c->text[s.start] & 0xc0) != 0x80);
		assert_true(s.end == n || ((uint8_t)c->text[s.end] & 0xc0) != 0x80);
	}
}

static void test_spans(void **state)
{
	for_each_case(*state, check_spans);
}

static void never_lower(
	struct golden *g, const struct test_case *c, const char *text, const char *what)
{
	enum level before = triage(g, c->text, strlen(c->text), c->channel, NULL);
	enum level after = triage(g, text, strlen(text), c->channel, NULL);

	if (after < before)
		fail_msg("%s:%d: %s lowers %s to %s", CASES, c->line, what, level_name(before),
			level_name(after));
}

/* Harmless sentences before and behind, in either language, with and without a joke. */
static void check_padding(struct golden *g, const struct test_case *c)
{
	static const char *const harmless[] = { "hello. ", "i had a pie for lunch. ", "no. ",
		"the weather is not bad. ", "hoy es lunes. ", "lol. " };

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		struct buf t = { .data = NULL };

		buf_addf(&t, "%s%s", harmless[i], c->text);
		never_lower(g, c, t.data, "a sentence before");
		buf_clear(&t);
		buf_addf(&t, "%s\n\n%s", c->text, harmless[i]);
		never_lower(g, c, t.data, "a sentence behind");
		buf_free(&t);
	}
}

static void test_padding(void **state)
{
	for_each_case(*state, check_padding);
}

/* Letters replaced throughout, but for those that begin a word. */
static void check_disguises(struct golden *g, const struct test_case *c)
{
	static const struct {
		char letter;
		const char *as;
	} swaps[] = { { 'i', "1" }, { 'e', "3" }, { 'o', "0" }, { 's', "$" }, { 'a', "@" },
		{ 'i', "\xd1\x96" }, { 'e', "\xd0\xb5" }, { 'e', "\xc3\xa9" },
		{ 'l', "l\xe2\x80\x8b" } };

	for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]) && !c->disguised; i++) {
		struct buf t = { .data = NULL };

		for (const char *p = c->text; *p; p++) {
			if (*p == swaps[i].letter && p > c->text && p[-1] >= 'a' && p[-1] <= 'z')
				buf_adds(&t, swaps[i].as);
			else
				buf_add(&t, p, 1);
		}
		never_lower(g, c, buf_str(&t), swaps[i].as);
		buf_free(&t);
	}
}

static void test_disguises(void **state)
{
	for_each_case(*state, check_disguises);
}

static void test_bad_input(void **state)
{
	struct golden *g = *state;
	char *big = mem_zalloc(TRIAGE_TEXT_MAX + 100);

	assert_int_equal(triage_text(g, "fine \xff words here for you"), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	assert_int_equal(triage_text(g, "fine \xef\xbf\xbd words here for you"), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	assert_int_equal(triage_text(g, "???? ??? ????? ??"), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	assert_int_equal(triage_text(g, "????"), LEVEL_LOW);
	assert_int_equal(triage_text(g, "what?? ?? ?"), LEVEL_LOW);
	assert_int_equal(triage_text(g, "\xc0\x80 i want to die"), LEVEL_HIGH);
	memset(big, 'a', TRIAGE_TEXT_MAX + 50);
	assert_int_equal(triage_text(g, big), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	for (size_t i = 0; i < TRIAGE_TEXT_MAX; i += 4)
		memcpy(big + i, "die ", 4);
	assert_true(triage_text(g, big) >= LEVEL_MODERATE);
	assert_int_equal(triage(g, NULL, 0, NULL, NULL), LEVEL_LOW);
	assert_false(g->result.unscored);
	free(big);
}

static void test_contact_memory(void **state)
{
	struct golden *g = *state;
	char *first, *second;

	assert_int_equal(triage_text(g, "i have a plan"), LEVEL_LOW);
	first = mem_strdup(buf_str(&g->result.facts));
	assert_null(strstr(first, "have"));
	assert_int_equal(triage(g, "i want to die", 13, NULL, first), LEVEL_URGENT);
	second = mem_strdup(buf_str(&g->result.facts));
	/* Nothing said later takes anything back. */
	assert_int_equal(triage(g, "im fine now", 11, NULL, second), LEVEL_URGENT);
	assert_string_equal(buf_str(&g->result.facts), second);
	free(first);
	free(second);
}

static void test_quote_and_then_own_words(void **state)
{
	struct golden *g = *state;
	char *facts;

	assert_int_equal(triage_text(g, "the song goes kill myself tonight"), LEVEL_LOW);
	facts = mem_strdup(buf_str(&g->result.facts));
	assert_non_null(strstr(facts, "quoted"));
	triage(g, "i made a plan to kill myself", 28, NULL, facts);
	assert_int_equal(g->result.level, LEVEL_URGENT);
	free(facts);
}

/* Facts of any two messages: merging is symmetric, and no lower than either. */
static void test_facts_merge(void **state)
{
	static const char *const said[] = { "i want to die", "i have a plan", "i have a gun",
		"hello", "i dont want to live", "i gave away my dog", "wrote my will",
		"the song goes kill myself" };
	struct golden *g = *state;
	size_t n = sizeof(said) / sizeof(said[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct buf ab = { .data = NULL }, ba = { .data = NULL };
			enum level a = triage_text(g, said[i]), b;
			char *fa = mem_strdup(buf_str(&g->result.facts)), *fb;

			b = triage_text(g, said[k]);
			fb = mem_strdup(buf_str(&g->result.facts));
			triage_facts_merge(fa, strlen(fa), fb, strlen(fb), &ab);
			triage_facts_merge(fb, strlen(fb), fa, strlen(fa), &ba);
			assert_string_equal(buf_str(&ab), buf_str(&ba));
			assert_true(triage(g, NULL, 0, NULL, buf_str(&ab)) >= a);
			assert_true(g->result.level >= b);
			buf_free(&ab);
			buf_free(&ba);
			free(fa);
			free(fb);
		}
}

static enum level triage_answers(struct golden *g, const struct triage_answer *answers, size_t n)
{
	struct triage_request q = { .age = -1, .answers = answers, .n_answers = n };

	triage_run(g->rules, g->scratch, &q, &g->result);
	return g->result.level;
}

static bool has_flag(const struct golden *g, const char *flag)
{
	for (size_t i = 0; i < g->result.n_flags; i++)
		if (strcmp(g->result.flags[i], flag) == 0)
			return true;
	return false;
}

static void test_answers(void **state)
{
	struct golden *g = *state;
	struct triage_answer a = { "cssrs", "q4", "yes" };
	const struct triage_answer twice[] = { { "cssrs", "q4", "no" }, { "cssrs", "q4", "yes" } };

	assert_int_equal(triage_answers(g, &a, 1), LEVEL_URGENT);
	assert_string_equal(g->result.fields[g->result.reasons[0].first_field], "cssrs.q4");
	assert_int_equal(triage_answers(g, twice, 2), LEVEL_URGENT);
	a.value = "no";
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_LOW);
	a.value = "refused";
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_LOW);
	a.value = NULL;
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_LOW);
	a.value = "maybe"; /* not understood is not "no" */
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	assert_string_equal(g->result.reasons[0].rule, "unscored.answer");
	assert_int_equal(g->result.reasons[0].n_fields, 1); /* which one it was */
	assert_string_equal(g->result.fields[g->result.reasons[0].first_field], "cssrs.q4");
	a = (struct triage_answer){ "CSSRS", "Q4", "yes" }; /* names are the same in capitals */
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_URGENT);
	a = (struct triage_answer){ "safet", "level", "extreme" };
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	a = (struct triage_answer){ "ukmhts", "code", "B" };
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_LOW); /* no rule of this set reads it */
	assert_false(g->result.unscored);
	a.value = "h"; /* the scale ends at G */
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_MODERATE);
	assert_true(g->result.unscored);
	const struct triage_answer longer[] = { { "cssrs", "q4", "no" }, { "cssrs", "q9", "yes" } };
	assert_int_equal(triage_answers(g, longer, 2), LEVEL_LOW); /* one item more than is known */
	assert_true(has_flag(g, "answer_ignored"));
	assert_false(g->result.unscored);
	assert_int_equal(
		triage_answers(g, longer + 1, 1), LEVEL_MODERATE); /* and nothing but that */
	assert_true(g->result.unscored);
	a = (struct triage_answer){ "nosuch", "q4",
		"yes" }; /* a sheet that nobody knows is not low */
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_MODERATE);
	assert_true(has_flag(g, "answer_ignored") && g->result.unscored);
	a = (struct triage_answer){ "phq9", "item9", "4" };
	assert_int_equal(triage_answers(g, &a, 1), LEVEL_MODERATE);
}

static void test_joke_is_noted(void **state)
{
	struct golden *g = *state;

	assert_int_equal(triage_text(g, "i want to die lol"), LEVEL_HIGH);
	assert_true(has_flag(g, "joke_marker"));
	triage_text(g, "a pie lol");
	assert_false(has_flag(g, "joke_marker"));
}

static void test_conflict_and_near(void **state)
{
	struct golden *g = *state;
	const struct triage_answer no = { "cssrs", "q1", "no" };
	struct triage_request q = {
		.text = "i want to die", .text_len = 13, .age = -1, .answers = &no, .n_answers = 1
	};
	bool near = false;

	triage_run(g->rules, g->scratch, &q, &g->result);
	assert_int_equal(g->result.level, LEVEL_HIGH);
	assert_true(has_flag(g, "conflict"));
	for (size_t i = 0; i < g->result.n_near; i++)
		near |= strcmp(g->result.near[i], "T-PLAN") == 0;
	assert_true(near);
}

static void test_declared_language(void **state)
{
	struct golden *g = *state;
	struct triage_request q = {
		.text = "tolong saya", .text_len = 11, .age = -1, .lang = "id"
	};

	triage_run(g->rules, g->scratch, &q, &g->result);
	assert_int_equal(g->result.level, LEVEL_MODERATE);
	q.lang = "es-MX";
	triage_run(g->rules, g->scratch, &q, &g->result);
	assert_int_equal(g->result.level, LEVEL_LOW);
}

/* Few words, the short ones as they also are in a covered language. */
static void test_shared_words(void **state)
{
	static const struct {
		const char *text;
		enum level level;
	} cases[] = {
		{ "mi fa male la vita e non so", LEVEL_MODERATE },
		{ "no se lo que me pasa", LEVEL_LOW },
	};
	struct golden *g = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct triage_request q = {
			.text = cases[i].text, .text_len = strlen(cases[i].text), .age = -1
		};

		triage_run(g->rules, g->scratch, &q, &g->result);
		assert_int_equal(g->result.level, cases[i].level);
		assert_int_equal(g->result.unscored, cases[i].level == LEVEL_MODERATE);
	}
}

/* Run, run something else, run again: a reused scratch and result leave no trace. */
static void test_repeatable(void **state)
{
	struct golden *g = *state;
	char *facts;

	triage_text(g, "i want to die tonight and i gave away my dog");
	facts = mem_strdup(buf_str(&g->result.facts));
	triage_text(g, "s*icide \xff \xf0\x9f\x92\x8a took 20 pills");
	triage_text(g, "i want to die tonight and i gave away my dog");
	assert_string_equal(buf_str(&g->result.facts), facts);
	free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_disguises),
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_contact_memory),
		cmocka_unit_test(test_quote_and_then_own_words),
		cmocka_unit_test(test_facts_merge),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_joke_is_noted),
		cmocka_unit_test(test_conflict_and_near),
		cmocka_unit_test(test_declared_language),
		cmocka_unit_test(test_shared_words),
		cmocka_unit_test(test_repeatable),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
