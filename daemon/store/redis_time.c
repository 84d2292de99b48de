#include "redis_time.h"

void redis_time_sample(struct redis_time *t, int64_t server_ms, int64_t mono_ms)
{
	t->known = true;
	t->offset_ms = server_ms - mono_ms;
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
