/* A staff note in the person's words: whom the pronouns mean, and what is left as it stands. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/triage/note.h"

static struct ruleset rules;
static struct triage_scratch w;

static uint32_t word(const char *p, uint16_t marks)
{
	uint32_t n = vocab_add(&rules.vocab, p, strlen(p));

	rules.vocab.words[n].marks |= marks;
	return n;
}

static int set_up(void **state)
{
	static const struct {
		const char *word, *as;
		uint16_t marks;
	} words[] = {
		{ "client", "i", WORD_NOTED | WORD_CLIENT },
		{ "she", "i", WORD_NOTED },
		{ "her", "my", WORD_NOTED },
		{ "herself", "myself", WORD_NOTED },
		{ "wants", "want", WORD_NOTED },
		{ "is", "am", WORD_NOTED },
		{ "is", "ideation", WORD_CAPITALS },
		{ "si", "suicidality", WORD_CAPITALS },
	};
	static struct note_word note_words[sizeof(words) / sizeof(words[0])];

	(void)state;
	vocab_init(&rules.vocab);
	word("i", WORD_FIRST_PERSON);
	word("my", WORD_FIRST_PERSON);
	word("myself", WORD_FIRST_PERSON);
	word("husband", WORD_ANOTHER);
	word("positive", 0);
	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		note_words[i] = (struct note_word){ word(words[i].word, words[i].marks),
			word(words[i].as, 0), words[i].marks == WORD_CAPITALS };
	rules.note_words = note_words;
	rules.n_note_words = sizeof(words) / sizeof(words[0]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	text_fini(&w.honest);
	text_fini(&w.told);
	vocab_fini(&rules.vocab);
	fold_fini(&rules.fold);
	return 0;
}

/* The note as it is told, or NULL when that is no other reading. */
static const char *told(const char *p)
{
	text_read(&w.honest, &rules.fold, &rules.vocab, p, strlen(p));
	note_mark(&w.honest, p, strlen(p));
	for (uint32_t i = 0; i < w.honest.n_tokens; i++)
		if (w.honest.tokens[i].word == vocab_find(&rules.vocab, "she", 3))
			w.honest.tokens[i].marks |= TOKEN_THIRD_PARTY;
	return note_read(&rules, &w) ? w.told.padded.data : NULL;
}

struct reading {
	const char *note, *told; /* NULL: as it was written */
};

static void check(const struct reading *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *reading = told(cases[i].note);

		if (cases[i].told)
			assert_string_equal(reading, cases[i].told);
		else
			assert_null(reading);
	}
}

static void pronouns_mean_the_client_until_another_is_named(void **state)
{
	static const struct reading cases[] = {
		{ "Client says she wants to", " i says i want to " },
		{ "She hurt herself", " i hurt myself " },
		{ "Her husband left, she wants", " my husband left she wants " },
		{ "Husband left. Client wants her", " husband left i want my " },
		{ "Husband wants to", NULL },
		{ "asks for a number", NULL },
	};

	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void capitals_are_short_for_a_word(void **state)
{
	(void)state;
	assert_string_equal(told("Client is at home, SI"), " i am at home suicidality ");
	assert_string_equal(
		told("Husband is at home, IS, SI"), " husband is at home ideation suicidality ");
	assert_null(told("si"));
	assert_null(told("Si, si"));
}

static void a_plus_is_read_as_positive(void **state)
{
	static const struct reading cases[] = {
		{ "SI+, plan", " suicidality positive plan " },
		{ "+SI", " suicidality positive " },
		{ "(+) SI", " suicidality positive " },
		{ "plan (+)", " plan positive " },
		{ "plan+plan", NULL },
		{ "4+4", NULL },
	};

	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_minus_denies_and_a_dash_does_not(void **state)
{
	static const struct {
		const char *note;
		bool first, second;
	} cases[] = {
		{ "SI-/HI-", true, true },
		{ "SI- HI-", true, true },
		{ "SI-, HI+", true, false },
		{ "(-) SI, (+) HI", true, false },
		{ "SI (-)", true, false },
		{ "SI-", true, false },
		{ "-SI with plan", false, false },
		{ "SI - plan to", false, false },
		{ "SI- plan to", false, false },
		{ "self-harm today", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		told(cases[i].note);
		assert_int_equal(!!(w.honest.tokens[0].marks & TOKEN_MINUS), cases[i].first);
		if (w.honest.n_tokens > 1)
			assert_int_equal(
				!!(w.honest.tokens[1].marks & TOKEN_MINUS), cases[i].second);
	}
}

static void only_who_is_meant_is_marked(void **state)
{
	(void)state;
	assert_non_null(told("Client wants her husband, she wants"));
	assert_int_equal(w.honest.n_tokens, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(!!(w.honest.tokens[i].marks & TOKEN_CLIENT), i == 0 || i == 2);
}

static void each_word_knows_where_it_stands_in_the_note(void **state)
{
	(void)state;
	assert_non_null(told("Client says she wants"));
	for (uint32_t i = 0; i < w.told.n_tokens; i++) {
		assert_int_equal(w.told.tokens[i].honest, i);
		assert_int_equal(w.told.tokens[i].honest_end, i + 1);
		assert_int_equal(w.told.tokens[i].start, w.honest.tokens[i].start);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pronouns_mean_the_client_until_another_is_named),
		cmocka_unit_test(capitals_are_short_for_a_word),
		cmocka_unit_test(a_plus_is_read_as_positive),
		cmocka_unit_test(a_minus_denies_and_a_dash_does_not),
		cmocka_unit_test(only_who_is_meant_is_marked),
		cmocka_unit_test(each_word_knows_where_it_stands_in_the_note),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
