/*
 * Stage two: from a text to typed signals.
 *
 * Each phrase of the lexicon that occurs becomes a signal with subject, time and framing read from
 * the cues around it. Setting aside happens here and only here, one occurrence at a time, each
 * with its reason: a benign frame over it, a negation before it, a resolved past thought, a
 * quotation while nothing is said in the first person. Anything else is kept.
 */
#ifndef TRIAGE_SIGNALS_H
#define TRIAGE_SIGNALS_H

#include "model.h"

/*
 * Fill w->signals from the n bytes at p; w->calls_note must be set. -1 when the text was not
 * searched to its end; what was found counts.
 */
int signals_find(const struct ruleset *rules, struct triage_scratch *w, const char *p, size_t n);

/*
 * Decide what needs the whole contact (quotations, resolved thoughts), with the facts of earlier
 * messages in place, and note which families count. Topics are left to topic_set_aside().
 */
void signals_settle(const struct ruleset *rules, struct triage_scratch *w);
/* Note anew which signals and families count. */
void signals_count(struct triage_scratch *w);

#endif
