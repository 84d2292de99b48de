/* Rule files that say the same twice, or what can never be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "rules_text.h"

#define PLAN HEAD "lexicon = ( " ENTRY " );\nrules: ( " RULE
#define LAST " );\n"
#define RULE_OF(id, effect, when)                                                                  \
	",\n{ id = \"" id "\"; " effect " explain = \"x\"; when: " when "; " TESTS " }"
#define HIGH                 "level = \"high\";"
#define ASKED(field, op)     "{ field = \"" field "\"; op = \"" op "\"; }"
#define IS(field, op, value) "{ field = \"" field "\"; op = \"" op "\"; value = " value "; }"
#define ALL(...)             "{ all = ( " __VA_ARGS__ " ); }"
#define WHEN(...)            RULE_OF("A", HIGH, __VA_ARGS__)

/* What else is wrong with the rule, such as its tests, is not looked at. */
static void expect_possible(const char *text)
{
	char *errors = errors_of(text);

	if (strstr(errors, "can never hold") || strstr(errors, "the same condition") ||
		strstr(errors, "syntax error"))
		fail_msg("reported:\n%s", errors);
	free(errors);
}

static void test_twice(void **state)
{
	(void)state;
	EXPECT(PLAN RULE_OF("S", HIGH, "{ signal = \"plan\"; window = \"message\"; }")
			RULE_OF("T", HIGH, IS("age", "lt", "18")) RULE_OF(
				"U", HIGH, "{ field = \"age\"; op = \"lt\"; value = 18; }") LAST,
		":4: rule: the same condition and level as R at /tmp/triaged-rules-",
		":6: rule: the same condition and level as T at ");
	EXPECT(PLAN RULE_OF("S", "raise = true; raise_max = \"high\";", "{ signal = \"plan\"; }")
			RULE_OF("T", "raise = true; raise_max = \"high\";",
				"{ signal = \"plan\"; }") LAST,
		":5: rule: the same condition and level as S");
	EXPECT(PLAN RULE_OF("S", HIGH,
		       ALL("{ any = ( " IS("age", "in",
			       "[ 3, 4 ]") ", "
					   "{ signal = \"plan|means\"; } ); }")) RULE_OF("T", HIGH,
		       ALL("{ any = ( " IS(
			       "age", "in", "[ 3, 4 ]") ", "
							"{ signal = \"means|plan\"; } ); }")) LAST,
		":5: rule: the same condition and level as S");
}

static void test_not_twice(void **state)
{
	(void)state;
	expect_possible(PLAN RULE_OF("S", "level = \"low\";", "{ signal = \"plan\"; }") RULE_OF(
		"T", HIGH, "{ signal = \"plan\"; subject = \"self\"; }") RULE_OF("U", HIGH,
		"{ signal = \"plan\"; min_count = 2; }") RULE_OF("V", HIGH,
		"{ signal = \"plan\"; window = \"minutes:5\"; }") RULE_OF("W", HIGH,
		"{ signal = \"plan\"; window = \"minutes:6\"; }") RULE_OF("X", HIGH,
		"{ signal = \"plan\"; near = true; }") RULE_OF("Y", HIGH,
		"{ all = ( { signal = \"plan\"; } ); }") RULE_OF("Z", HIGH,
		"{ any = ( { signal = \"plan\"; } ); }") RULE_OF("Q",
		"raise = true; raise_max = \"high\";", "{ signal = \"plan\"; }") RULE_OF("P",
		"raise = true; raise_max = \"urgent\";", "{ signal = \"plan\"; }") LAST);
	expect_possible(
		PLAN WHEN(IS("age", "in", "[ 3, 4 ]")) RULE_OF("B", HIGH, IS("age", "in", "[ 34 ]"))
			RULE_OF("C", HIGH, IS("age", "between", "[ 3, 4 ]")) LAST);
	/* Of two that are wrong nobody knows whether they mean the same. */
	expect_possible(PLAN RULE_OF("S", HIGH, IS("agee", "lt", "3"))
			RULE_OF("T", HIGH, IS("ages", "lt", "4")) LAST);
}

