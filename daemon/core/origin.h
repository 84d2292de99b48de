/*
 * Which facts (see core/fact.h) are already part of this state. An origin, "<node>/<incarnation>",
 * numbers the commands that it may have to submit again from its spool. The highest number taken is
 * stored with the state, so that a fact submitted twice has no second effect, however late.
 */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "triaged/core/fact.h"

/* When there are more, the one not heard of for longest is dropped: its spool is empty by then. */
#define ORIGINS_MAX 64

struct origin {
	char *name;
	int64_t number, at_ms;
};

void origins_free(struct core *core);
void origins_encode(const struct core *core, struct buf *out);
int origin_decode(struct core *core, struct slice record) MUST_CHECK;

#endif
