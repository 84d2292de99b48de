/* The functions of store.h. Called by a node's code; see store.c. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"

#include "store_model.h"

struct store *store_open(struct event_base *base, const struct store_options *options,
	const struct store_events *events, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);
	(void)e;
	s->node = (struct node *)(void *)base;
	snprintf(s->incarnation, sizeof s->incarnation, "%s", options->incarnation);
	snprintf(s->previous, sizeof s->previous, "%s", options->previous);
	s->events = *events;
	s->competing = true;
	store_connect(s, rnd_in(1000, 50000));
	sim_after_in(s->node, LEASE_MS / 3 * 1000, store_beat, s);
	return s;
}

void store_forget(struct store *s)
{
	s->dead = true;
	s->cut_us = sim.now_us + (chance(300) ? rnd_in(0, 3 * SECOND) : 0);
	s->link++;
}

struct mono store_lost_since(const struct store *s)
{
	(void)s;
	return mono_now();
}

int64_t store_epoch(const struct store *s)
{
	return s->epoch;
}

const char *store_leader(const struct store *s)
{
	return s->leader;
}

uint64_t store_takeovers(const struct store *s)
{
	return s->takeovers;
}

int64_t store_now_ms(struct store *s)
{
	return redis_time_now(&s->time, sim.now_us / 1000, sim_ms() + s->node->wall_offset_ms);
}

void store_no_earlier(struct store *s, int64_t at_ms)
{
	redis_time_no_earlier(&s->time, at_ms, sim.now_us / 1000);
}

void store_yield_lead(struct store *s)
{
	struct node *in = sim_outside();
	s->competing = false;
	if (s->epoch) {
		struct op *op = op_new(OP_YIELD);
		op->epoch = s->epoch;
		if (s->up)
			store_transmit(s, op);
		store_lose_lead(s);
	}
	sim_inside(in);
}

void store_compete_lead(struct store *s)
{
	struct node *in = sim_outside();
	s->competing = true;
	store_ask_lead(s);
	sim_inside(in);
}

/* ---- commits ---- */

static struct item *add(struct commit *c, enum item_kind kind, const char *id)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 16;
		c->items = realloc(c->items, c->cap * sizeof *c->items);
	}
	c->items[c->n] = (struct item){ .kind = kind, .id = strdup(id) };
	return &c->items[c->n++];
}

static struct bytes keep(struct slice s)
{
	char *data = malloc(s.len + 1);
	if (s.len)
		memcpy(data, s.data, s.len);
	data[s.len] = '\0';
	return (struct bytes){ data, s.len };
}

struct commit *commit_new(void)
{
	return calloc(1, sizeof(struct commit));
}

void commit_free(struct commit **c)
{
	*c = NULL;
}

void commit_entity(struct commit *c, char kind, const char *id, struct slice bytes)
{
	struct item *i = add(c, ITEM_ENTITY, id);
	i->entity = kind;
	i->a = keep(bytes);
}

void commit_entity_again(struct commit *c, char kind, const char *id, struct slice bytes)
{
	commit_entity(c, kind, id, bytes);
	c->items[c->n - 1].again = true;
}

void commit_contact(struct commit *c, const char *id, bool live, bool waiting, double queue_score)
{
	struct item *i = add(c, ITEM_PLACE, id);
	i->entity = 'c';
	i->live = live;
	i->waiting = waiting;
	i->score = queue_score;
}

void commit_ref(struct commit *c, const char *identity, const char *ref, struct slice bytes)
{
	struct item *i = add(c, ITEM_REF, identity);
	i->ref = strdup(ref);
	i->a = keep(bytes);
}

void commit_ledger(struct commit *c, int64_t at_ms, struct slice command, struct slice decisions)
{
	struct item *i = add(c, ITEM_LEDGER, "");
	i->at_ms = at_ms;
	i->a = keep(command);
	i->b = keep(decisions);
}

void commit_message(struct commit *c, const char *contact, struct slice record)
{
	add(c, ITEM_MESSAGE, contact)->a = keep(record);
}

void commit_output(struct commit *c, const char *node, struct slice output)
{
	add(c, ITEM_OUTPUT, node)->a = keep(output);
}

void commit_node_gone(struct commit *c, const char *node, const char *incarnation)
{
	char member[32];
	snprintf(member, sizeof member, "%s %s", node, incarnation);
	add(c, ITEM_GONE, member);
}

void commit_inbox_position(struct commit *c, const char *position)
{
	snprintf(c->position, sizeof c->position, "%s", position);
}

bool commit_is_empty(const struct commit *c)
{
	return c->n == 0 && !*c->position;
}

void store_send_commit(struct store *s, const struct sent *sent)
{
	struct op *op = op_new(OP_COMMIT);
	op->commit = sent->commit;
	op->epoch = sent->epoch;
	op->batch = sent->batch;
	sim_trace("%s: commit %lld/%lld of %d", s->node->name, (long long)op->epoch,
		(long long)op->batch, (int)op->commit->n);
	store_transmit(s, op);
}

