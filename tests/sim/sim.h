/*
 * The simulator: nodes of one center run their real code (edge verbs, triage, core, center) in one
 * thread, on a virtual clock, against models of everything else: the event loop, the store's link
 * and server, the network, people. One seed decides everything; a run of a seed can be repeated
 * to the last bit. One simulation a process, so its state is global and nothing is freed.
 */
#ifndef SIM_H
#define SIM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "triaged/base/heap.h"
#include "triaged/base/map.h"
#include "triaged/core/core.h"
#include "triaged/edge/edge.h"
#include "triaged/edge/verbs.h"
#include "triaged/store/store.h"

#define NODES_MAX 3
#define SECOND    ((int64_t)1000000) /* microseconds, the unit of virtual time */
#define MINUTE    (60 * SECOND)
#define HOUR      (60 * MINUTE)
#define DAY       (24 * HOUR)
#define EPOCH_MS  1760000000000 /* the wall clock when a simulation begins */

#define LEASE_MS      20000
#define ACK_AFTER_MS  400
#define REQUEST_MS    5000
#define DOWN_AFTER_MS 3000

struct client;
struct conn;

/* ---- time and chance (sched.c) ---- */

struct node;

struct task {
	int64_t due_us;
	uint64_t seq;
	size_t index;
	struct node *node; /* in whose context it runs; NULL: the world's */
	void (*run)(void *arg);
	void *arg;
	bool owned; /* freed when it has run */
};

struct sim {
	uint64_t seed, rng, seq, digest, steps;
	uint64_t events; /* since time last moved on */
	int64_t now_us;
	int64_t segment_bytes; /* of the spools */
	int facts_at_once;
	int64_t command_ms; /* until the store's link is given up; a request may be over before */
	struct heap tasks;
	bool calm;              /* the faults are over: everybody works until nobody waits */
	int64_t clock_slack_ms; /* so far may jumps have put two clocks apart */
	bool trace;             /* print every line */
	struct ruleset *rules;
	struct core_options options;
	struct node *current; /* whose code runs */
	bool again;           /* what a server that lost something does once more is known */
	bool over;            /* nothing can be promised any more: the day ends here */
	bool spooled;         /* it gives what its spool has custody of */
};
extern struct sim sim;

struct sim_totals {
	uint64_t steps, contacts, served, offers, crashes, takeovers, commits, repeats, messages,
		spooled, facts, islands, transfers, handed;
};
extern struct sim_totals totals;

void sched_init(uint64_t seed);
void sim_choose_options(void); /* another center's settings */
uint64_t rnd(void);
int64_t rnd_below(int64_t n); /* 0 <= result < n */
int64_t rnd_in(int64_t from, int64_t to);
bool chance(int per_mille);
int64_t rnd_wait(int64_t mean_us); /* exponential */

void sim_after(int64_t us, void (*run)(void *arg), void *arg);
void sim_after_in(struct node *n, int64_t us, void (*run)(void *arg), void *arg);
void sim_run_until(int64_t us);

void sim_trace(const char *fmt, ...) PRINTF_LIKE(1, 2);
__attribute__((noreturn)) void sim_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

static inline int64_t sim_ms(void)
{
	return EPOCH_MS + sim.now_us / 1000;
}

/* ---- nodes (node.c) ---- */

struct node {
	int number;
	char name[8], incarnation[16], previous[16];
	int starts;
	bool alive, partitioned;
	int64_t frozen_until_us;
	int64_t recalls_through; /* what servers up to this one took of it may be lost; -1: nothing */
	int64_t leads_us;        /* since when, if it does */
	int64_t alone_us;        /* alone beside a store that is there; 0: not */
	int64_t wall_offset_ms;
	int64_t crash_in_effects, crash_in_allocations; /* 0: not */
	jmp_buf crash;
	struct center *center;
	struct verbs *verbs;
	struct store *store;
	struct spool *spool;
	struct event *events; /* armed or not, of this incarnation */
	struct {
		int64_t full_until_us, slow_until_us, broken_until_us;
		int broken_per_mille;
	} disk;
};
extern struct node nodes[NODES_MAX];
extern int n_nodes;

