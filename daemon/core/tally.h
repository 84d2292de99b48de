/* Rescues that are over, by line: how many, how many with the person's consent, against their will
 * or with nobody to ask, and how the latter came about. Part of the core's counters. Tests and
 * drills are not counted. */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include "triaged/core/core.h"

struct tally {
	char *line; /* "" too */
	int64_t ended, cancelled;
	int64_t voluntary, involuntary, unable; /* of those that ended */
	int64_t second_person, silence, exempt; /* of the involuntary ones */
};

void tallies_free(struct core *core);
void tallies_encode(const struct core *core, struct buf *out); /* rescues = record, repeated */
int tally_decode(struct core *core, struct slice record) MUST_CHECK;

#endif
