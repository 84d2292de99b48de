#include "tail.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define ENTRIES_A_READ      128
#define ENTRIES_A_READ_TEXT "128"

/* Two unsigned 64-bit numbers and a dash. */
#define ID_SIZE 48

struct tail {
	struct link *link;
	char *key;
	char position[ID_SIZE];
	tail_fn each;
	void (*caught_up)(void *arg); /* NULL: it has been told */
	int64_t until_ms;
	void *arg;
	char block_ms[24];
	bool paused, reading;
	struct replicas replicas;
	redisReply *held;     /* entries the replicas may not have yet */
	bool handing, closed; /* entries over; tail_close() was called meanwhile */
};

static void read_more(struct tail *t);

static void hand_over(void *arg, const char *id, const redisReply *fields)
{
	struct tail *t = arg;
	if (t->closed)
		return;
	snprintf(t->position, sizeof t->position, "%s", id);
	for (size_t i = 1; i < fields->elements && !t->closed; i += 2)
		t->each(t->arg, id, fields->element[i]->str, fields->element[i]->len);
}

static void free_tail(struct tail *t)
{
	free(t->key);
	free(t);
}

/* Others may write as fast as this side reads: it ends with what is younger than its beginning. */
static void look_if_caught_up(struct tail *t, size_t n)
{
	void (*tell)(void *arg) = t->caught_up;
	if (!tell || (n == ENTRIES_A_READ && strtoll(t->position, NULL, 10) < t->until_ms))
		return;
	t->caught_up = NULL;
	tell(t->arg);
}

static void take(struct tail *t, const redisReply *r)
{
	const redisReply *entries = reply_xread(r);
	int bad = 0;
	t->handing = true;
	if (r->type != REDIS_REPLY_NIL)
		bad = reply_entries(entries, hand_over, t);
	if (bad == 0 && !t->closed)
		look_if_caught_up(t, reply_count(entries));
	t->handing = false;
	if (t->closed)
		free_tail(t);
	else if (bad < 0)
		link_reset(t->link, "XREAD: unexpected answer");
	else
		read_more(t);
}

static void on_replicated(void *arg, const redisReply *r)
{
	struct tail *t = arg;
	struct err e;
	redisReply *held = t->held;
	t->held = NULL;
	t->reading = false;
	if (r && replicas_check(&t->replicas, r, &e) < 0)
		link_reset(t->link, e.text);
	else if (r)
		take(t, held);
	freeReplyObject(held);
}

static void ignore(void *arg, const redisReply *r)
{
	(void)arg, (void)r;
}

/* WAIT speaks of the writes before the connection's last command, and the read that blocked was
 * given before these entries were written. */
static void hold(struct tail *t)
{
	t->held = link_take_reply(t->link);
	struct args a = { 0 };
	args_adds(&a, "PING");
	link_send(t->link, &a, ignore, t);
	args_free(&a);
	replicas_ask(&t->replicas, t->link, on_replicated, t);
}

static void on_read(void *arg, const redisReply *r)
{
	struct tail *t = arg;
	struct err e;
	t->reading = false;
	if (!r)
		return; /* up() asks again */
	if (reply_check(r, &e) < 0) {
		link_reset(t->link, e.text);
		return;
	}
	link_settled(t->link);
	if (t->replicas.needed > 0 && r->type != REDIS_REPLY_NIL) {
		t->reading = true;
		hold(t);
		return;
	}
	take(t, r);
}

static void read_more(struct tail *t)
{
	if (t->paused || t->reading || !link_is_up(t->link))
		return;
	t->reading = true;
	struct args a = { 0 };
	const char *words[] = { "XREAD", "COUNT", ENTRIES_A_READ_TEXT, "BLOCK", t->block_ms,
		"STREAMS", t->key, t->position };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!t->caught_up || i < 3 || i > 4) /* whoever catches up does not wait for more */
			args_adds(&a, words[i]);
	link_send(t->link, &a, on_read, t);
	args_free(&a);
}

static void on_up(void *arg)
{
	read_more(arg);
}

struct tail *tail_open(struct event_base *base, const struct link_options *link,
	const struct tail_options *options, struct err *e)
{
	struct tail *t = mem_zalloc(sizeof *t);
	struct link_events events = { .arg = t, .up = on_up };
	t->link = link_open(base, link, &events, e);
	if (!t->link) {
		free(t);
		return NULL;
	}
	t->key = mem_strdup(options->key);
	t->each = options->each;
	t->caught_up = options->caught_up;
	t->until_ms = options->until_ms;
	t->arg = options->arg;
	t->replicas = options->replicas;
	snprintf(t->position, sizeof t->position, "%s",
		*options->position ? options->position : "0-0");
	snprintf(t->block_ms, sizeof t->block_ms, "%lld", (long long)link->command_ms / 2 + 1);
	return t;
}

void tail_close(struct tail **slot)
{
	struct tail *t = *slot;
	*slot = NULL;
	if (!t)
		return;
	link_close(&t->link);
	t->closed = true;
	if (!t->handing)
		free_tail(t);
}

const char *tail_position(const struct tail *t)
{
	return t->position;
}

void tail_move(struct tail *t, const char *why)
{
	link_move(t->link, why);
}

void tail_pause(struct tail *t, bool paused)
{
	t->paused = paused;
	read_more(t);
}
