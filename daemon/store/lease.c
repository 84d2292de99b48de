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

/* The only writer of epoch. */
static void set_epoch(struct lease *l, int64_t epoch)
{
	if (epoch == l->epoch)
		return;
	l->epoch = epoch;
	if (!epoch)
		event_del(l->lead_end);
	map_fini(&l->told);
	map_init(&l->told, 0, 0);
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

static void ignore(void *arg, const redisReply *r)
{
	(void)arg, (void)r;
}

static void send_yield(struct lease *l, int64_t epoch)
{
	struct args a = { 0 };
	call(&a, l, "t1_yield");
	args_addi(&a, epoch);
	link_send(l->link, &a, ignore, l);
	args_free(&a);
}

/* Somebody else leads, under an epoch that may be news: even the same node may have started anew. */
static void follow(struct lease *l, const struct lead_answer *a)
{
	bool news = !a->mine && a->epoch != l->followed;
	if (!a->mine)
		l->followed = a->epoch;
	if (l->epoch)
		set_epoch(l, 0);
	else if (news)
		l->events.lead(l->events.arg, 0);
}

static void take_lead_answer(struct lease *l, const struct lead_answer *a)
{
	l->events.time(l->events.arg, a->now_ms);
	mem_set_str(&l->leader, a->holder);
	l->highest = a->epoch > l->highest ? a->epoch : l->highest;
	int64_t trust_ms = l->term_ms * 5 / 6 - mono_since_ms(l->lead_asked_at);
	if (!l->competing) {
		if (a->mine)
			send_yield(l, a->epoch);
		return;
	}
	if (!a->mine || trust_ms <= 0) {
		after(l->lead_timer, next_poll_ms(l, a->mine ? 0 : a->remaining_ms));
		follow(l, a);
		return;
	}
	after(l->lead_end, trust_ms);
	after(l->lead_timer, l->term_ms / 3);
	/* An epoch other than the one held means that it was lost in between. */
	if (l->epoch && l->epoch != a->epoch)
		set_epoch(l, 0);
	set_epoch(l, a->epoch);
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
		link_reset(l->link, e.text);
	else
		take_lead_answer(l, &a);
}

static void ask_lead(struct lease *l)
{
	if (!l->running || !l->competing || l->asked_lead)
		return;
	l->asked_lead = true;
	l->lead_asked_at = mono_now();
	struct args a = { 0 };
	call(&a, l, "t1_lead");
	args_addi(&a, l->term_ms);
	args_addi(&a, l->epoch);
	args_addi(&a, l->highest);
	args_addi(&a, STORE_SCHEMA);
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
	lease_lose(arg);
}

/* ---- the nodes' leases ---- */

static void report_lost(struct lease *l, const redisReply *expired)
{
	for (size_t i = 0; i < reply_count(expired) && l->epoch; i++) {
		const char *member = reply_str(reply_at(expired, i));
		const char *space = strchr(member, ' ');
		if (!space || map_get(&l->told, member))
			continue;
		map_put(&l->told, member, l);
		char *node = mem_dup(member, (size_t)(space - member));
		l->events.node_lost(l->events.arg, node, space + 1);
		free(node);
	}
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
	if (registering)
		l->events.registered(l->events.arg, a->out_end);
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
		link_reset(l->link, e.text);
	else
		take_node_answer(l, &a);
}

static void ask_node(struct lease *l)
{
	if (l->asked_node)
		return;
	l->asked_node = true;
	struct args a = { 0 };
	call(&a, l, "t1_node");
	args_addi(&a, l->term_ms);
	args_adds(&a, l->events.out_position(l->events.arg));
	args_addi(&a, STORE_SCHEMA);
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
	event_del(l->lead_timer);
	event_del(l->node_timer);
	/* lead_end stays: without renewal the lease is over in time. */
}

void lease_lose(struct lease *l)
{
	if (l->running)
		after(l->lead_timer, next_poll_ms(l, l->term_ms));
	set_epoch(l, 0);
}

void lease_yield(struct lease *l)
{
	l->competing = false;
	event_del(l->lead_timer);
	if (!l->epoch)
		return;
	send_yield(l, l->epoch);
	set_epoch(l, 0);
}

void lease_leave(struct lease *l)
{
	struct args a = { 0 };
	call(&a, l, "t1_leave");
	link_send(l->link, &a, ignore, l);
	args_free(&a);
}
