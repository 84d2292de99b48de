/* What admins, supervisors and clinical leads ask a node about itself. */
#include "triaged/base/json_text.h"
#include "metrics.h"
#include "node.h"

static void answer(struct node *n, int64_t request, struct buf *json)
{
	verbs_answer(n->verbs, request, (struct slice){ buf_str(json), json->len });
	buf_free(json);
}

static void ruleset_members(const struct node *n, struct buf *out)
{
	rules_set_show(n->set, n->config->demo, wall_now_ms(), out);
	rules_cycle_show(n, out);
}

static void show_counters(const struct node *n, struct buf *out)
{
	const struct center_counts *c = center_counts(n->center);
	struct edge_counts e;
	struct https_counts h;
	edge_counts(n->edge, &e);
	outreach_https_counts(n->outreach, &h);
	jtext_name(out, "counters");
	jtext_open(out, '{');
	jtext_put_count(out, "commands", c->commands);
	jtext_put_count(out, "commits", c->commits);
	jtext_put_count(out, "batch_max", c->batch_max);
	jtext_put_count(out, "refused", c->refused);
	jtext_put_count(out, "fenced", c->fenced);
	jtext_put_count(out, "load_failures", c->load_failures);
	jtext_put_count(out, "sessions_accepted", e.accepted);
	jtext_put_count(out, "sessions_refused", e.refused);
	jtext_put_count(out, "handshake_failures", e.handshake_failures);
	jtext_put_count(out, "lines", e.lines);
	jtext_put_count(out, "errors", e.errors);
	jtext_put_count(out, "forbidden", e.forbidden);
	jtext_put_count(out, "rate_limited", e.rate_limited);
	jtext_put_count(out, "unknown_params", e.unknown_params);
	jtext_put_count(out, "slow_readers", e.slow_readers);
	jtext_put_count(out, "idle_closed", e.idle_closed);
	jtext_put_count(out, "over_limit", e.over_limit);
	jtext_put_count(out, "https_accepted", h.accepted);
	jtext_put_count(out, "https_requests", h.requests);
	jtext_put_count(out, "https_refused", h.refused);
	jtext_put_count(out, "https_handshake_failures", h.failed_handshakes);
	jtext_put_count(out, "https_late", h.late);
	jtext_close(out, '}');
}

/* Redis has taken everything, or this node answers for some of it; it may also have nowhere to put
 * what it should answer for. */
static void show_spool(const struct node *n, struct buf *out)
{
	struct spool_counts s;
	spool_count(n->spool, &s);
	bool idle = s.entries == 0 && !center_is_late(n->center);
	jtext_name(out, "spool");
	jtext_open(out, '{');
	jtext_put_str(out, "state", s.failed ? "failed" : idle ? "idle" : "in use");
	jtext_put_str(out, "why", s.free_bytes > 0 ? "" : "no room: is the disk full?");
	jtext_put_count(out, "entries", s.entries);
	jtext_put_count(out, "free_bytes", (uint64_t)s.free_bytes);
	jtext_put_count(out, "damaged", s.damaged);
	jtext_put_count(out, "torn", s.torn);
	jtext_put_count(out, "failures", s.failures);
	jtext_put_count(out, "syncs", s.syncs);
	jtext_put_count(out, "sync_max_us", (uint64_t)s.sync_max_us);
	jtext_close(out, '}');
}

