/* Replay under other rules or options: who would have been rated or served differently. */
#ifndef TRIAGECTL_REPLAY_CHANGE_H
#define TRIAGECTL_REPLAY_CHANGE_H

#include "history.h"
#include "text.h"

/*
 * As --rules, --policy and --keys of args say. Writes the outcome to the screen, as JSON when asked
 * for. -1 with e when anything cannot be read, or when the history itself does not replay.
 */
int replay_change(struct history *h, const struct args *args, bool json, struct screen *to,
	struct err *e) MUST_CHECK;

#endif
