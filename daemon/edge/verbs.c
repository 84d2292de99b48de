#include "triaged/edge/verbs.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "verbs_internal.h"

/* Tables keyed by a number. */
#define KEY(number) (const char *)&(number), sizeof(number)

struct verbs *verbs_new(const struct verbs_options *options, const struct verbs_ops *ops)
{
	struct verbs *v = mem_zalloc(sizeof *v);
	uint64_t seed[2], numbers[3];
	CHECK(RAND_bytes((unsigned char *)seed, sizeof seed) == 1 &&
		RAND_bytes((unsigned char *)numbers, sizeof numbers) == 1);
	v->options = *options;
	v->ops = *ops;
	v->node = mem_strdup(options->node);
	v->incarnation = mem_strdup(options->incarnation);
	v->scratch = triage_scratch_new();
	v->ended = mem_zalloc(VERBS_ENDED_KEPT * sizeof *v->ended);
	v->render = (struct render){ .open = ops->unseal, .arg = ops->arg };
	verbs_set_texts(v, &options->texts);
	memory_init(&v->memory, seed[0], seed[1]);
	openings_init(&v->openings, seed[0], seed[1]);
	pending_init(&v->pending, numbers);
	map_init(&v->attached, seed[0], seed[1]);
	return v;
}

static void attached_free(struct attached *a)
{
	principal_unref(&a->who);
	free(a);
}

void verbs_free(struct verbs **verbs)
{
	struct verbs *v = *verbs;
	*verbs = NULL;
	if (!v)
		return;
	struct attached *a;
	for (size_t i = 0; (a = map_walk(&v->attached, &i, NULL));)
		attached_free(a);
	pending_fini(&v->pending);
	map_fini(&v->attached);
	memory_fini(&v->memory);
	openings_fini(&v->openings);
	for (size_t i = 0; i < sizeof v->store / sizeof *v->store; i++)
		buf_free(&v->store[i]);
	triage_result_free(&v->result);
	triage_scratch_free(&v->scratch);
	ruleset_unref(&v->rules);
	for (size_t i = 0; i < VERBS_ENDED_KEPT; i++)
		free(v->ended[i]);
	free(v->ended);
	free(v->node);
	free(v->incarnation);
	free(v);
}

void verbs_set_edge(struct verbs *v, struct edge *edge)
{
	v->edge = edge;
}

void verbs_set_rules(struct verbs *v, struct ruleset *rules)
{
	ruleset_unref(&v->rules);
	v->rules = rules ? ruleset_ref(rules) : NULL;
}

void verbs_set_texts(struct verbs *v, const struct verbs_texts *texts)
{
	v->render.texts =
		(struct render_texts){ texts->waiting, texts->responder_lost, texts->review };
}

/* ---- sessions the core must know of ---- */

static void session_name(const struct verbs *v, uint64_t session, char out[96])
{
	snprintf(out, 96, "%s/%s/%llu", v->node, v->incarnation, (unsigned long long)session);
}

static void submit_session(struct verbs *v, enum command_kind kind, const struct attached *a)
{
	struct command c;
	char name[96];
	const struct principal *who = a->who;
	session_name(v, a->session, name);
	command_init(&c, kind);
	c.identity = who->name;
	c.test = who->test;
	c.role = role_name(a->role);
	c.node = v->node;
	c.incarnation = v->incarnation;
	c.session = name;
	if (kind == COMMAND_SESSION_UP && a->role == ROLE_RESPONDER) {
		c.responder = who->name;
		c.name = who->alias;
		c.skills = who->skills;
		c.langs = who->langs;
		c.lines = who->lines;
		c.channels = who->channels;
		c.capacity = who->capacity;
		c.min_age = who->min_age + 1;
		c.max_age = who->max_age + 1;
	}
	v->ops.submit(v->ops.arg, &c);
}

#define ATTACHING_ROLES (ROLE_RESPONDER | ROLE_SUPERVISOR | ROLE_DISPATCHER | ROLE_PARTNER)

