/*
 * The core: one center's contacts, responders, queue, offers and timers, and every decision about
 * them. Pure: no I/O, no clock, no randomness. The same commands at the same times give the same
 * state, outputs and ledger, in the daemon, in the simulator, in replay and in tests.
 *
 *     core_apply(core, command, now, step)   decide; step holds outputs and the ledger record
 *     core_take_dirty(core, …)               what must be written to make the step durable
 *
 * The caller owns time: it passes `now` in milliseconds (the store's clock, never decreasing: the
 * core clamps it) and applies COMMAND_TICK when core_next_due() has passed.
 *
 * Invariants I1-I17 of the design hold after every core_apply(); core_check() verifies them.
 */
#ifndef TRIAGED_CORE_CORE_H
#define TRIAGED_CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/level.h"
#include "triaged/core/command.h"
#include "triaged/core/options.h"
#include "triaged/core/output.h"
#include "triaged/core/rescue.h"
#include "triaged/core/waits.h"

struct core;

struct core *core_new(const struct core_options *options);
void core_free(struct core **core);
void core_set_options(struct core *core, const struct core_options *options); /* reload */

/* The results of core_apply(). Outputs accumulate over several commands until step_clear();
 * decisions and changed describe the last command alone, so that each gets its own ledger entry.
 * Starts zeroed; step_clear() keeps the memory for the next commands. */
struct step {
	struct output *outputs;
	size_t n_outputs, cap_outputs;
	struct buf decisions; /* a record: what was decided and why, for the ledger */
	bool changed; /* false: refused or a no-op; nothing needs to be written, nor the ledger */
};

void step_clear(struct step *s);
void step_free(struct step *s);
/* Append one output of another step to `to`, leaving it zeroed there; or append all of `from`, which
 * then has none. */
void step_take(struct step *to, struct output *output);
void step_move(struct step *to, struct step *from);

/* Append an output that the core did not make, in order with those it made: a notification to a
 * session, or the answer (REPLY or ERROR) to c, whose request must not be 0. Returns its fields for
 * the caller to fill; valid until the next output is appended. */
struct buf *step_notify(struct step *s, enum output_kind kind, const char *session);
struct buf *step_reply(struct step *s, enum output_kind kind, const struct command *c);

/* Apply one command. Never fails: a command that cannot be done is answered with OUTPUT_ERROR and
 * changes nothing. Strings of c are copied where kept. Appends to s (clear it between commits).
 * c->request 0: nobody waits, neither OUTPUT_REPLY nor OUTPUT_ERROR is made. */
void core_apply(struct core *core, const struct command *c, int64_t now_ms, struct step *s);

/* When COMMAND_TICK is next needed; INT64_MAX when never. */
int64_t core_next_due(const struct core *core);
int64_t core_now(const struct core *core); /* the last clamped now */

/* ---- durability ---- */

enum entity_kind {
	ENTITY_CONTACT,   /* c:<id>, and its place in q and live */
	ENTITY_RESPONDER, /* r:<id> */
	ENTITY_DISPATCH,  /* d:<id> */
	ENTITY_TEAM,      /* t:<id> */
	ENTITY_PERSON,    /* p:<person> */
	ENTITY_REF,       /* i:<identity>, field ref */
	ENTITY_MESSAGE,   /* m:<contact>, appended: seq from (person responder supervisor) by kind
			   (text note answers) at_ms instrument? corrects? text */
	ENTITY_COUNTERS,  /* the core's own numbers, one record in the state hash */
};

struct entity_write {
	enum entity_kind kind;
	const char *
		id; /* contact, responder, dispatch, person id; identity for a ref; contact of a message; "" counters */
	const char *ref;    /* ENTITY_REF only */
	struct slice bytes; /* the record; len 0: delete */
	bool live;          /* contact, dispatch: not yet ended */
	bool waiting;       /* contact: in q */
	bool again; /* the record was handed over before, since the core was loaded; false for a
		       person who has come anew, whose retention time begins again */
	bool moved; /* contact: live, waiting or queue_score differ from the last ones handed over */
	double queue_score; /* when waiting: band x 2^42 + deadline in ms, exact below 2^53 */
};

typedef void (*entity_write_fn)(void *arg, const struct entity_write *w);

/* Hand over everything changed since the last call, once each, and forget that it was dirty. */
void core_take_dirty(struct core *core, entity_write_fn write, void *arg);
/* The store has lost what was handed over: the next core_take_dirty() hands all of it over again,
 * with `again` false. Messages are not among it, because the core does not keep them. */
