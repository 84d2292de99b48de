/* From plain source structs to a ruleset; private to the compiler's parts. */
#ifndef TRIAGE_COMPILE_H
#define TRIAGE_COMPILE_H

#include "triaged/base/map.h"

#include "model.h"

struct compiler {
	const struct ruleset_source *source;
	struct ruleset *rules;
	struct ruleset_report *report;
	uint64_t families_used; /* FAMILY_BIT of what rules read */
	bool is_whole;          /* nothing was wrong before the tests */
	struct map ids;         /* of entries, frames and rules together: reasons name them */
	struct map classes;     /* "lang name" -> struct source_class */
	struct map aliases;     /* "lang word" -> struct source_alias */
	struct map conditions;  /* of rules, with their levels -> struct source_rule */
	struct map entries;     /* "family phrase" a frame may set aside -> struct source_entry */
	struct map cues;        /* "kind words" -> struct source_cue */
	struct buf whole;       /* the phrase at hand, its classes and aliases written out */
};

void compile_error(struct compiler *c, struct source_place place, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The same for what does no harm: no error when the report is lenient. */
void compile_flaw(struct compiler *c, struct source_place place, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* A copy of s owned by the ruleset; NULL stays NULL. */
const char *compile_str(struct compiler *c, const char *s);
/* Report an id that is missing or taken. */
void compile_id(struct compiler *c, struct source_place place, const char *what, const char *id);

/* Report a lang the ruleset does not list, an owner who is missing, a date that is none. */
void compile_lang(struct compiler *c, struct source_place place, const char *lang);
/* Its place among the ruleset's, or how many these are. */
size_t compile_lang_number(const struct ruleset *r, const char *lang);
/* Is it a language, and none of the ruleset's? An error when it is no language at all. */
bool compile_is_other_lang(struct compiler *c, struct source_place place, const char *lang);
void compile_owner(
	struct compiler *c, struct source_place place, const char *owner, const char *added);
void compile_languages(struct compiler *c);    /* before the words */
void compile_wording(struct compiler *c);      /* what consoles show of instruments */
void compile_classes(struct compiler *c);      /* before the words */
void compile_aliases(struct compiler *c);      /* likewise */
void compile_spellings(struct compiler *c);    /* behind the words */
void compile_classes_used(struct compiler *c); /* report those that no phrase takes */

/* A phrase as it is written, what for, and its language. */
struct wording {
	struct source_place place;
	const char *sense, *lang, *phrase;
	bool aliased; /* forms stand for words */
};

/* The phrase with its classes and aliases written out; -1 when a class is not known (reported). */
int compile_expand(struct compiler *c, const struct wording *s, struct buf *out) MUST_CHECK;
void compile_words(struct compiler *c); /* emoji, lexicon, cues, frames, notes */
void compile_rules(struct compiler *c); /* rules and their conditions */
/* Of the phrase at hand, entries before frames: report what can never count. */
void compile_idle_cue(struct compiler *c, const struct source_cue *s, enum cue kind);
void compile_idle_entry(struct compiler *c, const struct source_entry *s);
void compile_idle_frame(
	struct compiler *c, const struct source_frame *s, enum reach reach, uint64_t families);
/* Of a rule without errors: report that there is one like it, and what in it can never hold. */
void compile_conflicts(
	struct compiler *c, const struct rule *rule, const struct source_rule *source);
void compile_tests(struct compiler *c); /* check every rule's tests, and run those of a whole set */

#endif
