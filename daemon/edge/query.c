#include "triaged/edge/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "query_parts.h"

static void json_or(struct buf *out, const char *name, struct slice json, const char *absent)
{
	jtext_name(out, name);
	if (json.len)
		jtext_raw(out, json.data, json.len);
	else
		jtext_raw(out, absent, strlen(absent));
}

/* ---- contacts ---- */

static void contact_line(
	const struct query_context *q, const struct contact_view *v, struct buf *out)
{
	int64_t ended = v->closed_ms ? v->closed_ms : core_now(q->core);
	int64_t until = v->accepted_ms ? v->accepted_ms : ended;
	jtext_put_str(out, "contact", v->id);
	jtext_put_str(out, "state", v->state);
	jtext_put_str(out, "level", level_name(v->level));
	jtext_put_str(out, "channel", v->channel);
	jtext_put_str(out, "lang", v->lang);
	jtext_put_str(out, "line", v->line);
	jtext_put_str(out, "frontend", v->identity);
	jtext_put_time(out, "arrived", v->arrived_ms);
	jtext_name(out, "waited_s");
	jtext_seconds(out, until - v->arrived_ms);
	jtext_name(out, "target_s");
	jtext_seconds(out, q->target_ms[v->level]);
	jtext_put_str(out, "responder", v->responder);
	if (*v->transfer) {
		jtext_put_str(out, "transfer", v->transfer);
		jtext_put_str(out, "transfer_to", v->transfer_to);
		jtext_put_str(out, "transfer_by", v->transfer_by);
		jtext_put_str(out, "guest", v->guest);
	}
	jtext_name(out, "position");
	size_t position = core_position(q->core, v->id);
	if (position)
		jtext_int(out, (int64_t)position);
	else
		jtext_null(out);
	jtext_put_words(out, "flags", v->flags);
	jtext_put_str(out, "alert", v->alert);
	jtext_put_str(out, "alert_by", v->alert_by);
	if (*v->twin)
		jtext_put_str(out, "twin", v->twin);
	jtext_put_bool(out, "connected", v->connected);
}

static void contact_details(const struct contact_view *v, struct buf *out)
{
	jtext_put_time(out, "deadline", v->deadline_ms);
	jtext_put_time(out, "accepted", v->accepted_ms);
	jtext_put_time(out, "closed", v->closed_ms);
	jtext_name(out, "age");
	if (v->age >= 0)
		jtext_int(out, v->age);
	else
		jtext_null(out);
	jtext_put_str(out, "caller_role", v->caller_role);
	jtext_put_words(out, "needs", v->needs);
	json_or(out, "reasons", v->reasons, "[]");
	jtext_put_str(out, "ruleset", v->ruleset);
	jtext_put_words(out, "domains", v->domains);
	jtext_put_str(out, "level_auto", level_name(v->level_auto));
	jtext_put_bool(out, "unscored", v->unscored);
	jtext_put_int(out, "tier", v->tier);
	jtext_put_int(out, "offers_open", v->offers_open);
	jtext_put_int(out, "offers_missed", v->offers_missed);
	jtext_put_int(out, "dispatches_open", v->dispatches_open);
	jtext_put_int(out, "messages", v->seq);
	jtext_put_str(out, "disposition", v->disposition);
	json_or(out, "outcome", v->outcome, "null");
}

struct filter {
	const char *state, *level, *line; /* NULL: any */
};

static bool wanted(const struct contact_view *v, const struct filter *f)
{
	return (!f->state || strcmp(f->state, v->state) == 0) &&
	       (!f->level || strcmp(f->level, level_name(v->level)) == 0) &&
	       (!f->line || strcmp(f->line, v->line) == 0);
}

