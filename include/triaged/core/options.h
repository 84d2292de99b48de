/* What the core decides by: the center's policy, as plain values that a mark in the ledger keeps. */
#ifndef TRIAGED_CORE_OPTIONS_H
#define TRIAGED_CORE_OPTIONS_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/level.h"
#include "triaged/base/record.h"
#include "triaged/core/agency.h"

/* How much of a requirement a tier still asks for. */
enum tier_demand { TIER_REQUIRED, TIER_INTERPRETER, TIER_ANY };

struct core_tier {
	int64_t after_ms; /* waiting time at which it opens */
	enum tier_demand
		language; /* required: speaks it; interpreter: has the skill "interpreter"; any */
	enum tier_demand
		needs; /* required: has every needed skill; any (interpreter is not used) */
};

#define CORE_TIERS_MAX    8
#define CORE_AGENCIES_MAX 65536 /* bytes: some 300 agencies */

struct core_options {
	int64_t target_ms[LEVEL_COUNT]; /* promised wait */
	int64_t offer_ms[LEVEL_COUNT];  /* how long an offer stands */
	int64_t wrap_ms[LEVEL_COUNT];   /* wrap-up behind a contact of that level */
	int weight[LEVEL_COUNT];        /* load units; an emergency fills its responder anyway */
	int capacity_default;           /* units, 1..64 */
	int parallel_emergency_offers;  /* 1..8 */
	int missed_to_away;   /* consecutive missed offers before presence becomes away; 0: never */
	int missed_to_widen;  /* missed offers of a contact before its next tier and an alert */
	int64_t exclusion_ms; /* a responder who declined or missed is not asked again before */
	int64_t person_grace_ms;    /* a person's connection may be gone so long */
	int64_t responder_grace_ms; /* a responder's connection may be gone so long with contacts */
	char centers[512];          /* words: the other centers a contact may go to */
	int64_t transfer_ms;        /* a transfer nobody has accepted is off */
	int64_t alert_repeat_ms;    /* an unacknowledged alert repeats */
	int64_t alert_reminder_ms;  /* an acknowledged one reminds while its cause lasts */
	int64_t refs_retain_ms;     /* answers to client references are kept so long */
	int64_t persons_retain_ms;  /* how long a person counts as returning */
	/* rescues: until when each step is expected, see dispatch_due.c */
	int64_t second_ms; /* a second person may speak about a rescue against somebody's will */
	int64_t unit_offer_ms; /* an agency or a team takes a dispatch or it is asked of the next */
	int64_t round_ms;      /* nobody has taken it: from the last one asked to the first again */
	int64_t sent_ms, start_ms, arrive_ms, arrive_mobile_ms, meet_ms, finish_ms, clear_ms,
		end_ms;
	int64_t send_retry_ms, send_silence_ms, cancel_ms; /* see struct dispatch_send */
	int64_t drill_ms;                                  /* a drill must be over by then */
	int64_t token_repeat_ms; /* a token that has read once reads again for so long */
	int64_t place_stale_ms, place_radius_m, place_confidence; /* see spot_doubts() */
	int64_t checkin_ms, rest_ms; /* a team's crew: heard of at least so often; between two */
	int64_t speed_kmh, road_percent, position_max_ms; /* see team_eta_ms() */
	struct core_tier tiers[CORE_TIERS_MAX]; /* ascending after_ms, the first with after_ms 0 */
	int n_tiers;
	size_t agencies_len; /* agencies_encode(); inline, so that options are plain values */
	char agencies[CORE_AGENCIES_MAX];
	/* Names that this core gives are numbered above it: two that decided apart, one of them about
	 * to find out that it leads no longer, must not give one name to two things. */
	int64_t id_base;
	uint64_t hash_seed[2]; /* for tables whose keys peers choose */
};

void core_options_default(struct core_options *o);

/* Options as a record and back, without the hash seed: nothing is decided by it. Decoding changes
 * the fields that the record names; unknown ones are skipped. */
void core_options_encode(const struct core_options *o, struct buf *out);
int core_options_decode(struct slice record, struct core_options *o, struct err *e) MUST_CHECK;

#endif
