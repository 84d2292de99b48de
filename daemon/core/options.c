#include "triaged/core/core.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define DAY    ((int64_t)24 * 60 * MINUTE)

void core_options_default(struct core_options *o)
{
	*o = (struct core_options){
		/* The waits of the design, section 4. */
		.target_ms = { 60 * MINUTE, 15 * MINUTE, 5 * MINUTE, 60 * SECOND, 0 },
		.offer_ms = { 45 * SECOND, 45 * SECOND, 30 * SECOND, 20 * SECOND, 15 * SECOND },
		.wrap_ms = { 60 * SECOND, 60 * SECOND, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE },
		.weight = { 1, 1, 2, 2, 3 },
		.capacity_default = 3,
		.parallel_emergency_offers = 2,
		.missed_to_away = 2,
		.missed_to_widen = 2,
		.exclusion_ms = 2 * MINUTE,
		.person_grace_ms = 90 * SECOND,
		.responder_grace_ms = 30 * SECOND,
		.alert_repeat_ms = 30 * SECOND,
		.alert_reminder_ms = 5 * MINUTE,
		.refs_retain_ms = 3 * DAY,
		.persons_retain_ms = 30 * DAY,
		.tiers = { { 0, TIER_REQUIRED, TIER_REQUIRED },
			{ 60 * SECOND, TIER_INTERPRETER, TIER_REQUIRED },
			{ 3 * MINUTE, TIER_ANY, TIER_ANY } },
		.n_tiers = 3,
	};
}