struct refusal {
	struct store *store;
	commit_done_fn done;
	void *arg;
};

static void on_refused(void *arg)
{
	struct refusal *r = arg;
	if (!r->store->dead)
		r->done(r->arg, COMMIT_FENCED);
}

void store_commit(struct store *s, struct commit **c, commit_done_fn done, void *arg)
{
	node_effect();
	struct node *in = sim_outside();
	if (!s->epoch) {
		struct refusal *r = calloc(1, sizeof *r);
		*r = (struct refusal){ s, done, arg };
		sim_after_in(s->node, 0, on_refused, r);
	} else {
		if (s->n_sent == STORE_COMMITS_MAX)
			sim_fail("too many commits at once");
		struct sent *sent = &s->sent[s->n_sent++];
		*sent = (struct sent){ *c, s->epoch, ++s->batch, done, arg };
		if (s->running && !s->registering)
			store_send_commit(s, sent);
	}
	*c = NULL;
	sim_inside(in);
}

/* ---- appends ---- */

static void on_deadline(void *arg)
{
	struct append *a = arg;
	store_done_fn done = a->done;
	if (!done || a->store->dead)
		return;
	a->done = NULL;
	done(a->arg, STORE_UNAVAILABLE);
}

void store_fail_append(struct append *a)
{
	sim_inside(a->store->node);
	on_deadline(a);
	(void)sim_outside();
}

static struct append *append(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	node_effect();
	struct node *in = sim_outside();
	struct append *a = calloc(1, sizeof *a), **last = &s->appends;
	*a = (struct append){ .store = s, .bytes = keep(command), .done = done, .arg = arg };
	while (s->appends && !s->appends->done)
		s->appends = s->appends->next;
	while (*last)
		last = &(*last)->next;
	*last = a;
	sim_after_in(s->node, deadline_ms * 1000, on_deadline, a);
	if (s->ready) {
		struct op *op = op_new(OP_APPEND);
		op->bytes = a->bytes;
		op->tag = a;
		a->sent = true;
		store_transmit(s, op);
	}
	sim_inside(in);
	return a;
}

void store_append(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	(void)append(s, command, deadline_ms, done, arg);
}

void store_append_here(
	struct store *s, struct slice command, int64_t deadline_ms, store_done_fn done, void *arg)
{
	append(s, command, deadline_ms, done, arg)->here = true;
	faults_fact_told(s->node);
}

/* ---- reading ---- */

static void on_no_answer(void *arg)
{
	struct batch *b = arg;
	struct node *in = sim_outside();
	if (!b->over && !b->store->dead)
		store_give_up(b->store, b);
	sim_inside(in);
}

static void ask(struct store *s, enum op_kind kind, const struct batch *with)
{
	struct node *in = sim_outside();
	struct batch *b = calloc(1, sizeof *b);
	*b = *with;
	b->store = s;
	b->next = s->reads;
	s->reads = b;
	if (kind == OP_LOAD && s->epoch)
		s->load = b;
	struct op *op = op_new(kind);
	op->tag = b;
	op->epoch = s->epoch;
	if (s->up && (kind != OP_LOAD || s->epoch))
		store_transmit(s, op);
	else
		sim_after_in(s->node, 0, on_no_answer, b);
	sim_inside(in);
}

void store_load(struct store *s, store_load_fn each, store_done_fn done, void *arg)
{
	ask(s, OP_LOAD, &(struct batch){ .each_record = each, .done = done, .arg = arg });
}

void store_lead_ready(struct store *s)
{
	struct node *in = sim_outside();
	s->lead_ready = s->epoch != 0;
	if (s->epoch && !s->inbox.open) {
		s->inbox.open = s->inbox.behind = true;
		s->inbox.busy = false;
		store_read_more(s, true);
	}
	sim_inside(in);
}

void store_transcript(
	struct store *s, const char *contact, store_message_fn each, store_done_fn done, void *arg)
{
	struct batch b = { .each_message = each, .done = done, .arg = arg };
	snprintf(b.contact, sizeof b.contact, "%s", contact);
	ask(s, OP_MESSAGES, &b);
}

void store_contact(struct store *s, const char *contact, store_record_fn done, void *arg)
{
	struct batch b = { .record = done, .arg = arg };
	snprintf(b.contact, sizeof b.contact, "%s", contact);
	ask(s, OP_RECORD, &b);
}

void store_recent(
	struct store *s, int64_t back_ms, store_load_fn each, store_done_fn done, void *arg)
{
	ask(s, OP_RECENT,
		&(struct batch){
			.each_record = each, .done = done, .arg = arg, .back_ms = back_ms });
}
