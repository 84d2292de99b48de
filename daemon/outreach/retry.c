#include "retry.h"

int64_t retry_wait_ms(int n, int64_t first_ms, int64_t max_ms, uint32_t chance)
{
	int64_t wait = first_ms;
	for (int i = 1; i < n && wait < max_ms; i++)
		wait *= 2;
	if (wait > max_ms)
		wait = max_ms;
	return wait - (wait / 2 * (int64_t)(chance >> 1) >> 31);
}

const char *circuit_name(enum circuit state)
{
	static const char *const names[] = { "closed", "open", "probing" };
	return names[state];
}

bool breaker_admit(struct breaker *b, int64_t now_ms)
{
	if (b->state == CIRCUIT_OPEN && now_ms >= b->probe_ms) {
		b->state = CIRCUIT_PROBING;
		return true;
	}
	return b->state == CIRCUIT_CLOSED;
}

void breaker_report(struct breaker *b, bool good, int open_after, int64_t open_ms, int64_t now_ms)
{
	if (good) {
		*b = (struct breaker){ .state = CIRCUIT_CLOSED };
		return;
	}
	b->failures++;
	/* A failure of a try that went before the circuit opened says nothing new. */
	if (b->state == CIRCUIT_OPEN || (b->state == CIRCUIT_CLOSED && b->failures < open_after))
		return;
	if (b->state == CIRCUIT_CLOSED)
		b->opened_ms = now_ms;
	b->state = CIRCUIT_OPEN;
	b->probe_ms = now_ms + open_ms;
}

void breaker_give_up(struct breaker *b, int64_t now_ms)
{
	if (b->state != CIRCUIT_PROBING)
		return;
	b->state = CIRCUIT_OPEN;
	b->probe_ms = now_ms;
}
