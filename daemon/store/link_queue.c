#include "link_queue.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

void link_queue_init(struct link_queue *q)
{
	*q = (struct link_queue){ .tail = &q->head };
}

void link_queue_add(struct link_queue *q, link_reply_fn done, void *arg)
{
	struct link_pending *p = mem_zalloc(sizeof *p);
	*p = (struct link_pending){ .done = done, .arg = arg, .sent = mono_now() };
	*q->tail = p;
	q->tail = &p->next;
}

struct link_pending link_queue_take(struct link_queue *q)
{
	struct link_pending *p = q->head;
	struct link_pending copy = *p;
	q->head = p->next;
	if (!q->head)
		q->tail = &q->head;
	free(p);
	return copy;
}

void link_queue_refuse(struct link_queue *q)
{
	struct link_pending *now = q->head;
	link_queue_init(q);
	while (now) {
		struct link_pending *p = now;
		now = p->next;
		p->done(p->arg, NULL);
		free(p);
	}
}
