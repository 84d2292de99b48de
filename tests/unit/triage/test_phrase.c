/* The phrase language: what matches, how far, and which phrases are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/triage/phrase.h"

/* Words that phrase covers in text, beginning at word `from`; -1 when it is refused. */
static int covers(const char *phrase, const char *text, uint32_t from)
{
	struct fold fold = { .emoji = NULL };
	struct vocab vocab;
	struct phrase ph;
	struct text t = { .n_tokens = 0 };
	struct err e = { "" };
	int result = -1;

	vocab_init(&vocab);
	if (phrase_compile(&ph, phrase, &fold, &vocab, WORD_KEY, &e) == 0) {
		text_read(&t, &fold, &vocab, text, strlen(text));
		result = (int)(phrase_match_at(&ph, &t, &vocab, from) - from);
		phrase_fini(&ph);
	} else {
		assert_true(strlen(e.text) > 0);
	}
	text_fini(&t);
	vocab_fini(&vocab);
	fold_fini(&fold);
	return result;
}

static void test_matches(void **state)
{
	static const struct {
		const char *phrase, *text;
		int covered;
	} cases[] = {
		{ "red car", "Red car here", 2 },
		{ "red car", "redcar", 0 },
		{ "red car", "red cars", 0 },
		{ "(red|dark blue) car", "dark blue car", 3 },
		{ "(red|blue)? car", "car", 1 },
		{ "(red|blue)? car", "blue car", 2 },
		{ "red <2> car", "red car", 2 },
		{ "red <2> car", "red very fast car", 4 },
		{ "red <2> car", "red very very fast car", 0 },
		{ "car*", "cars", 1 },
		{ "car*", "scar", 0 },
		{ "# cars", "20 cars", 2 },
		{ "# cars", "many cars", 0 },
		{ "took #mg", "took 800mg", 3 },
		{ "took #mg", "took 800 mg", 3 },
		{ "don't stop", "dont stop", 2 },
		{ "don't stop", "Don\xe2\x80\x99t stop", 2 },
		{ "self-made", "self made", 2 },
		{ "m\xc3\xa1s", "MAS", 1 },
		{ "emoji_pill now", "emoji pill now", 0 },
		{ "(a (b|c d)|e) f", "a c d f", 4 },
		{ "red <3> (car)?", "red big car", 3 },
		{ "red <3> (car)?", "red big bus", 1 },
		{ "(red|red car)", "red car", 2 },
		{ "(my son|my own son|his son|my wife) here", "my own son here", 4 },
		{ "(my son|my own son|his son|my wife) here", "his son here", 3 },
		{ "(my son|my own son|his son|my wife) here", "his wife here", 0 },
		{ "(a b|a|a b c|a (d|e)) f", "a b c f", 4 },
		{ "(a b|a|a b c|a (d|e)) f", "a e f", 3 },
		{ "(a b|a|a b c|a (d|e)) f", "a f", 2 },
		{ "(a <2> b|a c)", "a x x b", 4 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = covers(cases[i].phrase, cases[i].text, 0);

		if (got != cases[i].covered)
			fail_msg("\"%s\" covers %d words of \"%s\", not %d", cases[i].phrase, got,
				cases[i].text, cases[i].covered);
	}
}

static void test_refused(void **state)
{
	static const char *const phrases[] = { "", " a", "a ", "a  b", "(a", "a)", "(a|)", "()",
		"<3>", "a <9> b", "a <0> b", "#", "(a|b)?", "(a)? (b)?", "ab*", "a <3>b", "*", "a?",
		"\xff", "((((((((((a))))))))))" };
	(void)state;

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (covers(phrases[i], "a b", 0) != -1)
			fail_msg("\"%s\" was accepted", phrases[i]);
}

static void test_size(void **state)
{
	char many[1024] = "";
	(void)state;

	for (int i = 0; i < PHRASE_POSITIONS; i++)
		strcat(many, i ? " a" : "a");
	assert_int_not_equal(covers(many, "b", 0), -1);
	strcat(many, " a");
	assert_int_equal(covers(many, "b", 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
