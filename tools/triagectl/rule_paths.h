/* Which rule files a command works on when none are named. */
#ifndef TRIAGECTL_RULE_PATHS_H
#define TRIAGECTL_RULE_PATHS_H

#include <stdbool.h>

#include "../../daemon/app/rule_files.h"

#define RULE_PATHS_NONE "no rule files found beside this program or in /usr/share/triaged"

struct ruleset;

/*
 * All of rules/ and lexicon/ in the first place that has them: share/triaged or conf beside the
 * directory of this program, then /usr/share/triaged. Nothing is added when none has.
 */
void rule_paths_default(struct rule_paths *p);

/* Compile them as one ruleset; NULL, with every error on standard error, when that cannot be done. lenient: see rules_file.h. */
struct ruleset *rule_paths_load(const struct rule_paths *p, bool lenient);

#endif
