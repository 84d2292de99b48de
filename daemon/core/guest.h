/*
 * A guest: the responder who has handed a contact over and stays for a while. It takes as much of
 * them as before, and behind it they rest as behind a contact they have closed.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

struct core;
struct contact;
struct responder;

void guest_attach(struct core *core, struct responder *r, struct contact *c);
void guest_detach(struct core *core, struct contact *c);

/* Their session is gone: they are guests of nothing any more. */
void guest_lost(struct core *core, struct responder *r);

#endif
