#include "rules_cycle.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "node.h"

/* Rules activated before the last restart are watched for what is left of their window; after a
 * rollback there is nothing to go back to, and nothing to watch. */
static void watch_again(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	int64_t passed = wall_now_ms() - c->active.at_ms;
	if (!*c->active.previous || rules_set_is_none(n->set))
		return;
	if (passed < 0) /* the clock was set back */
		passed = 0;
	rules_cycle_watch(c, (struct mono){ mono_now().us - passed * 1000 });
}

void rules_cycle_start(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	struct err e;
	c->shadow = shadow_new(n->worker);
	c->staged_by = mem_strdup("");
	c->rolled_back = rules_dir_rolled_back(n->config->data_dir);
	c->stuck = mem_strdup("");
	if (rules_dir_active(n->config->data_dir, &c->active, &e) < 0)
		LOG(ERROR, "rules.active_unknown", LOG_S("why", e.text));
	else
		watch_again(n);
}

void rules_cycle_stop(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	shadow_free(&c->shadow);
	rules_set_free(&c->staged);
	rules_set_free(&c->previous);
	buf_free(&c->approval);
	free(c->staged_by);
	free(c->rolled_back);
	free(c->stuck);
	free(c->rollback.by);
}

/* ---- answers ---- */

void rules_cycle_answer(struct node *n, const struct rules_set *set, int64_t request)
{
	struct buf out = { 0 };
	jtext_open(&out, '{');
	rules_set_show(set, n->config->demo, wall_now_ms(), &out);
	jtext_close(&out, '}');
	verbs_answer(n->verbs, request, (struct slice){ out.data, out.len });
	buf_free(&out);
}

void rules_cycle_refuse(
	struct node *n, int64_t request, int code, const char *reason, const char *detail)
{
	const struct rpc_error error = { .code = code,
		.reason = reason,
		.detail = *detail ? detail : NULL,
		.retry_after_ms = code == RPC_RATE_LIMITED ? 1000 : 0 };
	if (request)
		verbs_refuse(n->verbs, request, &error);
}

static void text_or_null(struct buf *out, const char *name, const char *v)
{
	jtext_name(out, name);
	if (*v)
		jtext_str(out, v);
	else
		jtext_null(out);
}

void rules_cycle_show(const struct node *n, struct buf *out)
{
	const struct rules_cycle *c = &n->cycle;
	char at[TIME_TEXT_SIZE] = "";
	if (c->active.at_ms)
		time_text(c->active.at_ms, at);
	text_or_null(out, "previous", c->active.previous);
	text_or_null(out, "activated_by", c->active.by);
	text_or_null(out, "activated_at", at);
	text_or_null(out, "rolled_back", c->rolled_back);
}

void rules_cycle_show_staged(const struct node *n, struct buf *out)
{
	const struct rules_cycle *c = &n->cycle;
	jtext_name(out, "staged");
	if (!c->staged) {
		jtext_null(out);
		return;
	}
	jtext_open(out, '{');
	rules_set_show(c->staged, n->config->demo, wall_now_ms(), out);
	text_or_null(out, "staged_by", c->staged_by);
	jtext_name(out, "shadow");
	shadow_show(c->shadow, out);
	jtext_close(out, '}');
}

/* ---- sign ---- */

static void attach_approval(struct node *n, const char *text, const char *by, int64_t request)
{
	struct rules_cycle *c = &n->cycle;
	const struct config_keys *keys = &n->config->clinical_keys;
	struct slice bytes = { text, strlen(text) };
	struct err e;
	if (!c->staged) {
		rules_cycle_refuse(n, request, RPC_INVALID_STATE, "nothing_staged", "");
		return;
	}
	if (rules_set_sign(c->staged, bytes, keys->at, keys->n, &e) < 0) {
		rules_cycle_refuse(n, request, RPC_CONFLICT, "bad_signature", e.text);
		return;
	}
	buf_clear(&c->approval);
	buf_add(&c->approval, bytes.data, bytes.len);
	LOG(NOTICE, "rules.signed", LOG_S("digest", ruleset_digest(c->staged->rules)),
		LOG_S("approver", c->staged->signature.approver), LOG_S("by", by));
	rules_cycle_answer(n, c->staged, request);
}

/* ---- activate ---- */

/* Names of people, as in an approval: without regard to case. */
static int check_people(
	const struct signature *s, const char *staged_by, const char *by, struct err *e)
{
	if (strcasecmp(by, s->author) == 0)
		return err_set(e, "the author of rules does not activate them");
	/* Anybody may be written down as the author; who staged the files is known. */
	if (strcasecmp(staged_by, s->approver) == 0)
		return err_set(e,
			"%s staged these rules and approved them: another must stage them",
			s->approver);
	return 0;
}