static void test_numbers(void **state)
{
	(void)state;
	EXPECT(PLAN WHEN(ALL(IS("age", "lt", "10") ",\n" IS("age", "gt", "20"))) LAST,
		":5: rule \"A\": age gt 20 can never hold together with age lt 10 at /tmp/triaged-");
	EXPECT(PLAN WHEN(ALL(IS("age", "eq", "3") ", " IS("age", "eq", "4"))) LAST,
		"age eq 4 can never hold together with age eq 3");
	EXPECT(PLAN WHEN(ALL(IS("age", "lt", "10") ", " IS("age", "between", "[ 10, 20 ]"))) LAST,
		"age between 10 20 can never hold together with age lt 10");
	EXPECT(PLAN WHEN(ALL(IS("age", "lt", "10") ", " IS("age", "gt", "9"))) LAST,
		"age gt 9 can never hold together with age lt 10");
	EXPECT(PLAN WHEN(ALL(IS("age", "le", "4") ", " IS("age", "in", "[ 5, 6 ]"))) LAST,
		"age in 5 6 can never hold together with age le 4");
	EXPECT(PLAN WHEN(ALL(IS("words", "ge", "3") ", " IS("words", "le", "3") ", " IS(
		       "words", "ne", "3"))) LAST,
		"words ne 3 can never hold together with words ge 3");
	EXPECT(PLAN WHEN(ALL(IS("points", "ge", "65") ", " IS("points", "lt", "-5"))) LAST,
		"points lt -5 can never hold together with points ge 65");
	EXPECT(PLAN WHEN(ALL(IS("lap.count", "ge", "4") ", " IS("lap.count", "lt", "2"))) LAST,
		"lap.count lt 2 can never hold");
}

/* One comparison that nothing fits. */
static void test_alone(void **state)
{
	(void)state;
	EXPECT(PLAN WHEN(IS("age", "between", "[ 20, 10 ]")) LAST,
		":4: rule \"A\": age between 20 10 can never hold\n");
	EXPECT(PLAN WHEN(IS("phq9.total", "between", "[ 20, 10 ]")) LAST,
		"phq9.total between 20 10 can never hold\n");
	EXPECT(PLAN WHEN(IS("phq9.item9", "gt", "3")) LAST, "phq9.item9 gt 3 can never hold\n");
	EXPECT(PLAN WHEN(IS("words", "lt", "0")) LAST, "words lt 0 can never hold\n");
}

static void test_words_and_yes(void **state)
{
	(void)state;
	EXPECT(PLAN WHEN(ALL(IS("channel", "eq", "\"sms\"") ", " IS(
		       "channel", "in", "[ \"chat\", \"voice\" ]"))) LAST,
		"channel in chat voice can never hold together with channel eq sms");
	EXPECT(PLAN WHEN(ALL(IS("lang_covered", "eq", "true") ", " IS(
		       "lang_covered", "ne", "true"))) LAST,
		"lang_covered ne true can never hold together with lang_covered eq true");
	EXPECT(PLAN WHEN(ALL(IS("lang", "eq", "\"en\"") ", " IS("lang", "ne", "\"en\""))) LAST,
		"lang ne en can never hold together with lang eq en");
}

static void test_unknown(void **state)
{
	(void)state;
	EXPECT(PLAN WHEN(ALL(ASKED("age", "known") ", " ASKED("age", "unknown"))) LAST,
		"age unknown can never hold together with age known");
	EXPECT(PLAN WHEN(ALL(ASKED("asq.1", "unknown") ", " IS("asq.1", "eq", "true"))) LAST,
		"asq.1 eq true can never hold together with asq.1 unknown");
	EXPECT(PLAN WHEN(ALL(ASKED("prior_level", "unknown") ", " ASKED("prior_level", "known")))
			LAST,
		"prior_level known can never hold together with prior_level unknown");
	expect_possible(
		PLAN WHEN(ALL(ASKED("asq.1", "refused") ", " IS("asq.1", "eq", "true"))) LAST);
	expect_possible(
		PLAN WHEN(ALL(ASKED("asq.1", "refused") ", " ASKED("asq.1", "unknown"))) LAST);
	expect_possible(PLAN WHEN(ALL(ASKED("age", "known") ", " IS("age", "lt", "9"))) LAST);
}

static void test_branches(void **state)
{
	(void)state;
	EXPECT(PLAN WHEN(ALL(IS("age", "lt", "10") ",\n{ any = ( { signal = \"plan\"; },\n" IS(
		       "age", "gt", "20") " ); }")) LAST,
		":6: rule \"A\": age gt 20 can never hold together with age lt 10");
	EXPECT(PLAN WHEN("{ any = ( { signal = \"plan\"; },\n" ALL(
		       IS("age", "lt", "10") ", " ALL(IS("age", "gt", "20"))) " ); }") LAST,
		":5: rule \"A\": age gt 20 can never hold together with age lt 10");
	EXPECT(PLAN WHEN(ALL("{ signal = \"plan\"; }, { none = ( " ALL(
		       IS("age", "lt", "10") ", " IS("age", "gt", "20")) " ); }")) LAST,
		"age gt 20 can never hold together with age lt 10");
	expect_possible(PLAN WHEN(
		"{ any = ( " IS("age", "lt", "10") ", " IS("age", "gt", "20") " ); }") LAST);
	expect_possible(PLAN WHEN(ALL("{ any = ( " IS("age", "lt",
		"10") ", { signal = \"plan\"; } ); }, "
		      "{ any = ( " IS("age", "gt", "20") ", { signal = \"plan\"; } ); }")) LAST);
	expect_possible(PLAN WHEN(
		ALL(IS("age", "lt", "10") ", { none = ( " IS("age", "gt", "20") " ); }")) LAST);
}

