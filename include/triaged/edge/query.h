/*
 * Questions about the whole center, answered from the leading core: board.get, contact.list,
 * contact.get, contact.explain, responder.list, dispatch.list, dispatch.nearest, team.list. Read-only, no text of people.
 */
#ifndef TRIAGED_EDGE_QUERY_H
#define TRIAGED_EDGE_QUERY_H

#include <stdbool.h>

#include "triaged/base/buf.h"
#include "triaged/core/core.h"

struct query_context {
	const struct core *core;
	const char *center;
	const char *mode;         /* normal island draining */
	const int64_t *target_ms; /* [LEVEL_COUNT] */
	struct slice ruleset;     /* JSON of the rules in force at the leading node */
};

/* Append the result's JSON. params: the request's JSON text, checked by the verb table. false: the
 * contact, or the one after which a list begins, is not in the core (unknown, or ended and
 * forgotten); what was appended is then meaningless. */
bool query_answer(
	const struct query_context *q, const char *method, struct slice params, struct buf *out);

#endif
