/*
 * The store's server: what daemon/store/triaged1.lua does, over plain tables. Everything that
 * changed something is kept in order, so that a crash can take back what was not answered yet.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

struct server server;

#define LEASE_MAX_MS 60000
#define PAST_COMMITS 256 /* between two moments that are kept */
#define PAST_KEPT    3

int64_t server_now_ms(void)
{
	return sim_ms() + server.clock_offset_ms;
}

/* What it holds are the bytes of an operation, which stay. */
static void stream_add(struct stream *s, struct bytes b)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->items = realloc(s->items, s->cap * sizeof *s->items);
	}
	s->items[s->n++] = b;
}

/* Ids of streams are times: what comes later stands behind what was lost. */
static void pad(struct stream *s, size_t n)
{
	while (s->n < n)
		stream_add(s, (struct bytes){ 0 });
}

/* ---- leases ---- */

static int64_t capped(int64_t ends, int64_t term, int64_t now)
{
	return ends < now + term ? ends : now + term;
}

static void on_lease_end(void *arg)
{
	(void)arg;
	if (!server.up || server.lead.until_ms > server_now_ms())
		return;
	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].alive)
			store_poke(nodes[i].store);
}

bool server_has_gap(void)
{
	int64_t here = server.batch_epoch == server.lead.epoch ? server.batch : 0;
	return server.promised_epoch == server.lead.epoch && here < server.promised;
}

/* What was answered is lost for good with whoever led. */
static void give_up_gap(void)
{
	if (server_has_gap())
		sim.over = true;
}

static void grant(struct op *op, int64_t now)
{
	server.lead.until_ms = now + op->term_ms;
	server.lead.term_ms = op->term_ms;
	op->a_epoch = server.lead.epoch;
	op->a_mine = true;
	op->a_remaining_ms = op->term_ms;
	snprintf(op->a_holder, sizeof op->a_holder, "%s", op->name);
	if (!sim.again)
		sim_after((op->term_ms + 2) * 1000, on_lease_end, NULL);
}

static void lead(struct op *op)
{
	int64_t now = server_now_ms(), epoch = server.lead.epoch;
	int64_t ends = capped(server.lead.until_ms, server.lead.term_ms, now);
	bool same = strcmp(server.lead.node, op->name) == 0;
	bool mine = same && strcmp(server.lead.incarnation, op->incarnation) == 0 && epoch > 0;
	op->a_epoch = epoch;
	op->a_batch = server.batch_epoch == op->epoch ? server.batch : 0;
	if (mine && epoch == op->epoch && ends > 0) {
		grant(op, now);
		return;
	}
	bool ours_dead =
		same && *op->previous && strcmp(server.lead.incarnation, op->previous) == 0;
	bool vacant = op->epoch == 0 && (ends <= now || mine || ours_dead);
	if (vacant && !op->compete && mine) {
		server.lead.until_ms = ends = 0;
		server.lead.node[0] = '\0';
	}
	if (vacant && op->compete) {
		give_up_gap();
		server.lead.epoch = (epoch > op->highest_epoch ? epoch : op->highest_epoch) + 1;
		snprintf(server.lead.node, sizeof server.lead.node, "%s", op->name);
		snprintf(server.lead.incarnation, sizeof server.lead.incarnation, "%s",
			op->incarnation);
		grant(op, now);
		return;
	}
	if (ends < server.lead.until_ms)
		server.lead.until_ms = ends;
	if (ends > now)
		snprintf(op->a_holder, sizeof op->a_holder, "%s", server.lead.node);
	op->a_remaining_ms = ends > now ? ends - now : 0;
}

static size_t find_lease(const char *member)
{
	size_t i = 0;
	while (i < server.n_leases && strcmp(server.leases[i].member, member) != 0)
		i++;
	return i;
}

static void drop_lease(const char *member)
{
	size_t i = find_lease(member);
	if (i < server.n_leases)
		server.leases[i] = server.leases[--server.n_leases];
}

static void node(struct op *op)
{
	char member[32];
	int64_t now = server_now_ms();
	snprintf(member, sizeof member, "%s %s", op->name, op->incarnation);
	size_t at = find_lease(member);
	op->a_known = at < server.n_leases;
	op->a_out_end = server.out[op->node].n;
	if (at == server.n_leases) {
		if (at == sizeof server.leases / sizeof server.leases[0])
			sim_fail("too many leases of nodes: nobody forgets the dead ones");
		snprintf(server.leases[at].member, sizeof server.leases[at].member, "%s", member);
		server.n_leases++;
	}
	server.leases[at].until_ms = now + op->term_ms;
	for (size_t i = 0; i < server.n_leases; i++) {
		if (server.leases[i].until_ms > now + LEASE_MAX_MS)
			server.leases[i].until_ms = now + LEASE_MAX_MS;
		if (server.leases[i].until_ms > now)
			continue;
		if (!op->a_lost)
			op->a_lost = calloc(server.n_leases, sizeof *op->a_lost);
		op->a_lost[op->n_lost++] = strdup(server.leases[i].member);
	}
}

