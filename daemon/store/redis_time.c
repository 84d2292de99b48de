#include "redis_time.h"

#define SLEW_AT_ONCE_MS 100 /* however long nobody answered */

static int64_t within(int64_t value, int64_t most)
{
	return value > most ? most : value < -most ? -most : value;
}

void redis_time_sample(struct redis_time *t, int64_t server_ms, int64_t mono_ms)
{
	int64_t offset = server_ms - mono_ms;
	if (!t->known) {
		t->known = true;
		t->offset_ms = offset;
		t->slewed_ms = mono_ms;
		return;
	}
	int64_t most = (mono_ms - t->slewed_ms) * REDIS_TIME_SLEW_PERCENT / 100;
	if (most == 0)
		return;
	t->offset_ms += within(offset - t->offset_ms, within(most, SLEW_AT_ONCE_MS));
	t->slewed_ms = mono_ms;
}

void redis_time_no_earlier(struct redis_time *t, int64_t at_ms, int64_t mono_ms)
{
	if (t->known && t->offset_ms < at_ms - mono_ms)
		t->offset_ms = at_ms - mono_ms;
}

int64_t redis_time_now(struct redis_time *t, int64_t mono_ms, int64_t wall_ms)
{
	int64_t now = t->known ? mono_ms + t->offset_ms : wall_ms;
	int64_t slowest = t->last_ms + (mono_ms - t->last_mono_ms) / 2;
	if (t->last_ms && now < slowest)
		now = slowest;
	/* Asked many times within a millisecond or two, halves must not be lost. */
	if (!t->last_ms || now != t->last_ms) {
		t->last_ms = now;
		t->last_mono_ms = mono_ms;
	}
	return now;
}
