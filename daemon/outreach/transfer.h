/*
 * HTTP requests by libcurl's multi interface on the event loop. Transfers are named by numbers;
 * each ends exactly once, by its answer or by transfers_cancel().
 */
#ifndef OUTREACH_TRANSFER_H
#define OUTREACH_TRANSFER_H

#include <stdint.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"

struct event_base;
struct transfers;

/* Borrowed for the call but for body, which must live until the end. */
struct transfer_post {
	const char *url, *ca, *user_agent;
	const char *const *headers; /* "name: value", ends with NULL */
	struct slice body;
	int64_t timeout_ms;
	size_t answer_max; /* bytes; a longer answer counts as none */
};

/* Valid during the call. */
struct transfer_answer {
	int status; /* HTTP; 0: no whole answer came */
	struct slice body;
	int64_t retry_after_ms; /* what the peer asked for; 0: nothing */
	const char *why;        /* status 0: a code */
};

typedef void (*transfer_fn)(void *arg, uint64_t id, const struct transfer_answer *a);

struct transfers *transfers_new(
	struct event_base *base, transfer_fn done, void *arg, struct err *e) MUST_CHECK;
void transfers_free(struct transfers **t); /* open ones are not reported */
uint64_t transfers_post(struct transfers *t, const struct transfer_post *p);
void transfers_cancel(struct transfers *t, uint64_t id);

#endif