/* Of answers that are remembered each comparison may be true of another one. */
static void test_several_values(void **state)
{
	(void)state;
	expect_possible(
		PLAN WHEN(ALL(IS("phq9.total", "lt", "5") ", " IS("phq9.total", "gt", "20"))) LAST);
	expect_possible(PLAN WHEN(
		ALL(IS("cssrs.q1", "eq", "true") ", " IS("cssrs.q1", "eq", "false"))) LAST);
	expect_possible(
		PLAN WHEN(ALL(IS("ctrs.total", "eq", "3") ", " IS("ctrs.total", "eq", "4"))) LAST);
	expect_possible(
		PLAN WHEN(ALL(IS("reconnects", "eq", "3") ", " IS("reconnects", "eq", "4"))) LAST);
	expect_possible(PLAN WHEN(ALL(IS("age", "ge", "10") ", " IS("age", "le", "10"))) LAST);
	expect_possible(PLAN WHEN(ALL(IS("age", "ne", "0") ", " IS("age", "ne", "1"))) LAST);
	expect_possible(PLAN WHEN(ALL(IS("age", "lt", "10") ", " IS("words", "gt", "20"))) LAST);
	expect_possible(PLAN WHEN(
		ALL(IS("channel", "ne", "\"sms\"") ", " IS("channel", "ne", "\"chat\""))) LAST);
}

#define FRAME(phrase, families, more)                                                              \
	"{ id = \"f\"; lang = \"en\"; phrase = \"" phrase "\"; suppresses = [ " families           \
	" ]; " more " owner = \"o\"; added = \"2026-01-01\"; }"
#define ENTRY_OF(id, family, phrase, more)                                                         \
	"{ id = \"" id "\"; family = \"" family "\"; lang = \"en\"; phrase = \"" phrase            \
	"\"; " more " owner = \"o\"; added = \"2026-01-01\"; }"
#define RULES                                                                                      \
	"rules: ( " RULE ", { id = \"M\"; level = \"low\"; explain = \"x\"; "                      \
	"when: { signal = \"means|act_now\"; }; } );\n"
/* Three entries, and frames in the line behind them. */
#define FRAMED(frames)                                                                             \
	HEAD "lexicon = ( " ENTRY ",\n" ENTRY_OF("b", "means", "sharp (plan|blade)",               \
		"") ",\n" ENTRY_OF("c", "act_now", "doing it", "") ",\n" ENTRY_OF("d", "means",    \
		"gun range", "figurative_ok = false;") " );\nframes = ( " frames " );\n" RULES

static void test_under_frames(void **state)
{
	char *errors = errors_of(FRAMED(FRAME("my plan", "\"means\"", "") ", " FRAME(
		"my plan", "\"plan\"", "reach = \"words\";") ", " FRAME("my plan", "\"plan\"",
		"subject = \"other|unknown\";") ", " FRAME("sharp plan", "\"means\"",
		"") ", " FRAME("doing it", "\"act_now\"", "") ", " FRAME("gun range", "\"means\"",
		"") ", " FRAME("sharp plan", "\"plan\"",
		"reach = \"sentence\"; time = \"past\";")));

	(void)state;
	assert_null(strstr(errors, "never counts"));
	assert_null(strstr(errors, "syntax error"));
	free(errors);
	EXPECT(FRAMED(FRAME("my plan", "\"means\", \"plan\"", "")),
		":2: lexicon \"a\": never counts: the frame \"f\" at /tmp/triaged-rules-",
		":6 has the same phrase and sets plan aside");
	EXPECT(FRAMED(FRAME("sharp (plan|blade)", "\"means\"", "reach = \"phrase\";")),
		":3: lexicon \"b\": never counts: the frame");
	EXPECT("classes = ( { name = \"edge\"; lang = \"en\"; words = \"plan|blade\"; owner = \"o\"; "
	       "added = \"2026-01-01\"; } ); " FRAMED(FRAME("sharp {edge}", "\"means\"", "")),
		":3: lexicon \"b\": never counts: the frame");
}

