/*
 * A mobile team: people in a car. It may be asked for a dispatch while it is ready, connected, rested and
 * has none. While it has one, its crew must check in within options.checkin_ms, or people are alerted.
 */
#ifndef CORE_TEAM_H
#define CORE_TEAM_H

#include "triaged/core/core.h"
#include "triaged/core/place.h"

#include "text.h"
#include "timer.h"

#define TEAM_ID_SIZE 64

struct team {
	char *id;
	int presence;          /* as a responder's */
	char *identity, *role; /* who speaks for it */
	char *session;         /* of that identity, while connected */
	char *skills, *members, *reason;
	int64_t connected, test;
	int64_t lat, lon,
		located_ms; /* with PLACE_LAT_ZERO added, see place.h; when it was there */
	char *dispatch;     /* the one it is asked for, or has */
	int64_t has;        /* whether it has it */
	int64_t rest_until_ms;
	int64_t checkin_due_ms; /* when the next check-in is due; 0: not on a dispatch */
	int64_t overdue, seen, alert_due_ms;
	char *seen_by;
	struct timer timer;
	bool dirty;
	bool written; /* handed over before */
};

struct team *team_get(struct core *core, const char *id); /* made when there is none */
void team_free(void *team);
void team_arm(struct core *core, struct team *t);                      /* the timer alone */
const char *team_state(const struct core *core, const struct team *t); /* for people: one word */

/* The team is asked for a dispatch; accepts it; is asked for it, or has it, no more. */
void team_ask(struct core *core, struct team *t, const char *dispatch);
void team_take(struct core *core, struct team *t);
void team_let_go(struct core *core, struct team *t);
void team_heard(struct core *core, struct team *t); /* its crew is well */

/* A session of the identity that speaks for teams has begun; their session has ended. */
void teams_connect(struct core *core, const char *identity, const char *session);
void teams_lost(struct core *core, const char *session);

/* A team may have become free: dispatches that nobody is asked for try again at the next tick. */
void teams_changed(struct core *core);

bool team_has_point(const struct team *t);
struct place_point team_point(const struct team *t); /* {0, 0} without one */

/* 0: position unknown or older than the options allow. */
int64_t team_position_age(const struct core *core, const struct team *t);

/*
 * Milliseconds until it can be at a point, -1 unknown:
 *   distance x road_percent / 100 / speed + age of its position / 2
 * Roads are longer than the straight line. And the team has moved since its position was taken, away from
 * the point as likely as towards it, so half of the time since then is added.
 */
int64_t team_eta_ms(const struct core *core, const struct team *t, struct place_point to);

/* The teams in the order in which they are asked: with every one of the skills first, then by
 * arrival, those of unknown position behind, then by id. all: also those that are not free. The
 * array is the caller's. */
struct team_rank {
	struct team *team;
	bool skilled;
	int64_t eta_ms;
};

struct team_query {
	const char *skills;
	bool has_point, test, all;
	struct place_point point;
};

struct team_rank *teams_nearest(const struct core *core, const struct team_query *q, size_t *n);

/* Its target: "team:<id>". */
void team_target(const struct team *t, char out[80]);
/* A named person has acknowledged that the team of this dispatch is overdue: from now on reminders
 * instead of alerts. */
void teams_seen(struct core *core, const char *dispatch, const char *by);
/* What every answer about it says. */
void team_put(const struct core *core, const struct team *t, struct buf *b);

void team_encode(const struct team *t, struct buf *out);
int team_decode(struct team *t, struct slice bytes, struct err *e) MUST_CHECK;

#endif
