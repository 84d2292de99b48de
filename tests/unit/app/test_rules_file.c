/* Rule files that cannot be used: every fault is named at once, with its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../daemon/app/rules_file.h"

#include "rules_text.h"

static void test_good(void **state)
{
	char *errors = errors_of(HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE " );\n");
	(void)state;

	assert_string_equal(errors, "");
	free(errors);
}

#define CLASS(name, words)                                                                         \
	"{ name = \"" name "\"; lang = \"en\"; words = \"" words "\"; owner = \"o\"; "             \
	"added = \"2026-01-01\"; }"
#define OF_CLASS                                                                                   \
	"lexicon = ( { id = \"a\"; family = \"plan\"; lang = \"en\"; phrase = \"my {plan}\"; "     \
	"owner = \"o\"; added = \"2026-01-01\"; } );\nrules: ( " RULE " );\n"

static void test_classes(void **state)
{
	char *errors = errors_of(HEAD "classes = ( " CLASS("plan", "{idea}|way out") ", " CLASS(
		"idea", "plan|scheme") " );\n" OF_CLASS);
	(void)state;

	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD OF_CLASS, "phrase: there is no class plan");
	EXPECT(HEAD "classes = ( " CLASS("plan", "x|{plan}") " );\n" OF_CLASS, "nested deeper");
	EXPECT(HEAD "classes = ( " CLASS("plan", "x|{plan") " );\n" OF_CLASS, "closing brace");
	EXPECT(HEAD "classes = ( " CLASS("plan", "x y|(") " );\n" OF_CLASS, "phrase: ");
	EXPECT(HEAD "classes = ( " CLASS("plan", "x") ",\n" CLASS("plan", "y") ",\n" CLASS(
		       "Plan", "y") ",\n" CLASS("q",
		       "") ",\n{ name = \"r\"; lang = \"fr\"; } );\n" OF_CLASS,
		":3: class plan: there is one already", ":4: class: name is missing",
		":5: class q: words are missing", ":6: lang \"fr\"", ":6: owner is missing");
}

#define ALIAS(word, forms)                                                                         \
	"{ word = \"" word "\"; lang = \"en\"; forms = \"" forms "\"; owner = \"o\"; "             \
	"added = \"2026-01-01\"; }"

static void test_aliases(void **state)
{
	char *errors = errors_of(HEAD "aliases = ( " ALIAS("plan", "pln|scheme of mine") ", " ALIAS(
		"my",
		"ma") " );\n"
		      "lexicon = ( { id = \"a\"; family = \"plan\"; lang = \"en\"; "
		      "phrase = \"(my|see) plan\"; owner = \"o\"; added = \"2026-01-01\"; } );\n"
		      "cues = ( { kind = \"negation\"; lang = \"en\"; phrase = \"plan\"; } );\n"
		      "rules: ( { id = \"R\"; level = \"high\"; explain = \"x\"; "
		      "when: { signal = \"plan\"; }; tests: ( "
		      "{ text = \"ma scheme of mine\"; level = \"high\"; }, "
		      "{ text = \"see pln\"; level = \"high\"; }, "
		      "{ text = \"pln my plan\"; level = \"high\"; }, "
		      "{ text = \"ma scheme\"; level = \"low\"; }, "
		      "{ text = \"plan my plan\"; level = \"low\"; } ); } );\n");
	(void)state;

	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD "aliases = ( " ALIAS("plan", "p|(") " );\n" OF_CLASS, "there is no class plan");
	EXPECT(HEAD "aliases = ( " ALIAS("my", "p|(") " );\nclasses = ( " CLASS(
		       "plan", "idea") " );\n" OF_CLASS,
		"phrase: ");
	EXPECT(HEAD "aliases = ( " ALIAS("plan", "x") ",\n" ALIAS("plan", "y") ",\n" ALIAS(
		       "my plan", "y") ",\n" ALIAS("Plan", "y") ",\n" ALIAS("q",
		       "") ",\n{ word = \"r\"; lang = \"fr\"; } );\n" OF_CLASS,
		":3: alias plan: there is one already", ":4: alias: word is missing",
		":5: alias: word is missing", ":6: alias q: forms are missing", ":7: lang \"fr\"",
		":7: owner is missing");
}

#define SPELT(word, more)                                                                          \
	"{ word = \"" word "\"; lang = \"en\"; " more "owner = \"o\"; added = \"2026-01-01\"; }"

/* Spellings are read as the word beside what is written, also where they are words themselves. */
static void test_spellings(void **state)
{
	char *errors = errors_of(HEAD "aliases = ( " SPELT(
		"plan", "spelt = \"plaan|see\"; ") ", " SPELT("my",
		"forms = \"ma\"; spelt = \"mah\"; ") " );\n"
						     "lexicon = ( { id = \"a\"; family = \"plan\"; lang = \"en\"; "
						     "phrase = \"(my|see) plan\"; owner = \"o\"; added = \"2026-01-01\"; } );\n"
						     "rules: ( { id = \"R\"; level = \"high\"; explain = \"x\"; "
						     "when: { signal = \"plan\"; }; tests: ( "
						     "{ text = \"mah plaan\"; level = \"high\"; }, "
						     "{ text = \"ma see\"; level = \"high\"; }, "
						     "{ text = \"see plan\"; level = \"high\"; }, "
						     "{ text = \"mah mother\"; level = \"low\"; }, "
						     "{ text = \"see mah\"; level = \"low\"; } ); } );\n");
	(void)state;

	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD "aliases = ( " SPELT("plan", "spelt = \"pl|\"; ") ",\n" SPELT(
		       "my", "spelt = \"Ma|m y\"; ") ",\n" SPELT("none",
		       "spelt = \"nun\"; ") ",\n" SPELT("see", "spelt = \"pl\"; ") ",\n" SPELT("x",
		       "") " );\n"
			   "lexicon = ( { id = \"a\"; family = \"plan\"; lang = \"en\"; "
			   "phrase = \"(my|see) plan\"; owner = \"o\"; added = \"2026-01-01\"; } );\nrules: ( " RULE
			   " );\n",
		":2: alias plan: spelt: a word is missing or too long",
		":3: alias my: spelt: \"Ma\" is not one word in small letters",
		":3: alias my: spelt: \"m y\" is not one word",
		":4: alias none: no phrase has the word",
		":5: alias see: spelt: \"pl\" is in another one too",
		":6: alias x: forms are missing");
}

