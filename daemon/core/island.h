/*
 * While the node that decides is cut off from the store, it reaches only those whose sessions it
 * holds: nobody else is offered anything, and nobody else's contact is offered. Nothing is concluded
 * about the others: their offers are withdrawn, not missed. Not stored: whoever loads the state
 * reaches everybody.
 */
#ifndef CORE_ISLAND_H
#define CORE_ISLAND_H

#include "contact.h"
#include "responder.h"

/* The person can be told of an acceptance. */
bool island_reaches_contact(const struct core *core, const struct contact *c);
/* Their session has changed, or the island begins or ends. */
void island_place(struct core *core, struct responder *r);
/* The session of a contact is another now, here or elsewhere. */
void island_moved(struct core *core, struct contact *c);

#endif
