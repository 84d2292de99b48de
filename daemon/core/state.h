/* The core's whole state. Objects point at each other: they live and die inside the core. */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "triaged/base/heap.h"
#include "triaged/base/map.h"
#include "triaged/core/core.h"

#include "alarm.h"
#include "alert.h"
#include "contact.h"
#include "dispatch.h"
#include "guest.h"
#include "island.h"
#include "letter.h"
#include "match.h"
#include "offer.h"
#include "origin.h"
#include "person.h"
#include "queue.h"
#include "ref.h"
#include "requirement.h"
#include "responder.h"
#include "session.h"
#include "step.h"
#include "tally.h"
#include "team.h"

/* One entity to be handed over by core_take_dirty(). id and ref: copies, when it is to be deleted. */
struct dirty {
	enum entity_kind kind;
	void *entity; /* NULL: deleted or a message */
	char *id, *ref;
	struct buf bytes; /* of a message, or of a contact that has ended and is forgotten */
};

struct core {
	struct core_options options;
	struct agencies agencies; /* of options */
	int64_t now_ms;
	int64_t at_ms; /* when the command being applied was decided: now, or earlier for a fact */
	uint64_t next_id;
	struct map contacts, offers, responders, persons, refs, dispatches, teams;
	struct map requirements, profiles, sessions, alarms;
	struct queue queue;
	struct tree emergencies; /* OFFERED ones */
	struct heap timers;
	struct heap emissions; /* timers of messages to be sent again; they decide nothing */
	struct heap marked_contacts, marked_responders;
	bool rematch;             /* everything is to be matched at the next command */
	bool staff_changed;       /* who is on shift changed: are all lanes servable? */
	struct session **alerted; /* sessions that get notices: supervisors, dispatchers */
	size_t n_alerted, cap_alerted;
	struct session **partners; /* dispatchers and partners */
	size_t n_partners, cap_partners;
	struct tally *tallies;
	size_t n_tallies;
	int64_t tally_since_ms;
	size_t *free_indices; /* of freed requirements, to be used again */
	size_t n_free_indices, cap_free_indices, next_index;
	struct ref *oldest_ref, *newest_ref;
	struct person *oldest_person, *newest_person;
	char *island; /* the node, while it decides for its own sessions only; NULL: for everybody */
	struct origin *origins;
	size_t n_origins;
	struct letter *letters; /* in the order of their numbers */
	struct timer post;      /* when the next of them is sent again */
	struct dirty *dirty;
	size_t n_dirty, cap_dirty;
	bool counters_dirty;
	struct core_waits waits; /* not stored */
	int64_t test_served_ms;  /* when a test contact was last served and closed; not stored */
	int64_t accepted_ms, accept_gap_ms; /* the last acceptance; the usual time between two */
	int64_t repeats, repeats_since_ms, repeats_left_out; /* alerts repeated, not stored */
	struct buf scratch; /* a key or an inner record while it is built */
	/* while a command is applied */
	struct step *step;
	struct output answer;
};

uint64_t core_new_id(struct core *core);
/* A new id that is no key of `taken`, where ids given by other nodes may be. */
void core_free_id(struct core *core, const struct map *taken, char letter, char *out);
void core_take_agencies(struct core *core); /* decode core->agencies from the options */

/* Refuse the command: nothing was changed. Always -1. */
int core_refuse(struct core *core, enum output_error code, const char *reason, const char *field);

/* Note that an entity is to be written; it carries its own dirty bit. */
void core_dirty(struct core *core, enum entity_kind kind, void *entity, bool *bit);
void core_delete(struct core *core, enum entity_kind kind, const char *id, const char *ref);
/* Free a contact that has ended; its last record is kept until it is handed over. */
void core_forget(struct core *core, struct contact *c);
/* The record of a message of a contact, to be filled in. */
struct buf *core_message(struct core *core, const char *contact);

/* Derive queue, timers and load again from what is stored. */
void core_rebuild(struct core *core);

#endif
