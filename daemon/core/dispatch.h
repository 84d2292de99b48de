/*
 * A dispatch: a rescue that was asked for, open until its outcome is known. It is always in exactly
 * one state, and dispatch_enter() is the only writer of that state.
 *
 *   HELD ──release──▶ REQUESTED ──ack──▶ ACKNOWLEDGED ─▶ SENT ─▶ EN_ROUTE ─▶ ON_SCENE ─▶ WITH_PERSON
 *    │  (second person, │   ▲                │   (steps may be left out, never taken back)  │
 *    │   place)         │   └──again── DECLINED, FAILED ◀──decline, fail──┘   TRANSPORTING ◀─┤
 *    │                  └──decline──▶                                              └─▶ CLEARED ◀┘
 *    └── cancel ▶ CANCELLED, outcome ▶ ENDED: from every state but these two
 *
 * Whom it is asked of next is dispatch_ask.h's, what is due when nothing happens dispatch_due.c's.
 */
#ifndef CORE_DISPATCH_H
#define CORE_DISPATCH_H

#include "contact.h"
#include "spot.h"

/* clang-format off */
#define DISPATCH_STATES(X)                                                                         \
	X(REQUESTED, "requested") X(ACKNOWLEDGED, "acknowledged") X(ENDED, "ended")                \
	X(HELD, "held") X(SENT, "sent") X(EN_ROUTE, "en_route") X(ON_SCENE, "on_scene")            \
	X(WITH_PERSON, "with_person") X(TRANSPORTING, "transporting") X(CLEARED, "cleared")        \
	X(DECLINED, "declined") X(FAILED, "failed") X(CANCELLED, "cancelled")

#define DISPATCH_EVENTS(X)                                                                         \
	X(RELEASE) /* it is held for nothing any more */                                           \
	X(ACK)     /* a named person has acknowledged it */                                        \
	X(AGAIN)   /* somebody is asked for it once more */                                        \
	X(DECLINE) /* everybody who could be asked has declined */                                 \
	X(FAIL)    /* the unit that had it cannot do it */                                         \
	X(SEND) X(START) X(ARRIVE) X(MEET) X(TRANSPORT) X(CLEAR) /* the unit's steps */            \
	X(END) X(CANCEL)
/* clang-format on */

enum dispatch_state {
#define X(sym, name) DISPATCH_##sym,
	DISPATCH_STATES(X)
#undef X
		DISPATCH_STATE_COUNT
};

enum dispatch_event {
#define X(sym) DISPATCH_EV_##sym,
	DISPATCH_EVENTS(X)
#undef X
		DISPATCH_EVENT_COUNT
};

/* The latest message for one agency's webhook. */
enum send_what { SEND_NEW, SEND_UPDATE, SEND_CANCEL };
enum send_result { SEND_PENDING, SEND_ACCEPTED, SEND_REFUSED, SEND_GIVEN_UP };

struct dispatch_send {
	char *agency, *detail; /* its id; detail of the last attempt's result */
	int what, result;      /* enum send_what, enum send_result */
	int64_t version, queued_ms;
	int64_t unknowns; /* attempts whose result is unknown */
	int64_t first;    /* version of the first message to this agency */
	/* derived: when it is sent next, and how often this process has sent it */
	int64_t due_ms, attempt;
};

struct dispatch {
	char id[ID_SIZE]; /* "d" and 16 hex digits */
	int state;
	char *contact; /* id */
	char *line, *kind, *consent, *tried, *criteria, *agency, *reason, *requested_by;
	int64_t test;
	struct spot spot;    /* where, as far as the core may know */
	struct buf location; /* the same in full, sealed */
	/* what holds it */
	int64_t second_due_ms; /* a second person may object until then; 0: none needed */
	char *second_by;       /* the second person who agreed */
	int64_t silence;       /* it went out because nobody objected in time */
	int64_t exempt;        /* its criteria need no second person */
	int64_t place_open;    /* the location must be confirmed first */
	int64_t place_opened;  /* how often the exact location was read */
	char *place_by;        /* who confirmed the location */
	/* who has it */
	char *by;   /* the named person */
	char *unit; /* the target that accepted: "agency:<id>" or "team:<id>" */
	/* whom it is asked of */
	char *target;   /* asked now */
	char *asked;    /* those asked in this round */
	char *told;     /* those ever asked who have not declined */
	char *declined; /* those who have */
	int64_t target_due_ms, rounds;
	struct dispatch_send *sends;
	int n_sends;
	int64_t version; /* rises with every send */
	/* its course */
	int64_t drill_due_ms; /* a drill (which has no contact) is late from then on; 0: no drill */
	int64_t requested_ms, state_ms, step_due_ms;
	int64_t overdue, seen; /* the step is late; a named person has seen that */
	int64_t alert_due_ms, alerts;
	struct buf outcome;
	char *tokens; /* used to read the report: "<token>:<time of first use>", the newest last */
	char *result; /* the outcome's word */
	struct timer timer;
	struct timer emission; /* when a message is sent again; in the heap core->emissions */
	bool dirty;
	bool written; /* handed over before */
};

const char *dispatch_state_name(int state);
/* The table: next state, or -1 where the event is illegal. */
int dispatch_next_state(enum dispatch_state state, enum dispatch_event event);
/* Change the state; an event that the table forbids fails a CHECK. Notifies the responder and sets the
 * deadline of the next step. */
void dispatch_enter(struct core *core, struct dispatch *d, enum dispatch_event event);

/* Start a new dispatch: alerts people and, unless held, asks the first target. */
void dispatch_begin(struct core *core, struct dispatch *d, bool held);
/* If nothing holds it any more, release it and ask the first target; otherwise do nothing. */
void dispatch_unhold(struct core *core, struct dispatch *d);

bool dispatch_is_open(const struct dispatch *d); /* the contact waits for its outcome */
bool dispatch_is_over(const struct dispatch *d); /* not open, and no message left to be sent */
/* Somebody has it and steps are expected of them. */
bool dispatch_is_under_way(const struct dispatch *d);
/* The step it waits for, in the protocol's words. */
const char *dispatch_awaits(const struct dispatch *d);

struct dispatch *dispatch_new(struct core *core, const char *id); /* in the core's map */
void dispatch_free(void *dispatch);
void dispatch_touch(struct core *core, struct dispatch *d);
void dispatch_arm(struct core *core, struct dispatch *d); /* the timer alone */
void dispatch_fire(struct core *core, void *dispatch);
void dispatch_tell(struct core *core, struct dispatch *d); /* the responder */
/* What every answer about it says: dispatch state awaits … */
void dispatch_put(const struct core *core, const struct dispatch *d, struct buf *b);
/* ---- drills: dispatch_drill.c ---- */
void dispatch_drill_late(struct core *core, struct dispatch *d);
/* The drill has ended, in time or late: report its result. */
void dispatch_drill_over(struct core *core, const struct dispatch *d);

/* ---- the report for an agency: dispatch_report.c ---- */
/* Use up a token. false: it was first used more than options.token_repeat_ms ago; until then the same
 * request may come again because its answer was lost. */
bool dispatch_use_token(struct core *core, struct dispatch *d, const char *token);
/* Append what the report says beside dispatch_put(). target: who reads it. */
void dispatch_put_report(
	const struct core *core, struct dispatch *d, const char *target, struct buf *b);

void dispatch_encode(const struct dispatch *d, bool sealed, struct buf *out);
int dispatch_decode(struct dispatch *d, struct slice bytes, struct err *e) MUST_CHECK;

#endif
