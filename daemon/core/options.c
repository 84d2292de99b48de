#include "triaged/core/core.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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
		/* Ours: as long as one offer after another may take while a person waits for it. */
		.transfer_ms = 2 * MINUTE,
		.alert_repeat_ms = 30 * SECOND,
		.alert_reminder_ms = 5 * MINUTE,
		.refs_retain_ms = 3 * DAY,
		.persons_retain_ms = 30 * DAY,
		/* Ours, as short as a person needs to speak up. */
		.second_ms = 60 * SECOND,
		/* Twice the 15 to 20 s in which emergency lines are answered (NENA 020, NFPA 1225), and
		 * the time to read. */
		.unit_offer_ms = 60 * SECOND,
		.round_ms = 60 * SECOND,
		/* Alarm processing 60 to 106 s, turnout 60 to 80 s (NFPA 1225, 1710), each with room. */
		.sent_ms = 2 * MINUTE,
		.start_ms = 2 * MINUTE,
		/* Twice the 8 to 10 minutes ambulances aim at; mobile crisis teams have an hour (988
		 * and Medicaid guidance for teams in towns). */
		.arrive_ms = 20 * MINUTE,
		.arrive_mobile_ms = 60 * MINUTE,
		.meet_ms = 15 * MINUTE,
		.finish_ms = 2 * 60 * MINUTE,
		.clear_ms = 60 * MINUTE,
		.end_ms = 15 * MINUTE,
		.send_retry_ms = 5 * SECOND,
		.send_silence_ms = 30 * SECOND,
		.cancel_ms = 15 * MINUTE,
		.drill_ms = 5 * MINUTE,
		.token_repeat_ms = 60 * SECOND,
		.place_stale_ms = 15 * MINUTE,
		.place_radius_m =
			300, /* what 95 of 100 network fixes of a 911 call keep: 47 CFR 20.18 */
		.place_confidence = 50,
		.checkin_ms = 30 * MINUTE,
		.rest_ms = 10 * MINUTE,
		.speed_kmh = 40,
		.road_percent =
			140, /* roads are 1.4 times as long as the bird's way (Boscoe 2012) */
		.position_max_ms = 30 * MINUTE,
		.tiers = { { 0, TIER_REQUIRED, TIER_REQUIRED },
			{ 60 * SECOND, TIER_INTERPRETER, TIER_REQUIRED },
			{ 3 * MINUTE, TIER_ANY, TIER_ANY } },
		.n_tiers = 3,
	};
}

/* ---- the record ---- */

/* clang-format off */
#define WIDE(n)   { #n, offsetof(struct core_options, n), 1, true }
#define NARROW(n) { #n, offsetof(struct core_options, n), 1, false }

