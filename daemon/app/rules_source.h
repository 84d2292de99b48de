/* From configuration trees to the plain structs the ruleset compiler reads. */
#ifndef TRIAGED_APP_RULES_SOURCE_H
#define TRIAGED_APP_RULES_SOURCE_H

#include "triaged/triage/ruleset.h"

#include "conf_tree.h"

struct rules_source {
	struct ruleset_source source;
	struct conf_node **roots; /* strings of source live there */
	size_t n_roots;
	void **owned; /* arrays and texts made while reading */
	size_t n_owned;
	bool has_head;
	struct conf_errors *errors;
};

/* Add the sections of one file, whose tree is taken over. */
void rules_source_add(struct rules_source *s, struct conf_node *root);
void rules_source_free(struct rules_source *s);

/* ---- shared with the reader of conditions and tests ---- */

enum rules_type { RULES_STRING, RULES_STRINGS, RULES_INT, RULES_BOOL, RULES_NOT, RULES_OTHER };

/* One name a group may hold, and where its value goes. */
struct rules_member {
	const char *name;
	enum rules_type type;
	size_t offset, count_offset; /* count: STRINGS only */
};

/* Fill out from group; names that are not in the table (ends with name NULL) are errors. */
void rules_read_group(struct rules_source *s, const struct conf_node *group,
	const struct rules_member *members, void *out);
/* A string, or a list or array of them (integers and booleans as text). */
const char *const *rules_read_strings(
	struct rules_source *s, const struct conf_node *node, size_t *n);
void *rules_own(struct rules_source *s, void *p);
struct source_place rules_place(const struct conf_node *node);

struct source_cond *rules_read_cond(struct rules_source *s, const struct conf_node *node);
struct source_test *rules_read_tests(
	struct rules_source *s, const struct conf_node *node, size_t *n);

#endif
