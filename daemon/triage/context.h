/* What the words around a signal say about it: whose it is, when, whether negated or framed. */
#ifndef TRIAGE_CONTEXT_H
#define TRIAGE_CONTEXT_H

#include "model.h"

/* Complete s from the cues and frames in w. Judged on the honest reading alone. */
void context_read(const struct ruleset *rules, const struct triage_scratch *w, struct signal *s);

#endif
