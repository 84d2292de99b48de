/*
 * The store is there, but nothing is heard of who leads: it was killed, stands still or is cut off,
 * and until its lease ends nobody else leads. Intake that the inbox took is not kept waiting for
 * that: after ack_after_ms without an answer to it, and without any word of who leads since it was
 * asked, this node decides it alone, center_alone.c. Who leads answers the inbox in order and in
 * milliseconds, so ack_after_ms is long; while anything else is answered nobody goes alone. It never
 * becomes an island: who serves whom is for the next to lead. The first word of it ends this, or this
 * node's own lead when the state is loaded.
 *
 *     following ──half of the time──▶ answers and inbox are read ──ack_after_ms──▶ alone, silent
 *         ◀───────────────── any output of who leads, or this node leads ─────────────┘
 *
 * Why nothing happens twice: such a command is in the inbox and is told as a fact too, both under the
 * same reference and the same contact id, which the edge chose before either. Whoever leads takes
 * the first of the two, in whatever order they come (a resend may bring the inbox's again), and the
 * other one is a repeat; without a reference (contact.leave, contact.resume) doing it twice is
 * doing it once. What was answered first stands: a fact is not refused, and the answer of who leads
 * finds nobody waiting. One that only stood still goes on under the same rules, with its commit.
 *
 * Why a request that was made before is answered as then: the answers committed last are read from
 * the store, and the contacts opened in the inbox that nobody has decided yet; this core knows both,
 * as whoever leads next will. Not known is what another node decides alone meanwhile: a front end
 * that asks there first and here again is given a second contact, and who leads links the two (twins
 * in core/apply_fact.c), as after an island. The same when the store reads too slowly: nobody is
 * refused or kept waiting for it.
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
	store_recent(c->store, BACK_MS, on_recent, on_end, q);
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