static const struct {
	const char *name;
	size_t offset, count;
	bool wide; /* int64_t, otherwise int */
} fields[] = {
	{ "target_ms", offsetof(struct core_options, target_ms), LEVEL_COUNT, true },
	{ "offer_ms", offsetof(struct core_options, offer_ms), LEVEL_COUNT, true },
	{ "wrap_ms", offsetof(struct core_options, wrap_ms), LEVEL_COUNT, true },
	{ "weight", offsetof(struct core_options, weight), LEVEL_COUNT, false },
	NARROW(capacity_default), NARROW(parallel_emergency_offers), NARROW(missed_to_away),
	NARROW(missed_to_widen), WIDE(exclusion_ms), WIDE(person_grace_ms), WIDE(responder_grace_ms),
	WIDE(second_ms), WIDE(unit_offer_ms), WIDE(round_ms), WIDE(sent_ms), WIDE(start_ms),
	WIDE(arrive_ms), WIDE(arrive_mobile_ms), WIDE(meet_ms), WIDE(finish_ms), WIDE(clear_ms),
	WIDE(end_ms), WIDE(send_retry_ms), WIDE(send_silence_ms), WIDE(cancel_ms),
	WIDE(drill_ms), WIDE(token_repeat_ms),
	WIDE(place_stale_ms), WIDE(place_radius_m), WIDE(place_confidence), WIDE(checkin_ms),
	WIDE(rest_ms), WIDE(speed_kmh), WIDE(road_percent), WIDE(position_max_ms),
	WIDE(id_base), WIDE(transfer_ms), WIDE(alert_repeat_ms), WIDE(alert_reminder_ms), WIDE(refs_retain_ms), WIDE(persons_retain_ms),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

void core_options_encode(const struct core_options *o, struct buf *out)
{
	char text[LEVEL_COUNT * 24];
	for (size_t i = 0; i < N_FIELDS; i++) {
		const char *p = (const char *)o + fields[i].offset;
		int n = 0;
		for (size_t k = 0; k < fields[i].count; k++) {
			int64_t v = fields[i].wide ? ((const int64_t *)(const void *)p)[k]
						   : ((const int *)(const void *)p)[k];
			n += snprintf(text + n, sizeof text - (size_t)n, "%s%lld", k ? " " : "",
				(long long)v);
		}
		record_puts(out, fields[i].name, text);
	}
	for (int i = 0; i < o->n_tiers; i++) {
		const struct core_tier *t = &o->tiers[i];
		snprintf(text, sizeof text, "%lld %d %d", (long long)t->after_ms, (int)t->language,
			(int)t->needs);
		record_puts(out, "tier", text);
	}
	record_puts(out, "centers", o->centers);
	if (o->agencies_len)
		record_put(out, "agencies", o->agencies, o->agencies_len);
}

/* n numbers with blanks between them. */
static int take_numbers(struct slice value, int64_t *v, size_t n)
{
	const char *at = value.data, *end = value.data + value.len;
	for (size_t i = 0; i < n; i++) {
		const char *stop = at;
		while (stop < end && *stop != ' ')
			stop++;
		if (slice_int((struct slice){ at, (size_t)(stop - at) }, &v[i]) != 0)
			return -1;
		at = stop < end ? stop + 1 : end;
	}
	return at == end ? 0 : -1;
}

static int take_tier(struct slice value, struct core_options *o)
{
	int64_t v[3];
	if (o->n_tiers == CORE_TIERS_MAX || take_numbers(value, v, 3) != 0 || v[0] < 0 ||
		v[1] < TIER_REQUIRED || v[1] > TIER_ANY || v[2] < TIER_REQUIRED || v[2] > TIER_ANY)
		return -1;
	o->tiers[o->n_tiers++] =
		(struct core_tier){ v[0], (enum tier_demand)v[1], (enum tier_demand)v[2] };
	return 0;
}

static int take_centers(struct slice value, struct core_options *o)
{
	if (value.len >= sizeof o->centers)
		return -1;
	memcpy(o->centers, value.data, value.len);
	o->centers[value.len] = '\0';
	return 0;
}

static int take_agencies(struct slice value, struct core_options *o)
{
	if (value.len > sizeof o->agencies)
		return -1;
	memcpy(o->agencies, value.data, value.len);
	o->agencies_len = value.len;
	return 0;
}

static int take_field(size_t i, struct slice value, struct core_options *o)
{
	int64_t v[LEVEL_COUNT];
	char *p = (char *)o + fields[i].offset;
	if (take_numbers(value, v, fields[i].count) != 0)
		return -1;
	for (size_t k = 0; k < fields[i].count; k++) {
		if (fields[i].wide)
			((int64_t *)(void *)p)[k] = v[k];
		else if (v[k] >= INT_MIN && v[k] <= INT_MAX)
			((int *)(void *)p)[k] = (int)v[k];
		else
			return -1;
	}
	return 0;
}

int core_options_decode(struct slice record, struct core_options *o, struct err *e)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	bool tiers = false;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1) {
		int bad = 0;
		if (slice_is(name, "tier")) {
			o->n_tiers = tiers ? o->n_tiers : 0;
			tiers = true;
			bad = take_tier(value, o);
		}
		if (slice_is(name, "centers"))
			bad = take_centers(value, o);
		if (slice_is(name, "agencies"))
			bad = take_agencies(value, o);
		for (size_t i = 0; i < N_FIELDS; i++)
			if (slice_is(name, fields[i].name))
				bad = take_field(i, value, o);
		if (bad != 0)
			return err_set(e, "option %.*s: bad value", (int)name.len, name.data);
	}
	return more == 0 ? 0 : err_set(e, "options: broken record");
}
