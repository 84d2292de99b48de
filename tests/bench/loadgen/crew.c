#include "crew.h"

#include <event2/event.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew_priv.h"
#include "history.h"

#define WRONG_SHOWN 5 /* so many wrong answers are named, the rest only counted */

void crew_wrong(struct crew *c, const char *what)
{
	if (++c->r->wrong <= WRONG_SHOWN)
		fprintf(stderr, "loadgen: wrong: %s: %.*s\n", what, (int)c->line_len, c->line);
}

static struct timeval after_us(int64_t us)
{
	if (us < 1)
		us = 1;
	return (struct timeval){ .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
}

static void arm(struct event *ev, int64_t us)
{
	struct timeval t = after_us(us);

	evtimer_add(ev, &t);
}

static struct life *free_life(struct crew *c)
{
	for (int i = 0; i < c->n_lives; i++)
		if (c->lives[i].state == LIFE_FREE)
			return &c->lives[i];
	return NULL;
}

static double exponential(double rate)
{
	return -log(1.0 - drand48()) / rate;
}

/* Start what is due. Open loop: all arrivals up to now. Closed loop: fill up. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct crew *c = arg;
	struct life *l;
	(void)fd, (void)what;

	if (c->ending)
		return;
	if (c->o.rate <= 0) {
		while (c->n_going < c->o.in_flight && (l = free_life(c)))
			life_open(c, l, 0);
		return;
	}
	while (c->next_open_us <= now_us()) {
		l = free_life(c);
		if (!l) {
			fprintf(stderr, "loadgen: more than %d contacts at once\n", c->n_lives);
			c->failed = true;
			event_base_loopbreak(c->base);
			return;
		}
		life_open(c, l, c->next_open_us);
		c->next_open_us += (int64_t)(exponential(c->o.rate) * 1e6);
	}
	arm(c->tick, c->next_open_us - now_us());
}

void crew_life_ended(struct crew *c, struct life *l)
{
	map_remove(&c->by_contact, l->contact);
	l->state = LIFE_FREE;
	c->n_going--;
	c->r->completed++;
	if (c->ending) {
		if (c->n_going == 0)
			event_base_loopbreak(c->base);
	} else if (c->o.rate <= 0) {
		if (c->o.pause_ms)
			arm(c->tick, c->o.pause_ms * 1000);
		else
			life_open(c, l, 0);
	}
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	struct crew *c = arg;
	(void)fd, (void)what;

	if (c->ending || c->n_going == 0)
		event_base_loopbreak(c->base);
	c->ending = true;
	arm(c->end, (int64_t)(c->o.drain_s * 1e6));
}

static void start(struct crew *c)
{
	int64_t now = now_us();

	c->started = true;
	c->measure_from_us = now + (int64_t)(c->o.warmup_s * 1e6);
	c->end_us = c->measure_from_us + (int64_t)(c->o.seconds * 1e6);
	c->next_open_us = now;
	arm(c->end, c->end_us - now);
	on_tick(-1, 0, c);
}

static void note_session(const struct member *m, const char *op)
{
	struct history_entry e = { .process = m->name, .event = "event", .op = op };

	history_write(m->crew->o.history, &e);
}

static void member_ready(struct member *m)
{
	struct crew *c = m->crew;

	m->ready = true;
	note_session(m, "session.ready");
	request_resend(c, m);
	if (++c->n_ready == c->n_members && !c->started)
		start(c);
}

static void resume_contacts(struct member *m)
{
	struct crew *c = m->crew;

	for (int i = 0; i < c->n_lives; i++)
		if (c->lives[i].frontend == m && c->lives[i].state > LIFE_OPENING)
			request_send(c, m, STEP_RESUME, &c->lives[i]);
}

static void on_answer(struct member *m, const struct wire *w)
{
	struct crew *c = m->crew;
	struct request q;

	if (!request_take(c, w->id, &q)) {
		crew_wrong(c, "answer to nothing asked");
		return;
	}
	if (q.step > STEP_SET) {
		life_answer(c, &q, w);
		return;
	}
	if (w->code) {
		c->failed = !c->o.reconnect;
		if (c->failed || w->code != 8)
			crew_wrong(c, step_name(q.step));
		peer_drop(&m->peer);
		arm(m->retry, 100000);
		if (c->failed)
			event_base_loopbreak(c->base);
	} else if (q.step == STEP_HELLO && m->responder) {
		request_send(c, m, STEP_SET, NULL);
	} else {
		if (!m->responder)
			resume_contacts(m);
		member_ready(m);
	}
}

static void on_line(void *arg, const char *line, size_t n)
{
	struct member *m = arg;
	struct crew *c = m->crew;
	struct wire w;

	c->line = line;
	c->line_len = n < 400 ? n : 400;
	if (wire_read(line, n, &w) < 0)
		crew_wrong(c, "a line that is no object");
	else if (strcmp(w.method, "offer.new") == 0)
		life_offer(c, m, &w);
	else if (strcmp(w.method, "offer.gone") == 0)
		life_offer_gone(c, &w);
	else if (!w.method[0])
		on_answer(m, &w);
}

static void on_up(void *arg)
{
	struct member *m = arg;

	request_send(m->crew, m, STEP_HELLO, NULL);
}

static void on_down(void *arg)
{
	struct member *m = arg;
	struct crew *c = m->crew;

	c->r->lost_connections++;
	note_session(m, "session.lost");
	if (m->ready)
		c->n_ready--;
	m->ready = false;
	request_lost(c, m);
	if (c->o.reconnect) {
		arm(m->retry, 100000);
		return;
	}
	fprintf(stderr, "loadgen: %s lost its connection\n", m->name);
	c->failed = true;
	event_base_loopbreak(c->base);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct member *m = arg;
	(void)fd, (void)what;

	if (peer_connect(&m->peer, m->crew->o.port) == 0)
		return;
	if (m->crew->o.reconnect) {
		arm(m->retry, 100000);
	} else {
		fprintf(stderr, "loadgen: cannot connect\n");
		m->crew->failed = true;
		event_base_loopbreak(m->crew->base);
	}
}

static void member_init(struct crew *c, int i)
{
	struct member *m = &c->members[i];
	char cert[512], key[512];

	m->crew = c;
	m->responder = i >= c->o.frontends;
	snprintf(m->name, sizeof m->name, "%s%d", m->responder ? "r" : "fe",
		m->responder ? i - c->o.frontends : i);
	snprintf(cert, sizeof cert, "%s/%s.pem", c->o.certs, m->name);
	snprintf(key, sizeof key, "%s/%s.key", c->o.certs, m->name);
	m->peer = (struct peer){ .streams = &c->streams,
		.tls = peer_tls(c->o.ca, cert, key),
		.arg = m,
		.on_up = on_up,
		.on_line = on_line,
		.on_down = on_down };
	m->retry = evtimer_new(c->base, on_retry, m);
	arm(m->retry, i * 500); /* a stampede is another measurement */
}

