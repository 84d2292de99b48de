/*
 * The server's clock, estimated between samples by our monotonic one. It never runs back and,
 * when the server's clock was set back, goes on at half speed until the two meet: timers that
 * live by it become late, never stuck. Pure: the caller passes the monotonic time.
 */
#ifndef TRIAGED_STORE_REDIS_TIME_H
#define TRIAGED_STORE_REDIS_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct redis_time {
	bool known;
	int64_t offset_ms; /* server minus monotonic, last sample */
	int64_t last_ms, last_mono_ms;
};

void redis_time_sample(struct redis_time *t, int64_t server_ms, int64_t mono_ms);
/* wall_ms is used as long as no server was asked. */
int64_t redis_time_now(struct redis_time *t, int64_t mono_ms, int64_t wall_ms);

#endif
