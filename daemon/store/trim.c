#include "trim.h"

#include <event2/event.h>

#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"

#define PERIOD_S 10

/* Things of one kind removed in one call: well under a millisecond of the server's time. */
#define LIMIT 200

static void after_ms(struct trimmer *t, long ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	if (t->epoch)
		event_add(t->timer, &tv);
}

static void on_reply(void *arg, const redisReply *r)
{
	struct trimmer *t = arg;
	struct err e;
	int64_t n = 0;
	t->asked = false;
	if (r && !reply_is_error(r, "FENCED") && reply_check(r, &e) < 0)
		LOG(ERROR, "store.trim", LOG_S("why", e.text));
	else if (r && reply_int(r, &n) < 0)
		n = 0;
	after_ms(t, n >= LIMIT ? 50 : PERIOD_S * 1000);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct trimmer *t = arg;
	if (t->asked)
		return;
	t->asked = true;
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_trim");
	args_addi(&a, 1);
	args_adds(&a, t->prefix);
	args_addi(&a, t->epoch);
	for (size_t i = 0; i < sizeof t->keep_ms / sizeof *t->keep_ms; i++)
		args_addi(&a, t->keep_ms[i]);
	args_addi(&a, LIMIT);
	link_send(t->link, &a, on_reply, t);
	args_free(&a);
}

void trimmer_init(struct trimmer *t, struct event_base *base)
{
	t->timer = evtimer_new(base, on_timer, t);
	CHECK(t->timer);
}

void trimmer_lead(struct trimmer *t, int64_t epoch)
{
	t->epoch = epoch;
	if (epoch)
		after_ms(t, PERIOD_S * 1000);
	else
		event_del(t->timer);
}

void trimmer_fini(struct trimmer *t)
{
	event_free(t->timer);
}
