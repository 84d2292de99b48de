#include "lease.h"

#include <event2/event.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

/* Without a leader the center waits: never ask more seldom than this. */
#define POLL_MAX_MS 250

static void after(struct event *ev, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	event_add(ev, &tv);
}

static void call(struct args *a, const struct lease *l, const char *function)
{
	args_adds(a, "FCALL");
	args_adds(a, function);
	args_addi(a, 1);
	args_adds(a, l->prefix);
	args_adds(a, l->node);
	args_adds(a, l->incarnation);
}

/* The only writer of epoch, leader and followed. */
static void set_lead(struct lease *l, int64_t epoch, const char *leader, int64_t followed)
{
	if (epoch == l->epoch && followed == l->followed && strcmp(leader, l->leader) == 0)
		return;
	if (epoch != l->epoch) {
		map_fini(&l->told);
		map_init(&l->told, 0, 0);
		l->ready = false;
	}
	l->epoch = epoch;
	l->followed = followed;
	mem_set_str(&l->leader, leader);
	if (!epoch)
		event_del(l->lead_end);
	l->events.lead(l->events.arg, epoch);
}

/* ---- the leader's lease ---- */

static int64_t next_poll_ms(const struct lease *l, int64_t remaining_ms)
{
	int64_t ms = l->term_ms / 6 < POLL_MAX_MS ? l->term_ms / 6 : POLL_MAX_MS;
	if (remaining_ms + 2 < ms)
		ms = remaining_ms + 2;
	return ms > 1 ? ms : 1;
}

static void finish_registration(struct lease *l)
{
	char *out_end = l->out_end;
	l->out_end = NULL;
	if (out_end && l->running)
		l->events.registered(l->events.arg, out_end);
	free(out_end);
}

static void take_lead_answer(struct lease *l, const struct lead_answer *a)
{
	if (*a->instance)
		l->events.instance(l->events.arg, a->instance);
	if (!a->mine && a->batch < 0)
		l->events.lost_data(l->events.arg);
	l->events.time(l->events.arg, a->now_ms);
	l->highest = a->epoch > l->highest ? a->epoch : l->highest;
	if (l->lead_asked_in != l->epoch) {
		/* Lost while it was asked for again: ask as one who holds what is held now. */
		after(l->lead_timer, 1);
		return;
	}
	int64_t trust_ms = l->term_ms * 5 / 6 - mono_since_ms(l->lead_asked_at);
	if (!a->mine || trust_ms <= 0 || !l->competing) {
		after(l->lead_timer, next_poll_ms(l, a->mine ? 0 : a->remaining_ms));
		bool led = !a->mine && *a->holder;
		if (!a->mine)
			l->lapsed = 0;
		set_lead(l, 0, led ? a->holder : "", led ? a->epoch : 0);
		return;
	}
	after(l->lead_end, trust_ms);
	after(l->lead_timer, l->term_ms / 3);
	/* An epoch other than the one held means that it was lost in between. */
	if (l->epoch && l->epoch != a->epoch)
		set_lead(l, 0, "", 0);
	set_lead(l, a->epoch, a->holder, 0);
	l->events.renewed(l->events.arg, a->batch);
}

static void refuse(struct lease *l, const redisReply *r, struct err *e)
{
	struct lease_knowledge k = { 0 };
	l->events.knowledge(l->events.arg, &k);
	if (reply_is_error(r, "FOREIGN "))
		err_set(e,
			"the data of this center here are another set (%s) than this node "
			"works with (%s)",
			r->str + strlen("FOREIGN "), k.instance);
	link_reset(l->link, e->text);
}

static void on_lead(void *arg, const redisReply *r)
{
	struct lease *l = arg;
	struct lead_answer a;
	struct err e = { .text = "t1_lead: unexpected answer" };
	l->asked_lead = false;
	if (!r || !l->running)
		return;
	if (reply_check(r, &e) < 0 || reply_lead(r, &a) < 0)
		refuse(l, r, &e);
	else
		take_lead_answer(l, &a);
	finish_registration(l);
}

static void ask_lead(struct lease *l)
{
	if (!l->running || l->asked_lead)
		return;
	l->asked_lead = true;
	l->lead_asked_at = mono_now();
	l->lead_asked_in = l->epoch;
	struct args a = { 0 };
	struct lease_knowledge k = { 0 };
	l->events.knowledge(l->events.arg, &k);
	call(&a, l, "t1_lead");
	args_addi(&a, l->term_ms);
	args_addi(&a, l->epoch ? l->epoch : l->lapsed);
	args_addi(&a, l->highest);
	args_addi(&a, STORE_SCHEMA);
	args_addi(&a, l->competing);
	args_adds(&a, l->previous);
	args_adds(&a, k.instance);
	args_adds(&a, k.fresh);
	args_addi(&a, k.acknowledged);
	args_addi(&a, k.anew);
	link_send(l->link, &a, on_lead, l);
	args_free(&a);
}

static void on_lead_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ask_lead(arg);
}

