/*
 * What a group of contacts needs, and who may serve it. Contacts with the same needs share a
 * requirement; responders with the same abilities share a profile; whether the one may serve the
 * other is worked out once for the pair. A requirement has one lane of waiting contacts for each
 * tier, so that matching looks at heads of lanes and never scans the line.
 */
#ifndef CORE_REQUIREMENT_H
#define CORE_REQUIREMENT_H

#include "triaged/core/core.h"

#include "tree.h"

struct requirement;
struct contact;
struct responder;

struct lane {
	struct requirement *need;
	int tier;
	struct tree contacts;
	struct contact *head; /* NULL when empty */
	size_t slot;          /* in queue.lanes, when not empty */
	bool unservable;      /* supervisors were told that nobody on shift may serve it */
};

struct requirement {
	char *key;
	char *channel, *lang, *line, *needs;
	char *must;  /* skills required at every tier, because a transfer asked for them */
	int64_t age; /* years + 1, 0 unknown */
	int64_t test;
	size_t index;
	size_t users;
	struct lane lanes[CORE_TIERS_MAX];
};

enum fit_reason {
	FIT_OK,
	FIT_NO_CHANNEL,
	FIT_NO_LINE,
	FIT_NO_AGE,
	FIT_NO_LANGUAGE,
	FIT_NO_SKILL,
	FIT_TEST, /* a test contact and a responder for people, or the reverse */
};

struct fit {
	uint8_t known; /* worked out */
	uint8_t tier;  /* first tier at which they may serve; FIT_NEVER */
	uint8_t why;   /* enum fit_reason: what forbids it at tier 0 */
};

#define FIT_NEVER 255

struct profile {
	char *key;
	char *channels, *own_channels, *lines, *langs, *skills;
	int64_t min_age, max_age; /* years + 1, 0 any */
	int64_t test;
	int flexible;     /* how much it can do: the least flexible goes first */
	struct fit *fits; /* by requirement index */
	size_t n_fits;
	size_t users;
	size_t ready;          /* responders of it that are ready and connected */
	struct tree available; /* those with room, best first */
	struct tree kept; /* those whose room is kept (see kept_for), for the last in line first */
};

struct requirement *requirement_get(struct core *core, const struct contact *c);
void requirement_release(struct core *core, struct requirement **need);
void requirement_free(void *need);

struct profile *profile_get(struct core *core, const struct responder *r);
void profile_release(struct core *core, struct profile **profile);
void profile_free(void *profile);

/* Pure: may these abilities serve these needs, and from which tier on? */
struct fit fit_of(
	const struct core_options *o, const struct profile *p, const struct requirement *need);
struct fit profile_fit(const struct core *core, struct profile *p, const struct requirement *need);

/* Somebody ready and connected may serve this lane. */
bool lane_is_servable(const struct core *core, const struct lane *lane);

#endif