struct crew *crew_new(struct event_base *base, const struct crew_options *options)
{
	struct crew *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->o = *options;
	c->base = base;
	c->n_members = c->o.frontends + c->o.responders;
	c->n_lives = c->o.rate > 0 ? REQUEST_SLOTS / 4 : c->o.in_flight;
	c->members = calloc((size_t)c->n_members, sizeof *c->members);
	c->lives = calloc((size_t)c->n_lives, sizeof *c->lives);
	c->requests = calloc(REQUEST_SLOTS, sizeof *c->requests);
	if (!c->members || !c->lives || !c->requests)
		abort();
	snprintf(c->run, sizeof c->run, "%x%llx", (unsigned)getpid() & 0xffff,
		(unsigned long long)now_us() & 0xffffffff);
	srand48(getpid());
	map_init(&c->by_contact, 1, 2);
	map_init(&c->early, 3, 4);
	streams_init(&c->streams, base, &peer_stream_events);
	c->tick = evtimer_new(base, on_tick, c);
	c->end = evtimer_new(base, on_end, c);
	return c;
}

int crew_run(struct crew *c, struct crew_result *result)
{
	memset(result, 0, sizeof *result);
	c->r = result;
	for (int i = 0; i < c->n_members; i++)
		member_init(c, i);
	event_base_dispatch(c->base);
	result->unfinished = c->n_going;
	result->measured_s = c->o.seconds;
	samples_sort(&result->offer);
	samples_sort(&result->ack);
	samples_sort(&result->life);
	samples_sort(&result->late);
	return c->failed || !c->started ? -1 : 0;
}

static void member_fini(struct member *m)
{
	peer_drop(&m->peer);
	peer_tls_free(&m->peer.tls);
	event_free(m->retry);
}

void crew_free(struct crew **crew)
{
	struct crew *c = *crew;
	const char *key;
	size_t i = 0;
	void *early;

	for (int k = 0; k < c->n_members; k++)
		member_fini(&c->members[k]);
	while ((early = map_walk(&c->early, &i, &key)))
		free(early);
	map_fini(&c->by_contact);
	map_fini(&c->early);
	streams_fini(&c->streams);
	event_free(c->tick);
	event_free(c->end);
	free(c->members);
	free(c->lives);
	free(c->requests);
	free(c);
	*crew = NULL;
}
