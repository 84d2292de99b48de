/*
 * Reload as one transaction: everything is read, checked and compiled off the loop first; only
 * when nothing can fail any more is it swapped, all or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "node.h"
#include "notify.h"
#include "config_rules.h"

struct reload {
	struct node *node;
	int64_t request; /* 0: a signal asked */
	char *file;
	struct config *next, *old; /* old: replaced by next, until its sessions are gone through */
	struct rules_set *set;
	struct outreach_plan *outreach;
	char running[DIGEST_HEX_SIZE]; /* digest of the approved rules in force when asked */
	struct conf_errors errors, warnings;
};

static void prepare(void *arg)
{
	struct reload *r = arg;
	r->next = config_load(r->file, wall_now_ms(), &r->errors, &r->warnings);
	if (r->next)
		r->set = config_rules(r->next, r->running, wall_now_ms(), &r->errors);
	if (!r->set)
		return;
	struct err e;
	r->outreach = outreach_prepare(r->next, &e);
	if (!r->outreach)
		conf_error(&r->errors, r->file, 0, "%s", e.text);
}

/* The old set stays as it is; say why. */
static void refuse(struct reload *r)
{
	LOG(ERROR, "reload.refused", LOG_S("why", buf_str(&r->errors.text)));
	if (!r->request)
		return;
	struct buf json = { 0 };
	jtext_open(&json, '{');
	jtext_name(&json, "swapped");
	jtext_raw(&json, "[]", 2);
	jtext_name(&json, "errors");
	jtext_lines(&json, buf_str(&r->errors.text));
	jtext_close(&json, '}');
	verbs_answer(r->node->verbs, r->request, (struct slice){ buf_str(&json), json.len });
	buf_free(&json);
}

static void report(struct reload *r)
{
	const struct node *n = r->node;
	LOG(NOTICE, "reload.done", LOG_S("rules", ruleset_version(n->set->rules)),
		LOG_S("digest", ruleset_digest(n->set->rules)));
	if (!r->request)
		return;
	struct buf json = { 0 };
	jtext_open(&json, '{');
	jtext_name(&json, "swapped");
	jtext_words(&json, "configuration clients certificates rules", 40);
	jtext_name(&json, "errors");
	jtext_lines(&json, buf_str(&r->errors.text));
	jtext_name(&json, "warnings");
	jtext_lines(&json, buf_str(&r->warnings.text));
	jtext_name(&json, "ruleset");
	jtext_open(&json, '{');
	rules_set_show(n->set, n->config->demo, wall_now_ms(), &json);
	jtext_close(&json, '}');
	jtext_close(&json, '}');
	verbs_answer(n->verbs, r->request, (struct slice){ buf_str(&json), json.len });
	buf_free(&json);
}

/* -1 before anything was touched. */
static int swap(struct reload *r, struct err *e)
{
	struct node *n = r->node;
	struct config *old = n->config;
	struct edge_limits limits;
	struct edge_tls tls;
	struct center_options center;
	node_edge_limits(r->next, &limits);
	node_edge_tls(r->next, &tls);
	if (edge_tls_check(&tls, e) < 0)
		return err_wrap(e, "tls");
	if (edge_reload(n->edge, &limits, &tls, e) < 0)
		return -1;
	n->config = r->next;
	outreach_reload(n->outreach, r->outreach, r->next);
	r->next = NULL;
	r->old = old;
	r->set = node_take_rules(n, r->set); /* freed with r */
	struct verbs_texts texts = node_texts(n->config);
	verbs_set_texts(n->verbs, &texts);
	node_center_options(n, &center);
	memcpy(n->target_ms, center.core.target_ms, sizeof n->target_ms);
	center_set_options(n->center, &center);
	keyring_set_tls_key(n->keyring, n->config->tls.key);
	log_set_level(node_log_level(n->config));
	alarms_note_certificate(n);
	return 0;
}

/* Behind the answer, which may be for one of them. */
static void close_revoked(struct reload *r)
{
	struct node *n = r->node;
	n->previous = r->old->clients;
	edge_close_revoked(n->edge);
	n->previous = NULL;
	config_unref(&r->old);
}

static void commit(void *arg)
{
	struct reload *r = arg;
	struct node *n = r->node;
	struct err e;
	bool good = r->next && r->set && r->outreach &&
		    config_can_reload(r->node->config, r->next, &r->errors);
	if (good && swap(r, &e) < 0) {
		conf_error(&r->errors, r->file, 0, "%s", e.text);
		good = false;
	}
	if (good) {
		report(r);
		close_revoked(r);
	} else {
		refuse(r);
	}
	n->reloading = false;
	notify_ready("Serving");
	config_unref(&r->next);
	rules_set_free(&r->set);
	outreach_plan_free(&r->outreach);
	buf_free(&r->errors.text);
	buf_free(&r->warnings.text);
	free(r->file);
	free(r);
	rules_cycle_go_on(n);
}

void node_reload(struct node *n, int64_t request)
{
	static const struct rpc_error busy = {
		.code = RPC_CONFLICT, .reason = "reload_in_progress", .retry_after_ms = 1000
	};
	struct reload *r = mem_zalloc(sizeof *r);
	r->node = n;
	r->request = request;
	r->file = mem_strdup(n->config->file);
	snprintf(r->running, sizeof r->running, "%s",
		n->set->is_signed ? ruleset_digest(n->set->rules) : "");
	if (!n->reloading && worker_submit(n->worker, prepare, commit, r) == 0) {
		n->reloading = true;
		notify_reloading();
		return;
	}
	if (request)
		verbs_refuse(n->verbs, request, &busy);
	free(r->file);
	free(r);
}
