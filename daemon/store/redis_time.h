/*
 * The center's time: the server's clock as it was when first asked, carried on by our monotonic
 * clock. When somebody sets the server's clock, or another server with another clock answers, the
 * difference is made up slowly, so that no timer is moved by it. It never runs back. Pure: the
 * caller passes the monotonic time.
 */
#ifndef TRIAGED_STORE_REDIS_TIME_H
#define TRIAGED_STORE_REDIS_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* A timer of 20 s is wrong by 0.4 s at most; a step of 10 minutes is made up in 8 hours. */
#define REDIS_TIME_SLEW_PERCENT 2

struct redis_time {
	bool known;
	int64_t offset_ms; /* of our time from the monotonic one */
	int64_t slewed_ms; /* monotonic: differences until then were made up */
	int64_t last_ms, last_mono_ms;
};

void redis_time_sample(struct redis_time *t, int64_t server_ms, int64_t mono_ms);
/* The state loaded reaches up to at_ms: redis_time_now() is at least that from now on. */
void redis_time_no_earlier(struct redis_time *t, int64_t at_ms, int64_t mono_ms);
/* wall_ms is used as long as no server was asked. */
int64_t redis_time_now(struct redis_time *t, int64_t mono_ms, int64_t wall_ms);

#endif
