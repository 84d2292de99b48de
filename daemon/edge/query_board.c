/* The board: contacts by state, their waits beside the targets, and the responders on duty. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"
#include "query_parts.h"

struct level_sum {
	int waiting, offered, active, breaches;
	int64_t oldest_ms; /* arrival of the oldest that nobody has taken; 0: none */
};

/* The same by line or by language. */
struct group_sum {
	int waiting, offered;
	int64_t oldest_ms;
};

struct board {
	struct level_sum levels[LEVEL_COUNT];
	struct map lines, langs;
	int waiting, offered, active, wrapup, review;
	int unscored; /* of those that are not over */
	int test;     /* not over, and in none of the other numbers */
};

static void add_group(struct map *groups, const char *name, bool offered, int64_t arrived_ms)
{
	struct group_sum *g = map_get(groups, name);
	if (!g) {
		g = mem_zalloc(sizeof *g);
		map_put(groups, name, g);
	}
	*(offered ? &g->offered : &g->waiting) += 1;
	if (g->oldest_ms == 0 || arrived_ms < g->oldest_ms)
		g->oldest_ms = arrived_ms;
}

static void add_contact(struct board *b, const struct contact_view *v, int64_t now)
{
	struct level_sum *l = &b->levels[v->level];
	if (v->test) {
		b->test += v->closed_ms == 0;
		return;
	}
	b->unscored += v->unscored && v->closed_ms == 0;
	bool offered = strcmp(v->state, "offered") == 0;
	if (offered || strcmp(v->state, "waiting") == 0) {
		offered ? (b->offered++, l->offered++) : (b->waiting++, l->waiting++);
		if (now > v->deadline_ms)
			l->breaches++;
		if (l->oldest_ms == 0 || v->arrived_ms < l->oldest_ms)
			l->oldest_ms = v->arrived_ms;
		add_group(&b->lines, v->line, offered, v->arrived_ms);
		add_group(&b->langs, v->lang, offered, v->arrived_ms);
	} else if (strcmp(v->state, "active") == 0) {
		b->active++;
		l->active++;
	} else if (strcmp(v->state, "wrapup") == 0) {
		b->wrapup++;
	} else if (strcmp(v->state, "review") == 0) {
		b->review++;
	}
}

static void age(struct buf *out, const char *name, int64_t since_ms, int64_t now)
{
	jtext_name(out, name);
	if (since_ms)
		jtext_seconds(out, now - since_ms);
	else
		jtext_null(out);
}

static void show_levels(
	const struct query_context *q, const struct board *b, int64_t now, struct buf *out)
{
	jtext_name(out, "levels");
	jtext_open(out, '[');
	for (int i = LEVEL_COUNT - 1; i >= 0; i--) {
		const struct level_sum *l = &b->levels[i];
		jtext_open(out, '{');
		jtext_put_str(out, "level", level_name((enum level)i));
		jtext_put_int(out, "waiting", l->waiting);
		jtext_put_int(out, "offered", l->offered);
		jtext_put_int(out, "active", l->active);
		age(out, "oldest_wait_s", l->oldest_ms, now);
		jtext_name(out, "target_s");
		jtext_seconds(out, q->target_ms[i]);
		jtext_put_int(out, "breaches", l->breaches);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

static void show_groups(
	struct map *groups, const char *name, const char *member, int64_t now, struct buf *out)
{
	struct group_sum *g;
	const char *key;
	jtext_name(out, name);
	jtext_open(out, '[');
	for (size_t i = 0; (g = map_walk(groups, &i, &key));) {
		jtext_open(out, '{');
		jtext_put_str(out, member, key);
		jtext_put_int(out, "waiting", g->waiting);
		jtext_put_int(out, "offered", g->offered);
		age(out, "oldest_wait_s", g->oldest_ms, now);
		jtext_close(out, '}');
		free(g);
	}
	jtext_close(out, ']');
	map_fini(groups);
}

static void show_responders(const struct core *core, struct buf *out)
{
	int ready = 0, paused = 0, away = 0, full = 0, connected = 0;
	struct responder_view v;
	for (size_t i = 0; core_next_responder(core, &i, &v);) {
		if (v.test)
			continue;
		connected += v.connected;
		if (!v.connected || strcmp(v.presence, "away") == 0)
			away++;
		else if (strcmp(v.presence, "paused") == 0)
			paused++;
		else if (v.load >= v.capacity)
			full++;
		else
			ready++;
	}
	jtext_name(out, "responders");
	jtext_open(out, '{');
	jtext_put_int(out, "ready", ready);
	jtext_put_int(out, "full", full);
	jtext_put_int(out, "paused", paused);
	jtext_put_int(out, "away", away);
	jtext_put_int(out, "connected", connected);
	jtext_close(out, '}');
}

static void show_dispatches(const struct core *core, struct buf *out)
{
	struct dispatch_view v;
	jtext_name(out, "dispatches");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_dispatch(core, &i, &v);) {
		if (!v.open)
			continue;
		jtext_open(out, '{');
		query_dispatch_line(core, &v, out);
		jtext_put_str(out, "contact", v.contact);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

static void show_alarms(const struct core *core, int64_t now, struct buf *out)
{
	struct alarm_view v;
	jtext_name(out, "alarms");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_alarm(core, &i, &v);) {
		jtext_open(out, '{');
		jtext_put_str(out, "alarm", v.kind);
		jtext_put_str(out, "node", v.node);
		jtext_put_str(out, "detail", v.detail);
		age(out, "since_s", v.since_ms, now);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

static void show_alert(const struct contact_view *v, int64_t now, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_str(out, "contact", v->id);
	jtext_put_str(out, "kind", v->alert);
	jtext_put_str(out, "level", level_name(v->level));
	jtext_put_str(out, "by", v->alert_by);
	age(out, "waited_s", v->arrived_ms, now);
	jtext_close(out, '}');
}

void query_board(const struct query_context *q, struct buf *out)
{
	struct board b = { .waiting = 0 };
	struct contact_view v;
	struct buf alerts = { 0 };
	int64_t now = core_now(q->core);
	map_init(&b.lines, 0, 0);
	map_init(&b.langs, 0, 0);
	jtext_open(&alerts, '[');
	for (size_t i = 0; core_next_contact(q->core, &i, &v);) {
		add_contact(&b, &v, now);
		if (*v.alert)
			show_alert(&v, now, &alerts);
	}
	jtext_close(&alerts, ']');
	jtext_open(out, '{');
	jtext_name(out, "now");
	jtext_time(out, now);
	jtext_put_str(out, "mode", q->mode);
	jtext_put_str(out, "center", q->center);
	jtext_name(out, "ruleset");
	jtext_raw(out, q->ruleset.data, q->ruleset.len);
	jtext_name(out, "totals");
	jtext_open(out, '{');
	jtext_put_int(out, "waiting", b.waiting);
	jtext_put_int(out, "offered", b.offered);
	jtext_put_int(out, "active", b.active);
	jtext_put_int(out, "wrapup", b.wrapup);
	jtext_put_int(out, "review", b.review);
	jtext_put_int(out, "unscored", b.unscored);
	jtext_put_int(out, "test", b.test);
	jtext_close(out, '}');
	show_levels(q, &b, now, out);
	show_groups(&b.lines, "lines", "line", now, out);
	show_groups(&b.langs, "langs", "lang", now, out);
	show_responders(q->core, out);
	show_dispatches(q->core, out);
	show_alarms(q->core, now, out);
	jtext_name(out, "alerts");
	jtext_raw(out, alerts.data, alerts.len);
	jtext_close(out, '}');
	buf_free(&alerts);
}
