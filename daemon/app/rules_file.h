/*
 * Rule and lexicon files: libconfig files that hold any of the sections `ruleset`, `lexicon`,
 * `cues`, `frames`, `emoji` and `rules`, read together and compiled as one ruleset.
 *
 * Names that are not known are errors, like everything else that cannot be meant: each with file and
 * line, all of them at once. A rules file includes no other: what the digest, and so an approval,
 * does not cover must not count.
 */
#ifndef TRIAGED_APP_RULES_FILE_H
#define TRIAGED_APP_RULES_FILE_H

#include "triaged/triage/ruleset.h"

#include "conf_tree.h"

struct rules_load {
	const char *const *paths;
	size_t n_paths;
	/*
	 * Let flaws pass (see ruleset.h): what ran before this build looked for them goes on running.
	 * Whoever checks, signs or stages rules is told of them.
	 */
	bool lenient;
};

/*
 * NULL with errors added when the files cannot be used. Takes some 100 ms, so keep it off the event
 * loop; there are no globals. n_tests (may be NULL) is how many of the rules' own tests were run.
 */
struct ruleset *rules_load(
	const struct rules_load *load, size_t *n_tests, struct conf_errors *errors) MUST_CHECK;

#endif
