/* One timer for each thing that must not be forgotten; the core's heap holds the armed ones. */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <stddef.h>
#include <stdint.h>

#include "triaged/base/heap.h"

#define NEVER INT64_MAX

struct core;

/* Something is due: do it and move the timer. */
typedef void (*timer_fn)(struct core *core, void *owner);

struct timer {
	int64_t due_ms;
	const char *id; /* the owner's: orders equal times */
	void *owner;
	timer_fn fire;
	size_t index; /* in the heap */
};

int timer_cmp(const void *a, const void *b);
void timer_set(struct heap *timers, struct timer *t, int64_t due_ms); /* NEVER: disarm */

#endif
