/*
 * Words and answers that contradict each other. The higher of the two has its effect as always;
 * this only tells that a person should look.
 */
#ifndef TRIAGE_CONFLICT_H
#define TRIAGE_CONFLICT_H

#include "model.h"

/*
 * True when somebody said, in this message or an earlier one of the contact, what the screener's
 * item says no to, or denied in words what it says yes to. Call when signals are settled.
 */
bool conflict_found(const struct triage_scratch *w);

#endif
