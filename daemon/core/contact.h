/*
 * A contact: one request for help, from arrival to outcome. It is always in exactly one state,
 * and contact_enter() is the only writer of that state.
 *
 *   NEW ──arrive──▶ WAITING ──offer──▶ OFFERED ──accept──▶ ACTIVE ──close──▶ WRAPUP ──end──▶ ENDED
 *                     │  ▲◀──unoffer────┘  │                 │ │               │
 *                     │  └──────return─────┼─────────────────┘ └─end───────────┼─▶ ENDED
 *                     ├──abandon──▶ REVIEW ◀──abandon──────────────────────────┘
 *                     │             │    └──return──▶ WAITING
 *                     └──end──▶ ENDED ◀──end─┘
 *
 * Owners: the queue (WAITING), the queue with a reservation (OFFERED), a responder (ACTIVE, WRAPUP),
 * the supervisors (REVIEW), another center (HANDED: from ACTIVE by the event `hand`, until it ends).
 */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "triaged/core/core.h"

#include "far.h"
#include "requirement.h"
#include "spot.h"
#include "text.h"
#include "timer.h"
#include "transfer.h"
#include "tree.h"

/* clang-format off */
#define CONTACT_STATES(X)                                                                          \
	X(NEW, "new") X(WAITING, "waiting") X(OFFERED, "offered") X(ACTIVE, "active")              \
	X(WRAPUP, "wrapup") X(REVIEW, "review") X(HANDED, "handed") X(ENDED, "ended")

#define CONTACT_EVENTS(X)                                                                          \
	X(ARRIVE)  /* taken into custody */                                                        \
	X(OFFER)   /* reserved for a responder */                                                  \
	X(UNOFFER) /* the last offer is gone */                                                    \
	X(ACCEPT)                                                                                  \
	X(RETURN)  /* back in line at its old place */                                             \
	X(ABANDON) /* nobody to talk to, but not to be forgotten */                                \
	X(HAND)    /* another center has it */                                                     \
	X(CLOSE)   /* over for the person, not for the responder */                                \
	X(END)
/* clang-format on */

enum contact_state {
#define X(sym, name) CONTACT_##sym,
	CONTACT_STATES(X)
#undef X
		CONTACT_STATE_COUNT
};

enum contact_event {
#define X(sym) CONTACT_EV_##sym,
	CONTACT_EVENTS(X)
#undef X
		CONTACT_EVENT_COUNT
};

#define CONTACT_OFFERS_MAX 8

struct exclusion {
	struct responder *responder;
	int64_t until_ms;
};

struct contact {
	char id[ID_SIZE];
	int state; /* enum contact_state */
	/* who brought it and what it needs */
	char *identity, *session; /* front end; session: the last one, see connected */
	char *channel, *lang, *line, *needs, *caller_role, *person;
	int64_t age;        /* years + 1, 0 unknown */
	int64_t safe;       /* safe_to_contact: 1 no, 2 yes */
	int64_t connected;  /* the front end's session lives */
	int64_t session_ms; /* since when that session has it */
	struct buf address, location, meta;
	struct spot spot; /* the location, as far as the core may know it */
	int64_t proposed; /* the notice that the rules propose a rescue was sent */
	/* what triage said */
	int level, level_auto; /* enum level: in force; the highest any rule asked for */
	int64_t lowered;       /* a person's lowering is in force */
	int64_t pending_level; /* enum level + 1: asked for, a second person must confirm */
	char *pending_by;
	int64_t unscored;
	char *ruleset, *flags, *domains;
	struct buf reasons, explain, facts;
	int64_t reasons_seq; /* the message their spans are places in; 0: none */
	struct buf history;  /* `change`, repeated: record of at_ms from to by cause */
	struct buf match;    /* why the last offer went to its responder, see match_explain.h */
	/* its course */
	int64_t arrived_ms, accepted_ms, closed_ms;
	int64_t waited_tier;     /* index of the tier opened by waiting */
	int64_t widened;         /* tiers opened by the deadline and by missed offers */
	int64_t late;            /* the deadline has passed, alert and widening are done */
	int64_t missed;          /* offers that expired */
	int64_t told_unservable; /* the notice that nobody on shift may serve it was sent */
	int64_t reconnect;       /* back in line because its responder was lost */
	int64_t test;       /* no person: served by responders of tests only, counted nowhere */
	int64_t reconnects; /* the person's front end came back with another session */
	int64_t returning, contacts_30d, contacts_24h;
	int64_t prior_level; /* enum level + 1 the person's last contact ended with, 0 unknown */
	char *previous;      /* responder of the person's last contact */
	int64_t grace_due_ms, wrap_due_ms;
	int64_t seq;
	char *disposition, *closed_by;
	struct buf outcome;
	char *twin; /* id of another contact that another node made for the same request */
	/* the alert that runs */
	char *alert, *alert_by;
	int64_t alert_since_ms, alert_due_ms;
	struct transfer transfer; /* ACTIVE */
	struct far far;
	/* linked */
	struct responder *responder; /* ACTIVE, WRAPUP */
	struct responder *guest;     /* present too: the transfer is JOINED */
	struct offer *offers[CONTACT_OFFERS_MAX];
	int n_offers;
	struct exclusion *excluded;
	int n_excluded;
	/* derived, never stored */
	int64_t dispatches_open;
	int64_t key_band, key_deadline_ms; /* place in the order while in the queue */
	struct requirement *need;
	struct lane *lane;                           /* while WAITING */
	struct tree_node by_order, by_lane, offered; /* queue; lane; emergencies on offer */
	struct timer timer;
	struct contact *responder_next, *responder_prev; /* in the responder's list */
	struct contact *visited_next;                    /* in the list of its guest */
	struct contact *session_next, *session_prev;     /* in the front end session's list */
	struct responder *kept;                          /* those whose room is kept for it */
	struct session *front;                           /* when connected */
	size_t mark;                                     /* in the list of contacts to match */
	bool dirty;
	/* handed over by core_take_dirty(), and with which waiting and queue_score */
	bool written, written_waiting;
	double written_score;
};