static void test_all_at_once(void **state)
{
	(void)state;
	EXPECT(HEAD
		"lexicon = (\n"
		"{ id = \"a\"; family = \"nosuch\"; lang = \"en\"; phrase = \"x y\"; owner = \"o\"; added = \"2026-01-01\"; },\n"
		"{ id = \"a\"; family = \"plan\"; lang = \"fr\"; phrase = \"(x\"; added = \"soon\"; },\n"
		"{ id = \"b c\"; family = \"plan\"; lang = \"en\"; phrase = \"u v\"; owner = \"o\"; added = \"2026-01-01\"; time = \"later\"; }\n"
		");\nrules: ( " RULE " );\n",
		":3: family \"nosuch\" is unknown", ":4: lexicon: id \"a\" is already used",
		":4: owner is missing", ":4: added is missing or no date", ":4: lang \"fr\"",
		":4: phrase: a group without its closing",
		":5: lexicon: id is missing or has other", ":5: time \"later\" is unknown");
}

#define SINCE(id, owner, added)                                                                    \
	"{ id = \"" id "\"; family = \"plan\"; lang = \"en\"; phrase = \"" id                      \
	" x\"; owner = \"" owner "\"; added = \"" added "\"; },\n"

static void test_owners(void **state)
{
	(void)state;
	expect_good(HEAD "lexicon = (\n" SINCE("b", " o ", "2024-02-29") SINCE("c", "o",
		"2000-02-29") SINCE("d", "o", "2026-12-31") ENTRY " );\nrules: ( " RULE " );\n");
	EXPECT(HEAD "lexicon = (\n" SINCE("b", "", "2026-13-45") SINCE("c", " \t", "2026-02-29")
			SINCE("d", "o", "2100-02-29") SINCE("e", "o", "2026-04-31")
				SINCE("f", "o", "2026-00-10") SINCE("g", "o", "2026-10-00")
					SINCE("h", "o", "") ENTRY " );\nrules: ( " RULE " );\n",
		":3: owner is missing", ":3: added \"2026-13-45\" is no day of the calendar",
		":4: owner is missing", ":4: added \"2026-02-29\" is no day",
		":5: added \"2100-02-29\" is no day", ":6: added \"2026-04-31\" is no day",
		":7: added \"2026-00-10\" is no day", ":8: added \"2026-10-00\" is no day",
		":9: added is missing");
}

