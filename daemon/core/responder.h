/*
 * A responder: a counsellor. Available while their session lives and they say they are ready.
 *
 * Load: `base` is what they carry (active contacts and wrap-up), `load` adds open offers, both
 * clamped to the capacity. An emergency takes everything that is left. Offers are made only where
 * they fit, so load never exceeds capacity, offers included.
 */
#ifndef CORE_RESPONDER_H
#define CORE_RESPONDER_H

#include "triaged/core/core.h"

#include "rank.h"
#include "requirement.h"
#include "text.h"
#include "timer.h"
#include "tree.h"

#define CAPACITY_MAX 64

enum presence { PRESENCE_AWAY, PRESENCE_PAUSED, PRESENCE_READY, PRESENCE_COUNT };

struct responder {
	char *id; /* the identity */
	int presence;
	char *name, *reason, *session;
	char *skills, *langs, *lines, *channels;   /* as configured */
	char *own_channels;                        /* fewer, by their own choice; NULL: all */
	int64_t configured_capacity, own_capacity; /* 0: not given */
	int64_t own_wrap_ms;                       /* + 1; 0: the center's */
	int64_t test;                              /* serves tests, and nothing else */
	int64_t min_age, max_age;                  /* years + 1; 0 any */
	int64_t connected;
	int64_t missed;      /* consecutive */
	int64_t lost_due_ms; /* their grace ends; 0: not lost */
	int64_t idle_since_ms;
	int64_t heavy; /* urgent and emergency contacts taken this shift */
	int64_t served, served_day;
	/* wrap-up after a contact that they handed over: its id, the load it still counts, until when */
	char *after_contact;
	int64_t after_units, after_due_ms; /* units: at most CAPACITY_MAX */
	/* derived, never stored */
	bool stored; /* a record of it was loaded or will be written */
	struct profile *profile;
	struct contact *contacts; /* active and wrap-up, by id */
	struct contact *visited;  /* whose guest they are, by id */
	struct offer *offers;
	int n_contacts, n_wrapups, n_offers, n_emergency_offers;
	int base, load, capacity;
	struct rank_key key; /* place among the available, frozen while there */
	struct tree_node by_rank;
	bool cut_off;      /* connected to another node than the island that decides */
	bool available;    /* ready, with room at least for an emergency */
	struct tree *tree; /* of the profile: available, or kept; NULL when not available */
	bool counted;      /* in profile->ready */
	/* A contact that is next for this responder and needs more room than they have free: the free
	 * room is kept for it, so that smaller contacts do not overtake it again and again. */
	struct contact *kept_for;
	struct responder *kept_next, *kept_prev; /* kept for the same contact */
	struct timer timer;
	size_t mark;
	bool dirty;
	bool written; /* handed over before */
};

const char *presence_name(int presence);
int presence_parse(const char *name); /* -1: none */

/* The responder of that id, made when there is none. */
struct responder *responder_get(struct core *core, const char *id);
void responder_free(void *responder);
bool responder_is_ready(const struct responder *r); /* connected, reachable and ready */

/* To be called when abilities, load or presence have changed: updates the derived fields and marks the
 * responder for matching. */
void responder_update(struct core *core, struct responder *r);
void responder_reprofile(struct core *core, struct responder *r); /* its abilities changed */
/* Withdraw offers that no longer fit, the least urgent first. */
void responder_trim(struct core *core, struct responder *r);
void responder_touch(struct core *core, struct responder *r);

/* Add a contact to those the responder carries, or take it away. */
void responder_attach(struct core *core, struct responder *r, struct contact *c);
void responder_detach(struct core *core, struct contact *c);

/* Length of the wrap-up after a contact of that level. */
int64_t responder_wrap_ms(const struct core *core, const struct responder *r, int level);
/* Start the wrap-up after handing c over, during which its load still counts; and end it. */
void responder_rest(struct core *core, struct responder *r, const struct contact *c);
void responder_rested(struct core *core, struct responder *r);
void responder_arm(struct core *core, struct responder *r); /* the timer alone */

void responder_set_presence(
	struct core *core, struct responder *r, enum presence presence, const char *reason);
void responder_lost(struct core *core, struct responder *r);

/* Set and clear kept_for. */
void responder_keep_for(struct core *core, struct responder *r, struct contact *c);
void responder_release(struct core *core, struct responder *r);

void responder_encode(const struct responder *r, struct buf *out);
int responder_decode(struct responder *r, struct slice bytes, struct err *e) MUST_CHECK;
void responder_answer(struct core *core, const struct responder *r); /* the reply fields */

#endif
