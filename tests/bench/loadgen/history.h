/*
 * A history of what clients asked and were told, one JSON object a line:
 *   {"t": µs, "p": "fe3", "e": "invoke|ok|fail|info|event", "op": "contact.open", …}
 * invoke: sent (again with the same ref after a reconnect) · ok, fail: answered · info: the
 * session ended before an answer came, so either may be true · event: a notification.
 */
#ifndef LOADGEN_HISTORY_H
#define LOADGEN_HISTORY_H

#include <stdint.h>
#include <stdio.h>

struct history_entry {
	const char *process, *event, *op;
	const char *ref, *contact, *offer; /* "" or NULL: left out */
	const char *detail;                /* level, state, error reason: by op; may be NULL */
};

/* f NULL: nothing is recorded. */
void history_write(FILE *f, const struct history_entry *e);

#endif
