/*
 * Which of two eligible responders goes first.
 *
 * 1. continuity: the one who talked with this person last
 * 2. fit:        eligible at an earlier tier
 * 3. flexible:   can do less, so that the only Spanish speaker stays free
 * 4. load:       smaller share of their capacity in use
 * 5. heavy:      fewer urgent and emergency contacts taken this shift
 * 6. idle:       without a new contact for longest
 * 7. id
 */
#ifndef CORE_RANK_H
#define CORE_RANK_H

#include <stdbool.h>
#include <stdint.h>

enum rank_step {
	RANK_ONLY, /* there was only one */
	RANK_CONTINUITY,
	RANK_FIT,
	RANK_FLEXIBLE,
	RANK_LOAD,
	RANK_HEAVY,
	RANK_IDLE,
	RANK_ID,
	RANK_STEP_COUNT
};

struct rank_key {
	bool known; /* talked with this person last */
	int tier;   /* first tier at which they are eligible */
	int flexible;
	int load, capacity; /* capacity >= 1 */
	int64_t heavy;
	int64_t idle_since_ms;
	const char *id;
};

/* Negative when a goes first. Never 0 for two different responders. *step tells what decided. */
int rank_cmp(const struct rank_key *a, const struct rank_key *b, enum rank_step *step);
const char *rank_step_name(enum rank_step step);

#endif
