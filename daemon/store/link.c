#include "link.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "dial.h"
#include "link_queue.h"
#include "reply.h"
#include "tls.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

/* The first attempt is immediate, each further one waits a step more, up to the maximum; a random
 * part keeps nodes from coming back in step. */
#define BACKOFF_STEP_MS 50
#define BACKOFF_MAX_MS  1000

enum link_state { LINK_WAITING, LINK_CONNECTING, LINK_GREETING, LINK_UP };

struct link {
	struct dialer dialer;
	struct url url; /* of the current or last attempt */
	struct link_place place;
	char *username, *password;
	int64_t connect_ms, command_ms;
	struct link_events events;
	enum link_state state;
	unsigned generation; /* rises with each connection: tells that one died inside a callback */
	unsigned attempts;   /* failed since the peer last proved good */
	struct bufferevent *bev;
	redisReader *reader;
	redisReply *reply; /* being handled; NULL: taken */
	size_t fed;        /* bytes fed since the last whole reply */
	struct link_queue pending, refused;
	struct mono progress; /* when the last reply came */
	struct mono lost_since;
	struct event *timer;   /* WAITING: next attempt; CONNECTING, GREETING: deadline */
	struct event *watch;   /* age of the oldest pending command */
	struct event *refusal; /* completes `refused` */
	int held;              /* event callbacks of ours on the stack */
	bool closed;           /* link_close() was called below one of them */
};

static void fail(struct link *l, const char *why);

/* Every event callback holds the link, so that closing it from inside is safe. */
static void hold(struct link *l)
{
	l->held++;
}

static void release(struct link *l)
{
	if (--l->held == 0 && l->closed)
		free(l);
}

static void after(struct event *ev, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	event_add(ev, &tv);
}

static int64_t backoff_ms(const struct link *l)
{
	if (l->attempts == 0)
		return 0;
	int64_t ms = (int64_t)l->attempts * BACKOFF_STEP_MS;
	unsigned char random;
	evutil_secure_rng_get_bytes(&random, 1);
	ms = ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
	return ms - ms * random / 1024; /* up to a quarter earlier */
}

static void enter(struct link *l, enum link_state state)
{
	l->state = state;
	if (state == LINK_WAITING)
		after(l->timer, backoff_ms(l));
	else if (state == LINK_CONNECTING)
		after(l->timer, l->connect_ms);
	else if (state == LINK_UP)
		event_del(l->timer);
}

static void drop_connection(struct link *l)
{
	l->generation++;
	if (l->bev)
		bufferevent_free(l->bev);
	l->bev = NULL;
	if (l->reader)
		redisReaderFree(l->reader);
	l->reader = NULL;
	event_del(l->watch);
}

/* The oldest command counts from when it was first in line: those before it had their own time. */
static struct mono silent_since(const struct link *l)
{
	struct mono sent = l->pending.head->sent;
	return sent.us > l->progress.us ? sent : l->progress;
}

static void fail(struct link *l, const char *why)
{
	if (l->state == LINK_WAITING)
		return;
	l->lost_since = l->pending.head ? silent_since(l) : mono_now();
	drop_connection(l);
	enter(l, LINK_WAITING);
	l->attempts++;
	struct link_queue lost = l->pending;
	link_queue_init(&l->pending);
	if (l->place.doubt)
		l->place.doubt(l->place.arg, why);
	if (l->events.down)
		l->events.down(l->events.arg, why);
	link_queue_refuse(&lost);
}

static void arm_watch(struct link *l)
{
	if (l->pending.head && !event_pending(l->watch, EV_TIMEOUT, NULL))
		after(l->watch, l->command_ms);
}

static void check_age(struct link *l)
{
	if (!l->pending.head)
		return;
	int64_t age = mono_since_ms(silent_since(l));
	if (age >= l->command_ms)
		fail(l, "no answer within the deadline");
	else
		after(l->watch, l->command_ms - age);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct link *l = arg;
	hold(l);
	check_age(l);
	release(l);
}

static bool take_message(struct link *l, redisReply *r)
{
	if (!l->events.message || strcmp(reply_str(reply_at(r, 0)), "message") != 0)
		return false;
	l->events.message(l->events.arg, reply_str(reply_at(r, 1)), reply_str(reply_at(r, 2)));
	freeReplyObject(r);
	return true;
}