void nodes_init(void);
void node_start(struct node *n);
void nodes_rolled_back(void);
void node_reload(void *node); /* as its own code: sim.options are in force */
void node_crash(struct node *n, const char *why);
/* Run fn as the node's code; false: the node died in it. */
bool node_run(struct node *n, void (*fn)(void *arg), void *arg);
/* The node's code has an effect outside of it; it may die just before. */
void node_effect(void);
/* Code of the simulator, called by a node: its allocations do not fail. */
struct node *sim_outside(void);
void sim_inside(struct node *n);
const struct core *node_core(const struct node *n); /* NULL: does not lead */
bool node_is_settled(const struct node *n);         /* leads, and everything is committed */
bool node_leads(const struct node *n);
bool node_is_alone(const struct node *n); /* decides for those here, without the center's state */
void node_free_events(struct node *n);

/* ---- the disks (disk.c) ---- */

int64_t disk_delay_us(const struct node *n);
void disk_power_cut(struct node *n); /* what is not synced is lost, kept or torn */
bool disk_has(const struct node *n, const char *text); /* and keeps it over a power cut */

/* ---- connections (people_link.c) ---- */

struct request {
	struct client *client;
	const char *method;
	char *params;
	int tries;
	bool done, waiting; /* waiting: for an answer to the last try */
	uint64_t token;     /* of the last try */
	bool spooled;       /* the answer was given on a spool's word */
	int64_t sent_us;
	/* result: NULL with an error code and reason */
	void (*answer)(void *arg, const json_t *result, int code, const char *reason);
	void *arg;
	struct request *next;
};

struct conn {
	struct client *client;
	struct node *node;
	char incarnation[16];
	uint64_t session;
	bool at_client, at_node;
	int64_t last_up_us, last_down_us; /* messages of one connection stay in order */
};

struct client {
	char name[16];
	unsigned role;
	struct principal *who;
	struct conn *conn;
	bool on_duty; /* wants to be connected */
	bool connecting;
	int64_t gone_us; /* since when it has no connection */
	struct request *requests;
	void (*connected)(struct client *c);
	void (*notified)(struct client *c, const char *method, const json_t *params);
	void *own;
	uint64_t refs;
	struct client *next;
};
extern struct client *clients;

struct client *client_new(const char *name, unsigned role, const char *langs, const char *skills,
	const char *lines, int capacity);
void client_come(struct client *c);
void client_go(struct client *c);
/* params without the closing brace; a ref is added, the same for every try. */
void client_ask(struct client *c, const char *method,
	void (*answer)(void *arg, const json_t *result, int code, const char *reason), void *arg,
	const char *fmt, ...) PRINTF_LIKE(5, 6);
void conn_cut(struct conn *c);
void conns_of_dead_node(struct node *n);
bool clients_are_quiet(void);

/* ---- the store's server (server.c) ---- */

enum op_kind {
	OP_NODE,
	OP_LEAD,
	OP_YIELD,
	OP_COMMIT,
	OP_APPEND,
	OP_LOAD,
	OP_MESSAGES,
	OP_RECORD,
	OP_PAD,
	OP_RECENT
};

struct bytes {
	char *data;
	size_t n;
};

enum item_kind {
	ITEM_ENTITY,
	ITEM_PLACE,
	ITEM_REF,
	ITEM_LEDGER,
	ITEM_MESSAGE,
	ITEM_OUTPUT,
	ITEM_GONE
};

struct item {
	enum item_kind kind;
	char entity;
	char *id, *ref;
	struct bytes a, b;
	int64_t at_ms;
	bool live, waiting, again;
	double score;
};

struct commit {
	struct item *items;
	size_t n, cap;
	char position[24];
};

