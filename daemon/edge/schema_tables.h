/*
 * What the protocol answers and tells, in the short form that schema.c expands: members separated
 * by spaces, each `name:type`, `name?:type` when it may be absent, `type~` when it may be null,
 * `type[]` for an array. Types are those of schema.c's table; members that are not named here may
 * be there all the same.
 */
#ifndef TRIAGED_EDGE_SCHEMA_TABLES_H
#define TRIAGED_EDGE_SCHEMA_TABLES_H

#include "triaged/edge/verb.h"

struct notification {
	const char *method;
	const char *members;
};

extern const char *const schema_results[VERB_COUNT];
extern const struct notification schema_notifications[]; /* ends with method NULL */

/* Objects that several methods show. */
struct shape {
	const char *name;
	const char *members;
};
extern const struct shape schema_shapes[]; /* ends with name NULL */

#endif
