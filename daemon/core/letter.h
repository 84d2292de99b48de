/*
 * Letters to other centers. Each is a command for the core there, and is part of this core's state
 * until the other center's inbox has it. Each center gets one letter at a time, so that they arrive in
 * order. A letter is sent again until it has arrived; its `ref` makes the other core apply it once.
 */
#ifndef CORE_LETTER_H
#define CORE_LETTER_H

#include "triaged/core/core.h"

struct letter {
	int64_t number;
	char *center;
	struct buf bytes; /* the encoded command */
	int64_t due_ms;   /* when it is sent again */
	struct letter *next;
};

/* Queue c for that center under a new number; c->ref is set, and not valid after the call. */
void letter_send(struct core *core, const char *center, struct command *c);
void letter_sent(struct core *core, int64_t number); /* the other inbox has it */
void letters_emit(struct core *core, void *unused);  /* a timer_fn: sends again what is due */
void letters_free(struct core *core);
void letters_encode(const struct core *core, struct buf *out);
int letter_decode(struct core *core, struct slice record) MUST_CHECK;
uint64_t letters_digest(const struct core *core);

#endif
