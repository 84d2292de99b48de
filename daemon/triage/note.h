/*
 * A staff note in the words of whom it is about: "client says she intends to" is also read as
 * "i says i intend to", so that phrases written for what people say themselves find it too. The
 * reading is only ever searched for additional signals.
 */
#ifndef TRIAGE_NOTE_H
#define TRIAGE_NOTE_H

#include "model.h"

/*
 * Put that reading of the note (decoded where it is), cues found, into w->told, and mark the words
 * of w->honest that mean the person in contact. False when it says nothing else.
 *
 * Pronouns mean the person in contact until another one is named, and again after the former is.
 */
bool note_read(const struct ruleset *rules, struct triage_scratch *w);

/* Mark the words of that note that are written in capitals or charted as present or absent. */
void note_mark(struct text *note, const char *p, size_t n);

#endif
