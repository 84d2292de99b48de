/* The center's policy, by which the core decides: plain values, recorded in the ledger whenever they
 * change, so that a replay decides by the same. */
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
	int missed_to_away;  /* consecutive missed offers before presence becomes away; 0: never */
	int missed_to_widen; /* missed offers of a contact before its next tier and an alert */
	/* how long a responder who declined or missed a contact is not offered it again */
	int64_t exclusion_ms;
	/* how long a person's, or a serving responder's, connection may be lost before it counts */
	int64_t person_grace_ms, responder_grace_ms;
	char centers[512];         /* words: the other centers a contact may go to */
	int64_t transfer_ms;       /* after which a transfer that nobody has accepted ends */
	int64_t alert_repeat_ms;   /* between two notices of an alert nobody has acknowledged */
	int64_t alert_reminder_ms; /* of an acknowledged one, while its cause lasts */
	int64_t refs_retain_ms;    /* how long answers to client references are kept */
	int64_t persons_retain_ms; /* how long a person counts as returning */
	/* rescues: until when each step is expected, see dispatch_due.c */
	int64_t second_ms; /* for a second person to object to a rescue against somebody's will */
	int64_t unit_offer_ms; /* for one agency or team to take a dispatch, before the next is asked */
	int64_t round_ms; /* when nobody has taken it: from the last one asked to the first again */
	int64_t sent_ms, start_ms, arrive_ms, arrive_mobile_ms, meet_ms, finish_ms, clear_ms,
		end_ms;
	int64_t send_retry_ms, send_silence_ms, cancel_ms; /* see struct dispatch_send */
	int64_t drill_ms;                                  /* within which a drill must be over */
	int64_t token_repeat_ms; /* how long a token that was used once may read the same again */
	int64_t place_stale_ms, place_radius_m, place_confidence; /* see spot_doubts() */
	int64_t checkin_ms; /* a team on a dispatch must be heard of at least so often */
	int64_t rest_ms;    /* a team's pause between two dispatches */
	int64_t speed_kmh, road_percent, position_max_ms; /* see team_eta_ms() */
	struct core_tier tiers[CORE_TIERS_MAX]; /* ascending after_ms, the first with after_ms 0 */
	int n_tiers;
	size_t agencies_len; /* agencies_encode(); inline, so that options are plain values */
	char agencies[CORE_AGENCIES_MAX];
	/* The core numbers new contacts, offers and dispatches above this. Each leader and each
	 * island has a base of its own, so that two that decide apart never give the same id. */
	int64_t id_base;
	uint64_t hash_seed[2]; /* for tables whose keys peers choose */
};

void core_options_default(struct core_options *o);

/* Options as a record and back. The hash seed is left out, because no decision depends on it. Decoding
 * changes only the fields that the record names and skips unknown ones. */
void core_options_encode(const struct core_options *o, struct buf *out);
int core_options_decode(struct slice record, struct core_options *o, struct err *e) MUST_CHECK;

#endif
