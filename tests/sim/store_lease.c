/* Who leads, and what a node does when it hears so; after daemon/store/lease.c and committer.c. */
#include <stdlib.h>
#include <string.h>

#include "store_model.h"

static void set_lead(struct store *s, int64_t epoch, const char *leader, int64_t followed)
{
	if (epoch == s->epoch && followed == s->followed && strcmp(leader, s->leader) == 0)
		return;
	if (epoch != s->epoch)
		s->n_told = 0, s->lead_ready = false;
	s->epoch = epoch;
	s->followed = followed;
	snprintf(s->leader, sizeof s->leader, "%s", leader);
	if (!epoch)
		s->lead_end++;
	s->load = NULL;
	s->inbox.open = s->inbox.busy = false;
	if (epoch && epoch != s->batch_epoch) {
		s->batch = s->acknowledged = 0;
		s->n_kept = 0;
		s->batch_epoch = epoch;
	}
	sim_trace("%s: %s %s epoch %lld", s->node->name, epoch ? "leads" : "follows", s->leader,
		(long long)(epoch ? epoch : followed));
	sim_inside(s->node);
	s->events.lead(s->events.arg, epoch, s->leader);
	(void)sim_outside();
}

static void ask_again(void *arg)
{
	struct store *s = arg;
	struct node *in = sim_outside();
	if (!s->dead)
		store_ask_lead(s);
	sim_inside(in);
}

void store_lose_lead(struct store *s)
{
	if (s->running)
		sim_after_in(s->node, 1000, ask_again, s);
	s->lapsed = 0;
	set_lead(s, 0, "", 0);
}

void store_poke(struct store *s)
{
	sim_after_in(s->node, rnd_in(1000, 250000), ask_again, s);
}

struct lead_end {
	struct store *store;
	uint64_t number;
};

static void on_lead_end(void *arg)
{
	struct lead_end *end = arg;
	struct node *in = sim_outside();
	struct store *s = end->store;
	if (!s->dead && end->number == s->lead_end) {
		int64_t epoch = s->epoch;
		store_lose_lead(s);
		s->lapsed = epoch;
	}
	sim_inside(in);
}

void store_ask_lead(struct store *s)
{
	if (!s->running || !s->ready || s->asked_lead)
		return;
	struct op *op = op_new(OP_LEAD);
	store_ask_lead_with(s, op);
	store_transmit(s, op);
}

/* A server that took over lacks the last of what it acknowledged. */
static void repair(struct store *s, int64_t last)
{
	if (last >= s->acknowledged)
		return;
	if (s->n_kept == 0 || s->kept[0].batch > last + 1) {
		sim.over = true; /* it is written anew from the core, and the ledger with it */
		return;
	}
	sim_trace("%s: repairs %lld to %lld", s->node->name, (long long)last + 1,
		(long long)s->acknowledged);
	for (size_t i = 0; i < s->n_kept; i++) {
		struct op *op = op_new(OP_COMMIT);
		op->commit = s->kept[i].commit;
		op->epoch = s->kept[i].epoch;
		op->batch = s->kept[i].batch;
		op->repair = true;
		if (op->batch > last)
			store_transmit(s, op);
	}
}

void store_keep(struct store *s, const struct sent *sent)
{
	size_t old = 0;
	while (old < s->n_kept && sim.now_us - s->kept_us[old] > KEEP_MS * 1000)
		old++;
	s->n_kept -= old;
	if (s->n_kept) {
		memmove(s->kept, s->kept + old, s->n_kept * sizeof *s->kept);
		memmove(s->kept_us, s->kept_us + old, s->n_kept * sizeof *s->kept_us);
	}
	s->kept = realloc(s->kept, (s->n_kept + 1) * sizeof *s->kept);
	s->kept_us = realloc(s->kept_us, (s->n_kept + 1) * sizeof *s->kept_us);
	s->kept[s->n_kept] = *sent;
	s->kept_us[s->n_kept++] = sim.now_us;
	s->acknowledged = sent->batch;
}

