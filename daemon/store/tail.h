/*
 * Follows one stream from a position on, over a connection of its own, because a blocking read
 * holds up whatever is behind it. Hands each entry over once and in order, across reconnects.
 * A stopped server is noticed: the read blocks for less than the link's command deadline.
 */
#ifndef TRIAGED_STORE_TAIL_H
#define TRIAGED_STORE_TAIL_H

#include "replicas.h"
#include "triaged/base/record.h"

struct tail;

/* One field of an entry; bytes are NUL-terminated and may be changed in place. */
typedef void (*tail_fn)(void *arg, const char *id, char *bytes, size_t n);

struct tail_options {
	const char *key;
	const char *position; /* entries behind it; "" is "0-0" */
	tail_fn each;
	/* Once: what was there at the first read has been handed over. May be NULL. */
	void (*caught_up)(void *arg);
	int64_t until_ms; /* for caught_up: entries made then or later are not waited for */
	void *arg;
	struct replicas replicas; /* how many must have an entry before it is handed over */
};

struct tail *tail_open(struct event_base *base, const struct link_options *link,
	const struct tail_options *options, struct err *e) MUST_CHECK;
void tail_close(struct tail **t);                /* allowed from inside each */
const char *tail_position(const struct tail *t); /* id of the last entry handed over */
void tail_move(struct tail *t, const char *why); /* as link_move() */
/* Stop asking for more (entries already received still come), and go on. */
void tail_pause(struct tail *t, bool paused);

#endif
