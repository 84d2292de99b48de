#include "outreach.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "outreach_internal.h"

/* Connections from other houses: each of some tens of agencies keeps a few. */
#define CONNECTIONS 256

/* ---- what can fail in a configuration ---- */

static int add_agency(struct outreach_plan *p, const struct config *config, size_t i, struct err *e)
{
	const struct agency *agency = &config->agencies.set.at[i];
	const struct config_channel *channel = &config->agencies.channels[i];
	struct webhook_agency *a = &p->agencies[p->n];
	*a = (struct webhook_agency){
		.id = agency->id, .url = channel->url, .ca = channel->ca, .plain = config->demo
	};
	if (webhook_url_check(a->url, a->plain, e) < 0)
		return err_wrap(e, "agencies: %s", a->id);
	p->n++;
	for (size_t k = 0; k < channel->secret_files.n; k++)
		if (webhook_secret_read(&a->secrets, channel->secret_files.at[k], e) < 0)
			return err_wrap(e, "agencies: %s", a->id);
	return 0;
}

static void set_options(struct outreach_plan *p, const struct config *c)
{
	p->webhook = (struct webhook_options){ .try_ms = c->outreach.try_ms,
		.total_ms = c->outreach.total_ms,
		.retry_ms = c->outreach.retry_ms,
		.retry_max_ms = c->outreach.retry_max_ms,
		.open_after = (int)c->outreach.circuit_failures,
		.open_ms = c->outreach.circuit_open_ms,
		.user_agent = "triaged/" TRIAGED_VERSION };
	p->limits = (struct https_limits){ .connections = CONNECTIONS,
		.handshake_ms = c->deadlines.handshake_ms,
		.head_ms = c->deadlines.whole_line_ms,
		.body_ms = c->deadlines.whole_line_ms,
		.answer_ms = c->deadlines.request_ms,
		.write_ms = c->deadlines.write_stall_ms };
}

struct outreach_plan *outreach_prepare(const struct config *config, struct err *e)
{
	struct outreach_plan *p = mem_zalloc(sizeof *p);
	p->agencies = mem_zalloc((config->agencies.set.n + 1) * sizeof *p->agencies);
	set_options(p, config);
	for (size_t i = 0; i < config->agencies.set.n; i++)
		if (config->agencies.set.at[i].webhook && add_agency(p, config, i, e) < 0) {
			outreach_plan_free(&p);
			return NULL;
		}
	return p;
}

static void wipe_plan(struct outreach_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		webhook_secrets_wipe(&p->agencies[i].secrets);
	free(p->agencies);
	*p = (struct outreach_plan){ .n = 0 };
}

void outreach_plan_free(struct outreach_plan **plan)
{
	struct outreach_plan *p = *plan;
	*plan = NULL;
	if (!p)
		return;
	wipe_plan(p);
	free(p);
}

const struct webhook_secrets *outreach_secrets(const struct outreach *o, const char *agency)
{
	for (size_t i = 0; i < o->plan.n; i++)
		if (strcmp(o->plan.agencies[i].id, agency) == 0)
			return &o->plan.agencies[i].secrets;
	return NULL;
}

/* ---- commands and their answers ---- */

struct asked *outreach_ask(struct outreach *o, uint64_t exchange)
{
	struct asked *a = mem_zalloc(sizeof *a);
	a->request = --o->last_request;
	a->exchange = exchange;
	a->next = o->asked;
	o->asked = a;
	return a;
}

/* As the agency: what it may do is the core's to say. */
void outreach_submit(struct outreach *o, struct command *c, const char *agency)
{
	struct buf identity = { 0 };
	buf_addf(&identity, "agency:%s", agency);
	c->identity = buf_str(&identity);
	c->role = "partner";
	c->node = o->node->name;
	node_submit(o->node, c);
	buf_free(&identity);
}

static struct asked *take_asked(struct outreach *o, int64_t request)
{
	struct asked **at = &o->asked;
	while (*at && (*at)->request != request)
		at = &(*at)->next;
	struct asked *a = *at;
	if (a)
		*at = a->next;
	return a;
}

bool outreach_output(struct outreach *o, const struct output *output)
{
	if (output->request >= 0)
		return false;
	struct asked *a = o ? take_asked(o, output->request) : NULL;
	if (a)
		outreach_answer(o, a, output);
	free(a);
	return true;
}

bool outreach_refused(struct outreach *o, int64_t request)
{
	if (request >= 0)
		return false;
	struct asked *a = o ? take_asked(o, request) : NULL;
	if (a)
		https_refuse(o->https, a->exchange, 503, "no_custody");
	free(a);
	return true;
}

void outreach_refuse_all(struct outreach *o)
{
	while (o && o->asked)
		outreach_refused(o, o->asked->request);
}

/* ---- start, reload, stop ---- */