struct op {
	enum op_kind kind;
	struct store *store; /* who asks */
	int node;
	char name[8], incarnation[16], previous[16];
	uint64_t link; /* generation of the link it went over */
	int to;        /* the server's run that it leads to */
	int64_t epoch, batch, term_ms, highest_epoch;
	bool compete, with_lead; /* with_lead: a node's beat asks for both */
	bool repair;             /* a commit that had been acknowledged, once more */
	struct bytes bytes;
	struct commit *commit;
	void *tag; /* the store's own */
	/* answer */
	bool applied, answered, taken; /* taken: by who asked */
	int64_t now_ms;                /* when applied */
	int run;
	char error[64];
	int64_t a_epoch, a_remaining_ms;
	bool a_known, a_mine;
	int64_t a_batch;     /* the last one of the epoch held */
	int64_t answered_us; /* when answered */
	char a_holder[8];
	size_t a_out_end;
	char **a_lost; /* "node incarnation" */
	size_t n_lost;
	/* OP_PAD: how long the streams were before something was lost */
	size_t inbox_n, out_n[NODES_MAX];
};

struct entry {
	char *id; /* of a contact or record */
	char *ref;
	struct bytes bytes;
	bool live, waiting;
	double score;
};

struct stream {
	struct bytes *items;
	size_t n, cap;
};

struct server {
	bool up;
	int64_t stalled_until_us, last_arrival_us, last_sync_us; /* it takes one after the other */
	int run; /* a number for each start and each server that took over */
	int64_t clock_offset_ms;
	int64_t promised_epoch, promised; /* the last batch that was answered */
	struct op **log;                  /* everything that changed something, in order */
	size_t n_log, cap_log;
	/* From here on: what that gives. */
	struct map records;  /* "c:id" … -> struct entry */
	struct map messages; /* contact -> struct stream */
	struct stream inbox, out[NODES_MAX];
	size_t position;
	bool positioned;
	struct bytes counters;
	struct {
		char node[8], incarnation[16];
		int64_t epoch, until_ms, term_ms;
	} lead;
	int64_t batch_epoch, batch;
	struct {
		char member[32];
		int64_t until_ms;
	} leases[16];
	size_t n_leases, n_ledger;
};
extern struct server server;

void server_init(void);
int64_t server_now_ms(void);
void server_apply(struct op *op);
void server_crash(bool other_takes_over);
/* Another one takes over that lacks what was answered since then, as far as its leader has it. */
void server_roll_back(int64_t since_us);
void server_promise(struct op *op);
void server_promise_all(void);
bool server_has_gap(void); /* it lacks what was answered, and its leader has it */
void server_start(void);
const struct entry *server_record(char kind, const char *id);

/* ---- memory that can be taken back (arena.c) ---- */

/* What is allocated from here on belongs to it, or does not any more; what it was before. */
bool arena_enter(bool in);
void arena_covers(void *region, size_t n); /* saved and restored with it */
void arena_save(struct bytes *saved);
void arena_restore(const struct bytes *saved);

/* ---- the store of a node (store.c) ---- */

void store_cut(struct store *s, int64_t late_us); /* what is on its way may still arrive */
void store_poke(struct store *s);                 /* the lease is free */
void store_wake(struct store *s, bool inbox);     /* a stream has grown */
void store_forget(struct store *s);               /* its node died */
int64_t store_leads_under(const struct store *s);

/* ---- people (people.c, responders.c) ---- */

void people_init(void);
void people_calm(void);
void people_many_at_once(void);
void responders_init(void);
void responders_calm(void);
void supervisors_init(void);
void supervisors_calm(void);

/* ---- faults (faults.c) ---- */

void faults_init(void);
void faults_node_died(struct node *n);
void faults_moment(struct node *n, int per_mille); /* a bad one to die */
void faults_fact_told(const struct node *n);       /* a bad one to lose it */
void faults_end(void);

/* ---- what must hold (oracle.c, history.c) ---- */

void oracle_init(void);
/* A front end was told so; spooled: on a spool's word. */
void oracle_acknowledged(const char *contact, bool spooled);
void oracle_said(const char *contact, const char *mark, bool spooled);
void oracle_told(const char *method, const json_t *params);
/* The node gives an answer or notification on its spool's word. */
void oracle_spooled(const struct node *n, const char *text);
void oracle_kept(void);  /* promises, after the server lost something */
bool oracle_quiet(void); /* nobody waits for anything */
void oracle_end(void);

void history_init(void);
void history_reset(void); /* everything is told again */
void history_commit(const struct commit *c);
struct slice find_field(struct slice record, const char *name); /* data NULL: absent */

#endif