static void on_lead_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct lease *l = arg;
	int64_t epoch = l->epoch;
	lease_lose(l);
	l->lapsed = epoch;
}

/* ---- the nodes' leases ---- */

/* A member that is not named any more was forgotten, or is back: when it ends again, that is news.
 * Whoever still loads the state could do nothing about it, and is told when it is ready. */
static void report_lost(struct lease *l, const redisReply *expired)
{
	struct map before = l->told;
	map_init(&l->told, 0, 0);
	for (size_t i = 0; i < reply_count(expired) && l->ready; i++) {
		const char *member = reply_str(reply_at(expired, i));
		const char *space = strchr(member, ' ');
		if (!space)
			continue;
		map_put(&l->told, member, l);
		if (map_get(&before, member))
			continue;
		char *node = mem_dup(member, (size_t)(space - member));
		l->events.node_lost(l->events.arg, node, space + 1);
		free(node);
	}
	map_fini(&before);
}

/* One who leads first finds out whether the data are still those it led. */
static void settle(struct lease *l)
{
	if (l->epoch || l->lapsed)
		ask_lead(l);
	else
		finish_registration(l);
}

static void take_node_answer(struct lease *l, const struct node_answer *a)
{
	bool registering = !l->running;
	l->running = true;
	l->events.time(l->events.arg, a->now_ms);
	bool forgotten = l->was_registered && !a->known;
	l->was_registered = true;
	if (forgotten)
		l->events.reassert(l->events.arg);
	if (*a->instance)
		l->events.instance(l->events.arg, a->instance);
	if (registering) {
		mem_set_str(&l->out_end, a->out_end);
		settle(l);
	}
	report_lost(l, a->expired);
	if (l->running)
		after(l->node_timer, l->term_ms / 3);
}

static void on_node(void *arg, const redisReply *r)
{
	struct lease *l = arg;
	struct node_answer a;
	struct err e = { .text = "t1_node: unexpected answer" };
	l->asked_node = false;
	if (!r)
		return;
	if (reply_check(r, &e) < 0 || reply_node(r, &a) < 0)
		refuse(l, r, &e);
	else
		take_node_answer(l, &a);
}

static void ask_node(struct lease *l)
{
	if (l->asked_node)
		return;
	l->asked_node = true;
	struct args a = { 0 };
	struct lease_knowledge k = { 0 };
	l->events.knowledge(l->events.arg, &k);
	call(&a, l, "t1_node");
	args_addi(&a, l->term_ms);
	args_adds(&a, k.out_position);
	args_addi(&a, STORE_SCHEMA);
	args_adds(&a, k.instance);
	args_addi(&a, !l->running);
	args_adds(&a, k.inbox_position);
	link_send(l->link, &a, on_node, l);
	args_free(&a);
}

static void on_node_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct lease *l = arg;
	if (l->running)
		ask_node(l);
}

void lease_ready(struct lease *l)
{
	l->ready = l->epoch != 0;
}

/* ---- life ---- */

void lease_init(struct lease *l, struct event_base *base)
{
	l->leader = mem_strdup("");
	l->competing = true;
	l->lead_timer = evtimer_new(base, on_lead_timer, l);
	l->lead_end = evtimer_new(base, on_lead_end, l);
	l->node_timer = evtimer_new(base, on_node_timer, l);
	CHECK(l->lead_timer && l->lead_end && l->node_timer);
	map_init(&l->told, 0, 0);
}

void lease_fini(struct lease *l)
{
	event_free(l->lead_timer);
	event_free(l->lead_end);
	event_free(l->node_timer);
	map_fini(&l->told);
	free(l->leader);
	free(l->out_end);
}

void lease_resume(struct lease *l)
{
	ask_node(l);
}

void lease_compete(struct lease *l)
{
	ask_lead(l);
}

void lease_suspend(struct lease *l)
{
	l->running = false;
	free(l->out_end);
	l->out_end = NULL;
	event_del(l->lead_timer);
	event_del(l->node_timer);
	/* lead_end stays: without renewal the lease is over in time. */
}

void lease_lose(struct lease *l)
{
	if (l->running)
		after(l->lead_timer, 1);
	l->lapsed = 0;
	set_lead(l, 0, "", 0);
}

static void ignore(void *arg, const redisReply *r)
{
	(void)arg, (void)r;
}

void lease_yield(struct lease *l)
{
	l->competing = false;
	if (!l->epoch)
		return;
	struct args a = { 0 };
	call(&a, l, "t1_yield");
	args_addi(&a, l->epoch);
	link_send(l->link, &a, ignore, l);
	args_free(&a);
	lease_lose(l); /* and ask who leads now */
}

void lease_rejoin(struct lease *l)
{
	l->competing = true;
	ask_lead(l);
}

void lease_leave(struct lease *l)
{
	struct args a = { 0 };
	call(&a, l, "t1_leave");
	link_send(l->link, &a, ignore, l);
	args_free(&a);
}