void store_take_lead(struct store *s, const struct op *op)
{
	int64_t trust = LEASE_MS * 1000 * 5 / 6 - (sim.now_us - s->lead_asked_us);
	s->asked_lead = false;
	if (op->a_epoch > s->highest)
		s->highest = op->a_epoch;
	if (s->lead_asked_in != s->epoch) {
		sim_after_in(s->node, 1000, ask_again, s);
		return;
	}
	if (!op->a_mine || trust <= 0 || !s->competing) {
		bool led = !op->a_mine && *op->a_holder;
		if (!op->a_mine && s->lapsed) {
			s->lapsed = 0;
			sim_after_in(s->node, rnd_in(1000, 250000), ask_again, s);
		}
		set_lead(s, 0, led ? op->a_holder : "", led ? op->a_epoch : 0);
		return;
	}
	struct lead_end *end = calloc(1, sizeof *end);
	*end = (struct lead_end){ s, ++s->lead_end };
	sim_after_in(s->node, trust, on_lead_end, end);
	if (s->epoch && s->epoch != op->a_epoch)
		set_lead(s, 0, "", 0);
	if (end->number != s->lead_end) /* losing ended it; the new one counts from here */
		end->number = ++s->lead_end;
	set_lead(s, op->a_epoch, op->a_holder, 0);
	repair(s, op->a_batch);
}

void store_request_reassert(struct store *s)
{
	s->reassert_due = !s->ready;
	if (s->reassert_due)
		return;
	sim_inside(s->node);
	s->events.reassert(s->events.arg);
	(void)sim_outside();
}

static void report_lost(struct store *s, const struct op *op)
{
	char before[16][32];
	size_t n_before = s->n_told;
	memcpy(before, s->told, sizeof before);
	s->n_told = 0;
	for (size_t i = 0; i < op->n_lost && s->lead_ready; i++) {
		size_t k = 0;
		while (k < n_before && strcmp(before[k], op->a_lost[i]) != 0)
			k++;
		snprintf(s->told[s->n_told++], sizeof s->told[0], "%s", op->a_lost[i]);
		if (k < n_before)
			continue;
		char name[8];
		snprintf(
			name, sizeof name, "%.*s", (int)strcspn(op->a_lost[i], " "), op->a_lost[i]);
		sim_inside(s->node);
		s->events.node_lost(s->events.arg, name, strchr(op->a_lost[i], ' ') + 1);
		(void)sim_outside();
	}
}

void store_finish_registration(struct store *s)
{
	if (!s->registering || !s->up)
		return;
	s->registering = false;
	for (size_t i = 0; i < s->n_sent; i++)
		store_send_commit(s, &s->sent[i]);
	if (s->n_sent == 0)
		store_become_ready(s);
}

void store_take_node(struct store *s, const struct op *op)
{
	bool registering = !s->running, forgotten = s->registered && !op->a_known;
	s->running = s->registered = true;
	if (forgotten)
		store_request_reassert(s);
	if (registering) {
		bool other = s->run && s->run != op->run;
		s->run = op->run;
		s->takeovers += other;
		if (other)
			store_request_reassert(s);
		if (!s->out.open)
			s->out = (struct reader){ .at = op->a_out_end, .open = true };
		s->registering = true;
		if (s->epoch || s->lapsed) {
			struct op *ask = op_new(OP_LEAD);
			store_ask_lead_with(s, ask);
			store_transmit(s, ask);
		} else {
			store_finish_registration(s);
		}
	}
	report_lost(s, op);
}

void store_become_ready(struct store *s)
{
	if (!s->up)
		return;
	for (struct append *a = s->appends; a; a = a->next) {
		if (a->sent || !a->done)
			continue;
		struct op *op = op_new(OP_APPEND);
		op->bytes = a->bytes;
		op->tag = a;
		a->sent = true;
		store_transmit(s, op);
	}
	store_set_state(s, true, "");
	if (s->reassert_due)
		store_request_reassert(s);
	store_ask_lead(s);
	store_read_more(s, true);
	store_read_more(s, false);
}
