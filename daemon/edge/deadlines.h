/*
 * Many deadlines on one timer: a heap, and one libevent timer set to its top. A session needs a
 * dozen kinds of deadline and most are pushed back long before they pass, so an entry says only
 * "look again by then"; its owner decides what is due and asks for the next look.
 */
#ifndef TRIAGED_EDGE_DEADLINES_H
#define TRIAGED_EDGE_DEADLINES_H

#include <stdint.h>

#include "triaged/base/heap.h"

struct event;
struct event_base;

struct deadline {
	int64_t at_ms; /* monotonic; valid while in the heap */
	size_t index;
};

typedef void (*deadline_fn)(void *arg, struct deadline *d);

struct deadlines {
	struct heap heap;
	struct event *timer;
	int64_t armed_ms; /* when the timer fires; 0: not armed */
	deadline_fn due;
	void *arg;
};

int64_t deadlines_now_ms(void); /* monotonic */

/* due is called with entries that were taken out of the heap just before. */
void deadlines_init(struct deadlines *t, struct event_base *base, deadline_fn due, void *arg);
void deadlines_fini(struct deadlines *t);
void deadline_by(struct deadlines *t, struct deadline *d, int64_t at_ms); /* or sooner */
void deadline_cancel(struct deadlines *t, struct deadline *d);

#endif
