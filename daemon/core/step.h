/* Building a step: outputs, and the record of decisions. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include "triaged/core/core.h"

/* Insert the answer to c before outputs[at], so that it goes out before the notifications that follow
 * from c. */
void step_answer(struct step *s, size_t at, const struct command *c, const struct output *answer);

/* Remove from outputs[from..] the notifications about a conversation to sessions of an origin where
 * that conversation went on: they have had them already. */
void step_hush(struct step *s, size_t from, const char *origin);

/* One decision: name, then up to four words. */
void step_decide(struct step *s, const char *name, const char *const words[4]);
#define DECIDE(s, name, ...) step_decide(s, name, (const char *const[4]){ __VA_ARGS__ })

#endif
