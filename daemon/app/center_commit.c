/* Batches: the changes of steps are committed first; only then do the steps' outputs leave the node. */
#include "center_internal.h"

#include <event2/event.h>
#include <string.h>

void center_schedule_flush(struct center *c)
{
	/* It comes behind what is active already: what else arrived in this turn joins the batch. */
	if (c->n_sent < STORE_COMMITS_MAX || c->late.on)
		event_active(c->flush_event, EV_TIMEOUT, 0);
}

static bool is_for_outreach(const struct output *o)
{
	return o->kind == OUTPUT_DISPATCH_SEND || o->kind == OUTPUT_DISPATCH_DRILL ||
	       o->kind == OUTPUT_LETTER;
}

static void deliver_here(struct center *c, const struct output *o, bool spooled)
{
	if (o->request)
		center_alone_answered(c, o->request);
	c->events.output(c->events.arg, o, spooled);
}

void center_deliver(struct center *c, struct step *s, bool spooled)
{
	for (size_t i = 0; i < s->n_outputs; i++) {
		struct output *o = &s->outputs[i];
		if (o->kind == OUTPUT_LETTER && spooled)
			step_take(&c->late.letters, o);
		else if (is_for_outreach(o) && c->events.send)
			c->events.send(c->events.arg, c->core, o);
		else if (strcmp(o->node, c->node) == 0)
			deliver_here(c, o, spooled);
	}
	step_clear(s);
}

static void swap_steps(struct step *a, struct step *b)
{
	struct step s = *a;
	*a = *b;
	*b = s;
}

/* The oldest commit in flight is decided; its outputs, whose memory goes back with it. */
static struct step take_oldest(struct center *c)
{
	struct step oldest = c->sent[0];
	c->n_sent--;
	memmove(c->sent, c->sent + 1, (STORE_COMMITS_MAX - 1) * sizeof *c->sent);
	c->sent[STORE_COMMITS_MAX - 1] = (struct step){ 0 };
	center_late_decided(c);
	return oldest;
}

static void give_back(struct center *c, struct step *step)
{
	step_clear(step);
	c->sent[STORE_COMMITS_MAX - 1] = *step;
}

static void on_committed(void *arg, enum commit_result result)
{
	struct center *c = arg;
	c->counts.fenced += result == COMMIT_FENCED;
	if (c->n_sent == 0)
		return; /* the lead was lost meanwhile */
	if (result == COMMIT_OK) {
		center_recall_release(c); /* what was acknowledged first is told first */
		center_recall_committed(c);
	}
	struct step oldest = take_oldest(c);
	if (result == COMMIT_OK)
		center_deliver(c, &oldest, false);
	give_back(c, &oldest);
	if (result == COMMIT_FENCED)
		center_drop_lead(c); /* another epoch leads: store_lead() says whose */
	if (c->lead != LEADING)
		return;
	if (c->late.on) {
		center_late_drain(c);
		return;
	}
	center_facts_go_on(c);
	if (c->batch_size > 0 || c->step.n_outputs > 0)
		center_flush(c);
}

void center_commit(struct center *c, struct commit **batch)
{
	c->n_sent++;
	c->counts.commits++;
	store_commit(c->store, batch, on_committed, c);
	*batch = NULL;
	center_late_watch(c);
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
	case ENTITY_TEAM:
		put_entity(batch, 't', w);
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

static void add_foreign_outputs(struct center *c)
{
	for (size_t i = 0; i < c->step.n_outputs; i++) {
		const struct output *o = &c->step.outputs[i];
		if (is_for_outreach(o) || strcmp(o->node, c->node) == 0)
			continue;
		buf_clear(&c->scratch);
		output_encode(o, &c->scratch);
		commit_output(
			c->batch, o->node, (struct slice){ buf_str(&c->scratch), c->scratch.len });
	}
}

void center_gather(struct center *c)
{
	if (c->late.gathering.count)
		core_took(c->core, c->late.origin, c->late.number);
	core_take_dirty(c->core, write_entity, c);
	add_foreign_outputs(c);
	if (c->batch_size > c->counts.batch_max)
		c->counts.batch_max = c->batch_size;
}

/* There is nothing to write. Delivering may bring new outputs, which belong to the next batch. */
static void deliver_at_once(struct center *c)
{
	struct step *done = &c->sent[0];
	c->batch_size = 0;
	swap_steps(&c->step, done);
	center_deliver(c, done, false);
}

static void send_batch(struct center *c)
{
	center_gather(c);
	if (commit_is_empty(c->batch)) {
		/* Answers may tell of what is on its way to the disk: they wait for it. */
		if (c->n_sent == 0)
			deliver_at_once(c);
		return;
	}
	c->batch_size = 0;
	swap_steps(&c->step, &c->sent[c->n_sent]);
	center_late_sent(c);
	center_commit(c, &c->batch);
	c->batch = commit_new();
}

void center_flush(struct center *c)
{
	if (c->lead == ALONE)
		center_late_flush(c);
	if (c->lead != LEADING)
		return;
	if (!c->late.on && store_epoch(c->store) != c->epoch)
		center_late_begin(c); /* the lease has run out: nothing can be committed now */
	if (c->late.on)
		center_late_flush(c);
	else if (c->n_sent < STORE_COMMITS_MAX && store_epoch(c->store) == c->epoch)
		send_batch(c);
}
