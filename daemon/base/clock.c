#include "triaged/base/clock.h"

#include <time.h>

#include "triaged/base/check.h"

struct mono mono_now(void)
{
	struct timespec ts;
	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (struct mono){ (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

int64_t mono_since_ms(struct mono then)
{
	return (mono_now().us - then.us) / 1000;
}

int64_t wall_now_ms(void)
{
	struct timespec ts;
	CHECK(clock_gettime(CLOCK_REALTIME, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