void attach(struct verbs *v, uint64_t session, struct principal *who, unsigned role)
{
	struct attached *a = map_getn(&v->attached, KEY(session));
	if (a && (a->role & ATTACHING_ROLES))
		return;
	if (!a) {
		a = mem_zalloc(sizeof *a);
		a->session = session;
		a->who = principal_ref(who);
		map_putn(&v->attached, KEY(session), a);
	}
	a->role = role;
	if (role & ATTACHING_ROLES)
		submit_session(v, COMMAND_SESSION_UP, a);
}

void verbs_opened(struct verbs *v, uint64_t session, struct principal *who, unsigned role)
{
	if (role & ATTACHING_ROLES)
		attach(v, session, who, role);
}

static void remember_ended(struct verbs *v, const struct attached *a)
{
	char name[96];
	session_name(v, a->session, name);
	mem_set_str(&v->ended[v->n_ended++ % VERBS_ENDED_KEPT], name);
}

void verbs_closed(struct verbs *v, uint64_t session)
{
	struct attached *a = map_removen(&v->attached, KEY(session));
	if (!a)
		return;
	if ((a->role & ATTACHING_ROLES) || a->contacts) {
		submit_session(v, COMMAND_SESSION_DOWN, a);
		remember_ended(v, a);
	}
	memory_forget_session(&v->memory, session);
	attached_free(a);
}

static void submit_watch(struct verbs *v, const struct attached *a)
{
	struct command c;
	char name[96];
	session_name(v, a->session, name);
	command_init(&c, COMMAND_BOARD_WATCH);
	c.identity = a->who->name;
	c.node = v->node;
	c.session = name;
	c.watch = a->watching;
	v->ops.submit(v->ops.arg, &c);
}

void verbs_reassert(struct verbs *v)
{
	for (size_t i = 0; i < VERBS_ENDED_KEPT; i++) {
		if (!v->ended[i])
			continue;
		struct command c;
		command_init(&c, COMMAND_SESSION_DOWN);
		c.node = v->node;
		c.incarnation = v->incarnation;
		c.session = v->ended[i];
		v->ops.submit(v->ops.arg, &c);
	}
	struct attached *a;
	for (size_t i = 0; (a = map_walk(&v->attached, &i, NULL));) {
		if (a->role & ATTACHING_ROLES)
			submit_session(v, COMMAND_SESSION_UP, a);
		if (a->watching)
			submit_watch(v, a);
	}
}

void verbs_notice_all(struct verbs *v, const char *kind)
{
	struct attached *a;
	struct buf json = { 0 };
	jtext_open(&json, '{');
	jtext_put_str(&json, "kind", kind);
	jtext_close(&json, '}');
	for (size_t i = 0; (a = map_walk(&v->attached, &i, NULL));)
		edge_notify(
			v->edge, a->session, "notice", (struct slice){ buf_str(&json), json.len });
	buf_free(&json);
}

bool verbs_has_conversations(const struct verbs *v)
{
	return v->memory.engaged > 0;
}

/* ---- requests ---- */

static void watch_board(struct verbs *v, const struct edge_request *r)
{
	attach(v, r->session, r->who, r->role);
	struct attached *a = map_getn(&v->attached, KEY(r->session));
	const json_t *on = json_object_get(r->params, "on");
	a->watching = !json_is_false(on);
	submit_watch(v, a);
}

static void ask_as(struct verbs *v, const struct edge_request *r, int64_t number)
{
	struct buf params = { 0 };
	json_write(&params, r->params);
	v->ops.query(v->ops.arg, r->verb, buf_str(&params), number);
	buf_free(&params);
}

static void ask(struct verbs *v, const struct edge_request *r)
{
	ask_as(v, r, pending_add(&v->pending, r)->number);
}

/* Reading what somebody wrote is recorded, with who did and why. */
static void explain(struct verbs *v, const struct edge_request *r)
{
	const char *why = param_text(r, "reason");
	bool with_text = json_is_true(json_object_get(r->params, "text"));
	if (with_text && !why) {
		edge_error(v->edge, r->session, r->token,
			&(struct rpc_error){ .code = RPC_INVALID_PARAMS,
				.reason = "missing",
				.field = "reason" });
		return;
	}
	if (with_text && r->role != ROLE_SUPERVISOR) {
		edge_error(v->edge, r->session, r->token,
			&(struct rpc_error){ .code = RPC_FORBIDDEN,
				.reason = "role",
				.field = "text",
				.detail = "allowed for: supervisor" });
		return;
	}
	if (with_text)
		LOG(NOTICE, "contact.text_read", LOG_S("contact", param_text(r, "contact")),
			LOG_S("by", r->who->name), LOG_S("reason", why));
	struct pending *p = pending_add(&v->pending, r);
	p->with_text = with_text;
	ask_as(v, r, p->number);
}

