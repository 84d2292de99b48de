/* Who waits for which reply of a link, in order. */
#ifndef TRIAGED_STORE_LINK_QUEUE_H
#define TRIAGED_STORE_LINK_QUEUE_H

#include "link.h"
#include "triaged/base/clock.h"

struct link_pending {
	struct link_pending *next;
	link_reply_fn done;
	void *arg;
	struct mono sent;
};

struct link_queue {
	struct link_pending *head, **tail;
};

void link_queue_init(struct link_queue *q);
void link_queue_add(struct link_queue *q, link_reply_fn done, void *arg);
struct link_pending link_queue_take(struct link_queue *q); /* the first; there is one */
/* Completes those that are there now with NULL; what callbacks add meanwhile waits for the next turn. */
void link_queue_refuse(struct link_queue *q);

#endif