/* Those in line first, as they are served: emergencies, then by deadline; the rest by arrival. */
static int in_order(const void *a, const void *b)
{
	const struct contact_view *x = a, *y = b;
	bool x_waits = !x->accepted_ms && !x->closed_ms, y_waits = !y->accepted_ms && !y->closed_ms;
	bool x_first = x_waits && x->level == LEVEL_EMERGENCY;
	bool y_first = y_waits && y->level == LEVEL_EMERGENCY;
	if (x_waits != y_waits)
		return x_waits ? -1 : 1;
	if (x_first != y_first)
		return x_first ? -1 : 1;
	if (x_waits && x->deadline_ms != y->deadline_ms)
		return x->deadline_ms < y->deadline_ms ? -1 : 1;
	if (x->arrived_ms != y->arrived_ms)
		return x->arrived_ms < y->arrived_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

#define LIST_LIMIT_DEFAULT 200

static struct contact_view *collect(const struct core *core, const struct filter *f, size_t *n)
{
	struct contact_view *all = NULL, v;
	size_t cap = 0;
	*n = 0;
	for (size_t i = 0; core_next_contact(core, &i, &v);) {
		if (!wanted(&v, f))
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			all = mem_resize(all, cap, sizeof *all);
		}
		all[(*n)++] = v;
	}
	if (*n)
		qsort(all, *n, sizeof *all, in_order);
	return all;
}

/* false: the contact that ended the page before is not in the list any more. */
static bool contact_list(const struct query_context *q, const json_t *params, struct buf *out)
{
	const struct filter f = {
		.state = json_string_value(json_object_get(params, "state")),
		.level = json_string_value(json_object_get(params, "level")),
		.line = json_string_value(json_object_get(params, "line")),
	};
	const char *after = json_string_value(json_object_get(params, "after"));
	const json_t *limit = json_object_get(params, "limit");
	json_int_t room = json_is_integer(limit) ? json_integer_value(limit) : LIST_LIMIT_DEFAULT;
	size_t n;
	struct contact_view *all = collect(q->core, &f, &n);
	jtext_open(out, '{');
	jtext_name(out, "contacts");
	jtext_open(out, '[');
	for (size_t i = 0; i < n && room > 0; i++) {
		if (after) { /* the page begins behind it */
			if (strcmp(after, all[i].id) == 0)
				after = NULL;
			continue;
		}
		jtext_open(out, '{');
		contact_line(q, &all[i], out);
		jtext_close(out, '}');
		room--;
	}
	jtext_close(out, ']');
	jtext_put_int(out, "matching", (int64_t)n);
	jtext_close(out, '}');
	free(all);
	return !after;
}

/* ---- explanations ---- */

