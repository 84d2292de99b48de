/*
 * Which commands of whom are already part of this state. An origin, "<node>/<incarnation>", numbers
 * the commands it may have to tell again from its spool; the highest number taken is stored with
 * the state, so a fact told twice has no second effect, however late.
 */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "triaged/core/fact.h"

/* The one not heard of for longest goes when there are more: its spool is long empty. */
#define ORIGINS_MAX 64

struct origin {
	char *name;
	int64_t number, at_ms;
};

void origins_free(struct core *core);
void origins_encode(const struct core *core, struct buf *out);
int origin_decode(struct core *core, struct slice record) MUST_CHECK;

#endif
