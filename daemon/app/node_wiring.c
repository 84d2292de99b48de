/* Makes the layers of a node and connects them: the callbacks by which each one calls another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/edge/query.h"
#include "triaged/privacy/pseudonym.h"
#include "triaged/privacy/seal.h"
#include "login.h"
#include "node.h"

#define FACTS_AT_ONCE 256

/* ---- edge -> verbs ---- */

static void on_opened(void *arg, uint64_t session, struct principal *who, unsigned role)
{
	struct node *n = arg;
	verbs_opened(n->verbs, session, who, role);
}

static void on_request(void *arg, const struct edge_request *r)
{
	struct node *n = arg;
	verbs_request(n->verbs, r);
}

static void on_closed(void *arg, uint64_t session, const char *why)
{
	struct node *n = arg;
	(void)why;
	verbs_closed(n->verbs, session);
}

static struct principal *by_certificate(void *arg, const struct certificate_names *names)
{
	struct node *n = arg;
	return clients_by_certificate(n->config->clients, names);
}

static struct principal *by_token(void *arg, const char *token)
{
	struct node *n = arg;
	return clients_by_token(n->config->clients, token);
}

static void by_password(
	void *arg, uint64_t ticket, const char *user, const char *password, const char *totp)
{
	struct node *n = arg;
	login_start(n, ticket, user, password, totp);
}

static const char *edge_mode(void *arg)
{
	return node_mode(arg);
}

static const char *unavailable_text(void *arg)
{
	struct node *n = arg;
	return n->config->texts.unavailable;
}

/* ---- center -> verbs ---- */

static void on_output(void *arg, const struct output *o, bool spooled)
{
	struct node *n = arg;
	if (!outreach_output(n->outreach, o))
		verbs_output(n->verbs, o, spooled);
}

static void on_send(void *arg, const struct core *core, const struct output *o)
{
	struct node *n = arg;
	if (o->kind == OUTPUT_LETTER)
		peers_send(n->peers, o);
	else
		outreach_send(n, core, o);
}

static void on_letter(void *arg, struct command *c, struct buf *sealed)
{
	struct node *n = arg;
	if (peers_is_letter(c))
		peers_take(n->peers, c, sealed);
}

static void on_island(void *arg)
{
	struct node *n = arg;
	verbs_island(n->verbs);
}

static void on_mode(void *arg)
{
	struct node *n = arg;
	verbs_notice_all(n->verbs, node_mode(n));
}

static void unavailable(struct node *n, struct rpc_error *error)
{
	*error = (struct rpc_error){ .code = RPC_UNAVAILABLE,
		.reason = "no_custody",
		.detail = n->config->texts.unavailable,
		.staff = "it can be kept nowhere now",
		.retry_after_ms = 1000 };
}

static void on_refuse(void *arg, int64_t request)
{
	struct node *n = arg;
	struct rpc_error error;
	if (outreach_refused(n->outreach, request))
		return;
	unavailable(n, &error);
	verbs_refuse(n->verbs, request, &error);
}

static void on_refuse_all(void *arg)
{
	struct node *n = arg;
	struct rpc_error error;
	outreach_refuse_all(n->outreach);
	unavailable(n, &error);
	verbs_refuse_all(n->verbs, &error);
}

static void on_leader(void *arg)
{
	struct node *n = arg;
	verbs_reassert(n->verbs);
	outreach_leader(n->outreach);
	alarms_say_all(n);
	node_announce_ready(n);
}

static bool on_query(void *arg, const struct core *core, const char *method, struct slice params,
	struct buf *out)
{
	struct node *n = arg;
	struct buf ruleset = { 0 };
	jtext_open(&ruleset, '{');
	rules_set_show(n->set, n->config->demo, wall_now_ms(), &ruleset);
	jtext_close(&ruleset, '}');
	struct query_context q = {
		.core = core,
		.center = n->config->center,
		.mode = node_mode(n),
		.target_ms = n->target_ms,
		.ruleset = { buf_str(&ruleset), ruleset.len },
	};
	bool found = query_answer(&q, method, params, out);
	buf_free(&ruleset);
	return found;
}

/* ---- verbs -> center, store, privacy ---- */

void node_submit(void *node, const struct command *c)
{
	struct node *n = node;
	if (keyring_may_seal(n->keyring))
		center_submit(n->center, c);
	else if (c->request)
		on_refuse(n, c->request);
	/* What nobody asked for, a session's coming, is said again as soon as somebody leads. */
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
	rules_cycle_triaged(arg, t);
}

/* A transcript on its way to the request that shows it. */
struct reading {
	struct node *node;
	int64_t request;
};

static void on_message(void *arg, struct slice record)
{
	struct reading *reading = arg;
	verbs_transcript_message(reading->node->verbs, reading->request, record);
}

static void on_transcript_done(void *arg, enum store_result result)
{
	struct reading *reading = arg;
	verbs_transcript_done(reading->node->verbs, reading->request, result == STORE_OK);
	free(reading);
}

static void do_transcript(void *arg, const char *contact, int64_t request)
{
	struct node *n = arg;
	struct reading *reading = mem_zalloc(sizeof *reading);
	*reading = (struct reading){ n, request };
	if (center_transcript(n->center, contact, on_message, reading)) {
		on_transcript_done(reading, STORE_OK);
		return;
	}
	if (center_is_late(n->center)) { /* they would wait for a store that is not there */
		on_transcript_done(reading, STORE_UNAVAILABLE);
		return;
	}
	store_transcript(n->store, contact, on_message, on_transcript_done, reading);
}

