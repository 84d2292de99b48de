/* Rule files written in a test, and what is said of them. */
#ifndef TESTS_UNIT_APP_RULES_TEXT_H
#define TESTS_UNIT_APP_RULES_TEXT_H

#define HEAD "ruleset: { id = \"t\"; version = \"1\"; schema = 1; lang = [\"en\"]; };\n"
#define ENTRY                                                                                      \
	"{ id = \"a\"; family = \"plan\"; lang = \"en\"; phrase = \"my plan\"; owner = \"o\"; "    \
	"added = \"2026-01-01\"; }"
#define TESTS                                                                                      \
	"tests: ( { text = \"my plan\"; level = \"high\"; }, { text = \"see my plan\"; level = "   \
	"\"high\"; }, { text = \"a\"; level = \"low\"; }, { text = \"b\"; level = \"low\"; } );"
#define RULE                                                                                       \
	"{ id = \"R\"; level = \"high\"; explain = \"x\"; when: { signal = \"plan\"; }; " TESTS " }"
#define GOOD "lexicon = ( " ENTRY " );\nrules: ( " RULE " );\n"

/* Load text as one file; the errors, or "" when it is good. The caller frees. */
char *errors_of(const char *text);
/* Load text as one file, whose errors must hold each of the parts, up to a NULL. */
void expect(const char *text, const char *const *parts);

#define EXPECT(text, ...) expect(text, (const char *const[]){ __VA_ARGS__, NULL })

/* Load text as one file, which must be good. */
void expect_good(const char *text);
/* The same as a node loads what may have run before: it may have flaws. */
void expect_runs(const char *text);

#endif
