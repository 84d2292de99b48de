/*
 * Waits from arrival to a responder as a histogram by level, since this core was loaded; tests are
 * left out. Bucket i counts those up to core_wait_bounds_s[i] and above the bound before, the last
 * one the rest.
 */
#ifndef TRIAGED_CORE_WAITS_H
#define TRIAGED_CORE_WAITS_H

#include <stdint.h>

#include "triaged/base/level.h"

#define CORE_WAIT_BUCKETS 12

extern const int core_wait_bounds_s[CORE_WAIT_BUCKETS];

struct core_waits {
	uint64_t counts[LEVEL_COUNT][CORE_WAIT_BUCKETS + 1];
	int64_t sum_ms[LEVEL_COUNT];
};

struct core;
const struct core_waits *core_waits(const struct core *core);

#endif
