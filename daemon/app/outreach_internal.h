/* What the files of outreach share. */
#ifndef APP_OUTREACH_INTERNAL_H
#define APP_OUTREACH_INTERNAL_H

#include "triaged/edge/https.h"
#include "triaged/outreach/token.h"
#include "triaged/outreach/webhook.h"
#include "node.h"
#include "outreach.h"

/* The agencies with a webhook, their secrets read. */
struct outreach_plan {
	struct webhook_agency *agencies; /* strings are the configuration's */
	size_t n;
	struct webhook_options webhook;
	struct https_limits limits;
};

/* A command submitted for an HTTPS request, which waits for the command's answer. */
struct asked {
	int64_t request; /* negative: numbers of sessions' requests are positive */
	uint64_t exchange;
	bool report, cap; /* the report is wanted, as CAP */
	char dispatch[40];
	struct token token;
	struct asked *next;
};

/* The last drill of an agency, as far as this node has led it. */
struct drill {
	char agency[TOKEN_AGENCY_MAX + 1], dispatch[40];
	char state[16]; /* running passed late cancelled; "" none yet */
	int64_t at_ms, took_ms;
	int64_t due_ms; /* when the next begins; monotonic */
};

struct outreach {
	struct node *node;
	struct webhooks *webhooks;
	struct https *https; /* NULL: not configured */
	struct outreach_plan plan;
	struct asked *asked;
	int64_t last_request;
	struct drill *drills;
	size_t n_drills;
	struct event *drill_event;
	uint64_t forged, stale, malformed, bad_tokens;
};

/* The secrets of an agency, NULL when it has no webhook. */
const struct webhook_secrets *outreach_secrets(const struct outreach *o, const char *agency);
/* Whose answer waits for the exchange; asked by outreach_submit(). */
struct asked *outreach_ask(struct outreach *o, uint64_t exchange);
void outreach_submit(struct outreach *o, struct command *c, const char *agency);

/* The routes. */
void outreach_on_event(void *arg, const struct https_request *r);
void outreach_on_report(void *arg, const struct https_request *r);
void outreach_on_metrics(void *arg, const struct https_request *r);
/* The answer to what they have asked. */
void outreach_answer(struct outreach *o, const struct asked *a, const struct output *output);

/* ---- drills ---- */
void outreach_start_drills(struct outreach *o);
void outreach_stop_drills(struct outreach *o);
void outreach_note_drill(struct outreach *o, const struct output *output);
void outreach_show_drills(const struct outreach *o, struct buf *out);

#endif