/* ---- commits ---- */

static void put_record(const char *key, struct item *i)
{
	struct entry *r = map_get(&server.records, key);
	if (!r && i->again)
		sim_fail("%s is written again and never was", key);
	if (!r) {
		r = calloc(1, sizeof *r);
		r->id = i->id;
		r->ref = i->ref;
		r->live = true;
		map_put(&server.records, key, r);
	}
	r->bytes = i->a;
}

static void put_item(struct item *i)
{
	char key[200];
	struct stream *s;
	snprintf(key, sizeof key, "%c:%s%s%s", i->kind == ITEM_REF ? 'i' : i->entity, i->id,
		i->ref ? "\n" : "", i->ref ? i->ref : "");
	switch (i->kind) {
	case ITEM_ENTITY:
		if (i->entity == 's')
			server.counters = i->a;
		else if (i->a.n)
			put_record(key, i);
		else
			map_remove(&server.records, key);
		break;
	case ITEM_PLACE: {
		struct entry *r = map_get(&server.records, key);
		r->live = i->live;
		r->waiting = i->waiting;
		r->score = i->score;
		break;
	}
	case ITEM_REF:
		if (i->a.n)
			put_record(key, i);
		else
			map_remove(&server.records, key);
		break;
	case ITEM_MESSAGE:
		s = map_get(&server.messages, i->id);
		if (!s)
			map_put(&server.messages, i->id, s = calloc(1, sizeof *s));
		stream_add(s, i->a);
		break;
	case ITEM_OUTPUT:
		stream_add(&server.out[i->id[1] - '1'], i->a);
		break;
	case ITEM_GONE:
		drop_lease(i->id);
		break;
	case ITEM_LEDGER:
		server.n_ledger++;
		break;
	}
}

static void wake_all(bool inbox)
{
	for (int i = 0; i < n_nodes && !sim.again; i++)
		if (nodes[i].alive)
			store_wake(nodes[i].store, inbox);
}

static void commit(struct op *op)
{
	if (op->epoch != server.lead.epoch) {
		snprintf(op->error, sizeof op->error, "FENCED");
		return;
	}
	int64_t done = server.batch_epoch == op->epoch ? server.batch : 0;
	if (op->batch <= done)
		return;
	if (op->batch != done + 1) {
		snprintf(op->error, sizeof op->error, "BATCH");
		return;
	}
	(void)arena_enter(true);
	for (size_t i = 0; i < op->commit->n; i++)
		put_item(&op->commit->items[i]);
	server.batch_epoch = op->epoch;
	server.batch = op->batch;
	if (*op->commit->position) {
		server.position = strtoull(op->commit->position, NULL, 10);
		server.positioned = true;
	}
	history_commit(op->commit);
	(void)arena_enter(false);
	wake_all(false);
}

/* ---- operations ---- */

static bool apply(struct op *op)
{
	op->now_ms = server_now_ms();
	op->run = server.run;
	switch (op->kind) {
	case OP_NODE:
		node(op);
		if (op->with_lead)
			lead(op);
		return true;
	case OP_LEAD:
		lead(op);
		return true;
	case OP_YIELD:
		if (strcmp(server.lead.node, op->name) == 0 && server.lead.epoch == op->epoch &&
			strcmp(server.lead.incarnation, op->incarnation) == 0) {
			server.lead.until_ms = 0;
			server.lead.node[0] = '\0';
			if (!sim.again)
				sim_after(1, on_lease_end, NULL);
		}
		return true;
	case OP_COMMIT:
		commit(op);
		return !*op->error;
	case OP_APPEND:
		(void)arena_enter(true);
		stream_add(&server.inbox, op->bytes);
		(void)arena_enter(false);
		wake_all(true);
		return true;
	case OP_PAD:
		(void)arena_enter(true);
		pad(&server.inbox, op->inbox_n);
		for (int i = 0; i < NODES_MAX; i++)
			pad(&server.out[i], op->out_n[i]);
		(void)arena_enter(false);
		return true;
	case OP_LOAD:
		if (op->epoch != server.lead.epoch)
			snprintf(op->error, sizeof op->error, "FENCED");
		break;
	case OP_MESSAGES:
	case OP_RECORD:
	case OP_RECENT:
		break;
	}
	return false;
}

/* As it was at some moments, the latest ones: what came then is done again. */
static struct past {
	size_t n_log; /* 0: none */
	struct bytes saved;
} past[PAST_KEPT];
static size_t commits;

static void keep_past(void)
{
	struct past *p = &past[commits / PAST_COMMITS % PAST_KEPT];
	p->n_log = server.n_log;
	arena_save(&p->saved);
}

static const struct past *past_before(size_t keep)
{
	const struct past *found = NULL;
	for (struct past *p = past; p < past + PAST_KEPT; p++) {
		if (p->n_log > keep)
			p->n_log = 0; /* of what is lost now */
		else if (p->n_log && (!found || p->n_log > found->n_log))
			found = p;
	}
	return found;
}

