/*
 * The store's client side as store.h promises it: one link with replies in order, a lease, commits
 * repeated until they are decided, appends, loading, the inbox and the outputs. After
 * daemon/store/: store.c, lease.c, committer.c, append.c, tail.c.
 */
#include <stdlib.h>
#include <string.h>

#include "store_model.h"

/* ---- the link ---- */

static void reply(struct store *s, struct op *op);

static void on_reply(void *arg)
{
	struct op *op = arg;
	struct store *s = op->store;
	if (s->dead || op->link != s->link || !s->up)
		return;
	op->taken = true;
	if (--s->unanswered == 0)
		s->oldest_us = 0;
	else
		s->oldest_us = sim.now_us;
	reply(s, op);
}

static int64_t hop(void)
{
	return chance(5) ? rnd_in(5000, 400000) : rnd_in(30, 600);
}

static int64_t in_order(int64_t *last, int64_t us)
{
	int64_t at = sim.now_us + us;
	*last = at > *last ? at : *last + 1;
	return *last - sim.now_us;
}

/* The answer leaves when the write is synced; from then on it may not be lost. */
static void on_synced(void *arg)
{
	struct op *op = arg;
	struct store *s = op->store;
	if (!server.up || op->run != server.run)
		return;
	server_promise(op);
	if (!s->dead && op->link == s->link)
		sim_after_in(s->node, in_order(&s->last_down_us, hop()), on_reply, op);
}

static void on_arrival(void *arg)
{
	struct op *op = arg;
	struct store *s = op->store;
	if (!server.up || op->to != server.run || (op->link != s->link && sim.now_us > s->cut_us))
		return;
	if (server.stalled_until_us > sim.now_us) {
		sim_after(in_order(&server.last_arrival_us, server.stalled_until_us - sim.now_us),
			on_arrival, op);
		return;
	}
	server_apply(op);
	sim_after(in_order(&server.last_sync_us, rnd_in(100, 900)), on_synced, op);
}

static void go_down(void *arg);

/* What is not answered in time ends the link. */
static void on_command_deadline(void *arg)
{
	struct op *op = arg;
	struct store *s = op->store;
	if (op->taken || s->dead || !s->up || op->link != s->link)
		return;
	s->cut_us = sim.now_us + (chance(300) ? rnd_in(0, 5 * SECOND) : 0);
	go_down(s);
}

void store_transmit(struct store *s, struct op *op)
{
	op->store = s;
	op->link = s->link;
	op->to = s->connected_to;
	op->node = s->node->number;
	snprintf(op->name, sizeof op->name, "%s", s->node->name);
	memcpy(op->incarnation, s->incarnation, sizeof op->incarnation);
	memcpy(op->previous, s->previous, sizeof op->previous);
	op->term_ms = LEASE_MS;
	if (s->unanswered++ == 0)
		s->oldest_us = sim.now_us;
	sim_after(in_order(&s->last_up_us, hop()), on_arrival, op);
	sim_after_in(s->node, sim.command_ms * 1000, on_command_deadline, op);
}

struct op *op_new(enum op_kind kind)
{
	struct op *op = calloc(1, sizeof *op);
	op->kind = kind;
	return op;
}

void store_set_state(struct store *s, bool ready, const char *why)
{
	if (s->ready == ready)
		return;
	s->ready = ready;
	sim_inside(s->node);
	s->events.state(s->events.arg, ready ? STORE_READY : STORE_DOWN, why);
	(void)sim_outside();
}

static void on_connected(void *arg);

void store_connect(struct store *s, int64_t us)
{
	if (s->connecting || s->dead)
		return;
	s->connecting = true;
	sim_after_in(s->node, us, on_connected, s);
}

/* From inside the node or not: its callbacks run as the node's code. */
static void go_down(void *arg)
{
	struct store *s = arg;
	struct node *in = sim_outside();
	if (!s->dead && s->up) {
		s->up = s->running = s->asked_lead = s->registering = false;
		s->link++;
		s->unanswered = 0;
		s->oldest_us = 0;
		s->inbox.busy = s->out.busy = false;
		for (struct append *a = s->appends; a; a = a->next) {
			a->sent = false;
			if (a->here)
				store_fail_append(a);
		}
		store_set_state(s, false, "lost");
		store_connect(s, rnd_in(50000, 400000));
		while (s->reads)
			store_give_up(s, s->reads);
	}
	sim_inside(in);
}

void store_cut(struct store *s, int64_t late_us)
{
	s->cut_us = sim.now_us + late_us;
	if (s->up)
		sim_after_in(s->node, rnd_in(10, 1000), go_down, s);
}

