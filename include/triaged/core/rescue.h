/* Reading rescues: dispatches, teams and how they ended. Views are valid until the next core_apply. */
#ifndef TRIAGED_CORE_RESCUE_H
#define TRIAGED_CORE_RESCUE_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/record.h"
#include "triaged/core/place.h"

struct core;

#define RESCUE_TARGET_SIZE 80 /* "agency:<id>" or "team:<id>" */

struct dispatch_view {
	const char *id, *contact, *kind, *state, *by, *consent, *outcome, *result;
	const char *awaits;            /* the step that is missing */
	const char *agency;            /* the one the requester named, "" none */
	const char *target;            /* whom it is asked of now, "" nobody */
	const char *unit;              /* the target that has it */
	char next[RESCUE_TARGET_SIZE]; /* who is asked after target; "": people must decide */
	const char *declined;          /* words: targets that declined */
	const char *tried, *criteria;  /* words */
	const char *reason, *requested_by, *line;
	/* the second person who agreed; who has confirmed the place */
	const char *second_by, *place_by;
	bool silence; /* it went out because no second person objected in time */
	bool exempt;  /* it needed no second person */
	bool test, overdue, seen;
	bool open; /* false: over, something is still to be sent */
	int64_t requested_ms, since_ms, due_ms, asked_until_ms; /* 0: none */
	int64_t alerts;  /* how often people were alerted that the step is missing */
	int64_t version; /* of the request as agencies receive it; rises with every change sent */
	/* the place, as far as lists may show it */
	const char *source, *area, *doubts; /* doubts: words, see dispatch.confirm */
	bool place_open;                    /* a person must confirm it */
	bool has_point;
	struct place_point point; /* coarse */
	int64_t located_ms;
	struct slice location; /* sealed with the contact's id: JSON; len 0 none */
	char doubt_words[48];
};

bool core_find_dispatch(const struct core *core, const char *id, struct dispatch_view *v);
bool core_next_dispatch(const struct core *core, size_t *i, struct dispatch_view *v);

/* The last sends of a dispatch, one for each agency. */
struct send_view {
	const char *agency, *what, *result, *detail;
	int64_t version, attempts, at_ms;
};

bool core_next_send(const struct core *core, const char *dispatch, size_t *i, struct send_view *v);

struct team_view {
	const char *id, *identity, *state, *presence, *skills, *members, *dispatch, *reason;
	bool connected, test;
	bool has_point;
	struct place_point point;
	int64_t position_age_ms; /* 0: unknown, or too old to count */
	int64_t rest_until_ms, checkin_by_ms;
	int64_t eta_ms; /* core_nearest(): -1 unknown */
	bool skilled;   /* core_nearest(): has every skill asked for */
};

bool core_next_team(const struct core *core, size_t *i, struct team_view *v);

/* Whether a dispatch is asked of this identity or was taken by it: what a partner may see. */
bool core_concerns(const struct core *core, const char *dispatch, const char *identity);

struct nearest_query {
	const char *skills; /* words, "" any */
	bool has_point;
	struct place_point point;
};

/* All teams, those with the skills first, then by arrival. Returns how many were written. */
size_t core_nearest(
	const struct core *core, const struct nearest_query *q, struct team_view *out, size_t max);

/* Rescues that are over, by line, since the first was counted. */
struct tally_view {
	const char *line;
	int64_t ended, cancelled, voluntary, involuntary, unable;
	int64_t second_person, silence, exempt; /* of the involuntary ones */
};

bool core_next_tally(const struct core *core, size_t *i, struct tally_view *v);
int64_t core_tally_since(const struct core *core); /* 0: none yet */

#endif
