/* A node: the daemon's own edge verbs and center, wired as in node_wiring.c, and how it dies. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/edge/query.h"

#include "../../daemon/app/center_internal.h"
#include "sim.h"

struct node nodes[NODES_MAX];
int n_nodes;

/* ---- whose code runs ---- */

struct node *sim_outside(void)
{
	struct node *n = sim.current;
	sim.current = NULL;
	return n;
}

void sim_inside(struct node *n)
{
	sim.current = n;
}

void node_effect(void)
{
	struct node *n = sim.current;
	if (n && n->crash_in_effects > 0 && --n->crash_in_effects == 0)
		longjmp(n->crash, 1);
}

bool node_run(struct node *n, void (*fn)(void *arg), void *arg)
{
	struct node *volatile self = n;
	if (!n->alive)
		return false;
	sim.current = n;
	int died = setjmp(n->crash);
	if (died == 0)
		fn(arg);
	sim.current = NULL;
	if (died != 0)
		node_crash(self, died == 1 ? "before an effect" : "out of memory");
	return died == 0;
}

/* ---- verbs -> center, store; see node_wiring.c ---- */

static const char sealed_mark[] = "\x01sealed:";

static int do_seal(void *arg, const char *contact, struct slice plain, struct buf *sealed)
{
	(void)arg;
	buf_addf(sealed, "%s%s:", sealed_mark, contact);
	buf_add(sealed, plain.data, plain.len);
	return 0;
}

static int do_unseal(void *arg, const char *contact, struct slice sealed, struct buf *plain)
{
	struct buf head = { 0 };
	(void)arg;
	buf_addf(&head, "%s%s:", sealed_mark, contact);
	if (sealed.len < head.len || memcmp(sealed.data, head.data, head.len) != 0)
		sim_fail("text of another contact was opened for %s", contact);
	buf_add(plain, sealed.data + head.len, sealed.len - head.len);
	buf_free(&head);
	return 0;
}

static void do_pseudonym(void *arg, const char *address, char out[64])
{
	(void)arg;
	snprintf(out, 64, "p-%s", address);
}

static void do_submit(void *arg, const struct command *c)
{
	struct node *n = arg;
	center_submit(n->center, c);
}

static void do_query(void *arg, const struct verb *verb, const char *params, int64_t request)
{
	struct node *n = arg;
	struct command c;
	command_init(&c, COMMAND_QUERY);
	c.node = n->name;
	c.kind = verb->method;
	c.meta = (struct slice){ params, strlen(params) };
	c.request = request;
	center_submit(n->center, &c);
}

static void do_triaged(void *arg, const struct verbs_triage *t)
{
	(void)arg, (void)t;
}

struct reading {
	struct node *node;
	int64_t request;
};

static void on_message(void *arg, struct slice record)
{
	struct reading *r = arg;
	verbs_transcript_message(r->node->verbs, r->request, record);
}

static void on_transcript_done(void *arg, enum store_result result)
{
	struct reading *r = arg;
	verbs_transcript_done(r->node->verbs, r->request, result == STORE_OK);
	free(r);
}

static void do_transcript(void *arg, const char *contact, int64_t request)
{
	struct node *n = arg;
	struct reading *r = mem_zalloc(sizeof *r);
	*r = (struct reading){ n, request };
	if (center_transcript(n->center, contact, on_message, r))
		on_transcript_done(r, STORE_OK);
	else
		store_transcript(n->store, contact, on_message, on_transcript_done, r);
}

/* ---- center -> verbs ---- */

static void on_output(void *arg, const struct output *o, bool spooled)
{
	struct node *n = arg;
	sim.spooled = spooled;
	verbs_output(n->verbs, o, spooled);
	sim.spooled = false;
}

static void on_island(void *arg)
{
	struct node *n = arg;
	verbs_island(n->verbs);
}

static void on_mode(void *arg)
{
	struct node *n = arg;
	totals.islands += center_is_island(n->center);
}

static const struct rpc_error unavailable = {
	.code = RPC_UNAVAILABLE, .reason = "no_custody", .retry_after_ms = 1000
};

