/* What the words around a signal say about it: whose it is, when, whether negated or framed. */
#ifndef TRIAGE_CONTEXT_H
#define TRIAGE_CONTEXT_H

#include "model.h"

/* Complete s from the cues and frames in w. Judged on the honest reading alone. */
void context_read(const struct ruleset *rules, const struct triage_scratch *w, struct signal *s);

/*
 * A frame covers a phrase when every word of weight in it lies in the frame, whoever and whenever it
 * is about: "my dad is going to die" is covered by a frame over "die of laughter". A phrase without
 * such words has to lie in it whole.
 */
bool context_covers(const struct ruleset *rules, const struct triage_scratch *w,
	const struct frame_match *f, const struct signal *s);

#endif