static void on_connected(void *arg)
{
	struct store *s = arg;
	struct node *in = sim_outside();
	s->connecting = false;
	if (!s->dead) {
		if (!server.up || s->node->partitioned) {
			store_connect(s, rnd_in(100000, 500000));
		} else {
			s->up = true;
			s->connected_to = server.run;
			s->cut_us = sim.now_us; /* an older link is gone for good, soon */
			s->last_up_us = s->last_down_us = 0;
			store_transmit(s, op_new(OP_NODE));
		}
	}
	sim_inside(in);
}

void store_ask_lead_with(struct store *s, struct op *op)
{
	op->epoch = s->epoch ? s->epoch : s->lapsed;
	op->highest_epoch = s->highest;
	op->compete = s->competing;
	s->asked_lead = true;
	s->lead_asked_us = sim.now_us;
	s->lead_asked_in = s->epoch;
}

static void beat(struct store *s)
{
	struct op *op = op_new(OP_NODE);
	op->with_lead = s->ready && !s->asked_lead;
	if (op->with_lead)
		store_ask_lead_with(s, op);
	store_transmit(s, op);
}

void store_beat(void *arg)
{
	struct store *s = arg;
	struct node *in = sim_outside();
	if (!s->dead) {
		sim_after_in(s->node, LEASE_MS / 3 * 1000, store_beat, s);
		if (s->up && s->oldest_us && sim.now_us - s->oldest_us > sim.command_ms * 1000) {
			s->cut_us = sim.now_us + (chance(300) ? rnd_in(0, 5 * SECOND) : 0);
			go_down(s);
		} else if (s->running) {
			beat(s);
		}
	}
	sim_inside(in);
}

/* ---- reading streams ---- */

#define PAGE 128

struct page {
	struct store *store;
	uint64_t link;
	bool inbox;
	size_t from, n;
};

static void on_page(void *arg)
{
	struct page *p = arg;
	struct store *s = p->store;
	struct reader *r = p->inbox ? &s->inbox : &s->out;
	struct stream *in = p->inbox ? &server.inbox : &server.out[s->node->number];
	if (s->dead || p->link != s->link || s->connected_to != server.run || !r->open ||
		r->at != p->from)
		return;
	if (!p->inbox)
		server_promise_all();
	for (size_t i = p->from; i < p->from + p->n && i < in->n && r->open && s->link == p->link;
		i++) {
		char position[24], *bytes = malloc(in->items[i].n + 1);
		r->at = i + 1;
		if (!in->items[i].data)
			continue; /* what stood here is lost */
		memcpy(bytes, in->items[i].data, in->items[i].n + 1);
		snprintf(position, sizeof position, "%zu", i + 1);
		if (p->inbox)
			s->events.inbox(s->events.arg, position, bytes, in->items[i].n);
		else
			s->events.output(s->events.arg, bytes, in->items[i].n);
	}
	if (!s->dead && p->n < PAGE && r->behind && r->open && s->link == p->link) {
		r->behind = false;
		s->events.caught_up(s->events.arg);
	}
	struct node *node = sim_outside();
	r->busy = false;
	store_read_more(s, p->inbox);
	sim_inside(node);
}

void store_read_more(struct store *s, bool inbox)
{
	struct reader *r = inbox ? &s->inbox : &s->out;
	size_t n = inbox ? server.inbox.n : server.out[s->node->number].n;
	if (s->dead || !s->ready || !r->open || r->busy || (r->at >= n && !r->behind) ||
		!server.up || s->node->partitioned)
		return;
	size_t left = n > r->at ? n - r->at : 0;
	struct page *p = calloc(1, sizeof *p);
	*p = (struct page){ s, s->link, inbox, r->at, left < PAGE ? left : PAGE };
	r->busy = true;
	sim_after_in(s->node, 2 * hop(), on_page, p);
}

void store_wake(struct store *s, bool inbox)
{
	store_read_more(s, inbox);
}

/* ---- answers ---- */

static void take_commit(struct store *s, const struct op *op)
{
	struct sent oldest = s->sent[0];
	bool fenced = *op->error != '\0', lost = strcmp(op->error, "BATCH") == 0;
	if (s->n_sent == 0 || op->epoch != oldest.epoch || op->batch != oldest.batch)
		sim_fail("commits are answered out of order");
	if (lost && (s->epoch == oldest.epoch || s->lapsed == oldest.epoch)) {
		go_down(s); /* the lease finds out how far the server's data go */
		return;
	}
	sim_trace("%s: commit %lld/%lld %s", s->node->name, (long long)op->epoch,
		(long long)op->batch, fenced ? op->error : "is done");
	s->n_sent--;
	memmove(s->sent, s->sent + 1, s->n_sent * sizeof s->sent[0]);
	totals.commits += !fenced;
	if (!fenced && oldest.epoch == s->batch_epoch)
		store_keep(s, &oldest);
	if (!s->ready && s->n_sent == 0)
		store_become_ready(s);
	if (fenced && oldest.epoch == s->epoch)
		store_lose_lead(s);
	if (lost)
		store_request_reassert(s);
	sim_inside(s->node);
	oldest.done(oldest.arg, fenced ? COMMIT_FENCED : COMMIT_OK);
	(void)sim_outside();
}