static void on_refuse(void *arg, int64_t request)
{
	struct node *n = arg;
	verbs_refuse(n->verbs, request, &unavailable);
}

static void on_refuse_all(void *arg)
{
	struct node *n = arg;
	verbs_refuse_all(n->verbs, &unavailable);
}

static void on_leader(void *arg)
{
	struct node *n = arg;
	verbs_reassert(n->verbs);
}

static bool on_query(void *arg, const struct core *core, const char *method, struct slice params,
	struct buf *out)
{
	(void)arg;
	struct query_context q = { .core = core,
		.center = "sim",
		.mode = "normal",
		.target_ms = sim.options.target_ms,
		.ruleset = { "{}", 2 } };
	return query_answer(&q, method, params, out);
}

/* ---- store -> center ---- */

static void on_store_state(void *arg, enum store_state state, const char *why)
{
	struct node *n = arg;
	(void)why;
	center_store_state(n->center, state);
}

static void on_store_lead(void *arg, int64_t epoch, const char *leader)
{
	struct node *n = arg;
	totals.takeovers += epoch != 0;
	n->leads_us = sim.now_us;
	center_store_lead(n->center, epoch, leader);
}

static void on_store_inbox(void *arg, const char *position, char *bytes, size_t len)
{
	struct node *n = arg;
	center_store_inbox(n->center, position, bytes, len);
}

static void on_store_caught_up(void *arg)
{
	struct node *n = arg;
	center_store_caught_up(n->center);
}

static void on_store_output(void *arg, char *bytes, size_t len)
{
	struct node *n = arg;
	center_store_output(n->center, bytes, len);
}

static void on_store_node_lost(void *arg, const char *node, const char *incarnation)
{
	struct node *n = arg;
	center_store_node_lost(n->center, node, incarnation);
}

static void on_store_reassert(void *arg)
{
	struct node *n = arg;
	verbs_reassert(n->verbs);
	center_store_reassert(n->center);
}

/* ---- the worker beside the loop ---- */

struct job {
	struct node *node;
	int starts;
	void (*run)(void *job), (*done)(void *job);
	void *job;
};

static void on_job_done(void *arg)
{
	struct job *j = arg;
	if (j->node->starts == j->starts)
		j->done(j->job);
}

static void on_job(void *arg)
{
	struct job *j = arg;
	if (j->node->starts != j->starts)
		return;
	j->run(j->job);
	struct node *in = sim_outside();
	sim_after_in(j->node, rnd_in(10, 300), on_job_done, j);
	sim_inside(in);
}

static int off_the_loop(void *arg, void (*run)(void *), void (*done)(void *), void *job)
{
	struct node *in = sim_outside(), *n = arg;
	struct job *j = calloc(1, sizeof *j);
	*j = (struct job){ n, n->starts, run, done, job };
	sim_after_in(n, disk_delay_us(n), on_job, j);
	sim_inside(in);
	return 0;
}

/* ---- life ---- */

static struct center_options center_options(const struct node *n)
{
	return (struct center_options){ .center = "sim",
		.node = n->name,
		.incarnation = n->incarnation,
		.core = sim.options,
		.request_ms = REQUEST_MS,
		.ack_after_ms = ACK_AFTER_MS,
		.down_after_ms = DOWN_AFTER_MS,
		.facts_at_once = sim.facts_at_once };
}

void node_reload(void *node)
{
	struct node *n = node;
	const struct center_options options = center_options(n);
	center_set_options(n->center, &options);
}

