#include "append.h"

#include <event2/event.h>
#include <stdlib.h>

#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

struct append {
	TAILQ_ENTRY(append) in_list;
	struct appender *owner;
	size_t heap_index;
	int64_t deadline_us;
	struct slice wire;
	store_done_fn done; /* NULL: the deadline passed while the command was on its way */
	void *arg;
	bool sent;  /* until its reply comes */
	bool taken; /* by the server, not yet known of the replicas */
	bool here;  /* over this connection alone */
};

static int earlier(const void *a, const void *b)
{
	const struct append *x = a, *y = b;
	if (x->deadline_us != y->deadline_us)
		return x->deadline_us < y->deadline_us ? -1 : 1;
	return (uintptr_t)x < (uintptr_t)y ? -1 : 1;
}

static void discard(struct append *p)
{
	heap_remove(&p->owner->deadlines, p);
	TAILQ_REMOVE(&p->owner->list, p, in_list);
	args_format_free(&p->wire);
	free(p);
}

static void finish(struct append *p)
{
	store_done_fn done = p->done;
	void *arg = p->arg;
	discard(p);
	if (done)
		done(arg, STORE_OK);
}

static void ask_replicas(struct appender *a);

/* Every append that the server took before it was asked has its reply by now. */
static void finish_taken(struct appender *a)
{
	bool more = false;
	for (struct append *next, *p = TAILQ_FIRST(&a->list); p; p = next) {
		next = TAILQ_NEXT(p, in_list);
		more = more || p->sent;
		if (p->taken)
			finish(p);
	}
	if (more)
		ask_replicas(a);
}

static void on_replicated(void *arg, const redisReply *r)
{
	struct appender *a = arg;
	struct err e;
	a->waiting = false;
	if (!r)
		return;
	if (replicas_check(a->replicas, r, &e) < 0)
		link_reset(a->link, e.text);
	else
		finish_taken(a);
}

static void ask_replicas(struct appender *a)
{
	if (a->waiting || !a->replicas->needed)
		return;
	a->waiting = true;
	replicas_ask(a->replicas, a->link, on_replicated, a);
}

static void on_reply(void *arg, const redisReply *r)
{
	struct append *p = arg;
	struct err e;
	p->sent = false;
	bool taken = r && reply_is_text(r);
	if (!taken && p->done) {
		/* Unknown or refused: it stays in the list for the next server or its deadline. */
		if (r && reply_check(r, &e) == 0)
			err_set(&e, "XADD: unexpected answer");
		if (r)
			link_reset(p->owner->link, e.text);
		return;
	}
	if (taken && p->done && p->owner->replicas->needed)
		p->taken = true;
	else
		finish(p);
}

static void transmit(struct append *p)
{
	p->sent = true;
	link_send_wire(p->owner->link, p->wire, on_reply, p);
	ask_replicas(p->owner);
}

static void arm(struct appender *a)
{
	const struct append *first = heap_top(&a->deadlines);
	if (!first) {
		event_del(a->timer);
		return;
	}
	int64_t us = first->deadline_us - mono_now().us;
	us = us > 0 ? us : 0;
	struct timeval tv = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
	event_add(a->timer, &tv);
}

static void give_up(struct append *p)
{
	store_done_fn done = p->done;
	void *arg = p->arg;
	p->done = NULL;
	heap_remove(&p->owner->deadlines, p);
	if (!p->sent)
		discard(p);
	done(arg, STORE_UNAVAILABLE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct appender *a = arg;
	struct append *p;
	int64_t now_us = mono_now().us;
	while ((p = heap_top(&a->deadlines)) && p->deadline_us <= now_us)
		give_up(p);
	arm(a);
}

void appender_init(struct appender *a, struct event_base *base, struct link *link, char *key)
{
	a->link = link;
	a->key = key;
	TAILQ_INIT(&a->list);
	heap_init(&a->deadlines, earlier, offsetof(struct append, heap_index));
	a->timer = evtimer_new(base, on_timer, a);
	CHECK(a->timer);
}

void appender_fini(struct appender *a)
{
	struct append *p;
	while ((p = TAILQ_FIRST(&a->list)))
		discard(p);
	heap_fini(&a->deadlines);
	event_free(a->timer);
	free(a->key);
}

static void add(struct appender *a, struct slice command, const struct append *like)
{
	struct append *p = mem_zalloc(sizeof *p);
	*p = *like;
	p->owner = a;
	struct args words = { 0 };
	args_adds(&words, "XADD");
	args_adds(&words, a->key);
	args_adds(&words, "*");
	args_adds(&words, "b");
	args_add(&words, command.data, command.len);
	p->wire = args_format(&words);
	args_free(&words);
	TAILQ_INSERT_TAIL(&a->list, p, in_list);
	heap_push(&a->deadlines, p);
	arm(a);
	if (a->open)
		transmit(p);
}

static int64_t in_ms(int64_t ms)
{
	return mono_now().us + ms * 1000;
}

void appender_add(struct appender *a, struct slice command, int64_t deadline_ms, store_done_fn done,
	void *arg)
{
	add(a, command,
		&(struct append){ .deadline_us = in_ms(deadline_ms), .done = done, .arg = arg });
}

void appender_add_here(struct appender *a, struct slice command, int64_t deadline_ms,
	store_done_fn done, void *arg)
{
	add(a, command,
		&(struct append){ .deadline_us = in_ms(deadline_ms),
			.done = done,
			.arg = arg,
			.here = true });
}

void appender_open(struct appender *a)
{
	struct append *p;
	a->open = true;
	TAILQ_FOREACH(p, &a->list, in_list)
	if (!p->sent)
		transmit(p);
}

void appender_suspend(struct appender *a)
{
	a->open = false;
	for (struct append *next, *p = TAILQ_FIRST(&a->list); p; p = next) {
		next = TAILQ_NEXT(p, in_list);
		p->taken = false;
		if (p->here && p->done)
			give_up(p);
	}
	arm(a);
}
