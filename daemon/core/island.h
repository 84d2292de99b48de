/*
 * While the node that decides is cut off from the store, it reaches only those whose sessions it
 * holds: nobody else is offered anything, and nobody else's contact is offered. Nothing is concluded
 * about the others: their offers are withdrawn, and do not count as missed. None of this is stored: a
 * core loaded from the store decides for everybody.
 */
#ifndef CORE_ISLAND_H
#define CORE_ISLAND_H

#include "contact.h"
#include "responder.h"

/* Whether the person can be reached: false only on an island, for a contact whose front end's session
 * is not on its node. */
bool island_reaches_contact(const struct core *core, const struct contact *c);
/* Work out anew whether r is cut off: their session has changed, or the island begins or ends. */
void island_place(struct core *core, struct responder *r);
/* The contact now belongs to another session, of this node or of another. */
void island_moved(struct core *core, struct contact *c);

#endif