void verbs_request(struct verbs *v, const struct edge_request *r)
{
	if (r->role & ATTACHING_ROLES)
		attach(v, r->session, r->who, r->role);
	switch (r->verb->id) {
	case VERB_BOARD_WATCH:
		watch_board(v, r);
		ask(v, r);
		break;
	case VERB_BOARD_GET:
	case VERB_CONTACT_LIST:
	case VERB_CONTACT_GET:
	case VERB_RESPONDER_LIST:
		ask(v, r);
		break;
	case VERB_DISPATCH_LIST:
	case VERB_DISPATCH_NEAREST:
	case VERB_TEAM_LIST:
		rescue_question(r);
		ask(v, r);
		break;
	case VERB_CONTACT_EXPLAIN:
		explain(v, r);
		break;
	case VERB_RULES_GET:
	case VERB_RULES_CHECK:
	case VERB_RULES_STAGE:
	case VERB_RULES_SIGN:
	case VERB_RULES_ACTIVATE:
	case VERB_RULES_ROLLBACK:
	case VERB_NODE_STATUS:
	case VERB_NODE_DRAIN:
	case VERB_NODE_RELOAD:
		v->ops.admin(v->ops.arg, r, pending_add(&v->pending, r)->number);
		break;
	default:
		if (r->role == ROLE_FRONTEND)
			verbs_frontend(v, r);
		else
			verbs_responder(v, r);
	}
}

/* ---- answers ---- */

void verbs_answer(struct verbs *v, int64_t request, struct slice json)
{
	struct pending *p = pending_take(&v->pending, request);
	if (p)
		edge_result(v->edge, p->session, p->token, json);
	pending_free(p);
}

void verbs_refuse(struct verbs *v, int64_t request, const struct rpc_error *error)
{
	struct pending *p = pending_take(&v->pending, request);
	if (p)
		edge_error(v->edge, p->session, p->token, error);
	pending_free(p);
}

void verbs_refuse_all(struct verbs *v, const struct rpc_error *error)
{
	struct pending *p;
	for (size_t i = 0; (p = pending_walk(&v->pending, &i));)
		verbs_refuse(v, p->number, error);
}

static void deliver_error(struct verbs *v, const struct output *o)
{
	struct slice record = { buf_str(&o->fields), o->fields.len };
	char reason[64], detail[256], field[64];
	int64_t code;
	if (slice_int(render_find(record, "code"), &code) < 0)
		code = RPC_INTERNAL_ERROR;
	struct slice r = render_find(record, "reason"), d = render_find(record, "detail"),
		     f = render_find(record, "field");
	snprintf(reason, sizeof reason, "%.*s", (int)r.len, r.data);
	snprintf(detail, sizeof detail, "%.*s", (int)d.len, d.data);
	snprintf(field, sizeof field, "%.*s", (int)f.len, f.data);
	struct pending *p = pending_get(&v->pending, o->request);
	if (p && p->contact && p->verb == VERB_CONTACT_SAY)
		memory_unsaid(&v->memory, p->contact);
	verbs_refuse(v, o->request,
		&(struct rpc_error){ .code = (int)code,
			.reason = reason,
			.detail = *detail ? detail : NULL,
			.field = *field ? field : NULL });
}

/* The answer tells facts that were not known here when the message was triaged: a combination with
 * them may ask for more than the message alone. */
static void triage_again(struct verbs *v, uint64_t session, const char *contact, struct slice facts)
{
	struct attached *a = map_getn(&v->attached, KEY(session));
	if (!a || !v->rules)
		return;
	struct edge_request r = { .session = session, .who = a->who, .role = a->role };
	struct draft d;
	draft_init(&d, v, &r, COMMAND_CONTACT_RETRIAGE);
	draft_retriage(&d, contact, facts);
	draft_submit_unasked(&d);
}

