#include "link_queue.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

void queue_init(struct queue *q)
{
	*q = (struct queue){ .tail = &q->head };
}

void queue_add(struct queue *q, link_reply_fn done, void *arg)
{
	struct pending *p = mem_zalloc(sizeof *p);
	*p = (struct pending){ .done = done, .arg = arg, .sent = mono_now() };
	*q->tail = p;
	q->tail = &p->next;
}

struct pending queue_take(struct queue *q)
{
	struct pending *p = q->head;
	struct pending copy = *p;
	q->head = p->next;
	if (!q->head)
		q->tail = &q->head;
	free(p);
	return copy;
}

void queue_refuse(struct queue *q)
{
	struct pending *now = q->head;
	queue_init(q);
	while (now) {
		struct pending *p = now;
		now = p->next;
		p->done(p->arg, NULL);
		free(p);
	}
}