/* Nothing hides what else is wrong: neither a name nobody knows nor a word that is no phrase. */
static void test_all_stages(void **state)
{
	(void)state;
	EXPECT(HEAD
		"colour = 1;\nlexicon = (\n"
		"{ id = \"a\"; family = \"plan\"; lang = \"en\"; phrase = \"(x\"; colour = 2; owner = \"o\"; added = \"2026-01-01\"; }\n"
		");\nrules: (\n"
		"{ id = \"R\"; level = \"highest\"; explain = 5; when: { signal = \"plan\"; };\n"
		"tests: (\n"
		"{ text = \"my plan\"; level = \"low\"; answers = \"12\"; },\n"
		"{ text = \"x\"; level = \"lowest\"; },\n"
		"{ text = \"y\"; } ); },\n"
		"{ id = \"S\"; level = \"low\"; explain = \"x\"; when = 3; }\n"
		");\n",
		":2: unknown section \"colour\"", ":4: unknown name \"colour\"",
		":4: phrase: a group without its closing", ":7: explain: a string expected",
		":7: rule: level \"highest\" is no level", ":9: test: answers is six or seven",
		":10: test: \"lowest\" is no level", ":11: test: no level, min_level or not_level",
		":7: rule \"R\": 3 tests;", ":12: when: a group expected",
		":12: rule \"S\": 0 tests;");
}

/* A file that cannot be read takes nothing away from what is said of the others. */
static void test_unread(void **state)
{
	char directory[] = "/tmp/triaged-rules-XXXXXX", pipe[64], text[64];
	const char *paths[] = { pipe, directory, text };
	struct rules_load load = { .paths = paths, .n_paths = 3 };
	struct conf_errors errors = { .count = 0 };
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(pipe, sizeof(pipe), "%s/pipe", directory);
	snprintf(text, sizeof(text), "%s/text", directory);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	f = fopen(text, "we");
	assert_non_null(f);
	fputs("colour = 1;\n", f);
	fclose(f);
	assert_null(rules_load(&load, NULL, &errors));
	assert_non_null(strstr(buf_str(&errors.text), "/pipe: cannot be read: not a regular file"));
	assert_non_null(strstr(buf_str(&errors.text), ": cannot be read: Is a directory"));
	assert_non_null(strstr(buf_str(&errors.text), "/text:1: unknown section \"colour\""));
	assert_int_equal(errors.count, 3);
	buf_free(&errors.text);
	unlink(pipe);
	unlink(text);
	rmdir(directory);
}

static void test_structure(void **state)
{
	(void)state;
	EXPECT("lexicon = ( " ENTRY " );", "none of the files has a ruleset group");
	EXPECT(HEAD "lexicon = ( " ENTRY " ); colour = 1; rules: ( " RULE " );",
		"unknown section \"colour\"");
	EXPECT(HEAD "lexicon = ( { id = 5; ids = \"x\"; } );", "id: a string expected",
		"unknown name \"ids\"");
	EXPECT(HEAD "rules: ( { id = \"R\"; when: { all = 3; }; } );", "all: a list expected");
	EXPECT(HEAD "rules: ( { id = \"R\"; when: { signal = \"plan\"; field = \"age\"; }; } );",
		"a condition has all, any or none, or signal, or field");
}

static void test_meaning(void **state)
{
	(void)state;
	EXPECT(HEAD "lexicon = ( " ENTRY ", " ENTRY " ); rules: ( " RULE " );",
		"phrase is already at");
	EXPECT(HEAD "lexicon = ( " ENTRY " ); rules: ( { id = \"R\"; level = \"high\"; explain = "
		    "\"x\"; when: { field = \"cssrs.q9\"; op = \"is\"; value = 1; }; } );",
		"field \"cssrs.q9\" is unknown", "op \"is\" is unknown",
		"family \"plan\": no rule reads it");
	EXPECT(HEAD "lexicon = ( " ENTRY
		    " ); rules: ( { id = \"R\"; level = \"highest\"; explain = "
		    "\"x\"; when: { field = \"age\"; op = \"lt\"; value = \"young\"; }; } );",
		"level \"highest\" is no level", "\"young\" is no value of age");
	EXPECT("ruleset: { id = \"t\"; version = \"1\"; schema = 2; lang = [\"en\"]; unscored_level = "
	       "\"low\"; };",
		"schema 2 is not 1", "unscored_level may not be low", "no lexicon", "no rules");
}

/* Totals that come from answers are compared like those that are given. */
static void test_computed(void **state)
{
	(void)state;
	expect_good(HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE ",\n"
			 "{ id = \"L\"; level = \"high\"; explain = \"x\"; "
			 "when: { field = \"lap.count\"; op = \"ge\"; value = 2; }; tests: ( "
			 "{ answers = { lap = { q4 = true; q5 = true; }; }; level = \"high\"; }, "
			 "{ answers = { lap = { q6 = true; q11 = true; }; }; level = \"high\"; }, "
			 "{ answers = { lap = { q1 = true; q4 = true; }; }; level = \"low\"; }, "
			 "{ text = \"a\"; level = \"low\"; } ); } );\n");
	EXPECT(HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE ",\n"
		    "{ id = \"L\"; level = \"high\"; explain = \"x\"; "
		    "when: { field = \"lap.count\"; op = \"ge\"; value = 9; }; " TESTS " } );\n",
		":4: \"9\" is no value of lap.count");
}