const char *contact_state_name(int state);

/* The table: next state, or -1 where the event is illegal. */
int contact_next_state(enum contact_state state, enum contact_event event);

/* Change the state. An event that the table forbids fails a CHECK: callers test for it first. */
void contact_enter(struct core *core, struct contact *c, enum contact_event event);

struct contact *contact_new(struct core *core, const char *id); /* in NEW, in the core's map */
void contact_free(struct core *core, struct contact *c);

/* Order in the line: band, deadline, arrival, id. */
int contact_cmp(const void *a, const void *b);

uint64_t contact_shape(const struct core *core, const struct contact *c); /* tree priority */

/* To be called after a change: marks it dirty and sets its timer by its fields. */
void contact_touch(struct core *core, struct contact *c);
void contact_arm(struct core *core, struct contact *c); /* the timer alone */
void contact_fire(struct core *core, void *contact);

bool contact_in_line(const struct contact *c); /* WAITING or OFFERED: nobody serves it yet */
/* The next three hold for a contact in line and for an ACTIVE one being transferred alike. */
bool contact_is_queued(const struct contact *c);     /* has a place in the queue */
bool contact_is_reserved(const struct contact *c);   /* has offers */
bool contact_is_sought_for(const struct contact *c); /* either, and not for a named responder */
void contact_list_emergency(struct core *core, struct contact *c);
int contact_tier(const struct core *core, const struct contact *c);
void contact_widen(struct contact *c); /* by one tier */
int64_t contact_deadline(const struct core *core, const struct contact *c);
int contact_weight(const struct core *core, const struct contact *c);

bool contact_excludes(const struct contact *c, const struct responder *r);
void contact_exclude(struct core *core, struct contact *c, struct responder *r, int64_t until_ms);

/* The person's side stays reachable without a connection (sms, email). */
bool contact_is_asynchronous(const struct contact *c);

/* A notification to its front end; NULL when there is no session. It starts with the contact. */
struct buf *contact_tell(struct core *core, struct contact *c, enum output_kind kind);
void contact_tell_update(struct core *core, struct contact *c);
/* position, and eta_s when the pace of the line is known; nothing when not waiting. */
void contact_put_place(const struct core *core, const struct contact *c, struct buf *b);
void contact_tell_connected(struct core *core, struct contact *c);
/* A notification to its responder; NULL when nobody is there. */
struct buf *contact_tell_responder(struct core *core, struct contact *c, enum output_kind kind);
/* Likewise to its guest. */
struct buf *contact_tell_guest(struct core *core, struct contact *c, enum output_kind kind);

/* sealed: with the FIELD_SEALED fields, see codec.h. */
void contact_encode(const struct contact *c, bool sealed, struct buf *out);
int contact_decode(
	struct core *core, struct contact *c, struct slice bytes, struct err *e) MUST_CHECK;

#endif