static void wire(struct node *n)
{
	struct event_base *base = (struct event_base *)(void *)n;
	const struct verbs_ops ops = { .arg = n,
		.submit = do_submit,
		.query = do_query,
		.triaged = do_triaged,
		.transcript = do_transcript,
		.seal = do_seal,
		.unseal = do_unseal,
		.pseudonym = do_pseudonym };
	const struct verbs_options o = { .node = n->name,
		.incarnation = n->incarnation,
		.texts = { "waiting", "lost", "review" },
		.text_bytes = 16384 };
	const struct center_events events = { .arg = n,
		.output = on_output,
		.refuse = on_refuse,
		.refuse_all = on_refuse_all,
		.leader = on_leader,
		.mode = on_mode,
		.island = on_island,
		.query = on_query };
	const struct center_options options = center_options(n);
	const struct store_events from_store = { .arg = n,
		.state = on_store_state,
		.lead = on_store_lead,
		.inbox = on_store_inbox,
		.caught_up = on_store_caught_up,
		.output = on_store_output,
		.node_lost = on_store_node_lost,
		.reassert = on_store_reassert };
	const struct store_options store = { .center = "sim",
		.node = n->name,
		.incarnation = n->incarnation,
		.previous = n->previous,
		.url = "sim:",
		.connect_ms = 2000,
		.command_ms = (int)sim.command_ms,
		.lease_ms = LEASE_MS };
	char dir[24];
	snprintf(dir, sizeof dir, "disk:%s/spool", n->name);
	const struct spool_options spool = { .dir = dir,
		.segment_bytes = sim.segment_bytes,
		.segments = 2,
		.submit = off_the_loop,
		.submit_arg = n };
	struct err e;
	n->verbs = verbs_new(&o, &ops);
	verbs_set_rules(n->verbs, sim.rules);
	verbs_set_edge(n->verbs, (struct edge *)(void *)n);
	n->center = center_new(base, &options, &events);
	n->store = store_open(base, &store, &from_store, &e);
	center_set_store(n->center, n->store);
	n->spool = spool_open(&spool, &e);
	if (!n->spool)
		sim_fail("%s", e.text);
	center_set_spool(n->center, n->spool);
}

void node_start(struct node *n)
{
	memcpy(n->previous, n->incarnation, sizeof n->previous);
	snprintf(n->incarnation, sizeof n->incarnation, "i%d", ++n->starts);
	n->alive = true;
	n->recalls_through = -1;
	n->crash_in_effects = n->crash_in_allocations = 0;
	n->frozen_until_us = 0;
	sim_trace("%s: starts as %s", n->name, n->incarnation);
	wire(n);
}

void nodes_rolled_back(void)
{
	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].alive)
			nodes[i].recalls_through = (int64_t)store_takeovers(nodes[i].store);
}

/* It alone knows what a server that was rolled back had of it. */
static bool knows_alone(const struct node *n)
{
	const struct recall *r = &n->center->recall;
	return r->first < r->count && (int64_t)r->items[r->first].server <= n->recalls_through;
}

/* Nothing is told to anybody: kill -9. Its memory is left lying about, as a step may be half done. */
void node_crash(struct node *n, const char *why)
{
	if (!n->alive)
		return;
	sim_trace("%s: dies (%s)", n->name, why);
	totals.crashes++;
	sim.over = sim.over || (n->recalls_through >= 0 && knows_alone(n));
	n->alive = false;
	n->crash_in_effects = n->crash_in_allocations = 0;
	node_free_events(n);
	sim.spooled = false;
	store_forget(n->store);
	conns_of_dead_node(n);
	n->center = NULL;
	n->verbs = NULL;
	n->store = NULL;
	n->spool = NULL;
	faults_node_died(n);
}

void nodes_init(void)
{
	for (int i = 0; i < n_nodes; i++) {
		nodes[i].number = i;
		snprintf(nodes[i].name, sizeof nodes[i].name, "n%d", i + 1);
		node_start(&nodes[i]);
	}
}

bool node_leads(const struct node *n)
{
	return n->alive && center_is_leading(n->center);
}

bool node_is_alone(const struct node *n)
{
	return n->alive && n->center->lead == ALONE;
}

const struct core *node_core(const struct node *n)
{
	return node_leads(n) ? n->center->core : NULL;
}

bool node_is_settled(const struct node *n)
{
	return node_leads(n) && !center_is_late(n->center) && n->center->n_sent == 0 &&
	       n->center->batch_size == 0 && commit_is_empty(n->center->batch);
}
