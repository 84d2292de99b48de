#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "rpc.h"
#include "session_io.h"
#include "verb_check.h"

/* Too many requests, or too fast: an error, and the end of a session that goes on like this. */
static void refuse(struct session *s, const char *id, const char *reason, int retry_after_ms)
{
	struct edge *edge = s->edge;
	bool flood = ++s->refused > edge->limits.unanswered;
	edge->counts.rate_limited++;
	edge->counts.over_limit += flood;
	session_error(s, id,
		&(struct rpc_error){ .code = RPC_RATE_LIMITED,
			.reason = flood ? "flood" : reason,
			.retry_after_ms = retry_after_ms });
	if (flood)
		session_step(s, SESSION_STEP_FINISH, "flood");
}

/* Milliseconds until the session may ask again, 0: now, and it is counted. The bucket holds two
 * seconds' worth. */
static int wait_for_bucket(struct session *s)
{
	int32_t rate = s->edge->limits.requests_per_s; /* thousandths a millisecond */
	if (rate == 0)
		return 0;
	int64_t now = deadlines_now_ms(), full = 2000 * (int64_t)rate;
	int64_t filled = s->bucket + (now - s->bucket_at_ms) * rate;
	s->bucket = (int32_t)(filled < full ? filled : full);
	s->bucket_at_ms = now;
	if (s->bucket < 1000)
		return (1000 - s->bucket + rate - 1) / rate;
	s->bucket -= 1000;
	return 0;
}

/* verb NULL: a line that is no request. What carries a person's need passes an empty bucket. */
static bool admit(struct session *s, const char *id, const struct verb *verb)
{
	int wait_ms = wait_for_bucket(s);
	if (wait_ms > 0 && !(verb && verb->vital)) {
		refuse(s, id, "rate", wait_ms);
		return false;
	}
	return true;
}

static void answer(struct session *s, const char *id, const struct buf *json)
{
	struct edge *edge = s->edge;
	buf_clear(&edge->out);
	rpc_add_result(&edge->out, id, buf_str(json), json->len);
	session_send(s, &edge->out);
}

static void session_verb(struct session *s, const struct verb *verb, struct rpc_request *r)
{
	struct buf json = { 0 };
	if (verb->id == VERB_SESSION_HELLO) {
		edge_hello(s, r);
		return;
	}
	jtext_open(&json, '{');
	if (verb->id == VERB_SESSION_PING) {
		jtext_name(&json, "now");
		jtext_time(&json, wall_now_ms());
	}
	jtext_close(&json, '}');
	answer(s, r->id, &json);
	buf_free(&json);
	if (verb->id == VERB_SESSION_BYE)
		session_step(s, SESSION_STEP_FINISH, "bye");
}

static void forbid(struct session *s, const struct verb *verb, const char *id)
{
	s->edge->counts.forbidden++;
	LOG(NOTICE, "edge.forbidden", LOG_S("identity", s->who->name),
		LOG_S("method", verb->method), LOG_I("session", s->id));
	struct buf detail = { 0 };
	buf_adds(&detail, "allowed for: ");
	role_names(verb->roles, &detail);
	session_error(s, id,
		&(struct rpc_error){
			.code = RPC_FORBIDDEN, .reason = "role", .detail = buf_str(&detail) });
	buf_free(&detail);
}

static void hand_over(struct session *s, const struct verb *verb, const struct rpc_request *r)
{
	struct edge *edge = s->edge;
	unsigned roles = verb->roles & s->chosen;
	size_t n = strlen(r->id) + 1;
	struct waiting *w = mem_zalloc(sizeof *w + n);
	memcpy(w->id, r->id, n);
	w->token = ++edge->last_token;
	w->due_ms = deadlines_now_ms() + edge->limits.request_ms;
	*(s->newest ? &s->newest->next : &s->oldest) = w;
	s->newest = w;
	s->unanswered++;
	session_look_by(s, w->due_ms);
	edge->events.request(edge->events.arg, &(struct edge_request){ .session = s->id,
						       .token = w->token,
						       .verb = verb,
						       .params = r->params,
						       .who = s->who,
						       .role = roles & -roles });
}

static void serve(struct session *s, const struct verb *verb, struct rpc_request *r)
{
	if (s->refused > 0)
		s->refused--;
	if (verb->roles == 0)
		session_verb(s, verb, r);
	else
		hand_over(s, verb, r);
}

static void refuse_form(
	struct session *s, const struct verb *verb, const char *id, const struct verb_fault *f)
{
	struct rpc_error error = {
		.code = f->code, .reason = f->reason, .detail = f->detail, .field = f->field
	};
	if (verb->vital)
		session_untaken(s, verb->method, &error);
	session_error(s, id, &error);
}

static void handle(struct session *s, struct rpc_request *r)
{
	struct edge *edge = s->edge;
	const struct verb *verb = verb_find(r->method);
	struct verb_fault f;
	unsigned unknown;
	if (!admit(s, r->id, verb))
		return;
	if (!verb) {
		session_error(s, r->id,
			&(struct rpc_error){
				.code = RPC_METHOD_NOT_FOUND, .reason = "unknown_method" });
		return;
	}
	if (verb->roles != 0 && !s->who) {
		session_error(s, r->id,
			&(struct rpc_error){
				.code = RPC_UNAUTHENTICATED, .reason = "hello_first" });
		return;
	}
	if (verb->roles != 0 && !(verb->roles & s->chosen)) {
		forbid(s, verb, r->id);
		return;
	}
	int checked = verb_check(verb, r->params, edge->limits.text_bytes, &f, &unknown);
	edge->counts.unknown_params += unknown;
	if (checked < 0)
		refuse_form(s, verb, r->id, &f);
	else if (verb->roles != 0 && s->unanswered >= edge->limits.unanswered)
		refuse(s, r->id, "unanswered", 0);
	else
		serve(s, verb, r);
}

void edge_line(struct session *s, char *text, size_t n)
{
	struct rpc_request r;
	struct rpc_error fault;
	struct err e;
	bool greeted = s->greeted;
	s->edge->counts.lines++;
	if (rpc_read(text, n, s->edge->limits.nesting, &r, &fault, &e) < 0) {
		session_untaken(s, "a request", &fault);
		if (admit(s, r.id, NULL))
			session_error(s, r.id, &fault);
	} else {
		handle(s, &r);
	}
	/* Only until then a line may hold a password. */
	if (!greeted)
		explicit_bzero(text, n);
	rpc_request_fini(&r);
}
