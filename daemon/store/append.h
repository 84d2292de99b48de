/*
 * Commands on their way into the inbox. Each is sent until the server has taken it or its deadline has
 * passed. After a lost reply it is sent again, in the original order; its own id makes a second copy
 * harmless. With replicas required, it counts as taken when enough of them have it.
 */
#ifndef TRIAGED_STORE_APPEND_H
#define TRIAGED_STORE_APPEND_H

#include <stdbool.h>
#include <sys/queue.h>

#include "replicas.h"
#include "triaged/base/heap.h"
#include "triaged/store/store.h"

struct event;

TAILQ_HEAD(append_list, append);

struct appender {
	struct link *link;
	char *key;
	const struct replicas *replicas;
	bool open;    /* the store is ready */
	bool waiting; /* for replicas; what is sent meanwhile waits for the next answer */
	struct append_list list;
	struct heap deadlines;
	struct event *timer; /* the earliest deadline */
};

/* Set replicas before. */
void appender_init(struct appender *a, struct event_base *base, struct link *link, char *key);
void appender_fini(struct appender *a); /* frees key; callbacks of what is left never run */
void appender_add(struct appender *a, struct slice command, int64_t deadline_ms, store_done_fn done,
	void *arg);
/* Never sent again: appender_suspend() gives it up. */
void appender_add_here(struct appender *a, struct slice command, int64_t deadline_ms,
	store_done_fn done, void *arg);
void appender_open(struct appender *a); /* send everything that waits */
void appender_suspend(struct appender *a);

#endif
