/* What agencies ask by HTTPS: what they tell of a rescue, and the reports they fetch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/outreach/callback.h"
#include "triaged/privacy/digest.h"
#include "metrics.h"
#include "outreach_internal.h"
#include "outreach_report.h"

/* ---- POST /agency/ID/events ---- */

/* The webhook's id as the idempotency key of the command: told twice, it happens once, whichever
 * node hears it. Hashed, since theirs may be longer than ours. */
static void ref_of(const char *id, char out[40])
{
	char hex[DIGEST_HEX_SIZE];
	digest_sha256_hex(id, strlen(id), hex);
	snprintf(out, 40, "webhook-%.31s", hex);
}

static void submit_event(
	struct outreach *o, const struct https_request *r, const struct callback *b)
{
	static const enum command_kind kinds[] = { [CALLBACK_ACK] = COMMAND_DISPATCH_ACK,
		[CALLBACK_DECLINE] = COMMAND_DISPATCH_DECLINE,
		[CALLBACK_STATUS] = COMMAND_DISPATCH_STATUS,
		[CALLBACK_OUTCOME] = COMMAND_DISPATCH_OUTCOME };
	char ref[40];
	struct command c;
	command_init(&c, kinds[b->kind]);
	ref_of(https_header(r, "webhook-id"), ref);
	c.ref = ref;
	/* The same id with another body is a mistake of theirs and conflicts. */
	c.fingerprint = (int64_t)(map_siphash(r->body.data, r->body.len, 0, 0) >> 1);
	c.dispatch = b->dispatch;
	c.by = b->by;
	c.reason = b->reason;
	c.status = b->status;
	c.result = b->result;
	c.outcome = (struct slice){ buf_str(&b->outcome), b->outcome.len };
	c.request = outreach_ask(o, r->exchange)->request;
	outreach_submit(o, &c, r->segment);
}

static bool is_genuine(struct outreach *o, const struct https_request *r)
{
	static const struct webhook_secrets nobody = { .len = { WEBHOOK_SECRET_MIN }, .n = 1 };
	const struct webhook_secrets *secrets = outreach_secrets(o, r->segment);
	const struct webhook_headers headers = { https_header(r, "webhook-id"),
		https_header(r, "webhook-timestamp"), https_header(r, "webhook-signature") };
	/* An agency that is not known is told what one with a wrong secret is. */
	enum webhook_verdict v = webhook_verify(
		secrets ? secrets : &nobody, &headers, r->body, wall_now_ms() / 1000);
	if (!secrets && v == WEBHOOK_GENUINE)
		v = WEBHOOK_FORGED;
	o->forged += v == WEBHOOK_FORGED;
	o->stale += v == WEBHOOK_STALE;
	o->malformed += v == WEBHOOK_MALFORMED;
	if (v == WEBHOOK_GENUINE)
		return true;
	LOG(WARNING, "outreach.callback_refused", LOG_S("agency", secrets ? r->segment : "unknown"),
		LOG_S("why", webhook_verdict_name(v)));
	https_refuse(
		o->https, r->exchange, v == WEBHOOK_MALFORMED ? 400 : 401, webhook_verdict_name(v));
	return false;
}

void outreach_on_event(void *arg, const struct https_request *r)
{
	struct outreach *o = arg;
	struct callback c;
	struct err e;
	if (!is_genuine(o, r))
		return;
	if (callback_read(r->body, &c, &e) == 0) {
		submit_event(o, r, &c);
	} else {
		o->malformed++;
		https_refuse(o->https, r->exchange, 422, e.text);
	}
	callback_free(&c);
}

/* ---- GET /dispatch/ID ---- */

static struct slice bearer(const struct https_request *r)
{
	const char *given = https_header(r, "authorization");
	if (given && strncasecmp(given, "bearer ", 7) == 0)
		return (struct slice){ given + 7, strlen(given + 7) };
	return https_query(r, "token");
}

static bool wants_cap(const struct https_request *r)
{
	const char *accept = https_header(r, "accept");
	return accept &&
	       (strstr(accept, "application/cap+xml") || strstr(accept, "text/xml") ||
		       strstr(accept, "application/xml")) &&
	       !strstr(accept, "json");
}

static void submit_get(struct outreach *o, const struct https_request *r, const struct token *t)
{
	char hex[DIGEST_HEX_SIZE];
	struct command c;
	struct slice text = bearer(r);
	struct asked *a = outreach_ask(o, r->exchange);
	a->report = true;
	a->cap = wants_cap(r);
	a->token = *t;
	snprintf(a->dispatch, sizeof a->dispatch, "%s", r->segment);
	digest_sha256_hex(text.data, text.len, hex);
	hex[32] = '\0';
	command_init(&c, COMMAND_DISPATCH_GET);
	c.request = a->request;
	c.dispatch = a->dispatch;
	c.token = hex;
	LOG(NOTICE, "dispatch.place_opened", LOG_S("dispatch", a->dispatch),
		LOG_S("agency", a->token.agency));
	outreach_submit(o, &c, a->token.agency);
}

