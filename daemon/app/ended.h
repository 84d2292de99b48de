/* Queries about a contact that has ended: the core has forgotten it, so it is read from the store. */
#ifndef TRIAGED_APP_ENDED_H
#define TRIAGED_APP_ENDED_H

#include "triaged/core/core.h"
#include "triaged/store/store.h"

/* core holds that one contact; NULL: the store does not know it either. question: as it was asked. */
typedef void (*ended_fn)(void *arg, const struct command *question, const struct core *core);

/* question: a QUERY with a `contact` in its params; copied. */
void ended_look_up(struct store *store, const struct core_options *options,
	const struct command *question, ended_fn done, void *arg);

#endif
