/*
 * A transfer: somebody else is asked to take a contact over. It is part of the contact, which stays
 * ACTIVE with its responder, at its level and place, until the other side has accepted.
 *
 *   NONE ──seek──▶ WAITING ──offer──▶ OFFERED ──accept──▶ NONE, with the receiver
 *    ▲ └──offer──────────────────────▶ │  │ └───join────▶ JOINED, with the receiver and the guest
 *    │                ▲◀──unoffer──────┘  │                 │
 *    └──────end───────┴───────────────────┴───────end───────┘
 *
 * SENT (by the event send; ends like WAITING): another center is asked, see far.h. WAITING: in the line
 * at the contact's own place, for whoever serves a line or has a skill. OFFERED: reserved for a
 * responder; a transfer to a named one begins here. JOINED: both are present, and the receiver has the
 * contact.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"

struct command;
struct core;
struct contact;
struct responder;

/* clang-format off */
#define TRANSFER_STATES(X) \
	X(NONE, "") X(WAITING, "waiting") X(OFFERED, "offered") X(SENT, "sent") \
	X(JOINED, "joined")

#define TRANSFER_EVENTS(X)                                                                         \
	X(SEEK)    /* into the line */                                                             \
	X(SEND)    /* to another center */                                                         \
	X(OFFER)   /* reserved for a responder */                                                  \
	X(UNOFFER) /* the last offer is gone */                                                    \
	X(ACCEPT)  /* the receiver has it, its responder is released */                            \
	X(JOIN)    /* the receiver has it, its responder stays as a guest */                       \
	X(END)
/* clang-format on */

enum transfer_state {
#define X(sym, name) TRANSFER_##sym,
	TRANSFER_STATES(X)
#undef X
		TRANSFER_STATE_COUNT
};

enum transfer_event {
#define X(sym) TRANSFER_EV_##sym,
	TRANSFER_EVENTS(X)
#undef X
		TRANSFER_EVENT_COUNT
};

struct transfer {
	int state;                               /* enum transfer_state */
	char *id;                                /* "t" and 16 hex digits */
	char *by;                                /* who asked for it */
	char *responder, *line, *skill, *center; /* one of them: whom it is for */
	int64_t warm;                            /* both are to be present for a while */
	int64_t due_ms;                          /* when it ends if nobody has accepted */
	struct buf summary;                      /* sealed */
};

const char *transfer_state_name(int state);

/* The table: next state, or -1 where the event is illegal. */
int transfer_next_state(enum transfer_state state, enum transfer_event event);

const char *transfer_target(const struct transfer *t); /* whom it is for, "" none */
/* Asked for and not accepted. */
bool transfer_is_pending(const struct transfer *t);

/* Put it in line for whoever may take it, or offer it to one responder. The caller has made sure that
 * it is allowed. */
void transfer_seek(struct core *core, struct contact *c);
void transfer_offer_to(struct core *core, struct contact *c, struct responder *r);
/* The first offer of it was made; the last one has ended, why. They keep its place in line, as
 * contact_enter() does for a contact of the queue. */
void transfer_offered(struct core *core, struct contact *c);
void transfer_unoffered(struct core *core, struct contact *c, const char *why);
/* r has accepted: the responder so far is released or becomes a guest. The caller then attaches c to r;
 * until then it has no responder. */
void transfer_taken(struct core *core, struct contact *c, const struct responder *r);
/* Ask another center; and, when one of its responders has accepted, hand the contact over. */
void transfer_send(struct core *core, struct contact *c, const struct command *asked);
void transfer_confirm(struct core *core, struct contact *c);
/* End it: offers are withdrawn, a guest leaves, and everybody who takes part is told why. */
void transfer_end(struct core *core, struct contact *c, const char *why);
/* The receiver's session was lost while the guest is still present: the guest serves it again. */
void transfer_return(struct core *core, struct contact *c);

/* Free its fields, back to NONE, telling nobody. */
void transfer_clear(struct transfer *t);

#endif