void core_write_all(struct core *core);
/* The next core_take_dirty() hands over the counters, which hold core_now(), even when nothing else
 * has changed. */
void core_keep_time(struct core *core);

/* Rebuild: feed every stored record into a fresh core, then core_load_done(), which derives queue,
 * timers and load and verifies them. Unknown fields are skipped. -1 names the record: one that
 * cannot be read is left out (the store still has it), a contact whose record contradicts itself
 * is handed to the supervisors with the alert "inconsistent". After -1 the core can still be used;
 * the caller reports the error. */
int core_load(struct core *core, enum entity_kind kind, const char *id, const char *ref,
	struct slice bytes, struct err *e) MUST_CHECK;
int core_load_done(struct core *core, struct err *e) MUST_CHECK;

/* Verify I1-I7, I10, I11, I14 over the whole state; -1 names the first that is broken. */
int core_check(const struct core *core, struct err *e) MUST_CHECK;

/* The same in small pieces, for a running center: each call verifies the next `contacts` contacts and
 * one responder and moves sweep on, so that many calls verify the whole state. sweep starts zeroed. */
struct core_sweep {
	size_t contact, responder;
};

int core_check_some(const struct core *core, struct core_sweep *sweep, size_t contacts,
	struct err *e) MUST_CHECK;

/* A digest of the whole state without sealed content. It depends on the state alone: a core that was
 * loaded or replayed from the ledger has the same digest as the one that took the decisions. */
uint64_t core_digest(const struct core *core);

/* ---- reading: for boards, lists and explanations; views are valid until the next core_apply ---- */

struct contact_view {
	const char *id, *state, *channel, *lang, *line, *needs, *caller_role, *person, *identity;
	const char *responder; /* active with, or "" */
	const char *guest;     /* warm transfer: the first responder while still present, or "" */
	const char *transfer;  /* state of the transfer, or "" */
	const char *transfer_id, *transfer_to, *transfer_by;
	const char *ruleset, *flags, *domains, *disposition, *alert; /* alert: kind or "" */
	const char *alert_by; /* who acknowledged it, or "" */
	const char *twin;     /* contact made for the same request by another node, or "" */
	enum level level, level_auto;
	bool unscored, connected, test;
	int64_t arrived_ms, deadline_ms, accepted_ms, closed_ms; /* 0: not yet */
	int age;                                                 /* -1 unknown */
	int tier, offers_open, offers_missed, dispatches_open;
	int64_t seq;                   /* messages so far */
	struct slice reasons, outcome; /* JSON */
	int64_t reasons_seq;           /* the message their spans are places in; 0: none */
	struct slice explain; /* JSON {near, suppressed} beside the reasons; len 0: neither */
	struct slice facts;   /* lines */
	struct slice history; /* record: change = record of at_ms from? to by? cause, repeated */
	/* The last offer: at_ms responder step before? tier fit candidates, and how many could not
	 * be asked: no_channel no_line no_age no_language no_skill test not_ready full excluded. */
	struct slice match;
};

struct responder_view {
	const char *id, *name, *presence, *reason, *skills, *langs, *lines, *channels;
	bool connected, test;
	int load, capacity;
	int contacts, offers, wrapups;
	int missed; /* consecutive */
	int64_t idle_since_ms, served_today;
};

struct alarm_view {
	const char *node, *kind, *detail;
	int64_t since_ms;
};

/* false when there is no such id */
bool core_contact(const struct core *core, const char *id, struct contact_view *v);
bool core_responder(const struct core *core, const char *id, struct responder_view *v);

/* Walk: size_t i = 0; while (core_next_contact(core, &i, &v)). Ended contacts are walked as long
 * as the core keeps them (it forgets them once written; the store has them). */
bool core_next_contact(const struct core *core, size_t *i, struct contact_view *v);
bool core_next_responder(const struct core *core, size_t *i, struct responder_view *v);
bool core_next_alarm(const struct core *core, size_t *i, struct alarm_view *v);

/* 1-based place in the whole waiting order, 0 when not waiting. */
size_t core_position(const struct core *core, const char *contact);
size_t core_waiting(const struct core *core);
/* When a test contact was last served and closed, in this core's time; 0: not since it was loaded. */
int64_t core_test_served_ms(const struct core *core);

/* The number of the oldest letter that has not reached another center's inbox; 0: there is none. */
int64_t core_letter(const struct core *core);

/* Why a contact is not offered to more people now: counts of responders as in contact_view.match. */
void core_refusals(const struct core *core, const char *contact, struct buf *out);

#endif
