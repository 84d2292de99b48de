/* Shared by the two halves of what if: gathering the history, and deciding it anew. */
#ifndef TRIAGED_APP_WHATIF_INTERNAL_H
#define TRIAGED_APP_WHATIF_INTERNAL_H

#include "triaged/base/map.h"
#include "whatif.h"

#define NONE SIZE_MAX

struct what_event {
	int64_t at_ms;    /* recorded; events are in that order */
	size_t place;     /* in the ledger */
	size_t from, len; /* the command in whatif.bytes; len 0: options[from] take effect */
	bool is_tick;     /* the command only lets time pass */
	size_t contact;   /* NONE */
	size_t segment;   /* of the contact's, when it belongs to a conversation; NONE: fixed */
	size_t next_of_segment, next_triaged;
	int64_t seq;
	const char *ruleset; /* a value of whatif.rulesets */
	enum level recorded; /* what it was rated then, when it was triaged */
	bool rated;
	struct whatif_rating rating;
};

struct what_segment { /* a conversation, or a part of one */
	int64_t accepted_ms;
	int64_t closed_ms, returned_ms; /* both 0: it still goes on */
	size_t first, last;             /* events; NONE */
};

struct what_contact {
	char *id;
	int64_t arrived_ms;
	struct whatif_course then, now;
	struct what_segment *segments;
	size_t n_segments;
	bool served; /* in a segment at this moment of the history */
	size_t first_triaged, last_triaged;
	size_t n_dispatches;
	/* now */
	size_t n_accepted;
	const char *responder; /* who serves or served last */
};

enum reaction_kind {
	REACT_ACCEPT,
	REACT_DECLINE,
	REACT_PASS,
	REACT_NOT_YET, /* the offer was withdrawn, or the history ended: after_ms is the least */
};

struct reaction {
	enum reaction_kind kind;
	int64_t offered_ms, after_ms;
	size_t place; /* in the ledger */
	bool used;
};

struct reactions { /* of a responder to a contact */
	struct reaction *at;
	size_t n;
};

struct what_offer {
	size_t contact;
	const char *responder; /* a key of whatif.responders */
	int64_t at_ms;
};

struct delays {
	char *name;
	int64_t *at;
	size_t n;
};

struct whatif {
	struct buf bytes;
	struct what_event *events;
	size_t n_events, cap_events;
	struct what_contact *contacts;
	size_t n_contacts, cap_contacts;
	struct map by_id;                     /* contact -> index + 1 */
	struct map offers;                    /* id -> struct what_offer */
	struct map reactions;                 /* "contact responder" -> struct reactions */
	struct map responders;                /* -> struct delays: how soon they accept */
	struct delays accepts, conversations; /* of all */
	struct map dispatches;                /* recorded id -> "contact number", owned */
	struct map rulesets;                  /* as commands name them, owned */
	struct core_options *options;
	size_t n_options;
	size_t n_entries;       /* of the ledger until now */
	int64_t end_ms;         /* of the history */
	struct command command; /* at hand */
	struct buf scratch;
};

void what_delay_add(struct delays *d, int64_t ms);
int64_t what_median(struct delays *d, int64_t unless);
struct delays *what_responder(struct whatif *w, const char *name);
struct reactions *what_reactions(
	struct whatif *w, const char *contact, const char *responder, bool make);
/* Somebody reacted to an offer, if it is known. */
void what_react(struct whatif *w, const char *offer, enum reaction_kind kind, int64_t at_ms);
/* Offers that nobody reacted to until the end of the history. */
void what_leave_open(struct whatif *w);
void what_free_people(struct whatif *w);
size_t what_find(const struct whatif *w, const char *contact); /* NONE */
/* Decode an event's command into w->command; CHECKs: it was encoded here. */
const struct command *what_command(struct whatif *w, const struct what_event *event);

#endif
