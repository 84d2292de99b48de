#include "rank.h"

#include <string.h>

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int rank_cmp(const struct rank_key *a, const struct rank_key *b, enum rank_step *step)
{
	int r;
	*step = RANK_CONTINUITY;
	if ((r = order(b->known, a->known)) != 0)
		return r;
	*step = RANK_FIT;
	if ((r = order(a->tier, b->tier)) != 0)
		return r;
	*step = RANK_FLEXIBLE;
	if ((r = order(a->flexible, b->flexible)) != 0)
		return r;
	*step = RANK_LOAD;
	if ((r = order((int64_t)a->load * b->capacity, (int64_t)b->load * a->capacity)) != 0)
		return r;
	*step = RANK_HEAVY;
	if ((r = order(a->heavy, b->heavy)) != 0)
		return r;
	*step = RANK_IDLE;
	if ((r = order(a->idle_since_ms, b->idle_since_ms)) != 0)
		return r;
	*step = RANK_ID;
	return strcmp(a->id, b->id);
}

const char *rank_step_name(enum rank_step step)
{
	static const char *const names[RANK_STEP_COUNT] = { "only", "continuity", "fit", "flexible",
		"load", "heavy", "idle", "id" };
	return names[step];
}
