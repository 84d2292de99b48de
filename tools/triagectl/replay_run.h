/* Replay of a history: what the command shows, without the core's types. */
#ifndef TRIAGECTL_REPLAY_RUN_H
#define TRIAGECTL_REPLAY_RUN_H

#include <stdbool.h>

#include "history.h"

struct replay_report {
	uint64_t commands, marks, contacts;
	uint64_t earlier; /* entries in front of the beginning */
	bool began;       /* there was a beginning */
	int64_t first_ms, last_ms;
	struct buf difference; /* the first one; empty: none */
};

/* -1 when the history cannot be read; a difference is no error. */
int replay_run(struct history *h, struct replay_report *report, struct err *e) MUST_CHECK;

#endif
