/*
 * A contact as it goes on: what is said minutes apart, in whatever order it is looked at, and
 * words against answers. On the engine's small ruleset (tests/golden/triage).
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

struct talk {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	char *facts; /* so far */
	struct buf before;
	uint32_t random;
};

struct said {
	const char *text;
	int64_t minute;
};

static int set_up(void **state)
{
	static const char *const paths[] = { RULES };
	static struct talk t;
	struct rules_load load = { .paths = paths, .n_paths = 1 };
	struct conf_errors errors = { .count = 0 };

	memset(&t, 0, sizeof(t));
	t.random = 1;
	t.rules = rules_load(&load, NULL, &errors);
	if (!t.rules)
		fputs(buf_str(&errors.text), stderr);
	assert_non_null(t.rules);
	t.scratch = triage_scratch_new();
	*state = &t;
	return 0;
}

static void begin(struct talk *t)
{
	free(t->facts);
	t->facts = NULL;
}

static int tear_down(void **state)
{
	struct talk *t = *state;

	begin(t);
	buf_free(&t->before);
	triage_scratch_free(&t->scratch);
	triage_result_free(&t->result);
	ruleset_unref(&t->rules);
	return 0;
}

/* The contact's next message or answer. */
static enum level hear(
	struct talk *t, const char *text, int64_t minute, const struct triage_answer *answer)
{
	struct triage_request q = { .text = text,
		.text_len = text ? strlen(text) : 0,
		.before = t->before.data,
		.before_len = t->before.len,
		.age = -1,
		.now_min = minute,
		.answers = answer,
		.n_answers = answer != NULL,
		.facts = t->facts,
		.facts_len = t->facts ? strlen(t->facts) : 0 };

	triage_run(t->rules, t->scratch, &q, &t->result);
	begin(t);
	t->facts = mem_strdup(buf_str(&t->result.facts));
	return t->result.level;
}

static bool flagged(const struct talk *t, const char *flag)
{
	for (size_t i = 0; i < t->result.n_flags; i++)
		if (strcmp(t->result.flags[i], flag) == 0)
			return true;
	return false;
}

static enum level two(struct talk *t, int64_t first, int64_t second)
{
	begin(t);
	hear(t, "im pregnant", first, NULL);
	return hear(t, "there is a knife", second, NULL);
}

static void test_minutes(void **state)
{
	struct talk *t = *state;

	assert_int_equal(two(t, 1000, 1030), LEVEL_HIGH);
	assert_int_equal(two(t, 1000, 1031), LEVEL_LOW);
	assert_int_equal(two(t, 1000, 970), LEVEL_HIGH); /* heard late, said earlier */
	assert_int_equal(two(t, 1000, 969), LEVEL_LOW);
	assert_int_equal(two(t, 0, 1000), LEVEL_HIGH); /* nobody knows that it was long ago */
	assert_int_equal(two(t, 1000, 0), LEVEL_HIGH);
	hear(t, "hello", 5000, NULL);
	assert_int_equal(t->result.level, LEVEL_HIGH); /* what was reached stays */
}

static uint32_t below(struct talk *t, uint32_t n)
{
	t->random = t->random * 1664525u + 1013904223u;
	return (t->random >> 8) % n;
}

#define TALK 5

static void shuffle(struct talk *t, struct said said[TALK])
{
	for (uint32_t i = TALK; i > 1; i--) {
		uint32_t k = below(t, i);
		struct said kept = said[i - 1];

		said[i - 1] = said[k];
		said[k] = kept;
	}
}

/* The level at the end; it never falls on the way, and no message is rated below itself alone. */
static enum level run(struct talk *t, const struct said said[TALK], int64_t shift)
{
	enum level level = LEVEL_LOW, next, alone;

	for (int i = 0; i < TALK; i++) {
		char *facts = t->facts;

		t->facts = NULL;
		alone = hear(t, said[i].text, said[i].minute + shift, NULL);
		begin(t);
		t->facts = i == 0 ? NULL : facts;
		if (i == 0)
			free(facts);
		next = hear(t, said[i].text, said[i].minute + shift, NULL);
		assert_true(next >= level);
		assert_true(next >= alone);
		level = next;
	}
	return level;
}

static void test_order_does_not_matter(void **state)
{
	static const char *const pool[] = { "im pregnant", "there is a knife", "i have a plan",
		"i want to die", "i gave away my dog", "wrote my will", "he has a gun", "hello",
		"i dont want to live", "he has a gun in the school play",
		"i want to die, it is panto season",
		"tried to kill myself as a boy and now i teach" };
	struct talk *t = *state;
	int reached[LEVEL_COUNT] = { 0 };

	for (int round = 0; round < 2000; round++) {
		struct said said[TALK];
		enum level level;

		for (int i = 0; i < TALK; i++)
			said[i] = (struct said){ pool[below(t, sizeof(pool) / sizeof(*pool))],
				1000 + below(t, 90) };
		level = run(t, said, 0);
		shuffle(t, said);
		assert_int_equal(run(t, said, 0), level);
		shuffle(t, said);
		assert_int_equal(run(t, said, 100000), level);
		reached[level]++;
	}
	assert_true(reached[LEVEL_HIGH] > 0 && reached[LEVEL_URGENT] > 0);
	assert_true(reached[LEVEL_LOW] > 0);
}

