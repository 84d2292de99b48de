/* The parts of core_check(). */
#ifndef CORE_CHECK_STATE_H
#define CORE_CHECK_STATE_H

#include "triaged/core/core.h"

int check_responders(const struct core *core, struct err *e) MUST_CHECK;

#endif
