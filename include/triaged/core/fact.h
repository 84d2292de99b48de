/*
 * Facts: commands that were already decided without the store. A node that is cut off from the
 * store decides for itself (as an island) and keeps its commands in its spool. Those that never
 * became part of the center's state are submitted to the leading core later, as facts: the command
 * itself with its origin and a number (command fields island, fact, decided_ms). A fact is never
 * refused because of what happened elsewhere in between. The state holds the highest number taken of
 * each origin, so that a fact submitted twice has no second effect.
 */
#ifndef TRIAGED_CORE_FACT_H
#define TRIAGED_CORE_FACT_H

#include "triaged/core/core.h"

/* The origin with which a node submits its own sessions and contacts to the core of its island, which
 * starts empty. */
#define CORE_HERE "here"

/* Note that the origin's commands up to this number were applied as ordinary commands. */
void core_took(struct core *core, const char *origin, int64_t number);
int64_t core_taken(const struct core *core, const char *origin); /* 0: nothing */

/* For replay: undo COMMAND_NODE_ISLAND, after which a core decides for the sessions of one node only.
 * A core loaded from the store never does; this makes the replayed one equal to it. */
void core_leave_island(struct core *core);

#endif
