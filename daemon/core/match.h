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
/* After loading, or under new options: withdraw offers that do not fit any more and mark everything. */
void match_everything(struct core *core);
void match_run(struct core *core);

/* Does a new offer of c fit beside what this responder carries and is offered? */
bool match_fits(const struct core *core, const struct contact *c, const struct responder *r);
/* Offer c to r, who has room for it; an emergency has the other offers to r withdrawn. */
struct offer *match_offer(struct core *core, struct contact *c, struct responder *r);

#endif
