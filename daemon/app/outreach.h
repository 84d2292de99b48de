/*
 * Rescues to agencies and back: requests of the core go to an agency's webhook; what agencies report
 * comes in by HTTPS and becomes commands.
 *
 *     core ─▶ DISPATCH_SEND, committed ─▶ webhook, thin, with the address of the report
 *                                              │ accepted, refused, unknown ─▶ DISPATCH_SENT ─▶ core
 *     POST /agency/ID/events, signed ─▶ DISPATCH_ACK, …STATUS, …DECLINE, …OUTCOME ─▶ core
 *     GET /dispatch/ID, with a token ─▶ DISPATCH_GET (recorded) ─▶ the report, opened here
 *
 * Only the leading node sends; every node with listen.https takes answers.
 */
#ifndef TRIAGED_APP_OUTREACH_H
#define TRIAGED_APP_OUTREACH_H

#include "triaged/core/core.h"
#include "triaged/edge/https.h"

struct config;
struct node;
struct outreach;

/* Sets node->outreach. */
int outreach_start(struct node *n, struct err *e) MUST_CHECK;
void outreach_stop(struct outreach **outreach);
void outreach_stop_accepting(struct outreach *o); /* drain */
/* All 0 when nothing listens. */
void outreach_https_counts(const struct outreach *o, struct https_counts *counts);

/* A reload: read what can fail first, in any thread, then put it in force. */
struct outreach_plan;
struct outreach_plan *outreach_prepare(const struct config *config, struct err *e) MUST_CHECK;
void outreach_plan_free(struct outreach_plan **plan);
void outreach_reload(struct outreach *o, struct outreach_plan *plan, const struct config *config);

/* OUTPUT_DISPATCH_SEND or OUTPUT_DISPATCH_DRILL, committed. */
void outreach_send(void *node, const struct core *core, const struct output *output);
/* Take the answer to a command that outreach submitted; or that such a command was refused custody.
 * false: the command was not one of these. o may be NULL. */
bool outreach_output(struct outreach *o, const struct output *output);
bool outreach_refused(struct outreach *o, int64_t request);
void outreach_refuse_all(struct outreach *o);

/* Somebody leads from now on, this node or another. o may be NULL. */
void outreach_leader(struct outreach *o);

/* "127.0.0.1:PORT" of the HTTPS listener, "" none. */
const char *outreach_address(const struct outreach *o);
/* Append the member "outreach" of node.status. */
void outreach_show(const struct outreach *o, struct buf *out);

#endif
