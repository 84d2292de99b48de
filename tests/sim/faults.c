/* What goes wrong, and when. Each fault ends by itself; faults_end() ends those that are left. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static int64_t mean_us;   /* between two faults */
static int64_t outage_us; /* a node that dies now stays away so long; 0: as long as any */
static unsigned kinds;    /* which of them this seed has */
#define ROLLS_BACK (1u << 16)

static void restart(void *arg)
{
	struct node *n = arg;
	if (!n->alive)
		node_start(n);
}

static struct node *any_node(void)
{
	return &nodes[rnd_below(n_nodes)];
}

static void kill_node(void)
{
	struct node *n = any_node();
	if (!n->alive)
		return;
	if (chance(300)) {
		if (chance(500))
			disk_power_cut(n);
		node_crash(n, "killed");
	} else if (chance(600)) {
		n->crash_in_effects = rnd_in(1, 40);
	} else {
		n->crash_in_allocations = rnd_in(1, 3000);
	}
	sim_trace("fault: %s is to die", n->name);
}

static void back_from_outage(void *arg)
{
	client_come(arg);
}

/* The power fails at a site: a node, and those who are connected to it, for a while. */
static void lose_site(void)
{
	struct node *n = any_node();
	if (!n->alive)
		return;
	outage_us = rnd_in(4, 12) * MINUTE;
	for (struct client *c = clients; c; c = c->next)
		if (c->conn && c->conn->node == n) {
			c->on_duty = false;
			sim_after(outage_us + rnd_in(0, MINUTE), back_from_outage, c);
		}
	disk_power_cut(n);
	node_crash(n, "the power failed");
	outage_us = 0;
}

static void on_loss(void *arg)
{
	(void)arg;
	if (!sim.calm)
		kill_node();
}

static void freeze_node(void)
{
	struct node *n = any_node();
	n->frozen_until_us =
		sim.now_us + (chance(500) ? rnd_in(100, 4000) * 1000 : rnd_in(5, 40) * SECOND);
	sim_trace("fault: %s stands still", n->name);
}

static void heal(void *arg)
{
	struct node *n = arg;
	n->partitioned = false;
}

static void on_crowd(void *arg)
{
	(void)arg;
	if (!sim.calm)
		people_many_at_once();
}

/* The store is away for so long, and people reach out just then. */
static int64_t outage(int64_t us)
{
	if (chance(200))
		us += rnd_in(10, 480) * SECOND;
	if (chance(400))
		sim_after(rnd_below(us), on_crowd, NULL);
	return us;
}

static void part_node(void)
{
	struct node *n = any_node();
	if (n->partitioned)
		return;
	sim_trace("fault: %s is cut off from the server", n->name);
	n->partitioned = chance(700);
	if (n->alive)
		store_cut(n->store, chance(300) ? rnd_in(0, 8 * SECOND) : 0);
	sim_after(outage(rnd_in(100, 40000) * 1000), heal, n);
}

struct pause {
	struct node *node;
	int starts;
};

static void yield_lead(void *arg)
{
	struct node *n = arg;
	store_yield_lead(n->store);
}

static void compete_lead(void *arg)
{
	struct pause *p = arg;
	if (p->node->starts == p->starts)
		store_compete_lead(p->node->store);
}

/* It cannot lead for a while, and leaves that to others. */
static void pass_lead_on(void)
{
	struct node *n = any_node();
	if (!n->alive)
		return;
	sim_trace("fault: %s does not compete", n->name);
	struct pause *p = calloc(1, sizeof *p);
	*p = (struct pause){ n, n->starts };
	sim_after_in(n, 0, yield_lead, n);
	sim_after_in(n, rnd_in(100, 60000) * 1000, compete_lead, p);
}

static void server_back(void *arg)
{
	(void)arg;
	if (!server.up)
		server_start();
}

static void kill_server(void)
{
	if (!server.up)
		return;
	bool other = chance(400);
	server_crash(other);
	if (!server_has_gap())
		oracle_kept();
	if (other)
		server_start();
	else
		sim_after(outage(rnd_in(20, 15000) * 1000), server_back, NULL);
}

/* The one that takes over lacks the last of what was answered. */
static void roll_back_server(void)
{
	if (!server.up || server_has_gap())
		return;
	server_roll_back(sim.now_us - rnd_in(0, 20000) * 1000);
	if (chance(500))
		server_start();
	else
		sim_after(outage(rnd_in(20, 120000) * 1000), server_back, NULL);
}

static void on_roll_back(void *arg)
{
	int64_t *since_us = arg;
	if (!sim.calm && server.up && !server_has_gap()) {
		server_roll_back(*since_us);
		server_start();
	}
	free(since_us);
}

/* Somebody tells what its spool has; who leads does not hear of it before it is lost again. */
void faults_fact_told(const struct node *n)
{
	if (sim.calm || !(kinds & ROLLS_BACK) || !chance(30))
		return;
	sim_trace("fault: what %s tells is to be lost", n->name);
	int64_t *since_us = malloc(sizeof *since_us);
	*since_us = sim.now_us - rnd_in(0, 3000);
	for (int i = 0; i < n_nodes; i++)
		if (&nodes[i] != n && node_leads(&nodes[i]))
			store_cut(nodes[i].store, 0);
	sim_after(rnd_in(0, 2500), on_roll_back, since_us);
}

