/* Which files of rules are meant by a name. */
#ifndef TRIAGED_APP_RULE_FILES_H
#define TRIAGED_APP_RULE_FILES_H

#include <stddef.h>

struct rule_paths {
	char **at;
	size_t n;
};

void rule_paths_add(struct rule_paths *p, const char *path);
/* Of a directory its rules/ and lexicon/; nothing when it has no rules/. */
void rule_paths_add_tree(struct rule_paths *p, const char *directory);
/* Of a directory its rules/ and lexicon/, or without those what it holds itself: *.conf in the order of
 * names. Nothing when there are none, or it is no directory. */
void rule_paths_add_below(struct rule_paths *p, const char *directory);
/* A file, or those of a directory. A directory without any stays as it is, for whoever reads it to
 * complain. */
void rule_paths_add_named(struct rule_paths *p, const char *path);
void rule_paths_free(struct rule_paths *p);

#endif
