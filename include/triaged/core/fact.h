/*
 * Facts. A node that is cut off from the store decides for itself and keeps its commands in a
 * spool; those that did not become part of the state are told again, as facts: the command itself,
 * numbered by its origin (command fields island, fact, decided_ms). A fact is never refused for what
 * happened elsewhere meanwhile. The state holds the highest number of each origin: what is told
 * again has no second effect.
 */
#ifndef TRIAGED_CORE_FACT_H
#define TRIAGED_CORE_FACT_H

#include "triaged/core/core.h"

/* The origin of what a core that knows nothing is told by its own node. */
#define CORE_HERE "here"

/* Commands of the origin up to this number were applied as they came. */
void core_took(struct core *core, const char *origin, int64_t number);
int64_t core_taken(const struct core *core, const char *origin); /* 0: nothing */

/* COMMAND_NODE_ISLAND makes a core decide only for sessions of its node; a core that is loaded does
 * not, and this makes one the same as loaded, for whoever replays. */
void core_leave_island(struct core *core);

#endif