/* history: fields `change`, each a record of at_ms from to by cause. */
static void show_history(struct slice history, struct buf *out)
{
	struct record_reader all = { history.data, history.data + history.len };
	struct slice name, change;
	jtext_name(out, "history");
	jtext_open(out, '[');
	while (record_next(&all, &name, &change) == 1) {
		struct record_reader one = { change.data, change.data + change.len };
		struct slice v;
		int64_t at;
		jtext_open(out, '{');
		while (record_next(&one, &name, &v) == 1) {
			if (slice_is(name, "at_ms") && slice_int(v, &at) == 0) {
				jtext_put_time(out, "at", at);
				continue;
			}
			char key[40];
			snprintf(key, sizeof key, "%.*s", (int)name.len, name.data);
			jtext_name(out, key);
			jtext_strn(out, v.data, v.len);
		}
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

/* What triage left aside: [] when there is nothing. */
static void show_aside(struct slice explain, struct buf *out)
{
	static const char *const members[] = { "near", "suppressed" };
	json_t *all = explain.len ? json_parse(explain.data, explain.len, 16, NULL) : NULL;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const json_t *list = json_object_get(all, members[i]);
		jtext_name(out, members[i]);
		if (list)
			json_write(out, list);
		else
			jtext_raw(out, "[]", 2);
	}
	json_decref(all);
}

/* Counts of responders who could not be asked, by reason, among the fields of a match. */
static bool is_refusal(struct slice name)
{
	static const char *const words[] = { "no_channel", "no_line", "no_age", "no_language",
		"no_skill", "test", "not_ready", "full", "excluded" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(name, words[i]))
			return true;
	return false;
}

static void show_refusals(const char *member, struct slice match, struct buf *out)
{
	struct record_reader all = { match.data, match.data + match.len };
	struct slice name, v;
	jtext_name(out, member);
	jtext_open(out, '{');
	while (record_next(&all, &name, &v) == 1) {
		char key[40];
		int64_t n;
		snprintf(key, sizeof key, "%.*s", (int)name.len, name.data);
		if (is_refusal(name) && slice_int(v, &n) == 0)
			jtext_put_int(out, key, n);
	}
	jtext_close(out, '}');
}

/* Why this responder and not the others: the last offer. */
static void show_match(struct slice match, struct buf *out)
{
	struct record_reader all = { match.data, match.data + match.len };
	struct slice name, v;
	jtext_open(out, '{');
	while (record_next(&all, &name, &v) == 1) {
		char key[40];
		int64_t n;
		snprintf(key, sizeof key, "%.*s", (int)name.len, name.data);
		if (is_refusal(name))
			continue;
		if (slice_is(name, "at_ms") && slice_int(v, &n) == 0)
			jtext_put_time(out, "at", n);
		else if ((slice_is(name, "candidates") || slice_is(name, "tier")) &&
			 slice_int(v, &n) == 0)
			jtext_put_int(out, key, n);
		else {
			jtext_name(out, key);
			jtext_strn(out, v.data, v.len);
		}
	}
	show_refusals("ineligible", match, out);
	jtext_close(out, '}');
}

static void contact_explain(const struct core *core, const struct contact_view *v, struct buf *out)
{
	jtext_put_str(out, "contact", v->id);
	jtext_put_str(out, "level", level_name(v->level));
	jtext_put_str(out, "level_auto", level_name(v->level_auto));
	json_or(out, "reasons", v->reasons, "[]");
	if (v->reasons_seq > 0)
		jtext_put_int(out, "reasons_seq", v->reasons_seq);
	show_aside(v->explain, out);
	jtext_put_str(out, "ruleset", v->ruleset);
	jtext_put_words(out, "flags", v->flags);
	jtext_put_words(out, "domains", v->domains);
	jtext_put_bool(out, "unscored", v->unscored);
	show_history(v->history, out);
	jtext_name(out, "match");
	show_match(v->match, out);
	struct buf now = { 0 };
	core_refusals(core, v->id, &now);
	show_refusals("ineligible_now", (struct slice){ buf_str(&now), now.len }, out);
	buf_free(&now);
}

/* ---- responders ---- */

static void responder_list(const struct core *core, struct buf *out)
{
	struct responder_view v;
	int64_t now = core_now(core);
	jtext_open(out, '{');
	jtext_name(out, "responders");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_responder(core, &i, &v);) {
		jtext_open(out, '{');
		jtext_put_str(out, "responder", v.id);
		jtext_put_str(out, "name", v.name);
		jtext_put_str(out, "presence", v.presence);
		jtext_put_str(out, "reason", v.reason);
		jtext_put_bool(out, "connected", v.connected);
		jtext_put_int(out, "load", v.load);
		jtext_put_int(out, "capacity", v.capacity);
		jtext_put_int(out, "contacts", v.contacts);
		jtext_put_int(out, "offers", v.offers);
		jtext_put_int(out, "wrapups", v.wrapups);
		jtext_put_int(out, "missed", v.missed);
		jtext_put_words(out, "skills", v.skills);
		jtext_put_words(out, "langs", v.langs);
		jtext_put_words(out, "lines", v.lines);
		jtext_put_words(out, "channels", v.channels);
		jtext_name(out, "idle_s");
		if (v.idle_since_ms)
			jtext_seconds(out, now - v.idle_since_ms);
		else
			jtext_null(out);
		jtext_put_int(out, "served_today", v.served_today);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	jtext_close(out, '}');
}

bool query_answer(
	const struct query_context *q, const char *method, struct slice params, struct buf *out)
{
	if (strcmp(method, "board.get") == 0 || strcmp(method, "board.watch") == 0) {
		query_board(q, out);
		return true;
	}
	if (strcmp(method, "responder.list") == 0) {
		responder_list(q->core, out);
		return true;
	}
	if (query_rescue(q->core, method, params, out))
		return true;
	bool found = true;
	json_t *p = json_parse(params.data, params.len, 16, NULL);
	const char *id = json_string_value(json_object_get(p, "contact"));
	struct contact_view v;
	if (strcmp(method, "contact.list") == 0) {
		found = contact_list(q, p, out);
	} else if (!id || !core_contact(q->core, id, &v)) {
		found = false;
	} else {
		jtext_open(out, '{');
		if (strcmp(method, "contact.explain") == 0) {
			contact_explain(q->core, &v, out);
		} else {
			contact_line(q, &v, out);
			contact_details(&v, out);
		}
		jtext_close(out, '}');
	}
	json_decref(p);
	return found;
}
