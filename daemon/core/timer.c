#include "timer.h"

#include <string.h>

int timer_cmp(const void *a, const void *b)
{
	const struct timer *x = a, *y = b;
	if (x->due_ms != y->due_ms)
		return x->due_ms < y->due_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

void timer_set(struct heap *timers, struct timer *t, int64_t due_ms)
{
	if (t->index != 0 && t->due_ms == due_ms)
		return;
	if (due_ms == NEVER) {
		heap_remove(timers, t);
		return;
	}
	t->due_ms = due_ms;
	if (t->index != 0)
		heap_fix(timers, t);
	else
		heap_push(timers, t);
}
