/* Batches: what steps changed becomes durable first, then their outputs leave. */
#include "center_internal.h"

#include <event2/event.h>
#include <string.h>

void center_schedule_flush(struct center *c)
{
	/* A zero timer, not event_active(): what else arrived in this turn joins the batch. */
	static const struct timeval now = { 0, 0 };
	if (c->n_sent < STORE_COMMITS_MAX && !evtimer_pending(c->flush_event, NULL))
		evtimer_add(c->flush_event, &now);
}

static void deliver(struct center *c, const struct step *s)
{
	for (size_t i = 0; i < s->n_outputs; i++) {
		const struct output *o = &s->outputs[i];
		if (o->kind == OUTPUT_DISPATCH_SEND && c->events.send)
			c->events.send(c->events.arg, c->core, o);
		else if (strcmp(o->node, c->node) == 0)
			c->events.output(c->events.arg, o);
	}
}

static void on_committed(void *arg, enum commit_result result)
{
	struct center *c = arg;
	c->counts.fenced += result == COMMIT_FENCED;
	if (c->n_sent == 0)
		return; /* the lead was lost meanwhile */
	struct step oldest = c->sent[0];
	c->n_sent--;
	memmove(c->sent, c->sent + 1, (STORE_COMMITS_MAX - 1) * sizeof *c->sent);
	c->sent[STORE_COMMITS_MAX - 1] = (struct step){ 0 };
	if (result == COMMIT_OK) /* else store_lead() tells the same and drops the core */
		deliver(c, &oldest);
	step_clear(&oldest);
	c->sent[STORE_COMMITS_MAX - 1] = oldest; /* its memory is used again */
	if (c->lead == LEADING && (c->batch_size > 0 || c->step.n_outputs > 0))
		center_flush(c);
}

static void put_entity(struct commit *batch, char kind, const struct entity_write *w)
{
	if (w->again && w->bytes.len)
		commit_entity_again(batch, kind, w->id, w->bytes);
	else
		commit_entity(batch, kind, w->id, w->bytes);
}

static void write_entity(void *arg, const struct entity_write *w)
{
	struct center *c = arg;
	struct commit *batch = c->batch;
	switch (w->kind) {
	case ENTITY_CONTACT:
		put_entity(batch, 'c', w);
		if (w->moved)
			commit_contact(batch, w->id, w->live, w->waiting, w->queue_score);
		if (!w->live)
			transcripts_forget(&c->transcripts, w->id);
		break;
	case ENTITY_RESPONDER:
		put_entity(batch, 'r', w);
		break;
	case ENTITY_DISPATCH:
		if (w->live)
			put_entity(batch, 'd', w);
		else /* a rescue that is over lives on in the ledger */
			commit_entity(batch, 'd', w->id, (struct slice){ "", 0 });
		break;
	case ENTITY_PERSON:
		put_entity(batch, 'p', w);
		break;
	case ENTITY_REF:
		if (w->bytes.len) /* what is too old the store removes by itself */
			commit_ref(batch, w->id, w->ref, w->bytes);
		break;
	case ENTITY_MESSAGE:
		commit_message(batch, w->id, w->bytes);
		transcripts_add(&c->transcripts, w->id, w->bytes);
		break;
	case ENTITY_COUNTERS:
		commit_entity(batch, 's', w->id, w->bytes);
		break;
	}
}

static void swap_steps(struct step *a, struct step *b)
{
	struct step s = *a;
	*a = *b;
	*b = s;
}

/* There is nothing to write. Delivering may bring new outputs, which belong to the next batch. */
static void deliver_at_once(struct center *c)
{
	struct step *done = &c->sent[0];
	c->batch_size = 0;
	swap_steps(&c->step, done);
	deliver(c, done);
	step_clear(done);
}

void center_flush(struct center *c)
{
	if (c->lead != LEADING || c->n_sent == STORE_COMMITS_MAX)
		return;
	core_take_dirty(c->core, write_entity, c);
	for (size_t i = 0; i < c->step.n_outputs; i++) {
		const struct output *o = &c->step.outputs[i];
		if (o->kind == OUTPUT_DISPATCH_SEND || strcmp(o->node, c->node) == 0)
			continue;
		buf_clear(&c->scratch);
		output_encode(o, &c->scratch);
		commit_output(
			c->batch, o->node, (struct slice){ buf_str(&c->scratch), c->scratch.len });
	}
	if (commit_is_empty(c->batch)) {
		/* Answers may tell of what is on its way to the disk: they wait for it. */
		if (c->n_sent == 0)
			deliver_at_once(c);
		return;
	}
	if (c->batch_size > c->counts.batch_max)
		c->counts.batch_max = c->batch_size;
	c->batch_size = 0;
	swap_steps(&c->step, &c->sent[c->n_sent++]);
	c->counts.commits++;
	store_commit(c->store, &c->batch, on_committed, c);
	c->batch = commit_new();
}
