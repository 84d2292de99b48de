/* Who waits for which reply of a link, in order. */
#ifndef TRIAGED_STORE_LINK_QUEUE_H
#define TRIAGED_STORE_LINK_QUEUE_H

#include "link.h"
#include "triaged/base/clock.h"

struct pending {
	struct pending *next;
	link_reply_fn done;
	void *arg;
	struct mono sent;
};

struct queue {
	struct pending *head, **tail;
};

void queue_init(struct queue *q);
void queue_add(struct queue *q, link_reply_fn done, void *arg);
struct pending queue_take(struct queue *q); /* the first; there is one */
/* Completes those that are there now with NULL; what callbacks add meanwhile waits for the next turn. */
void queue_refuse(struct queue *q);

#endif
