/* Which rule files a command works on when none are named. */
#ifndef TRIAGECTL_RULE_PATHS_H
#define TRIAGECTL_RULE_PATHS_H

#include <stddef.h>

#define RULE_PATHS_NONE "no rule files found beside this program or in /usr/share/triaged"

struct ruleset;

struct rule_paths {
	char **at;
	size_t n;
};

/* A file; of a directory its rules/ and lexicon/, or without those what it holds itself: *.conf in
 * the order of names. A directory without any stays as it is, for whoever reads it to complain. */
void rule_paths_add_named(struct rule_paths *p, const char *path);
/*
 * All of rules/ and lexicon/ in the first place that has them: share/triaged or conf beside the
 * directory of this program, then /usr/share/triaged. Nothing is added when none has.
 */
void rule_paths_default(struct rule_paths *p);
void rule_paths_free(struct rule_paths *p);

/* Compile them as one ruleset; NULL, with every error on standard error, when that cannot be done. */
struct ruleset *rule_paths_load(const struct rule_paths *p);

#endif
