/*
 * A running node: every layer wired together, and the phases of its life.
 *
 *   starting ─▶ serving ─▶ draining (listener closed, lead handed over, open conversations go on
 *                           until they end or drain_s is over) ─▶ stopped
 *
 * Data flows one way: edge ─▶ verbs ─▶ center ─▶ store, and answers come back the same way. What the
 * store tells of itself passes the keyring on its way to the center: see keyring.h.
 */
#ifndef TRIAGED_APP_NODE_H
#define TRIAGED_APP_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/map.h"
#include "triaged/edge/edge.h"
#include "triaged/edge/verbs.h"
#include "triaged/store/managed.h"
#include "alarms.h"
#include "center.h"
#include "clients.h"
#include "config.h"
#include "data_lock.h"
#include "keyring.h"
#include "outreach.h"
#include "peers.h"
#include "rules_cycle.h"
#include "rules_set.h"
#include "worker.h"

struct node {
	struct event_base *base;
	struct config *config;
	char name[64], incarnation[32], incarnation_before[DATA_LOCK_NAME_SIZE];
	int lock_fd;   /* of the data directory */
	int listen_fd; /* socket activation; -1 */
	struct keyring *keyring;
	struct rules_set *set; /* in force */
	struct rules_cycle cycle;
	/* Threads of their own, so that many logins delay neither a reload nor the spool. */
	struct worker *worker, *login_worker, *spool_worker;
	struct spool *spool;
	struct managed *managed;
	struct store *store;
	struct center *center;
	struct verbs *verbs;
	struct edge *edge;
	struct outreach *outreach;
	struct peers *peers; /* NULL: there are no other centers */
	bool reloading;
	const struct clients *previous; /* while a reload asks which sessions stay valid */
	uint64_t hash_seed[2];
	struct map totp_steps; /* user -> last accepted step + 1, so a code works once */
	struct mono drain_since;
	struct event *ready_event, *drain_event, *watchdog_event, *second_event, *approval_event;
	int approval_step;         /* how near its end was when last logged, see node_rules.c */
	char ran[DIGEST_HEX_SIZE]; /* of rules_dir_ran(), as on disk */
	bool noting_ran;           /* the worker writes another one */
	struct alarms alarms;
	struct mono started;
	bool ready, draining;
	char *store_warning; /* NULL or "": none */
	char *store_why;     /* last reason the store was down */
	char *unlisted;      /* why listen.json could not be written; NULL or "": it was */
	int64_t target_ms[LEVEL_COUNT];
};

/* Takes a reference of config. base must outlive the node. */
int node_start(
	struct node *n, struct event_base *base, struct config *config, struct err *e) MUST_CHECK;
void node_drain(struct node *n); /* a second call stops at once */
void node_stop(struct node *n);  /* frees everything */

/* Reload as one transaction, off the loop. request: who asked (verbs), 0: a signal. */
void node_reload(struct node *n, int64_t request);

/* This node, and the center where it leads, in the form of metrics.h. */
void node_metrics(const struct node *n, struct buf *out);

/* node.* and rules.* methods. */
void node_admin(void *node, const struct edge_request *r, int64_t request);

/* Before n->set is loaded, with the data_dir locked: what ran here before. */
void node_begin_ran(struct node *n);
void node_start_rules(struct node *n); /* watch the approval of n->set, and note that it ran */
/* Put a set in force for every triage from now on; the node owns it then. Returns the set that was in
 * force before, which the caller owns. */
struct rules_set *node_take_rules(struct node *n, struct rules_set *set) MUST_CHECK;

const char *node_mode(const struct node *n);
void node_announce_ready(struct node *n); /* only the first call has an effect */

/* Bring a command to the leading node; refused while the keys are not settled, see keyring.h. */
void node_submit(void *node, const struct command *c);

/* One layer each, connected to those below it. */
void node_wire_verbs(struct node *n);
void node_wire_center(struct node *n);
int node_wire_spool(struct node *n, struct err *e) MUST_CHECK;
int node_wire_keyring(struct node *n, struct err *e) MUST_CHECK;
struct config_passwords;
void node_store_options(const struct node *n, const char *url,
	const struct config_passwords *passwords, struct store_options *o);
int node_wire_store(struct node *n, struct err *e) MUST_CHECK;
int node_wire_edge(struct node *n, struct err *e) MUST_CHECK;

/* The structs of lower layers, filled from the configuration. */
void node_core_options(const struct config *config, struct core_options *o);
void node_center_options(const struct node *n, struct center_options *o);
void node_edge_limits(const struct config *config, struct edge_limits *limits);
void node_edge_tls(const struct config *config, struct edge_tls *tls);
/* Other nodes may have the same store, so they may share addresses too. With a store of its own, two
 * nodes at one address would each get some of the contacts of one center. */
bool node_may_share_address(const struct node *n);
enum log_level node_log_level(const struct config *config);
struct verbs_texts node_texts(const struct config *config);

#endif