void server_apply(struct op *op)
{
	if (apply(op)) {
		if (server.n_log == server.cap_log) {
			server.cap_log = server.cap_log ? server.cap_log * 2 : 1024;
			server.log = realloc(server.log, server.cap_log * sizeof *server.log);
		}
		server.log[server.n_log++] = op;
		if (op->kind == OP_COMMIT && ++commits % PAST_COMMITS == 0)
			keep_past();
	}
	op->applied = true;
}

const struct entry *server_record(char kind, const char *id)
{
	char key[64];
	snprintf(key, sizeof key, "%c:%s", kind, id);
	return map_get(&server.records, key);
}

/* ---- crashes ---- */

static void empty(void)
{
	map_init(&server.records, 1, 1);
	map_init(&server.messages, 1, 1);
	server.inbox = (struct stream){ 0 };
	memset(server.out, 0, sizeof server.out);
	server.position = server.n_ledger = server.n_leases = 0;
	server.positioned = false;
	server.counters = (struct bytes){ 0 };
	memset(&server.lead, 0, sizeof server.lead);
	server.batch_epoch = server.batch = 0;
}

/* From now on it may not be lost. */
void server_promise(struct op *op)
{
	op->answered = true;
	op->answered_us = sim.now_us;
	if (op->kind == OP_COMMIT && !*op->error && op->epoch >= server.promised_epoch) {
		bool more = op->epoch > server.promised_epoch || op->batch > server.promised;
		server.promised_epoch = op->epoch;
		server.promised = more ? op->batch : server.promised;
	}
}

/* What others are shown is synced with all that stands before it. */
void server_promise_all(void)
{
	for (size_t i = server.n_log; i > 0 && !server.log[i - 1]->answered; i--)
		server_promise(server.log[i - 1]);
}

/* Writes that were not answered were not synced, or did not reach who takes over: the last of them
 * may be gone. They are taken back by doing everything before them again. */
static void keep_only(size_t keep);

static void lose_unanswered(void)
{
	size_t keep = server.n_log;
	while (keep > 0 && !server.log[keep - 1]->answered)
		keep--;
	keep += (size_t)rnd_below((int64_t)(server.n_log - keep) + 1);
	keep_only(keep);
}

static void do_again(size_t from, size_t to)
{
	struct sim_totals before = totals;
	int64_t offset = server.clock_offset_ms;
	sim.again = true;
	for (size_t i = from; i < to; i++) {
		struct op *op = server.log[i];
		server.clock_offset_ms = op->now_ms - sim_ms();
		op->n_lost = 0;
		op->a_lost = NULL;
		(void)apply(op);
	}
	sim.again = false;
	server.clock_offset_ms = offset;
	totals = before;
}

static void keep_only(size_t keep)
{
	if (keep == server.n_log)
		return;
	sim_trace("server: loses %d writes", (int)(server.n_log - keep));
	struct op *lost = calloc(1, sizeof *lost);
	*lost = (struct op){ .kind = OP_PAD,
		.answered = true,
		.answered_us = sim.now_us,
		.inbox_n = server.inbox.n };
	for (int i = 0; i < NODES_MAX; i++)
		lost->out_n[i] = server.out[i].n;
	const struct past *p = past_before(keep);
	if (p) {
		arena_restore(&p->saved);
	} else {
		empty();
		history_reset();
	}
	do_again(p ? p->n_log : 0, keep);
	server.n_log = keep;
	server_apply(lost);
}

/* Who put it into the inbox is alive to tell it again. */
static bool can_be_told(const struct op *op)
{
	const struct node *n = &nodes[op->node];
	return op->kind != OP_APPEND || (n->alive && strcmp(n->incarnation, op->incarnation) == 0);
}

/* Only what one lead has answered can be had from its leader again. */
void server_roll_back(int64_t since_us)
{
	server_crash(true);
	int64_t epoch = server.lead.epoch, batch = server.batch;
	bool known = server.batch_epoch == epoch;
	size_t keep = server.n_log;
	for (; known && keep > 0; keep--) {
		const struct op *op = server.log[keep - 1];
		bool led = op->a_mine && op->epoch != op->a_epoch;
		if (led || !can_be_told(op) || (op->answered && op->answered_us < since_us))
			break;
	}
	keep_only(keep);
	nodes_rolled_back();
	if (server_has_gap())
		sim_trace("server: batch %lld of %lld", (long long)server.batch, (long long)batch);
}

void server_crash(bool other_takes_over)
{
	sim_trace("server: %s", other_takes_over ? "another one takes over" : "dies");
	server.up = false;
	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].alive)
			store_cut(nodes[i].store, 0);
	lose_unanswered();
}

void server_start(void)
{
	server.up = true;
	server.run++;
	sim_trace("server: starts, run %d", server.run);
	sim_after(SECOND / 10, on_lease_end, NULL);
}

void server_init(void)
{
	char *from = (char *)&server.records;
	arena_covers(from, (size_t)((char *)(&server + 1) - from));
	empty();
	server_start();
}
