#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "rpc.h"
#include "session_io.h"

/* A refused login is answered this late, whatever was wrong with it and however fast that was
 * known; after so many of them the session ends. */
#define REFUSAL_MS     200
#define LOGIN_FAILURES 3

/* A session.hello being decided. While it lives its session reads no further line. */
struct login {
	struct login *next;
	uint64_t ticket, session;
	unsigned role;
	bool refused;
	int64_t began_ms, due_ms;
	char *center; /* NULL: none given */
	char id[];    /* JSON text */
};

static const char *text_param(const struct rpc_request *r, const char *name)
{
	return json_string_value(json_object_get(r->params, name));
}

static void wipe_param(struct rpc_request *r, const char *name)
{
	json_t *v = json_object_get(r->params, name);
	if (v)
		explicit_bzero((char *)(uintptr_t)json_string_value(v), json_string_length(v));
}

static struct login *login_new(struct session *s, const struct rpc_request *r)
{
	size_t n = strlen(r->id) + 1;
	const char *center = text_param(r, "center");
	struct login *l = mem_zalloc(sizeof *l + n);
	memcpy(l->id, r->id, n);
	l->session = s->id;
	l->ticket = ++s->edge->last_ticket;
	l->role = role_parse(text_param(r, "role"));
	l->center = center ? mem_strdup(center) : NULL;
	l->began_ms = deadlines_now_ms();
	l->due_ms = l->began_ms + s->edge->limits.request_ms;
	l->next = s->edge->logins;
	s->edge->logins = l;
	s->login = l;
	stream_pause(&s->stream);
	session_look_by(s, l->due_ms);
	return l;
}

void login_forget(struct session *s)
{
	struct login *l = s->login;
	if (!l)
		return;
	struct login **at = &s->edge->logins;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	s->login = NULL;
	free(l->center);
	free(l);
}

int64_t login_due_ms(const struct login *l)
{
	return l->due_ms;
}

/* Decided and answered: go on reading. */
static void login_end(struct session *s)
{
	if (!s->login)
		return; /* the answer ended the session */
	login_forget(s);
	stream_resume(&s->stream);
	int64_t now = deadlines_now_ms();
	const struct edge_limits *limits = &s->edge->limits;
	s->phase_ms = now + (s->who ? limits->idle_ms : limits->first_line_ms);
	session_look_by(s, s->phase_ms);
}

/* ---- the answer of a session that is welcome ---- */

static void add_roles(struct buf *b, unsigned roles)
{
	jtext_name(b, "roles");
	jtext_open(b, '[');
	for (unsigned role = 1; role <= ROLE_ALL; role <<= 1)
		if (roles & role)
			jtext_str(b, role_name(role));
	jtext_close(b, ']');
}

static void add_limits(struct buf *b, const struct edge_limits *limits)
{
	jtext_name(b, "limits");
	jtext_open(b, '{');
	jtext_put_int(b, "line_bytes", (int64_t)limits->line_bytes);
	jtext_put_int(b, "text_bytes", (int64_t)limits->text_bytes);
	jtext_put_int(b, "nesting", limits->nesting);
	jtext_put_int(b, "unanswered", limits->unanswered);
	jtext_close(b, '}');
}

static void greet(struct session *s, const char *id)
{
	const struct edge *edge = s->edge;
	struct buf b = { 0 }, line = { 0 };
	char name[256];
	snprintf(name, sizeof name, "%s/%s/%" PRIu64, edge->node, edge->incarnation, s->id);
	jtext_open(&b, '{');
	jtext_put_str(&b, "session", name);
	jtext_put_str(&b, "node", edge->node);
	jtext_put_str(&b, "center", s->who->center);
	add_roles(&b, s->who->roles);
	jtext_name(&b, "server");
	jtext_open(&b, '{');
	jtext_put_str(&b, "name", "triaged");
	jtext_put_str(&b, "version", TRIAGED_VERSION);
	jtext_close(&b, '}');
	jtext_put_str(&b, "mode", edge->events.mode(edge->events.arg));
	add_limits(&b, &edge->limits);
	jtext_name(&b, "now");
	jtext_time(&b, wall_now_ms());
	jtext_close(&b, '}');
	rpc_add_result(&line, id, b.data, b.len);
	session_send(s, &line);
	buf_free(&b);
	buf_free(&line);
}

/* ---- the decision ---- */

