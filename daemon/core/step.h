/* Building a step: outputs, and the record of decisions. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include "triaged/core/core.h"

/* Put the answer to c in front of outputs[at]: what is asked comes before what follows from it. */
void step_answer(struct step *s, size_t at, const struct command *c, const struct output *answer);

/* Take back what outputs[from..] say again to the sessions of an origin about a conversation that
 * went on there. */
void step_hush(struct step *s, size_t from, const char *origin);

/* One decision: name, then up to four words. */
void step_decide(struct step *s, const char *name, const char *const words[4]);
#define DECIDE(s, name, ...) step_decide(s, name, (const char *const[4]){ __VA_ARGS__ })

#endif