/* 1: a reply was handled; 0: no whole reply yet, or the connection is gone. */
static int handle_reply(struct link *l)
{
	void *object = NULL;
	if (redisReaderGetReply(l->reader, &object) != REDIS_OK) {
		fail(l, "the answer is not the Redis protocol");
		return 0;
	}
	if (!object)
		return 0;
	l->fed = 0;
	if (take_message(l, object))
		return 1;
	if (!l->pending.head || reply_is_elsewhere(object)) {
		struct err e = { .text = "an answer nobody asked for" };
		redisReply *r = object;
		if (r->type == REDIS_REPLY_ERROR)
			err_set(&e, "%.200s", r->str);
		freeReplyObject(object);
		fail(l, e.text);
		return 0;
	}
	unsigned generation = l->generation;
	l->progress = mono_now();
	struct link_pending p = link_queue_take(&l->pending);
	l->reply = object;
	p.done(p.arg, object);
	freeReplyObject(l->reply);
	l->reply = NULL;
	return generation == l->generation;
}

static void read_all(struct link *l, struct evbuffer *in)
{
	unsigned generation = l->generation;
	for (size_t n;
		generation == l->generation && (n = evbuffer_get_contiguous_space(in)) > 0;) {
		if (redisReaderFeed(l->reader, (char *)evbuffer_pullup(in, (ev_ssize_t)n), n) !=
			REDIS_OK) {
			fail(l, "no memory for an answer");
			return;
		}
		evbuffer_drain(in, n);
		l->fed += n;
		while (handle_reply(l))
			;
		if (generation == l->generation && l->fed > REPLY_BYTES_MAX)
			fail(l, "an answer is larger than allowed");
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct link *l = arg;
	hold(l);
	read_all(l, bufferevent_get_input(bev));
	release(l);
}

static void on_greeting(void *arg, const redisReply *r)
{
	struct link *l = arg;
	struct err e;
	if (!r)
		return;
	if (reply_check(r, &e) < 0) {
		err_wrap(&e, "authentication");
		fail(l, e.text);
		return;
	}
	enter(l, LINK_UP);
	if (l->events.up)
		l->events.up(l->events.arg);
}

static void put(struct link *l, const struct args *args, link_reply_fn done, void *arg)
{
	struct slice wire = args_format(args);
	evbuffer_add(bufferevent_get_output(l->bev), wire.data, wire.len);
	args_format_free(&wire);
	link_queue_add(&l->pending, done, arg);
	arm_watch(l);
}

/* PING even without a password: a server that is still loading its data answers an error here. */
static void greet(struct link *l)
{
	struct args a = { 0 };
	if (*l->password) {
		args_adds(&a, "AUTH");
		if (*l->username)
			args_adds(&a, l->username);
		args_adds(&a, l->password);
	} else {
		args_adds(&a, "PING");
	}
	put(l, &a, on_greeting, l);
	explicit_bzero(a.bytes.data, a.bytes.cap);
	args_free(&a);
}

static void connected(struct link *l)
{
	dial_done(&l->url, l->bev);
	enter(l, LINK_GREETING);
	greet(l);
}

static void fail_connection(struct link *l, int error)
{
	struct err e;
	dial_explain(l->bev, error, &e);
	fail(l, e.text);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct link *l = arg;
	int error = EVUTIL_SOCKET_ERROR();
	(void)bev;
	hold(l);
	if (what & BEV_EVENT_CONNECTED)
		connected(l);
	else if (what & BEV_EVENT_EOF)
		fail(l, "the server closed the connection");
	else
		fail_connection(l, error);
	release(l);
}

static void connect_now(struct link *l)
{
	const char *why = "";
	const struct url *place = &l->url;
	enter(l, LINK_CONNECTING);
	if (l->place.now && !(place = l->place.now(l->place.arg, &why))) {
		fail(l, why);
		return;
	}
	l->url = *place;
	l->reader = reply_reader_new();
	l->bev = dial_new(&l->dialer, &l->url);
	CHECK(l->reader);
	l->fed = 0;
	l->progress = mono_now();
	bufferevent_setcb(l->bev, on_read, NULL, on_event, l);
	bufferevent_enable(l->bev, EV_READ | EV_WRITE);
	unsigned generation = l->generation;
	errno = 0;
	if (dial_start(&l->dialer, &l->url, l->bev) < 0 && generation == l->generation)
		fail(l, errno ? strerror(errno) : "cannot connect");
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct link *l = arg;
	hold(l);
	if (l->state == LINK_WAITING)
		connect_now(l);
	else
		fail(l, "no connection within the deadline");
	release(l);
}

static void on_refusal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct link *l = arg;
	hold(l);
	link_queue_refuse(&l->refused);
	release(l);
}