/* The approval as it stands now: keys and time may have changed since it was attached. */
static int check_approval(struct node *n, const char *by, struct err *e, const char **reason)
{
	struct rules_cycle *c = &n->cycle;
	const struct config_keys *keys = &n->config->clinical_keys;
	struct slice text = { buf_str(&c->approval), c->approval.len };
	const struct signature *s = &c->staged->signature;
	*e = (struct err){ "" };
	*reason = "not_signed";
	if (!c->staged->is_signed)
		return n->config->demo ? 0 : err_set(e, "unsigned rules run only with demo = true");
	if (rules_set_sign(c->staged, text, keys->at, keys->n, e) < 0 ||
		signature_check_time(s, wall_now_ms(), e) < 0)
		return -1;
	*reason = "two_people";
	if (check_people(s, c->staged_by, by, e) < 0)
		return -1;
	*reason = "drops_without_reason";
	if (shadow_dropped(c->shadow) > 0 && s->n_reasons == 0)
		return err_set(
			e, "the shadow has seen levels drop: the approval must give the reasons");
	return 0;
}

static void activate(struct node *n, const struct edge_request *r, int64_t request)
{
	struct rules_cycle *c = &n->cycle;
	const char *digest = json_string_value(json_object_get(r->params, "digest")), *reason;
	struct err e;
	if (!c->staged)
		rules_cycle_refuse(n, request, RPC_INVALID_STATE, "nothing_staged", "");
	else if (strcmp(digest, ruleset_digest(c->staged->rules)) != 0)
		rules_cycle_refuse(
			n, request, RPC_CONFLICT, "other_digest", ruleset_digest(c->staged->rules));
	else if (check_approval(n, r->who->name, &e, &reason) < 0)
		rules_cycle_refuse(n, request,
			strcmp(reason, "two_people") == 0 ? RPC_FORBIDDEN : RPC_INVALID_STATE,
			reason, e.text);
	else
		rules_activate(n, r->who->name, request);
}

/* ---- requests ---- */

static void roll_back(struct node *n, const char *by, int64_t request)
{
	if (*n->cycle.active.previous)
		rules_rollback(n, by, "", request);
	else
		rules_cycle_refuse(n, request, RPC_INVALID_STATE, "nothing_to_go_back_to", "");
}

/* A rollback is urgent, so it waits for what only reads. Behind a switch it would take back other rules
 * than those it was asked for. */
static bool can_wait(const struct node *n, const struct edge_request *r)
{
	const struct rules_cycle *c = &n->cycle;
	return r->verb->id == VERB_RULES_ROLLBACK && !c->switching && !c->rollback.request;
}

void rules_cycle_go_on(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	int64_t request = c->rollback.request;
	if (!request || c->busy || n->reloading)
		return;
	c->rollback.request = 0;
	roll_back(n, c->rollback.by, request);
}

void rules_cycle_request(struct node *n, const struct edge_request *r, int64_t request)
{
	const char *by = r->who->name;
	if ((n->cycle.busy || n->reloading) && can_wait(n, r)) {
		n->cycle.rollback.request = request;
		mem_set_str(&n->cycle.rollback.by, by);
		return;
	}
	if (n->cycle.busy || n->reloading) {
		rules_cycle_refuse(n, request, RPC_RATE_LIMITED, "busy",
			"rules are being read or put in force");
		return;
	}
	switch (r->verb->id) {
	case VERB_RULES_STAGE:
		rules_stage(n, json_object_get(r->params, "files"), by, request);
		break;
	case VERB_RULES_SIGN:
		attach_approval(
			n, json_string_value(json_object_get(r->params, "signature")), by, request);
		break;
	case VERB_RULES_ACTIVATE:
		activate(n, r, request);
		break;
	default:
		roll_back(n, by, request);
	}
}

/* ---- the guard ---- */

void rules_cycle_watch(struct rules_cycle *c, struct mono since)
{
	c->guard.on = true; /* until look() finds that the window has passed */
	c->guard.since = since;
	c->guard.contacts = c->guard.unscored = c->guard.emergencies = 0;
}

static bool is_over(int64_t part, int64_t whole, int64_t percent)
{
	return percent > 0 && part * 100 > percent * whole;
}

static void look(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	int64_t whole = c->guard.contacts;
	if (mono_since_ms(c->guard.since) >= n->config->guard.window_s * 1000)
		c->guard.on = false;
	if (!c->guard.on || whole < n->config->guard.contacts || c->busy || n->reloading)
		return;
	const char *why = NULL;
	if (is_over(c->guard.unscored, whole, n->config->guard.unscored_share_percent))
		why = "guard.unscored_share_percent";
	else if (is_over(c->guard.emergencies, whole, n->config->guard.emergency_share_percent))
		why = "guard.emergency_share_percent";
	if (!why)
		return;
	c->guard.on = false;
	rules_rollback(n, "guard", why, 0);
}

void rules_cycle_triaged(struct node *n, const struct verbs_triage *t)
{
	struct rules_cycle *c = &n->cycle;
	shadow_add(c->shadow, t->contact, t->request, t->level);
	if (!c->guard.on || !t->opens)
		return;
	c->guard.contacts++;
	c->guard.unscored += t->unscored;
	c->guard.emergencies += t->level == LEVEL_EMERGENCY;
	look(n);
}