static void show_status(const struct node *n, struct buf *out)
{
	struct edge_counts e;
	const char *why = "";
	enum store_state state = store_status(n->store, &why);
	edge_counts(n->edge, &e);
	jtext_open(out, '{');
	jtext_put_str(out, "node", n->name);
	jtext_put_str(out, "incarnation", n->incarnation);
	jtext_put_str(out, "center", n->config->center);
	jtext_put_str(out, "version", TRIAGED_VERSION);
	jtext_put_str(out, "mode", node_mode(n));
	jtext_put_str(out, "leader", store_leader(n->store));
	jtext_put_count(out, "epoch", (uint64_t)store_epoch(n->store));
	jtext_put_bool(out, "leading", center_is_leading(n->center));
	jtext_name(out, "store");
	jtext_open(out, '{');
	jtext_put_str(out, "mode", n->config->store.mode);
	jtext_put_str(out, "state", state == STORE_READY ? "ready" : "down");
	/* A private server that does not run says more than the link to it. */
	const char *trouble = n->managed ? managed_trouble(n->managed) : "";
	jtext_put_str(out, "why", state == STORE_READY ? "" : *trouble ? trouble : why);
	jtext_put_str(out, "server", store_server(n->store));
	jtext_put_str(out, "warning", n->store_warning ? n->store_warning : "");
	jtext_close(out, '}');
	show_spool(n, out);
	jtext_name(out, "keys");
	jtext_open(out, '{');
	jtext_put_str(out, "state", keyring_status(n->keyring, &why));
	jtext_put_str(out, "why", why);
	jtext_close(out, '}');
	jtext_put_count(out, "uptime_s", (uint64_t)(mono_since_ms(n->started) / 1000));
	jtext_put_count(out, "sessions", (uint64_t)e.sessions);
	jtext_name(out, "ruleset");
	jtext_open(out, '{');
	ruleset_members(n, out);
	jtext_close(out, '}');
	jtext_put_count(out, "violations", center_counts(n->center)->violations);
	alarms_show(n, out);
	outreach_show(n->outreach, out);
	show_counters(n, out);
	jtext_close(out, '}');
}

static void node_status(struct node *n, int64_t request)
{
	struct buf out = { 0 };
	show_status(n, &out);
	answer(n, request, &out);
}

void node_metrics(const struct node *n, struct buf *out)
{
	struct buf status = { 0 }, board = { 0 };
	const struct core_waits *waits = center_board(n->center, &board);
	show_status(n, &status);
	metrics_write((struct slice){ buf_str(&status), status.len },
		(struct slice){ buf_str(&board), board.len }, waits, out);
	buf_free(&status);
	buf_free(&board);
}

/* How the center asks the items of instruments, for consoles. */
static void show_wording(const struct ruleset *rules, struct buf *out)
{
	struct ruleset_wording w;
	jtext_name(out, "wording");
	jtext_open(out, '[');
	for (size_t i = 0; ruleset_wording_at(rules, i, &w); i++) {
		jtext_open(out, '{');
		jtext_put_str(out, "instrument", w.instrument);
		jtext_put_str(out, "item", w.item);
		jtext_put_str(out, "lang", w.lang);
		jtext_put_str(out, "text", w.text);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

static void rules_get(struct node *n, int64_t request)
{
	struct buf out = { 0 };
	struct ruleset_counts counts = ruleset_count(n->set->rules);
	jtext_open(&out, '{');
	ruleset_members(n, &out);
	rules_cycle_show_staged(n, &out);
	jtext_put_count(&out, "lexicon_entries", counts.entries);
	jtext_name(&out, "rules");
	jtext_open(&out, '[');
	struct ruleset_rule rule;
	for (size_t i = 0; ruleset_rule_at(n->set->rules, i, &rule); i++) {
		jtext_open(&out, '{');
		jtext_put_str(&out, "id", rule.id);
		jtext_put_str(&out, "level", rule.level);
		jtext_put_str(&out, "domain", rule.domain);
		jtext_put_str(&out, "explain", rule.explain);
		jtext_put_bool(&out, "raises", rule.raises);
		jtext_close(&out, '}');
	}
	jtext_close(&out, ']');
	show_wording(n->set->rules, &out);
	jtext_close(&out, '}');
	answer(n, request, &out);
}

static void drain(struct node *n, int64_t request)
{
	struct buf out = { 0 };
	if (!n->draining)
		node_drain(n);
	jtext_open(&out, '{');
	jtext_put_str(&out, "mode", node_mode(n));
	jtext_close(&out, '}');
	answer(n, request, &out);
}

void node_admin(void *node, const struct edge_request *r, int64_t request)
{
	struct node *n = node;
	switch (r->verb->id) {
	case VERB_NODE_STATUS:
		node_status(n, request);
		break;
	case VERB_RULES_GET:
		rules_get(n, request);
		break;
	case VERB_RULES_CHECK:
		rules_check(n, json_string_value(json_object_get(r->params, "text")), request);
		break;
	case VERB_RULES_STAGE:
	case VERB_RULES_SIGN:
	case VERB_RULES_ACTIVATE:
	case VERB_RULES_ROLLBACK:
		rules_cycle_request(n, r, request);
		break;
	case VERB_NODE_DRAIN:
		drain(n, request);
		break;
	default:
		node_reload(n, request);
	}
}
