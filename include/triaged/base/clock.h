/*
 * Clocks. struct mono measures durations and never jumps; wall milliseconds (int64 since 1970,
 * UTC) are for display and for the store's own time. The pure layers never call these: they are
 * given `now`.
 */
#ifndef TRIAGED_BASE_CLOCK_H
#define TRIAGED_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

struct mono {
	int64_t us;
};

struct mono mono_now(void);
int64_t mono_since_ms(struct mono then); /* milliseconds from then to now */
int64_t wall_now_ms(void);

/* RFC 3339 UTC with milliseconds, as the wire protocol demands: "2025-01-31T23:59:59.123Z". Pure. */
#define TIME_TEXT_SIZE 32
const char *time_text(int64_t wall_ms, char out[TIME_TEXT_SIZE]);

/* The way back: exactly that form, or a day "2025-01-31", which is its beginning. Years 1970 to
 * 9999; -1 for anything else, such as a 30th of February. Pure. */
int time_parse(const char *text, int64_t *wall_ms) MUST_CHECK;

#endif
