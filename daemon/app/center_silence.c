/*
 * The store answers, but the leading node does not: it was killed, stands still or is cut off, and
 * until its lease ends no other node can lead. Front ends must not wait for that. When a request of
 * theirs lies in the inbox for ack_after_ms without an answer, and nothing at all came from the leader
 * in that time, this node decides it alone (center_alone.c). A leader answers the inbox in order and
 * within milliseconds, so ack_after_ms is long, and as long as the leader answers anything no node goes
 * alone. The node does not become an island: who serves whom is left to the next leader. It stops
 * deciding alone with the leader's first output, or when it has itself loaded the state as the leader.
 *
 *     following ──half of ack_after_ms──▶ reads answers and inbox ──ack_after_ms──▶ alone, silent
 *         ◀───────────── any output of the leader, or this node leads ───────────────┘
 *
 * Why nothing is done twice: such a command lies in the inbox and is also submitted as a fact, both with
 * the same reference and the same contact id, which the edge chose beforehand. The leader applies
 * whichever comes first and takes the other one for a repeat. Commands without a reference
 * (contact.leave, contact.resume) may be applied twice without harm. The first answer stands: a fact is
 * not refused, and a later answer of the leader finds nobody waiting for it. A leader that only stood
 * still goes on under the same rules with its next commit.
 *
 * Why a repeated request gets its first answer: the answers committed last, and the contacts opened in
 * the inbox but not decided yet, are read from the store, so this node's core knows both, as the next
 * leader will. What it cannot know is what another node decides alone at the same time. A front end that
 * asks there first and here again is given a second contact, and the leader links the two later (twins in
 * core/apply_fact.c), as after an island. The same happens when the store is read too slowly: nobody is
 * refused or kept waiting because of it.
 */
#include "center_internal.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

/* Who lost an answer has asked again within this, mostly. */
#define BACK_MS 10000

struct question {
	struct center *center;
	uint64_t round;
};

/* A contact opened by a request that nobody here waits for any more, a fact told, or another node's:
 * they come before what is decided here. */
static void take_undecided(const struct center *c, struct core *core, struct slice bytes)
{
	struct command command;
	struct step step = { 0 };
	char *copy = mem_dup(bytes.data, bytes.len);
	if (command_decode(copy, bytes.len, &command, NULL) == 0 &&
		command.command == COMMAND_CONTACT_OPEN && !center_alone_waits(c, &command)) {
		command.request = command.fact = 0; /* it is no news to this core's origins */
		core_apply(core, &command, store_now_ms(c->store), &step);
	}
	explicit_bzero(copy, bytes.len);
	free(copy);
	step_free(&step);
}

/* What the spool told of, or was decided meanwhile, is known and comes first. */
static void on_recent(void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	struct question *q = arg;
	struct alone *a = &q->center->alone;
	struct err e;
	if (q->round != a->round)
		return;
	struct core *core = a->prepared ? a->prepared : q->center->core;
	if (kind == 'i')
		(void)!core_load(core, ENTITY_REF, id, ref, bytes, &e);
	else
		take_undecided(q->center, core, bytes);
}

static void on_end(void *arg, enum store_result result)
{
	struct question *q = arg;
	if (result == STORE_OK && q->round == q->center->alone.round) {
		q->center->alone.reading = false;
		center_alone_look(q->center);
	}
	free(arg);
}

void center_silence_ask(struct center *c)
{
	struct question *q = mem_zalloc(sizeof *q);
	*q = (struct question){ c, c->alone.round };
	c->alone.prepared = center_alone_core(c);
	c->alone.reading = true;
	c->alone.asked = mono_now();
	store_recent(c->store, BACK_MS, on_recent, on_end, q);
}

/* Asked on time, at half of ack_after_ms, it is given until twice ack_after_ms; asked late, because this
 * node stood still itself, as long. */
bool center_silence_reads(const struct center *c)
{
	return c->alone.reading && mono_since_ms(c->alone.asked) < c->options.ack_after_ms * 3 / 2;
}

void center_silence_stop(struct center *c)
{
	c->alone.round++;
	c->alone.reading = false;
	core_free(&c->alone.prepared);
}

void center_silence_heard(struct center *c)
{
	c->alone.heard = mono_now();
	if (c->alone.prepared)
		center_silence_stop(c);
	if (c->lead == ALONE && c->alone.silent && !c->loading)
		center_follow(c, store_leader(c->store));
}