static void note_presence(struct verbs *v, uint64_t session, struct slice presence)
{
	struct attached *a = map_getn(&v->attached, KEY(session));
	if (a)
		snprintf(a->presence, sizeof a->presence, "%.*s", (int)presence.len, presence.data);
}

/* offer.accept shows what is known of the person as one object, as the protocol has it. */
static void deliver_reply(struct verbs *v, const struct output *o, bool spooled)
{
	struct pending *p = pending_get(&v->pending, o->request);
	if (!p || p->result.len)
		return; /* or answered twice, as a command put into the inbox again is */
	struct slice record = { buf_str(&o->fields), o->fields.len };
	struct slice ready = render_find(record, "json");
	if (ready.len && p->with_text) {
		transcript_begin_text(v, p, ready);
		return;
	}
	if (ready.len) {
		verbs_answer(v, o->request, ready);
		return;
	}
	if (p->verb == VERB_OFFER_ACCEPT || p->verb == VERB_CONTACT_RESUME) {
		transcript_begin(v, p, o);
		return;
	}
	struct buf out = { 0 };
	jtext_open(&out, '{');
	render_output(&v->render, o, &out);
	if (p->verb == VERB_CONTACT_OPEN) {
		char *contact = record_contact(record);
		memory_add_course(&v->memory, contact, p->session, record);
		free(contact);
		jtext_put_str(&out, "custody", spooled ? "spool" : "store");
	}
	jtext_close(&out, '}');
	if (p->verb == VERB_RESPONDER_SET)
		note_presence(v, p->session, render_find(record, "presence"));
	struct slice facts = render_find(record, "facts");
	if (facts.len)
		triage_again(v, p->session, p->contact, facts);
	if (p->verb == VERB_CONTACT_CLOSE || p->verb == VERB_CONTACT_LEAVE)
		memory_forget(&v->memory, p->contact); /* contact.resume brings it back */
	verbs_answer(v, o->request, (struct slice){ buf_str(&out), out.len });
	buf_wipe(&out);
}

/* The number of a session of this node and incarnation; 0 for any other. */
static uint64_t local_session(const struct verbs *v, const char *name)
{
	size_t node = strlen(v->node), incarnation = strlen(v->incarnation);
	if (strncmp(name, v->node, node) != 0 || name[node] != '/' ||
		strncmp(name + node + 1, v->incarnation, incarnation) != 0 ||
		name[node + 1 + incarnation] != '/')
		return 0;
	return strtoull(name + node + incarnation + 2, NULL, 10);
}

static void deliver_notification(struct verbs *v, const struct output *o)
{
	uint64_t session = local_session(v, o->session);
	if (session == 0)
		return;
	if (o->kind == OUTPUT_SESSION_REPLACED) {
		edge_disconnect(v->edge, session, "replaced by a newer session");
		return;
	}
	struct slice record = { buf_str(&o->fields), o->fields.len };
	struct buf out = { 0 };
	struct slice ready = render_find(record, "json");
	if (ready.len) {
		buf_add(&out, ready.data, ready.len);
	} else {
		jtext_open(&out, '{');
		render_output(&v->render, o, &out);
		jtext_close(&out, '}');
	}
	edge_notify(
		v->edge, session, output_name(o->kind), (struct slice){ buf_str(&out), out.len });
	buf_wipe(&out);
	if (o->kind == OUTPUT_CONTACT_CLOSED || o->kind == OUTPUT_CONTACT_CONNECTED) {
		char *contact = record_contact(record);
		if (o->kind == OUTPUT_CONTACT_CLOSED)
			memory_forget(&v->memory, contact);
		else
			memory_engage(&v->memory, contact, session);
		free(contact);
	}
}

void verbs_output(struct verbs *v, const struct output *o, bool spooled)
{
	if (o->kind == OUTPUT_ERROR)
		deliver_error(v, o);
	else if (o->kind == OUTPUT_REPLY)
		deliver_reply(v, o, spooled);
	else
		deliver_notification(v, o);
}