static void on_done(void *arg, const struct webhook_done *d)
{
	struct outreach *o = arg;
	struct command c;
	command_init(&c, COMMAND_DISPATCH_SENT);
	c.identity = "outreach";
	c.node = o->node->name;
	c.dispatch = d->dispatch;
	c.agency = d->agency;
	c.version = d->version;
	c.result = webhook_result_name(d->result);
	c.detail = d->detail;
	node_submit(o->node, &c);
}

static const struct https_route routes[] = {
	{ "POST", "/agency/*/events", 16384, outreach_on_event },
	{ "GET", "/dispatch/*", 0, outreach_on_report },
	{ "GET", "/metrics", 0, outreach_on_metrics },
};

static int listen_https(struct outreach *o, struct err *e)
{
	struct https_options options = { .address = o->node->config->listen.https,
		.shared_address = node_may_share_address(o->node),
		.limits = o->plan.limits,
		.routes = routes,
		.n_routes = sizeof routes / sizeof *routes,
		.arg = o };
	if (!*options.address)
		return 0;
	node_edge_tls(o->node->config, &options.tls);
	o->https = https_open(o->node->base, &options, e);
	return o->https ? 0 : err_wrap(e, "listen.https");
}

/* Takes over the plan's agencies, with the secrets. */
static void put_in_force(struct outreach *o, struct outreach_plan *plan)
{
	wipe_plan(&o->plan);
	o->plan = *plan;
	*plan = (struct outreach_plan){ .n = 0 };
	webhooks_set(o->webhooks, &o->plan.webhook, o->plan.agencies, o->plan.n);
}

int outreach_start(struct node *n, struct err *e)
{
	struct outreach *o = mem_zalloc(sizeof *o);
	struct outreach_plan *plan = outreach_prepare(n->config, e);
	const struct webhook_events events = { o, on_done };
	o->node = n;
	n->outreach = o;
	if (!plan)
		return -1;
	o->webhooks = webhooks_new(n->base, &plan->webhook, &events, e);
	if (o->webhooks)
		put_in_force(o, plan);
	outreach_plan_free(&plan);
	if (!o->webhooks || listen_https(o, e) < 0)
		return -1;
	outreach_start_drills(o);
	return 0;
}

void outreach_reload(struct outreach *o, struct outreach_plan *plan, const struct config *config)
{
	struct edge_tls tls;
	struct err e;
	node_edge_tls(config, &tls);
	if (o->https && https_reload(o->https, &plan->limits, &tls, &e) < 0)
		LOG(ERROR, "outreach.tls", LOG_S("why", e.text)); /* the old ones go on */
	put_in_force(o, plan);
}

void outreach_leader(struct outreach *o)
{
	if (o && !center_is_leading(o->node->center))
		webhooks_drop(o->webhooks);
}

void outreach_https_counts(const struct outreach *o, struct https_counts *counts)
{
	*counts = (struct https_counts){ 0 };
	if (o && o->https)
		https_counts(o->https, counts);
}

void outreach_stop_accepting(struct outreach *o)
{
	if (o->https)
		https_stop_accepting(o->https);
}

void outreach_stop(struct outreach **outreach)
{
	struct outreach *o = *outreach;
	*outreach = NULL;
	if (!o)
		return;
	while (o->asked)
		free(take_asked(o, o->asked->request));
	outreach_stop_drills(o);
	https_close(&o->https);
	webhooks_free(&o->webhooks);
	wipe_plan(&o->plan);
	free(o);
}

const char *outreach_address(const struct outreach *o)
{
	return o && o->https ? https_address(o->https) : "";
}

/* ---- node.status ---- */

static void show_agency(const struct webhook_state *s, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_str(out, "agency", s->agency);
	jtext_put_str(out, "circuit", s->circuit);
	jtext_name(out, "open_s");
	jtext_seconds(out, s->open_ms);
	jtext_put_str(out, "last_failure", s->detail);
	jtext_put_count(out, "failures", (uint64_t)s->failures);
	jtext_put_count(out, "waiting", s->waiting);
	jtext_put_count(out, "accepted", s->accepted);
	jtext_put_count(out, "refused", s->refused);
	jtext_put_count(out, "unknown", s->unknown);
	jtext_put_count(out, "tries", s->tries);
	jtext_close(out, '}');
}

void outreach_show(const struct outreach *o, struct buf *out)
{
	struct webhook_state s;
	jtext_name(out, "outreach");
	jtext_open(out, '{');
	jtext_put_str(out, "https", outreach_address(o));
	jtext_name(out, "agencies");
	jtext_open(out, '[');
	for (size_t i = 0; webhooks_at(o->webhooks, i, &s); i++)
		show_agency(&s, out);
	jtext_close(out, ']');
	outreach_show_drills(o, out);
	jtext_put_count(out, "forged", o->forged);
	jtext_put_count(out, "stale", o->stale);
	jtext_put_count(out, "malformed", o->malformed);
	jtext_put_count(out, "bad_tokens", o->bad_tokens);
	jtext_close(out, '}');
}
