/*
 * Letters to other centers. Each is a command for the core there, and is part of this core's state
 * until the other center's inbox has it. One at a time goes to each center, so they arrive in order;
 * asked for again until it is there, it carries a reference by which the other side does it once.
 */
#ifndef CORE_LETTER_H
#define CORE_LETTER_H

#include "triaged/core/core.h"

struct letter {
	int64_t number;
	char *center;
	struct buf bytes; /* the encoded command */
	int64_t due_ms;   /* asked for again then */
	struct letter *next;
};

/* Fills in role-independent parts: reference and number. */
void letter_send(struct core *core, const char *center, struct command *c);
void letter_sent(struct core *core, int64_t number); /* the other inbox has it */
void letters_emit(struct core *core, void *unused);  /* a timer_fn: what is due goes out again */
void letters_free(struct core *core);
void letters_encode(const struct core *core, struct buf *out);
int letter_decode(struct core *core, struct slice record) MUST_CHECK;
uint64_t letters_digest(const struct core *core);

#endif
