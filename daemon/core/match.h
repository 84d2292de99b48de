/*
 * Matching: one routine for every cause. Whatever changed marks the contacts and responders it
 * touched; match_run() works the marks off until nothing is left to offer.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "contact.h"
#include "responder.h"

void match_mark_contact(struct core *core, struct contact *c);
void match_mark_responder(struct core *core, struct responder *r);
/* Loaded or under other options: take back what does not fit any more, and mark the rest. */
void match_everything(struct core *core);
void match_run(struct core *core);

/* Does a new offer of c fit beside what this responder carries and is offered? */
bool match_fits(const struct core *core, const struct contact *c, const struct responder *r);
/* Reserve it for r, who has room: an emergency pushes what else they are offered aside. */
struct offer *match_offer(struct core *core, struct contact *c, struct responder *r);

#endif
