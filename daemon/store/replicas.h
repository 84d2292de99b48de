/*
 * Durability by replication: behind what a connection wrote, one WAIT on the same connection says
 * how many replicas have it. Too few: it is not acknowledged, and the caller resets the link, so
 * that the store is down, with the reason, until there are enough.
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