#define CUE(kind, phrase) "{ kind = \"" kind "\"; lang = \"en\"; phrase = \"" phrase "\"; }"
#define CUES(...)         HEAD GOOD "cues = ( " __VA_ARGS__ " );\n"

static void test_cues(void **state)
{
	(void)state;
	EXPECT(CUES(CUE("now", "today") ",\n" CUE("past", "today")),
		":5: cue: \"today\" cannot be past and now, as it is at /tmp/triaged-rules-", ":4");
	EXPECT(CUES(CUE("soon", "(today|later (on|today))") ",\n" CUE(
		       "recent", "(earlier|later (on|today))")),
		":5: cue: \"later (on|today)\" cannot be recent and soon");
	EXPECT(CUES(CUE("pseudo_negation", "not sure if") ",\n" CUE("negation", "not sure if")),
		":5: cue: \"not sure if\" cannot be negation and pseudo_negation");
	EXPECT(CUES(CUE("charted", "(denies|no si)") ",\n" CUE("pseudo_negation", "no si")),
		":5: cue: \"no si\" cannot be pseudo_negation and charted");
	EXPECT(CUES(CUE("first_person", "(i|we)") ",\n" CUE("third_party", "(we|they)")),
		":5: cue: \"we\" cannot be third_party and first_person");
	EXPECT(CUES(CUE("quoted", "for real") ",\n" CUE("earnest", "for real") ",\n" CUE(
		       "joke", "for real")),
		":5: cue: \"for real\" cannot be earnest and quoted",
		":6: cue: \"for real\" cannot be joke and earnest");
	expect_good("languages = ( { lang = \"es\"; owner = \"o\"; added = \"2026-01-01\"; } );\n" CUES(
		CUE("third_party",
			"he") ", { kind = \"first_person\"; lang = \"es\"; phrase = \"(yo|he)\"; }"));
	expect_good(CUES(CUE("negation", "nor") ", " CUE("and", "nor") ", " CUE(
		"light", "(nor|but)") ", " CUE("clause", "but") ", " CUE("statement",
		"but") ", " CUE("negation", "denies") ", " CUE("charted", "denies") ", " CUE("now",
		"(now|right now)") ", " CUE("past", "(until now|now and then)") ", " CUE("past",
		"(now) ago") ", " CUE("resolved", "right now")));
}

#define CLASS(name, words)                                                                         \
	"{ name = \"" name "\"; lang = \"en\"; words = \"" words "\"; owner = \"o\"; "             \
	"added = \"2026-01-01\"; }"

static void test_unused_classes(void **state)
{
	(void)state;
	EXPECT(HEAD GOOD "classes = ( " CLASS("one", "a|b") " );\n",
		":4: class one: no phrase or class uses it");
	EXPECT(HEAD GOOD "classes = ( " CLASS("one", "a|b") ",\n" CLASS(
		       "two", "{one}|c") ",\n" CLASS("three",
		       "d") " );\nframes = ( " FRAME("my {three}", "\"plan\"", "") " );\n",
		":5: class two: no phrase or class uses it");
	expect_good(HEAD GOOD "classes = ( " CLASS("one", "a|b") ",\n" CLASS(
		"two", "{one}|c") ",\n" CLASS("three", "d") " );\nframes = ( " FRAME("my {three}",
		"\"plan\"", "") " );\n"
				"cues = ( " CUE("now", "at {two}") " );\n");
}

/* One phrase may mean two things. */
static void test_two_families(void **state)
{
	char *errors = errors_of(
		HEAD "lexicon = ( " ENTRY ", " ENTRY_OF("b", "means", "my plan", "") " );\n" RULES);

	(void)state;
	assert_null(strstr(errors, "phrase"));
	free(errors);
}

/* A build that finds more must not keep rules from running that ran. */
static void test_flaws_keep_nothing_from_running(void **state)
{
	(void)state;
	expect_runs(HEAD GOOD "classes = ( " CLASS("one", "a|b") " );\n");
	expect_runs(PLAN RULE_OF("S", HIGH, "{ signal = \"plan\"; window = \"message\"; }") LAST);
	expect_runs(HEAD
		"lexicon = ( " ENTRY
		", { id = \"b\"; family = \"plan\"; lang = \"en\"; phrase = \"a way\"; owner = \" \"; "
		"added = \"2026-02-31\"; } );\nrules: ( " RULE " );\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_not_twice),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_words_and_yes),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_several_values),
		cmocka_unit_test(test_under_frames),
		cmocka_unit_test(test_cues),
		cmocka_unit_test(test_unused_classes),
		cmocka_unit_test(test_two_families),
		cmocka_unit_test(test_flaws_keep_nothing_from_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
