/* The parts of core_check(). */
#ifndef CORE_CHECK_STATE_H
#define CORE_CHECK_STATE_H

#include "triaged/core/core.h"

int check_responders(const struct core *core, struct err *e) MUST_CHECK;
/* Check the responder at *i, its free room against the head of the line only (I6), and move *i on;
 * after the last one *i is 0 again. */
int check_some_responder(const struct core *core, size_t *i, struct err *e) MUST_CHECK;

int check_rescues(const struct core *core, struct err *e) MUST_CHECK;

#endif