#define WHEN_WORD(id, field, words)                                                                \
	"{ id = \"" id "\"; level = \"high\"; explain = \"x\"; when: { field = \"" field           \
	"\"; op = \"in\"; value = [ " words " ]; }; " TESTS " }"

/* Words that the protocol lists: any other is a slip, and the rule would wait for ever. */
static void test_listed_words(void **state)
{
	char *errors = errors_of(HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE ",\n" WHEN_WORD(
		"A", "channel",
		"\"sms\", \"chat\", \"voice\", \"email\", \"walk_in\", \"transfer\", "
		"\"call-notes\", \"call_notes\", \"notes\"") ",\n" WHEN_WORD("B", "caller_role",
		"\"self\", \"third_party\", \"professional\"") ",\n" WHEN_WORD("C", "prior_level",
		"\"low\", \"moderate\", \"high\", \"urgent\", \"emergency\"") ",\n" WHEN_WORD("D",
		"lang", "\"en\", \"pt-BR\", \"tlh\"") " );\n");

	(void)state;
	assert_null(strstr(errors, "is no value"));
	free(errors);
	EXPECT(HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE
		    ",\n" WHEN_WORD("A", "channel", "\"chat\", \"fax\"") ",\n" WHEN_WORD(
			    "B", "caller_role", "\"mother\"") ",\n" WHEN_WORD("C", "prior_level",
			    "\"severe\"") ",\n" WHEN_WORD("D", "channel",
			    "\"SMS\"") ",\n" WHEN_WORD("E", "safet.level", "\"urgent\"") " );\n",
		":4: \"fax\" is no value of channel, which is one of: sms chat voice email walk_in "
		"transfer call-notes call_notes notes",
		":5: \"mother\" is no value of caller_role, which is one of: self",
		":6: \"severe\" is no value of prior_level, which is one of: low moderate high "
		"urgent emergency",
		":7: \"SMS\" is no value of channel",
		":8: \"urgent\" is no value of safet.level, which is one of: low moderate high");
}

static void test_tests(void **state)
{
	(void)state;
	EXPECT(HEAD "lexicon = ( " ENTRY " );\nrules: ( { id = \"R\"; level = \"high\"; explain = "
		    "\"x\"; when: { signal = \"plan\"; };\ntests: ( { text = \"my plan\"; level = "
		    "\"low\"; }, { text = \"a\"; level = \"high\"; } ); } );",
		":4: test: level is high, expected low; rules: R; signals: a(",
		":4: test: level is low", ":3: rule \"R\": 1 tests fire it and 1 do not");
}

#define DE "languages = ( { lang = \"de\"; owner = \"o\"; added = \"2026-01-01\"; } );\n"

static void test_wording_and_languages(void **state)
{
	(void)state;
	char *errors = errors_of(HEAD GOOD DE
		"wording = ( { instrument = \"asq\"; item = \"q1\"; lang = \"de\"; text = \"Eins?\"; } );\n");

	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD GOOD
		"languages = ( { lang = \"German\"; owner = \"o\"; added = \"2026-01-01\"; }, { lang = \"de\"; } );\n"
		"wording = (\n"
		"{ instrument = \"cssrs\"; item = \"q9\"; lang = \"en\"; text = \"x\"; },\n"
		"{ instrument = \"cssrs\"; item = \"given\"; lang = \"en\"; text = \"x\"; },\n"
		"{ instrument = \"asq\"; item = \"1\"; lang = \"fr\"; text = \"x\"; },\n"
		"{ instrument = \"asq\"; item = \"2\"; lang = \"en\"; text = \"\"; },\n"
		"{ instrument = \"asq\"; item = \"3\"; lang = \"en\"; text = \"x\"; },\n"
		"{ instrument = \"asq\"; item = \"3\"; lang = \"en\"; text = \"y\"; }\n);\n",
		":4: lang is missing or no language code", ":4: owner is missing",
		":6: \"cssrs.q9\" is no item", ":7: \"cssrs.given\" is no item", ":8: lang \"fr\"",
		":9: text is missing", ":11: a second wording of asq.3");
	EXPECT(HEAD GOOD "cues = (\n"
			 "{ kind = \"foreign\"; lang = \"German\"; phrase = \"(ich|nicht)\"; },\n"
			 "{ kind = \"foreign\"; phrase = \"(ich|nicht)\"; } );\n",
		":5: lang is missing or no language code",
		":6: lang is missing or no language code");
}

