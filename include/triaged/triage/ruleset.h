/*
 * A ruleset: lexicon, cues, frames, emoji and rules, compiled and checked as one whole.
 *
 * The source structs are plain: whoever reads the files fills them in; strings are borrowed during
 * ruleset_compile() only. A compiled ruleset never changes and is counted; references are taken
 * and dropped on one thread, but compiling may happen on any thread (there are no globals).
 */
#ifndef TRIAGED_TRIAGE_RULESET_H
#define TRIAGED_TRIAGE_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"
#include "triaged/base/level.h"
#include "triaged/triage/ruleset_source.h"

/* Called once for each error found, so that an author sees all of them at once. */
typedef void (*ruleset_error_fn)(void *ctx, struct source_place place, const char *text);

struct ruleset_report {
	ruleset_error_fn error;
	void *ctx;
	bool lenient; /* flaws are let pass: what a set that may have run before has for nothing */
	size_t n_errors;
	size_t n_tests; /* run */
};

struct ruleset;

/*
 * NULL, with at least one error reported, when anything is wrong: syntax, unknown or duplicate
 * names, missing owner or date, a family no rule reads, a rule without two tests that fire it and
 * two that do not, or a failing test; and a flaw, that is words and conditions that never count, a
 * rule said twice, an owner of blanks, a day that is none. Tests run when nothing else is wrong. Of a faulty source
 * NULL, whether there was more to report or not.
 */
struct ruleset *ruleset_compile(
	const struct ruleset_source *source, struct ruleset_report *report) MUST_CHECK;

/* One without a rule: whatever it rates comes out unscored, at moderate. digest "". */
struct ruleset *ruleset_none(void);

struct ruleset *ruleset_ref(struct ruleset *rules);
void ruleset_unref(struct ruleset **rules); /* NULL is fine */

const char *ruleset_id(const struct ruleset *rules);
const char *ruleset_version(const struct ruleset *rules);
const char *ruleset_digest(const struct ruleset *rules);

struct ruleset_counts {
	size_t entries, cues, frames, rules;
};
struct ruleset_counts ruleset_count(const struct ruleset *rules);

/* One rule as its reader knows it; "" where it has none. */
struct ruleset_rule {
	const char *id, *level, *domain, *explain;
	bool raises;
};

/* One item's wording; false behind the last one. They stand in the order of their files. */
struct ruleset_wording {
	const char *instrument, *item, *lang, *text;
};

bool ruleset_wording_at(const struct ruleset *rules, size_t i, struct ruleset_wording *wording);

/* false behind the last one. Rules stand in the order of their files. */
bool ruleset_rule_at(const struct ruleset *rules, size_t i, struct ruleset_rule *rule);

#endif