void outreach_on_report(void *arg, const struct https_request *r)
{
	struct outreach *o = arg;
	struct token t;
	enum token_verdict v = token_read(
		keyring_keys(o->node->keyring), r->segment, bearer(r), wall_now_ms(), &t);
	if (v == TOKEN_GOOD) {
		submit_get(o, r, &t);
		return;
	}
	o->bad_tokens++;
	LOG(WARNING, "outreach.token_refused", LOG_S("why", v == TOKEN_BAD ? "bad" : "expired"));
	if (v == TOKEN_EXPIRED)
		https_refuse(o->https, r->exchange, 410, "token_expired");
	else
		https_refuse(o->https, r->exchange, 401, "token");
}

/* ---- GET /metrics: numbers alone, for a client whose token has a role that may see them ---- */

#define METRICS_ROLES (ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_AUDITOR)

void outreach_on_metrics(void *arg, const struct https_request *r)
{
	struct outreach *o = arg;
	struct slice given = bearer(r);
	char *token = mem_dup(given.data, given.len);
	struct principal *who = *token ? clients_by_token(o->node->config->clients, token) : NULL;
	bool may = who && (who->roles & METRICS_ROLES);
	if (may) {
		struct buf body = { 0 };
		node_metrics(o->node, &body);
		https_answer(o->https, r->exchange,
			&(struct https_answer){ .status = 200,
				.type = METRICS_TYPE,
				.body = { buf_str(&body), body.len } });
		buf_free(&body);
	} else {
		https_refuse(o->https, r->exchange, who ? 403 : 401, who ? "role" : "token");
	}
	principal_unref(&who);
	explicit_bzero(token, strlen(token));
	free(token);
}

/* ---- answers ---- */

static int status_of(int64_t code)
{
	switch (code) {
	case OUTPUT_ERR_FORBIDDEN:
		return 403;
	case OUTPUT_ERR_NOT_FOUND:
		return 404;
	case OUTPUT_ERR_STALE:
		return 410;
	case OUTPUT_ERR_INVALID_STATE:
	case OUTPUT_ERR_CONFLICT:
		return 409;
	default:
		return 422;
	}
}

static void refuse(struct outreach *o, const struct asked *a, const struct output *output)
{
	struct record_reader in = { output->fields.data, output->fields.data + output->fields.len };
	struct slice name, value;
	int64_t code = 0;
	char reason[64] = "refused";
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, "code") && slice_int(value, &code) < 0)
			code = 0;
		else if (slice_is(name, "reason"))
			snprintf(reason, sizeof reason, "%.*s", (int)value.len, value.data);
	https_refuse(o->https, a->exchange, status_of(code), reason);
}

static void answer_event(struct outreach *o, const struct asked *a, const struct output *output)
{
	struct record_reader in = { output->fields.data, output->fields.data + output->fields.len };
	struct slice name, value;
	struct buf json = { 0 };
	jtext_open(&json, '{');
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, "dispatch") || slice_is(name, "state")) {
			jtext_name(&json, slice_is(name, "state") ? "state" : "dispatch");
			jtext_strn(&json, value.data, value.len);
		}
	jtext_close(&json, '}');
	https_answer(o->https, a->exchange,
		&(struct https_answer){ .status = 200,
			.type = "application/json",
			.body = { buf_str(&json), json.len } });
	buf_free(&json);
}

static void answer_report(struct outreach *o, const struct asked *a, const struct output *output)
{
	struct buf body = { 0 };
	struct err e;
	if (outreach_report(o, a, (struct slice){ buf_str(&output->fields), output->fields.len },
		    &body, &e) == 0) {
		https_answer(o->https, a->exchange,
			&(struct https_answer){ .status = 200,
				.type = a->cap ? "application/cap+xml" : "application/json",
				.body = { buf_str(&body), body.len } });
	} else {
		LOG(ERROR, "outreach.report", LOG_S("dispatch", a->dispatch), LOG_S("why", e.text));
		https_refuse(o->https, a->exchange, 503, "unreadable");
	}
	buf_wipe(&body);
}

void outreach_answer(struct outreach *o, const struct asked *a, const struct output *output)
{
	if (output->kind == OUTPUT_ERROR)
		refuse(o, a, output);
	else if (a->report)
		answer_report(o, a, output);
	else
		answer_event(o, a, output);
}
