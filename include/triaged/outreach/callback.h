/*
 * What an agency tells us of a rescue, as the body of a webhook to us. Pure.
 *
 *     {"type": "dispatch.ack",     "data": {"dispatch": "d…", "by": "a name"}}
 *     {"type": "dispatch.decline", "data": {"dispatch": "d…", "reason": "…"}}
 *     {"type": "dispatch.status",  "data": {"dispatch": "d…", "status": "en_route", "by"?}}
 *     {"type": "dispatch.outcome", "data": {"dispatch": "d…", "outcome": "…", "by"?}}
 *         the outcome a word, or an object whose "result" is one
 *
 * Other members are skipped, so that a CloudEvent with these is one too.
 */
#ifndef TRIAGED_OUTREACH_CALLBACK_H
#define TRIAGED_OUTREACH_CALLBACK_H

#include "triaged/base/buf.h"
#include "triaged/base/err.h"
#include "triaged/base/record.h"

#define CALLBACK_BODY_MAX 16384 /* bytes */

/* X(symbol, type) */
#define CALLBACK_KINDS(X)                                                                          \
	X(ACK, "dispatch.ack")                                                                     \
	X(DECLINE, "dispatch.decline")                                                             \
	X(STATUS, "dispatch.status")                                                               \
	X(OUTCOME, "dispatch.outcome")

enum callback_kind {
#define X(sym, name) CALLBACK_##sym,
	CALLBACK_KINDS(X)
#undef X
		CALLBACK_KIND_COUNT
};

struct callback {
	enum callback_kind kind;
	char dispatch[33];
	char by[129], reason[257], status[33]; /* "" when not given */
	char result[33];                       /* the outcome's word: itself, or its "result" */
	struct buf outcome;                    /* JSON */
};

/* 0, or -1 with e naming the member that is wrong, never its value. Free with callback_free() in
 * both cases. */
int callback_read(struct slice body, struct callback *c, struct err *e) MUST_CHECK;
void callback_free(struct callback *c);

#endif