static int do_seal(void *arg, const char *contact, struct slice plain, struct buf *sealed)
{
	struct node *n = arg;
	struct err e;
	if (seal_text(keyring_keys(n->keyring), contact, plain, sealed, &e) == 0)
		return 0;
	LOG(ERROR, "seal.failed", LOG_S("contact", contact), LOG_S("why", e.text));
	return -1;
}

static int do_unseal(void *arg, const char *contact, struct slice sealed, struct buf *plain)
{
	struct node *n = arg;
	struct err e;
	if (seal_open(keyring_keys(n->keyring), contact, sealed, plain, &e) == 0)
		return 0;
	LOG(ERROR, "unseal.failed", LOG_S("contact", contact), LOG_S("why", e.text));
	return -1;
}

static void do_pseudonym(void *arg, const char *address, char out[64])
{
	struct node *n = arg;
	char made[PSEUDONYM_SIZE];
	struct err e;
	_Static_assert(PSEUDONYM_SIZE <= 64, "verbs give 64 bytes");
	out[0] = '\0'; /* an address nobody can read leaves the person unknown, never refused */
	if (pseudonym_make(keyring_keys(n->keyring), address, made, &e) == 0)
		memcpy(out, made, PSEUDONYM_SIZE);
	else
		LOG(INFO, "contact.address_unreadable", LOG_S("why", e.text));
}

/* ---- store -> keyring -> center ---- */

static void on_settled_state(void *arg, enum store_state state)
{
	struct node *n = arg;
	center_store_state(n->center, state);
}

static void on_settled_lead(void *arg, int64_t epoch, const char *leader)
{
	struct node *n = arg;
	center_store_lead(n->center, epoch, leader);
}

/* ---- making them ---- */

int node_wire_edge(struct node *n, struct err *e)
{
	struct edge_options o = {
		.node = n->name,
		.incarnation = n->incarnation,
		.center = n->config->center,
		.address = n->config->listen.line,
		.listen_fd = n->listen_fd,
		.shared_address = node_may_share_address(n),
	};
	node_edge_limits(n->config, &o.limits);
	node_edge_tls(n->config, &o.tls);
	const struct edge_events events = {
		.arg = n,
		.opened = on_opened,
		.request = on_request,
		.closed = on_closed,
		.by_certificate = by_certificate,
		.by_token = by_token,
		.by_password = by_password,
		.still_valid = login_still_valid,
		.mode = edge_mode,
		.unavailable_text = unavailable_text,
	};
	n->edge = edge_open(n->base, &o, &events, e);
	if (!n->edge)
		return err_wrap(e, "listen.line");
	verbs_set_edge(n->verbs, n->edge);
	return 0;
}

void node_wire_verbs(struct node *n)
{
	const struct verbs_ops ops = {
		.arg = n,
		.submit = node_submit,
		.query = do_query,
		.admin = node_admin,
		.triaged = do_triaged,
		.transcript = do_transcript,
		.seal = do_seal,
		.unseal = do_unseal,
		.pseudonym = do_pseudonym,
	};
	const struct verbs_options o = {
		.node = n->name,
		.incarnation = n->incarnation,
		.texts = node_texts(n->config),
	};
	n->verbs = verbs_new(&o, &ops);
	verbs_set_rules(n->verbs, n->set->rules);
}

void node_center_options(const struct node *n, struct center_options *o)
{
	*o = (struct center_options){
		.center = n->config->center,
		.node = n->name,
		.incarnation = n->incarnation,
		.request_ms = n->config->deadlines.request_ms,
		.ack_after_ms = n->config->store.ack_after_ms,
		.down_after_ms = n->config->store.down_after_ms,
		.facts_at_once = FACTS_AT_ONCE,
	};
	node_core_options(n->config, &o->core);
	memcpy(o->core.hash_seed, n->hash_seed, sizeof n->hash_seed);
}

void node_wire_center(struct node *n)
{
	struct center_options o;
	const struct center_events events = {
		.arg = n,
		.output = on_output,
		.send = on_send,
		.letter = on_letter,
		.refuse = on_refuse,
		.refuse_all = on_refuse_all,
		.leader = on_leader,
		.mode = on_mode,
		.island = on_island,
		.query = on_query,
	};
	node_center_options(n, &o);
	memcpy(n->target_ms, o.core.target_ms, sizeof n->target_ms);
	n->center = center_new(n->base, &o, &events);
}

static int off_the_loop(void *arg, void (*run)(void *), void (*done)(void *), void *job)
{
	struct node *n = arg;
	return n->spool_worker ? worker_submit(n->spool_worker, run, done, job) : -1;
}

int node_wire_spool(struct node *n, struct err *e)
{
	struct buf dir = { 0 };
	buf_addf(&dir, "%s/spool", n->config->data_dir);
	const struct spool_options o = {
		.dir = buf_str(&dir),
		.segment_bytes = n->config->spool.segment_kb * 1024,
		.segments = 2,
		.submit = off_the_loop,
		.submit_arg = n,
	};
	n->spool_worker = worker_new(n->base, e);
	n->spool = n->spool_worker ? spool_open(&o, e) : NULL;
	buf_free(&dir);
	if (!n->spool)
		return err_wrap(e, "spool");
	center_set_spool(n->center, n->spool);
	return 0;
}

int node_wire_keyring(struct node *n, struct err *e)
{
	const struct config *c = n->config;
	const struct keyring_options o = {
		.center = c->center,
		.dir = c->keys.dir,
		.made_here = c->keys_made_here,
		.tls_key = c->tls.key,
		.retry_ms = c->deadlines.request_ms + 1000,
	};
	const struct keyring_events events = {
		.arg = n,
		.state = on_settled_state,
		.lead = on_settled_lead,
	};
	n->keyring = keyring_new(n->base, &o, &events, e);
	return n->keyring ? 0 : -1;
}
