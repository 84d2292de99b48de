/*
 * Webhooks to agencies: each message goes out at least once, under the same id each time, until
 * the agency has taken or refused it or its time is over.
 *
 *     2xx, body empty or a JSON object      accepted
 *     2xx with {"accepted": false}, 4xx     refused (408, 425 and 429 are not)
 *     anything else, or nothing in time     unknown: tried again, and never taken for an answer
 *
 * Each agency has a circuit breaker. After several failures in a row its circuit opens: messages wait,
 * and one at a time is tried as a probe, so that an agency that is down gets few connections.
 *
 *     CLOSED ──failures in a row──▶ OPEN ─────open_ms passed──▶ PROBING ──success──▶ CLOSED
 *                                    ▲                             │
 *                                    └───────────failure───────────┘
 *
 * TLS is always verified, redirects are not followed, proxies of the environment are not used.
 * Everything runs in the event loop's thread; names are looked up in threads of libcurl's.
 */
#ifndef TRIAGED_OUTREACH_WEBHOOK_H
#define TRIAGED_OUTREACH_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"
#include "triaged/outreach/signature.h"

struct event_base;
struct webhooks;

#define WEBHOOK_BODY_MAX   20480 /* bytes: what the standard recommends to stay below */
#define WEBHOOK_ANSWER_MAX 16384 /* bytes of an answer that are read */

struct webhook_options {
	int64_t try_ms;         /* one try, from the connection to the answer's last byte */
	int64_t total_ms;       /* all tries of a message together; then its result is unknown */
	int64_t retry_ms;       /* before the second try; doubles each time, less a random part */
	int64_t retry_max_ms;   /* the longest wait between two tries */
	int64_t open_ms;        /* how long an open circuit waits for its probe */
	int open_after;         /* failures in a row that open a circuit */
	const char *user_agent; /* borrowed for good */
};

/* Strings are copied. */
struct webhook_agency {
	const char *id, *url;
	const char *ca; /* PEM file of authorities; "": the system's */
	bool plain;     /* http:// to this machine is allowed (for trying out) */
	struct webhook_secrets secrets;
};

/* 0 when url can be one: https, or http to this machine where plain; no user, no fragment. */
int webhook_url_check(const char *url, bool plain, struct err *e) MUST_CHECK;

enum webhook_result { WEBHOOK_ACCEPTED, WEBHOOK_REFUSED, WEBHOOK_UNKNOWN };
const char *webhook_result_name(enum webhook_result result);

/* Copied. id: webhook_id_check(). A message for the same dispatch and agency with a lower version
 * is given up (superseded): its late arrival could call a unit that was cancelled. */
struct webhook_message {
	const char *id, *agency, *dispatch;
	int version;
	struct slice body; /* at most WEBHOOK_BODY_MAX */
};

/* Valid during the call. */
struct webhook_done {
	const char *id, *agency, *dispatch;
	int version;
	enum webhook_result result;
	int tries;
	const char
		*detail; /* a code: "http 503", "timeout", "superseded"; never words of the peer */
	int64_t took_ms;
};

struct webhook_events {
	void *arg;
	void (*done)(void *arg, const struct webhook_done *d); /* may send again */
};

struct webhooks *webhooks_new(struct event_base *base, const struct webhook_options *options,
	const struct webhook_events *events, struct err *e) MUST_CHECK;
/* Messages without a result end unreported. */
void webhooks_free(struct webhooks **webhooks);

/* All agencies, also after a reload: circuits of those that stay are kept. Messages for one that is
 * gone end as unknown. */
void webhooks_set(struct webhooks *w, const struct webhook_options *options,
	const struct webhook_agency *agencies, size_t n);

/* A message whose id is under way already is ignored. One that cannot be sent at all (no such
 * agency, too long) is reported as unknown on the next turn of the loop. */
void webhooks_send(struct webhooks *w, const struct webhook_message *m);

/* Give up, unreported, all messages without a result: another node leads and sends them now, and an
 * older version arriving from here after a newer one from there could call a cancelled unit. */
void webhooks_drop(struct webhooks *w);

/* ---- for boards ---- */

struct webhook_state {
	const char *agency, *circuit; /* closed open probing */
	int failures;                 /* in a row */
	size_t waiting;               /* messages without a result yet */
	uint64_t accepted, refused, unknown, tries;
	int64_t open_ms;    /* since the circuit opened; 0: closed */
	const char *detail; /* of the last failure; "" */
};

/* false behind the last one. */
bool webhooks_at(const struct webhooks *w, size_t i, struct webhook_state *state);

#endif