static void forbid(struct session *s, const struct principal *who, const char *field)
{
	s->edge->counts.forbidden++;
	LOG(NOTICE, "edge.forbidden", LOG_S("identity", who->name),
		LOG_S("method", verb_at(VERB_SESSION_HELLO)->method), LOG_S("field", field),
		LOG_I("session", s->id));
	session_error(s, s->login->id,
		&(struct rpc_error){ .code = RPC_FORBIDDEN, .reason = field, .field = field });
	login_end(s);
}

static void welcome(struct session *s, struct principal *who)
{
	struct edge *edge = s->edge;
	unsigned role = s->login->role;
	session_identify(s, who, role);
	s->greeted = true;
	greet(s, s->login->id);
	login_end(s);
	if (s->state == SESSION_OPEN)
		edge->events.opened(edge->events.arg, s->id, s->who, role);
}

static void refuse_later(struct session *s)
{
	struct login *l = s->login;
	int64_t now = deadlines_now_ms(), at = l->began_ms + REFUSAL_MS;
	l->refused = true;
	l->due_ms = at > now ? at : now;
	session_look_by(s, l->due_ms);
}

static void decide(struct session *s, struct principal *who)
{
	const struct login *l = s->login;
	if (!who)
		refuse_later(s);
	else if (l->center && strcmp(l->center, who->center) != 0)
		forbid(s, who, "center");
	else if (!(who->roles & l->role))
		forbid(s, who, "role");
	else
		welcome(s, who);
}

void login_due(struct session *s, int64_t now_ms)
{
	struct edge *edge = s->edge;
	const struct login *l = s->login;
	if (l->due_ms > now_ms)
		return;
	if (!l->refused) {
		session_error(s, l->id,
			&(struct rpc_error){
				.code = RPC_UNAVAILABLE, .reason = "login_not_decided" });
		session_step(s, SESSION_STEP_FINISH, "login_not_decided");
		return;
	}
	LOG(NOTICE, "edge.login_refused", LOG_I("session", s->id),
		LOG_I("failures", s->login_failures + 1));
	session_error(s, l->id,
		&(struct rpc_error){ .code = RPC_UNAUTHENTICATED, .reason = "credentials" });
	if (++s->login_failures >= LOGIN_FAILURES) {
		edge->counts.over_limit++;
		session_step(s, SESSION_STEP_FINISH, "login_failures");
	}
	login_end(s);
}

/* ---- the question ---- */

/* Which parameters do not go together; NULL when they do. */
static const char *contradiction(const struct rpc_request *r)
{
	bool token = text_param(r, "token"), user = text_param(r, "user"),
	     password = text_param(r, "password"), totp = text_param(r, "totp");
	if (token && (user || password || totp))
		return "token";
	if (user != password)
		return user ? "password" : "user";
	return totp && !user ? "user" : NULL;
}

static bool hello_possible(struct session *s, const struct rpc_request *r)
{
	const char *field = contradiction(r);
	if (s->greeted)
		session_error(s, r->id,
			&(struct rpc_error){
				.code = RPC_INVALID_STATE, .reason = "greeted_before" });
	else if (field)
		session_error(s, r->id,
			&(struct rpc_error){ .code = RPC_INVALID_PARAMS,
				.reason = "credentials_incomplete",
				.field = field });
	return !s->greeted && !field;
}

void edge_hello(struct session *s, struct rpc_request *r)
{
	struct edge *edge = s->edge;
	const struct edge_events *events = &edge->events;
	if (!hello_possible(s, r))
		return;
	const char *token = text_param(r, "token"), *user = text_param(r, "user");
	struct login *l = login_new(s, r);
	struct principal *who = NULL;
	if (user) {
		events->by_password(events->arg, l->ticket, user, text_param(r, "password"),
			text_param(r, "totp"));
	} else {
		if (token)
			who = events->by_token(events->arg, token);
		else if (s->who)
			who = principal_ref(s->who);
		decide(s, who);
		principal_unref(&who);
	}
	wipe_param(r, "token");
	wipe_param(r, "password");
	wipe_param(r, "totp");
}

void edge_login_done(struct edge *edge, uint64_t ticket, struct principal *who)
{
	const struct login *l = edge->logins;
	while (l && l->ticket != ticket)
		l = l->next;
	struct session *s = l && !l->refused ? session_table_find(&edge->table, l->session) : NULL;
	if (s)
		decide(s, who);
}
