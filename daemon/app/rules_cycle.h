/*
 * The life of rules on this node, from a change to its end:
 *
 *     files ──stage──▶ staged: kept, tried in the shadow ──sign──▶ approved
 *                                     │                              │
 *                                     └────────────activate──────────┤  (unsigned: demo only)
 *                                                                    ▼
 *     previous ◀──rollback, by a person or by the guard──── in force (node.set)
 *
 * Each step is asked of this node and counts for this node; staging ends with the process,
 * activation and the guard's window do not. What blocks runs on the worker; in force is changed on the loop, at once.
 */
#ifndef TRIAGED_APP_RULES_CYCLE_H
#define TRIAGED_APP_RULES_CYCLE_H

#include "triaged/base/clock.h"
#include "triaged/edge/verbs.h"
#include "rules_dir.h"
#include "rules_set.h"
#include "shadow.h"

struct node;

struct rules_cycle {
	struct shadow *shadow;
	struct rules_set *staged; /* NULL: none */
	struct buf approval;      /* its text */
	char *staged_by;
	struct rules_set *previous; /* in force before, while this process remembers it */
	struct rules_active active; /* as on disk */
	bool busy;                  /* the worker stages or switches: one at a time */
	bool switching;             /* it switches */
	struct {
		int64_t request; /* 0: none */
		char *by;
	} rollback;        /* asked for while the worker stages or reloads: next */
	char *rolled_back; /* why the guard did, ""; as on disk */
	char *stuck;       /* why the guard wanted to and could not, "" */
	struct {
		bool on;
		struct mono since;
		int64_t contacts, unscored, emergencies;
	} guard; /* since the last activation; counts since the last start */
};

/* The worker is there, the rules in force are loaded. */
void rules_cycle_start(struct node *n);
/* When nothing runs on the worker any more. */
void rules_cycle_stop(struct node *n);

/* rules.stage, .sign, .activate, .rollback */
void rules_cycle_request(struct node *n, const struct edge_request *r, int64_t request);

/* rules.check. text NULL: the configured files. It answers the request. */
void rules_check(struct node *n, const char *text, int64_t request);

/* The worker has done a step, or a reload is over: what waited for it. */
void rules_cycle_go_on(struct node *n);

/* Every triage here: for the shadow and the guard. */
void rules_cycle_triaged(struct node *n, const struct verbs_triage *t);

/* Let the guard watch the rules in force, as activated then. */
void rules_cycle_watch(struct rules_cycle *c, struct mono since);

/* Members of an open JSON object: previous, activated_by, activated_at, rolled_back; staged. */
void rules_cycle_show(const struct node *n, struct buf *out);
void rules_cycle_show_staged(const struct node *n, struct buf *out);

/* The steps that use the worker; files NULL: all of rules_staged. They answer the request. */
void rules_stage(struct node *n, const json_t *files, const char *by, int64_t request);
void rules_activate(struct node *n, const char *by, int64_t request);
/* why: "" for a person's. request 0: the guard. */
void rules_rollback(struct node *n, const char *by, const char *why, int64_t request);

/* The answer to a step that went well: the rules as they now stand. */
void rules_cycle_answer(struct node *n, const struct rules_set *set, int64_t request);
void rules_cycle_refuse(
	struct node *n, int64_t request, int code, const char *reason, const char *detail);

#endif
