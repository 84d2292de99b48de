#include "deadlines.h"

#include <event2/event.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"

int64_t deadlines_now_ms(void)
{
	return mono_now().us / 1000;
}

static int earlier(const void *a, const void *b)
{
	const struct deadline *x = a, *y = b;
	return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

static void arm(struct deadlines *t)
{
	const struct deadline *top = heap_top(&t->heap);
	/* A timer that fires too early costs one look; re-arming at each push costs every line. */
	if (!top || (t->armed_ms && t->armed_ms <= top->at_ms))
		return;
	int64_t ms = top->at_ms - deadlines_now_ms();
	if (ms < 0)
		ms = 0;
	struct timeval in = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
	CHECK(evtimer_add(t->timer, &in) == 0);
	t->armed_ms = top->at_ms;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct deadlines *t = arg;
	int64_t now = deadlines_now_ms();
	t->armed_ms = 0;
	for (struct deadline *d; (d = heap_top(&t->heap)) && d->at_ms <= now;) {
		heap_remove(&t->heap, d);
		t->due(t->arg, d);
	}
	arm(t);
}

void deadlines_init(struct deadlines *t, struct event_base *base, deadline_fn due, void *arg)
{
	*t = (struct deadlines){ .due = due, .arg = arg };
	heap_init(&t->heap, earlier, offsetof(struct deadline, index));
	t->timer = evtimer_new(base, on_timer, t);
	CHECK(t->timer != NULL);
}

void deadlines_fini(struct deadlines *t)
{
	event_free(t->timer);
	heap_fini(&t->heap);
}

void deadline_by(struct deadlines *t, struct deadline *d, int64_t at_ms)
{
	if (d->index == 0) {
		d->at_ms = at_ms;
		heap_push(&t->heap, d);
	} else if (at_ms < d->at_ms) {
		d->at_ms = at_ms;
		heap_fix(&t->heap, d);
	}
	arm(t);
}

void deadline_cancel(struct deadlines *t, struct deadline *d)
{
	heap_remove(&t->heap, d);
}
