/* When to try again, and when not to try for a while. Pure: time and chance are passed in. */
#ifndef OUTREACH_RETRY_H
#define OUTREACH_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* Before try n + 1 (n >= 1): first_ms doubled n - 1 times, at most max_ms, of which chance (any
 * 32 random bits) takes up to a half, so that many senders do not come back at once. */
int64_t retry_wait_ms(int n, int64_t first_ms, int64_t max_ms, uint32_t chance);

enum circuit { CIRCUIT_CLOSED, CIRCUIT_OPEN, CIRCUIT_PROBING };

struct breaker {
	enum circuit state; /* breaker_report and breaker_admit only */
	int failures;       /* in a row */
	int64_t opened_ms;  /* when it opened; kept while it probes in vain */
	int64_t probe_ms;   /* OPEN: when the next probe may go */
};

const char *circuit_name(enum circuit state);

/* Whether a try may go now. In OPEN at its time: yes, as the one probe. */
bool breaker_admit(struct breaker *b, int64_t now_ms);
/* What came of a try that was admitted. */
void breaker_report(struct breaker *b, bool good, int open_after, int64_t open_ms, int64_t now_ms);
/* The try was given up before anything came of it: another may be the probe. */
void breaker_give_up(struct breaker *b, int64_t now_ms);

#endif