static void test_notes(void **state)
{
	(void)state;
	char *errors = errors_of(
		HEAD GOOD "notes = ( { lang = \"en\"; words = \"he|she\"; as = \"i\"; },\n"
			  "{ lang = \"en\"; words = \"he\"; as = \"here\"; capitals = true; },\n"
			  "{ lang = \"en\"; words = \"son\"; who = \"another\"; } );\n");

	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD GOOD
		"notes = (\n"
		"{ lang = \"en\"; words = \"he|she\"; as = \"i am\"; },\n"
		"{ lang = \"en\"; as = \"i\"; },\n"
		"{ lang = \"en\"; words = \"he\"; as = \"i\"; },\n"
		"{ lang = \"en\"; words = \"she|he\"; as = \"i\"; },\n"
		"{ lang = \"en\"; words = \"pt\"; as = \"i\"; who = \"me\"; },\n"
		"{ lang = \"en\"; words = \"wants\"; },\n"
		"{ lang = \"en\"; words = \"si\"; as = \"suicide\"; who = \"another\"; capitals = true; } );\n",
		":11: capitals: not with who", ":5: as: one word expected", ":6: words is missing",
		":8: \"he\" is in another entry too", ":9: who \"me\" is unknown",
		":10: as: one word expected");
}

static void test_points(void **state)
{
	(void)state;
	EXPECT(HEAD GOOD
		"frames = (\n"
		"{ id = \"t.1\"; lang = \"en\"; points = -3; suppresses = [ \"lethal\" ]; owner = \"x\"; added = \"2026-11-01\"; },\n"
		"{ id = \"t.2\"; lang = \"en\"; points = 3; suppresses = [ \"object\" ]; owner = \"x\"; added = \"2026-11-01\"; },\n"
		"{ id = \"t.3\"; lang = \"qq\"; points = 100; words = -1; phrase = \"x\"; owner = \"x\"; added = \"2026-11-01\"; } );\n",

		":7: lang \"qq\" is not among the ruleset's",
		":7: a frame with points has no phrase, reach or time",
		":7: points: a number from -99 to 99 expected",
		":7: words: a number from 0 on expected", ":7: suppresses names no family");
	EXPECT(HEAD GOOD
		"points = (\n"
		"{ points = 4; words = \"rope|emoji_gun|#\"; owner = \"x\"; added = \"2026-11-01\"; },\n"
		"{ points = 0; words = \"tide\"; owner = \"x\"; added = \"2026-11-01\"; },\n"
		"{ points = 5; owner = \"x\"; added = \"2026-11-01\"; },\n"
		"{ points = -3; words = \"Gun|can't|these are three|two words|7|a  gap|rope\"; owner = \"x\"; added = \"2026-11-01\"; } );\n",
		":6: points: a number from -99 to 99 expected, not 0", ":7: words is missing",
		":8: points: \"Gun\" is not one word", ":8: points: \"can't\" is not one word",
		":8: points: \"these are three\" is not one word",
		":8: points: \"a  gap\" is not one word", ":8: points: \"7\" is not one word",
		":8: points: \"rope\" is listed twice");
}

#define WINDOW(when) "{ id = \"W\"; level = \"high\"; explain = \"x\"; when: " when "; " TESTS " }"

static void test_windows(void **state)
{
	char *errors = errors_of(HEAD "lexicon = ( " ENTRY " );\nrules: ( " WINDOW(
		"{ signal = \"plan\"; window = \"minutes:1440\"; }") " );\n");

	(void)state;
	assert_string_equal(errors, "");
	free(errors);
	EXPECT(HEAD "lexicon = ( " ENTRY " );\nrules: ( " WINDOW(
		       "{ any = ( { signal = \"plan\"; window = \"minutes:0\"; },\n"
		       "{ signal = \"plan\"; window = \"minutes:1441\"; },\n"
		       "{ signal = \"plan\"; window = \"hours:1\"; },\n"
		       "{ none = ( { signal = \"plan\"; window = \"minutes:5\"; } ); } ); }") " );\n",
		":3: window \"minutes:0\"", ":4: window \"minutes:1441\"", ":5: window \"hours:1\"",
		":6: none cannot hold a window of minutes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wording_and_languages),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_all_stages),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_listed_words),
		cmocka_unit_test(test_computed),
		cmocka_unit_test(test_tests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
