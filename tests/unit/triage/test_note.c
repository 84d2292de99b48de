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
		{ "client", "i", WORD_CLIENT },
		{ "she", "i", 0 },
		{ "her", "my", 0 },
		{ "herself", "myself", 0 },
		{ "wants", "want", 0 },
	};
	static struct note_word note_words[sizeof(words) / sizeof(words[0])];

	(void)state;
	vocab_init(&rules.vocab);
	word("i", WORD_FIRST_PERSON);
	word("my", WORD_FIRST_PERSON);
	word("myself", WORD_FIRST_PERSON);
	word("husband", WORD_ANOTHER);
	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		note_words[i] =
			(struct note_word){ word(words[i].word, WORD_NOTED | words[i].marks),
				word(words[i].as, 0) };
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
	for (uint32_t i = 0; i < w.honest.n_tokens; i++)
		if (w.honest.tokens[i].word == vocab_find(&rules.vocab, "she", 3))
			w.honest.tokens[i].marks |= TOKEN_THIRD_PARTY;
	return note_read(&rules, &w) ? w.told.padded.data : NULL;
}

static void pronouns_mean_the_client_until_another_is_named(void **state)
{
	static const struct {
		const char *note, *told;
	} cases[] = {
		{ "Client says she wants to", " i says i want to " },
		{ "She hurt herself", " i hurt myself " },
		{ "Her husband left, she wants", " my husband left she wants " },
		{ "Husband left. Client wants her", " husband left i want my " },
		{ "Husband wants to", NULL },
		{ "asks for a number", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *reading = told(cases[i].note);

		if (cases[i].told)
			assert_string_equal(reading, cases[i].told);
		else
			assert_null(reading);
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
		cmocka_unit_test(only_who_is_meant_is_marked),
		cmocka_unit_test(each_word_knows_where_it_stands_in_the_note),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