static void load_each(struct store *s, const struct batch *b)
{
	const char *key;
	const struct entry *r;
	struct bytes *c = &server.counters;
	if (c->n)
		b->each_record(b->arg, 's', "", "", (struct slice){ c->data, c->n });
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if (r->live)
			b->each_record(b->arg, *key, r->id, r->ref ? r->ref : "",
				(struct slice){ r->bytes.data, r->bytes.n });
	s->inbox.at = server.positioned ? server.position : 0;
}

/* The load or reading has come back, one way or the other. */
static void finish(struct store *s, struct batch *b)
{
	struct batch **at = &s->reads;
	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	b->over = true;
}

void store_give_up(struct store *s, struct batch *b)
{
	bool loading = b == s->load;
	finish(s, b);
	if (loading) {
		s->load = NULL;
		store_lose_lead(s);
	}
	sim_inside(s->node);
	if (b->record)
		b->record(b->arg, STORE_UNAVAILABLE, (struct slice){ "", 0 });
	else
		b->done(b->arg, STORE_UNAVAILABLE);
	(void)sim_outside();
}

static void take_load(struct store *s, const struct op *op)
{
	struct batch *b = op->tag;
	if (b != s->load || *op->error) {
		store_give_up(s, b);
		return;
	}
	s->load = NULL;
	finish(s, b);
	sim_inside(s->node);
	load_each(s, b);
	b->done(b->arg, STORE_OK);
	(void)sim_outside();
}

static int64_t answered_ms(const struct entry *r)
{
	int64_t ms = 0;
	return slice_int(find_field((struct slice){ r->bytes.data, r->bytes.n }, "at_ms"), &ms) == 0
		       ? ms
		       : 0;
}

static void take_recent(struct store *s, const struct op *op)
{
	struct batch *b = op->tag;
	const char *key;
	const struct entry *r;
	int64_t newest = 0;
	finish(s, b);
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if (*key == 'i' && answered_ms(r) > newest)
			newest = answered_ms(r);
	sim_inside(s->node);
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if (*key == 'i' && newest - answered_ms(r) < b->back_ms)
			b->each_record(b->arg, 'i', r->id, r->ref,
				(struct slice){ r->bytes.data, r->bytes.n });
	for (size_t i = server.positioned ? server.position : 0; i < server.inbox.n; i++)
		if (server.inbox.items[i].data)
			b->each_record(b->arg, '+', "", "",
				(struct slice){
					server.inbox.items[i].data, server.inbox.items[i].n });
	b->done(b->arg, STORE_OK);
	(void)sim_outside();
}

static void take_messages(struct store *s, const struct op *op)
{
	struct batch *b = op->tag;
	const struct stream *m = map_get(&server.messages, b->contact);
	finish(s, b);
	sim_inside(s->node);
	for (size_t i = 0; m && i < m->n; i++)
		b->each_message(b->arg, (struct slice){ m->items[i].data, m->items[i].n });
	b->done(b->arg, STORE_OK);
	(void)sim_outside();
}

static void take_append(struct store *s, struct append *a)
{
	store_done_fn done = a->done;
	a->done = NULL;
	if (!done)
		return;
	sim_inside(s->node);
	done(a->arg, STORE_OK);
	(void)sim_outside();
}

static void reply(struct store *s, struct op *op)
{
	struct node *in = sim_outside();
	struct batch *b = op->tag;
	redis_time_sample(&s->time, op->now_ms, sim.now_us / 1000);
	switch (op->kind) {
	case OP_NODE:
		store_take_node(s, op);
		if (op->with_lead)
			store_take_lead(s, op);
		break;
	case OP_LEAD:
		store_take_lead(s, op);
		store_finish_registration(s);
		break;
	case OP_COMMIT:
		if (!op->repair)
			take_commit(s, op);
		break;
	case OP_APPEND:
		take_append(s, op->tag);
		break;
	case OP_LOAD:
		take_load(s, op);
		break;
	case OP_MESSAGES:
		take_messages(s, op);
		break;
	case OP_RECENT:
		take_recent(s, op);
		break;
	case OP_RECORD: {
		const struct entry *r = server_record('c', b->contact);
		finish(s, b);
		sim_inside(s->node);
		b->record(b->arg, STORE_OK,
			r ? (struct slice){ r->bytes.data, r->bytes.n } : (struct slice){ "", 0 });
		(void)sim_outside();
		break;
	}
	case OP_YIELD:
	case OP_PAD:
		break;
	}
	sim_inside(in);
}
