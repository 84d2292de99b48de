/*
 * Durability by replication: a WAIT on the connection that wrote something says how many replicas have
 * it. If too few, it is not acknowledged and the caller resets the link: the store is down, with that
 * reason, until there are enough.
 */
#ifndef TRIAGED_STORE_REPLICAS_H
#define TRIAGED_STORE_REPLICAS_H

#include "link.h"

struct replicas {
	int needed;      /* 0: nothing is asked for */
	int64_t wait_ms; /* blocks the connection at most so long; below its command deadline */
};

void replicas_ask(const struct replicas *r, struct link *link, link_reply_fn done, void *arg);
/* -1: too few, or no number. */
int replicas_check(const struct replicas *r, const redisReply *answer, struct err *e) MUST_CHECK;

#endif