struct link *link_open(struct event_base *base, const struct link_options *options,
	const struct link_events *events, struct err *e)
{
	struct url url = { 0 };
	if (!options->place.now && url_parse(options->url, &url, e) < 0)
		return NULL;
	struct link *l = mem_zalloc(sizeof *l);
	l->dialer.base = base;
	l->url = url;
	l->place = options->place;
	l->dialer.tls = options->tls;
	l->username = mem_strdup(options->username);
	l->password = mem_strdup(options->password);
	l->connect_ms = options->connect_ms;
	l->command_ms = options->command_ms;
	l->events = *events;
	link_queue_init(&l->pending);
	link_queue_init(&l->refused);
	l->timer = evtimer_new(base, on_timer, l);
	l->watch = evtimer_new(base, on_watch, l);
	l->refusal = evtimer_new(base, on_refusal, l);
	CHECK(l->timer && l->watch && l->refusal);
	enter(l, LINK_WAITING);
	return l;
}

void link_close(struct link **slot)
{
	struct link *l = *slot;
	*slot = NULL;
	if (!l)
		return;
	hold(l);
	l->closed = true;
	l->state = LINK_WAITING;
	drop_connection(l);
	while (l->pending.head || l->refused.head) {
		link_queue_refuse(&l->pending);
		link_queue_refuse(&l->refused);
	}
	event_free(l->timer);
	event_free(l->watch);
	event_free(l->refusal);
	dial_fini(&l->dialer);
	explicit_bzero(l->password, strlen(l->password));
	free(l->username);
	free(l->password);
	release(l);
}

redisReply *link_take_reply(struct link *l)
{
	redisReply *reply = l->reply;
	l->reply = NULL;
	return reply;
}

struct mono link_lost_since(const struct link *l)
{
	return l->lost_since;
}

bool link_is_up(const struct link *l)
{
	return l->state == LINK_UP;
}

void link_refuse(struct link *l, link_reply_fn done, void *arg)
{
	link_queue_add(&l->refused, done, arg);
	after(l->refusal, 0);
}

void link_send(struct link *l, const struct args *args, link_reply_fn done, void *arg)
{
	if (l->state == LINK_UP)
		put(l, args, done, arg);
	else
		link_refuse(l, done, arg);
}

/* How much the kernel takes now, without a turn of the loop; nothing behind other bytes or where
 * they are to be encrypted. An error comes again when the rest is written. */
static size_t send_at_once(struct link *l, struct slice wire)
{
	if (tls_is(l->bev) || evbuffer_get_length(bufferevent_get_output(l->bev)) > 0)
		return 0;
	ssize_t n =
		send(bufferevent_getfd(l->bev), wire.data, wire.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n > 0 ? (size_t)n : 0;
}

void link_send_wire(struct link *l, struct slice wire, link_reply_fn done, void *arg)
{
	if (l->state != LINK_UP) {
		link_refuse(l, done, arg);
		return;
	}
	size_t sent = send_at_once(l, wire);
	if (sent < wire.len)
		evbuffer_add_reference(bufferevent_get_output(l->bev), wire.data + sent,
			wire.len - sent, NULL, NULL);
	link_queue_add(&l->pending, done, arg);
	arm_watch(l);
}

void link_send_copy(struct link *l, struct slice wire, link_reply_fn done, void *arg)
{
	if (l->state != LINK_UP) {
		link_refuse(l, done, arg);
		return;
	}
	evbuffer_add(bufferevent_get_output(l->bev), wire.data, wire.len);
	link_queue_add(&l->pending, done, arg);
	arm_watch(l);
}

void link_reset(struct link *l, const char *why)
{
	hold(l);
	fail(l, why);
	release(l);
}

void link_move(struct link *l, const char *why)
{
	const char *unknown;
	const struct url *now = l->place.now ? l->place.now(l->place.arg, &unknown) : NULL;
	if (now && l->state != LINK_WAITING && url_equal(now, &l->url))
		return;
	hold(l);
	fail(l, why);
	l->attempts = 0;
	if (!l->closed && l->state == LINK_WAITING)
		enter(l, LINK_WAITING);
	release(l);
}

void link_settled(struct link *l)
{
	l->attempts = 0;
}

void link_flush(struct link *l, int ms)
{
	if (l->state == LINK_UP)
		dial_flush(l->bev, ms);
}