static void test_words_against_answers(void **state)
{
	static const struct {
		const char *text, *item, *value;
		bool conflict;
	} cases[] = {
		{ "i want to die", "q2", "no", true },
		{ "i want to die", "q2", "yes", false },
		{ "i want to die", "q2", "refused", false },
		{ "i have a plan", "q5", "no", true },
		{ "i dont want to die", "q4", "yes", true },
		{ "i dont want to die", "q5", "yes", true },
		{ "i dont want to die", "q2", "no", false },
		{ "hello", "q4", "yes", false },
		{ "i am not suicidal", "q1", "yes", true },
		{ "im not suicidal really", "q2", "yes", true }, /* a frame sets it aside, too */
		{ "my friend is not suicidal", "q2", "yes", false },
		{ "i do not want to wake up", "q1", "no", true },
	};
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct triage_answer a = { "cssrs", cases[i].item, cases[i].value };
		enum level words, both;

		begin(t);
		words = hear(t, cases[i].text, 0, NULL);
		both = hear(t, NULL, 0, &a);
		assert_int_equal(flagged(t, "conflict"), cases[i].conflict);
		assert_true(both >= words);
		begin(t);
		hear(t, NULL, 0, &a);
		assert_int_equal(hear(t, cases[i].text, 0, NULL), both);
		assert_int_equal(flagged(t, "conflict"), cases[i].conflict);
		begin(t);
		assert_int_equal(hear(t, cases[i].text, 0, &a), both);
		assert_int_equal(flagged(t, "conflict"), cases[i].conflict);
	}
}

/* The level of the last piece, read with those before it. */
static enum level tell(struct talk *t, const char *const *pieces, size_t n)
{
	enum level level;

	begin(t);
	for (size_t i = 0; i + 1 < n; i++)
		triage_say_before(&t->before, pieces[i], strlen(pieces[i]));
	level = hear(t, pieces[n - 1], 0, NULL);
	buf_clear(&t->before);
	return level;
}

static bool known(const struct talk *t, const char *line)
{
	return strstr(buf_str(&t->result.facts), line) != NULL;
}

static void test_pieces_are_read_together(void **state)
{
	static const char *const pills[] = { "i took", "all of the", "pills" };
	static const char *const wish[] = { "i want", "to die" };
	static const char *const stopped[] = { "i want.", "to die" };
	struct talk *t = *state;
	const struct triage_reason *reason = NULL;

	assert_int_equal(tell(t, pills + 2, 1), LEVEL_LOW);
	assert_int_equal(tell(t, pills, 3), LEVEL_EMERGENCY);
	for (size_t i = 0; i < t->result.n_reasons; i++)
		if (strcmp(t->result.reasons[i].rule, "T-NOW") == 0)
			reason = &t->result.reasons[i];
	assert_non_null(reason);
	assert_true(reason->before);
	assert_int_equal(reason->n_spans, 1); /* what of it lies in this message */
	assert_int_equal(t->result.spans[reason->first_span].start, 0);
	assert_int_equal(t->result.spans[reason->first_span].end, strlen("pills"));
	assert_true(flagged(t, "act"));
	assert_true(known(t, "l emergency\n") && known(t, "s act_now now.01 "));
	assert_int_equal(tell(t, wish, 2), LEVEL_HIGH);
	assert_int_equal(tell(t, stopped, 2), LEVEL_LOW);
}

/* What was said before has been noted by itself; it is no news of this message. */
static void test_what_was_said_before_is_not_said_again(void **state)
{
	static const char *const pieces[] = { "i want to die", "hello" };
	struct talk *t = *state;

	assert_int_equal(tell(t, pieces, 2), LEVEL_HIGH);
	assert_false(known(t, "s si_active"));
	assert_int_equal(tell(t, pieces, 1), LEVEL_HIGH);
	assert_true(known(t, "s si_active"));
}

/* Words before take nothing away, and a message is never rated below itself. */
static void test_before_only_raises(void **state)
{
	static const char *const pool[] = { "the school play", "i dont", "no", "my friend says",
		"years ago", "the song", "it is panto season", "he has a gun", "i want to die",
		"i have a plan", "when i was 9", "lol", "im pregnant", "there is a knife",
		"\xff\xfe", "den hund gibt es nicht mehr" };
	const size_t n = sizeof(pool) / sizeof(*pool);
	struct talk *t = *state;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			const char *const two[] = { pool[i], pool[k] };
			enum level alone = tell(t, two + 1, 1);
			bool unscored = t->result.unscored;
			char *facts = mem_strdup(buf_str(&t->result.facts));

			assert_true(tell(t, two, 2) >= alone);
			assert_int_equal(t->result.unscored, unscored);
			for (const char *line = strtok(facts, "\n"); line;
				line = strtok(NULL, "\n"))
				assert_true(known(t, line));
			for (size_t s = 0; s < t->result.n_spans; s++)
				assert_true(t->result.spans[s].end <= strlen(pool[k]));
			free(facts);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minutes),
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_words_against_answers),
		cmocka_unit_test(test_pieces_are_read_together),
		cmocka_unit_test(test_what_was_said_before_is_not_said_again),
		cmocka_unit_test(test_before_only_raises),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
