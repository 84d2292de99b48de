/*
 * A guest: the responder who has handed a contact over by a warm transfer and stays present for a
 * while. The contact counts in their load as before, and afterwards they have wrap-up time as after a
 * contact they closed.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

struct core;
struct contact;
struct responder;

void guest_attach(struct core *core, struct responder *r, struct contact *c);
void guest_detach(struct core *core, struct contact *c);

/* Their session has ended: end every visit of theirs. */
void guest_lost(struct core *core, struct responder *r);

#endif