static void stall_server(void)
{
	sim_trace("fault: the server stalls");
	int64_t ms = rnd_in(50, 6000);
	if (chance(300)) { /* requests are given up, and some links are not */
		ms = rnd_in(REQUEST_MS, REQUEST_MS + 3500);
		sim_after(rnd_below(SECOND), on_crowd, NULL);
	}
	server.stalled_until_us = sim.now_us + outage(ms * 1000);
}

static void cut_client(void)
{
	int64_t pick = rnd_below(16);
	struct client *c = clients;
	while (pick-- > 0)
		c = c->next ? c->next : clients;
	if (c->conn)
		conn_cut(c->conn);
}

static void jump_clock(void)
{
	int64_t ms = chance(500) ? rnd_in(-3000, 3000) : rnd_in(-3600, 3600) * 1000;
	sim.clock_slack_ms += llabs(ms);
	if (chance(500)) {
		server.clock_offset_ms += ms;
		sim_trace("fault: the server's clock jumps by %lld ms", (long long)ms);
	} else {
		any_node()->wall_offset_ms += ms;
	}
}

/* Everything stops, and comes back in another order. */
static void swizzle(void)
{
	sim_trace("fault: all links of the store stop");
	int64_t us = outage(20 * SECOND);
	for (int i = 0; i < n_nodes; i++) {
		nodes[i].partitioned = true;
		if (nodes[i].alive)
			store_cut(nodes[i].store, 0);
		sim_after(rnd_in(SECOND, us), heal, &nodes[i]);
	}
}

/* Somebody changes the settings: every node reads them again. */
static void reload(void)
{
	sim_choose_options();
	sim_trace("fault: other settings");
	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].alive)
			(void)node_run(&nodes[i], node_reload, &nodes[i]);
}

/* Who leads next does so under settings that nobody led under. */
static void restart_under_others(void)
{
	for (int i = 0; i < n_nodes; i++)
		if (node_leads(&nodes[i]))
			node_crash(&nodes[i], "restarted");
	reload();
}

static void fill_disk(void)
{
	struct node *n = any_node();
	sim_trace("fault: the disk of %s is full", n->name);
	n->disk.full_until_us = sim.now_us + rnd_in(1, 900) * SECOND;
}

static void slow_disk(void)
{
	struct node *n = any_node();
	sim_trace("fault: the disk of %s is slow", n->name);
	n->disk.slow_until_us = sim.now_us + rnd_in(1, 300) * SECOND;
}

static void break_disk(void)
{
	struct node *n = any_node();
	sim_trace("fault: the disk of %s fails", n->name);
	n->disk.broken_until_us = sim.now_us + rnd_in(1, 600) * SECOND;
	n->disk.broken_per_mille = (int)rnd_in(1, 1000);
}

/* The store is away, and a node dies while its spool has what people said. */
static void lose_both(void)
{
	if (chance(500))
		part_node();
	else
		kill_server();
	sim_after(rnd_in(1, 120) * SECOND, on_loss, NULL);
}

static void (*const faults[])(void) = { kill_node, freeze_node, part_node, kill_server,
	stall_server, cut_client, jump_clock, swizzle, reload, lose_site, pass_lead_on, fill_disk,
	slow_disk, break_disk, lose_both, restart_under_others, roll_back_server };
#define N_FAULTS ((int64_t)(sizeof faults / sizeof faults[0]))

static void on_fault(void *arg)
{
	(void)arg;
	if (sim.calm)
		return;
	int64_t pick = rnd_below(N_FAULTS);
	if (kinds & (1u << pick))
		faults[pick]();
	sim_after(chance(100) ? rnd_in(10, 3000) * 1000 : rnd_wait(mean_us), on_fault, NULL);
}

/* A node that died is started again, as the supervisor of processes does; sometimes much later. */
void faults_node_died(struct node *n)
{
	int64_t us = chance(800) ? rnd_in(50, 20000) * 1000 : rnd_in(20, 400) * SECOND;
	sim_after(outage_us ? outage_us : us, restart, n);
}

void faults_moment(struct node *n, int per_mille)
{
	if (!sim.calm && (kinds & 1) && !n->crash_in_effects && per_mille && chance(per_mille))
		n->crash_in_effects = rnd_in(1, 5);
}

void faults_init(void)
{
	mean_us = rnd_in(4, 40) * MINUTE;
	kinds = chance(100) ? 0 : (unsigned)rnd();
	sim_after(rnd_wait(mean_us), on_fault, NULL);
}

void faults_end(void)
{
	for (int i = 0; i < n_nodes; i++) {
		nodes[i].partitioned = false;
		memset(&nodes[i].disk, 0, sizeof nodes[i].disk);
		nodes[i].crash_in_effects = nodes[i].crash_in_allocations = 0;
		if (nodes[i].frozen_until_us > sim.now_us)
			nodes[i].frozen_until_us = sim.now_us + 1;
		if (!nodes[i].alive)
			node_start(&nodes[i]);
	}
	server.stalled_until_us = 0;
	if (!server.up)
		server_start();
}
