#include "crew_priv.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "triaged/base/buf.h"

static const char *const texts[] = {
	"Hi, I have had a rough week at work and could use somebody to talk to for a bit about how "
	"to deal with my new manager and the long hours we have now.",
	"hello, my roommate and I keep arguing about money and chores and I do not know how to "
	"bring it up again without another long fight this weekend.",
	"Good evening. I moved to a new city last month, I do not know anybody here yet and the "
	"evenings are long. I would like to talk with someone for a while.",
	"hey so my exams are coming up and I am stressed out, I can not focus on my books and my "
	"parents ask me about it every day. any tips on how to handle it?",
};

const char *step_name(enum step step)
{
	static const char *const names[] = { "session.hello", "responder.set", "contact.resume",
		"contact.open", "offer.accept", "contact.close" };

	return names[step];
}

static void add_params(struct buf *b, const struct crew *c, const struct request *q)
{
	const struct life *l = q->life;

	switch (q->step) {
	case STEP_HELLO:
		buf_addf(b, "\"protocol\":1,\"role\":\"%s\"",
			q->member->responder ? "responder" : "frontend");
		break;
	case STEP_SET:
		buf_addf(b, "\"presence\":\"ready\",\"capacity\":%d,\"wrap_s\":0", c->o.capacity);
		break;
	case STEP_RESUME:
		buf_addf(b, "\"contact\":\"%s\",\"since_seq\":1", l->contact);
		break;
	case STEP_OPEN:
		buf_addf(b,
			"\"ref\":\"%s\",\"channel\":\"sms\",\"from\":\"+1555%07u\",\"lang\":\"en\","
			"\"text\":\"%s\"",
			q->ref, (unsigned)(l->serial % 10000000),
			texts[l->serial % (sizeof texts / sizeof *texts)]);
		break;
	case STEP_ACCEPT:
		buf_addf(b, "\"ref\":\"%s\",\"offer\":\"%s\"", q->ref, q->offer);
		break;
	case STEP_CLOSE:
		buf_addf(b,
			"\"ref\":\"%s\",\"contact\":\"%s\",\"disposition\":\"resolved\",\"outcome\":{}",
			q->ref, l->contact);
		break;
	}
}

static void record(struct crew *c, const struct request *q, const char *event)
{
	bool open = q->step == STEP_OPEN;
	struct history_entry e = { .process = q->member->name,
		.event = event,
		.op = step_name(q->step),
		.ref = q->ref,
		.contact = !open && q->life ? q->life->contact : NULL,
		.offer = q->offer };

	if (q->step >= STEP_RESUME)
		history_write(c->o.history, &e);
}

static void write_out(struct crew *c, struct request *q)
{
	struct buf b = { 0 };

	if (!q->member->ready && q->step >= STEP_OPEN)
		return; /* sent when the session is there */
	buf_addf(&b, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\",\"params\":{",
		(long long)q->id, step_name(q->step));
	add_params(&b, c, q);
	buf_adds(&b, "}}\n");
	record(c, q, "invoke");
	peer_write(&q->member->peer, b.data, b.len);
	buf_free(&b);
}

/* The slot of the next id that has one: others may wait for long. */
static struct request *free_slot(struct crew *c)
{
	for (int i = 0; i < REQUEST_SLOTS; i++) {
		struct request *q = &c->requests[++c->last_id & (REQUEST_SLOTS - 1)];
		if (!q->id)
			return q;
	}
	return NULL;
}

void request_send(struct crew *c, struct member *m, enum step step, struct life *l)
{
	struct request *q = free_slot(c);

	if (!q) {
		fprintf(stderr, "loadgen: more than %d requests unanswered\n", REQUEST_SLOTS);
		c->failed = true;
		event_base_loopbreak(c->base);
		return;
	}
	*q = (struct request){ .id = c->last_id, .step = step, .member = m, .life = l };
	if (l) {
		q->serial = l->serial;
		snprintf(q->ref, sizeof q->ref, "%s-%llu-%d%s", c->run,
			(unsigned long long)l->serial, step == STEP_ACCEPT ? l->attempt : 0,
			step == STEP_OPEN     ? "o"
			: step == STEP_ACCEPT ? "a"
					      : "c");
		if (step == STEP_ACCEPT)
			memcpy(q->offer, l->offer, sizeof q->offer);
	}
	write_out(c, q);
}

struct again {
	struct crew *crew;
	struct request request;
};

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct again *a = arg;
	(void)fd, (void)what;

	if (a->request.life->serial == a->request.serial)
		request_send(a->crew, a->request.member, a->request.step, a->request.life);
	free(a);
}

void request_again(struct crew *c, const struct request *q)
{
	static const struct timeval soon = { 0, 200000 };
	struct again *a = malloc(sizeof *a);

	if (!a)
		abort();
	*a = (struct again){ c, *q };
	event_base_once(c->base, -1, EV_TIMEOUT, on_again, a, &soon);
}

bool request_take(struct crew *c, int64_t id, struct request *out)
{
	struct request *q = &c->requests[id & (REQUEST_SLOTS - 1)];

	if (id <= 0 || q->id != id)
		return false;
	*out = *q;
	q->id = 0;
	return true;
}

static bool repeatable(const struct request *q)
{
	return q->step == STEP_OPEN || q->step == STEP_ACCEPT || q->step == STEP_CLOSE;
}

void request_lost(struct crew *c, struct member *m)
{
	for (int i = 0; i < REQUEST_SLOTS; i++) {
		struct request *q = &c->requests[i];
		if (!q->id || q->member != m)
			continue;
		record(c, q, "info");
		if (!repeatable(q))
			q->id = 0;
	}
}

void request_resend(struct crew *c, struct member *m)
{
	for (int i = 0; i < REQUEST_SLOTS; i++) {
		struct request *q = &c->requests[i];
		if (q->id && q->member == m && repeatable(q))
			write_out(c, q);
	}
}
