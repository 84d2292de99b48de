/*
 * A libconfig file as a tree with the place of every value.
 *
 * libconfig 1.5 may crash when memory runs out and reads an integer literal that does not fit as
 * another number, so a file is parsed in a short-lived child process which checks every literal
 * in the raw text and sends the tree back; the daemon itself only reads that image. Duplicate
 * names, includes that cannot be read and literals out of range are errors of the file.
 */
#ifndef TRIAGED_APP_CONF_TREE_H
#define TRIAGED_APP_CONF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"

enum conf_type {
	CONF_GROUP, /* { name = value; … } */
	CONF_LIST,  /* ( value, … ) */
	CONF_ARRAY, /* [ scalar, … ] */
	CONF_INT,   /* 64 bits */
	CONF_REAL,
	CONF_BOOL,
	CONF_STRING,
};

struct conf_node {
	enum conf_type type;
	char *name;       /* "" inside a list or an array, and for the root */
	const char *file; /* owned by the root */
	int line;
	int64_t integer;
	double real;
	bool truth;
	char *text; /* CONF_STRING, valid UTF-8 is not promised */
	struct conf_node *children;
	size_t n_children;
};

#define CONF_ERRORS_MAX                                                                            \
	100 /* listed; nobody reads more of a file that is no configuration at all */

/* All errors of one load, so that the operator sees every one at once: "file:line: message\n". */
struct conf_errors {
	struct buf text;
	size_t count; /* those not listed, too */
};

void conf_error(struct conf_errors *errors, const char *file, int line, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Call a file by the name that people know it by in what was listed since text.len was from. */
void conf_errors_rename(
	struct conf_errors *errors, size_t from, const char *file, const char *name);

/* NULL, with at least one error added, when the file cannot be used. */
struct conf_node *conf_parse_file(const char *path, struct conf_errors *errors) MUST_CHECK;
void conf_free(struct conf_node **root);

/* The child of that name, or NULL. */
const struct conf_node *conf_get(const struct conf_node *group, const char *name);
const char *conf_type_name(enum conf_type type);

#endif
