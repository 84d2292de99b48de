#include "metrics.h"

#include <string.h>

#include "triaged/base/json.h"

#define DEPTH_MAX 16

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP triaged_%s %s\n# TYPE triaged_%s %s\n", name, help, name, type);
}

static void label_value(struct buf *out, const char *v)
{
	for (; *v; v++) {
		if (*v == '\\' || *v == '"')
			buf_add(out, "\\", 1);
		if (*v == '\n')
			buf_adds(out, "\\n");
		else
			buf_add(out, v, 1);
	}
}

static void labelled(
	struct buf *out, const char *name, const char *label, const char *value, double v)
{
	buf_addf(out, "triaged_%s{%s=\"", name, label);
	label_value(out, value);
	buf_addf(out, "\"} %.17g\n", v);
}

static const char *text_of(const json_t *of, const char *name)
{
	const char *v = json_string_value(json_object_get(of, name));
	return v ? v : "";
}

static void gauge(struct buf *out, const char *name, const char *help, double v)
{
	head(out, name, "gauge", help);
	buf_addf(out, "triaged_%s %.17g\n", name, v);
}

static double number_of(const json_t *of, const char *name)
{
	return json_number_value(json_object_get(of, name));
}

static void write_info(const json_t *status, struct buf *out)
{
	static const char *const names[] = { "node", "center", "version" };
	const json_t *ruleset = json_object_get(status, "ruleset");
	head(out, "info", "gauge", "What runs here.");
	buf_adds(out, "triaged_info{");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		buf_addf(out, "%s=\"", names[i]);
		label_value(out, text_of(status, names[i]));
		buf_adds(out, "\",");
	}
	buf_adds(out, "ruleset=\"");
	label_value(out, text_of(ruleset, "digest"));
	buf_adds(out, "\"} 1\n");
}

static void write_mode(const json_t *status, struct buf *out)
{
	static const char *const modes[] = { "normal", "island", "draining" };
	const char *mode = text_of(status, "mode");
	head(out, "mode", "gauge", "1 for the mode this node is in.");
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		labelled(out, "mode", "mode", modes[i], strcmp(mode, modes[i]) == 0);
}

static void write_alarms(const json_t *status, struct buf *out)
{
	const json_t *a;
	size_t i;
	head(out, "alarm", "gauge", "1 for each alarm of this node that is open.");
	json_array_foreach(json_object_get(status, "alarms"), i, a)
		labelled(out, "alarm", "alarm", text_of(a, "alarm"), 1);
}

static void write_counters(const json_t *status, struct buf *out)
{
	const char *name;
	json_t *v;
	json_object_foreach(json_object_get(status, "counters"), name, v)
	{
		buf_addf(out,
			"# HELP triaged_%s_total Counter %s of node.status.\n"
			"# TYPE triaged_%s_total counter\ntriaged_%s_total %.17g\n",
			name, name, name, name, json_number_value(v));
	}
}

static void write_status(const json_t *status, struct buf *out)
{
	const json_t *spool = json_object_get(status, "spool");
	write_info(status, out);
	write_mode(status, out);
	gauge(out, "leading", "1 where the center is decided for.",
		json_is_true(json_object_get(status, "leading")));
	gauge(out, "epoch", "Number of the lead, as this node knows it.",
		number_of(status, "epoch"));
	gauge(out, "store_ready", "1 while Redis answers.",
		strcmp(text_of(json_object_get(status, "store"), "state"), "ready") == 0);
	gauge(out, "spool_entries", "Acknowledged commands that Redis has not taken.",
		number_of(spool, "entries"));
	gauge(out, "spool_free_bytes", "Room that is left for them.",
		number_of(spool, "free_bytes"));
	gauge(out, "uptime_seconds", "Since this node started.", number_of(status, "uptime_s"));
	gauge(out, "sessions", "Open sessions.", number_of(status, "sessions"));
	gauge(out, "invariant_violations", "Defects found in the running state; must be 0.",
		number_of(status, "violations"));
	write_alarms(status, out);
	write_counters(status, out);
}

static void write_levels(const json_t *board, struct buf *out)
{
	static const struct {
		const char *name, *member, *help;
	} gauges[] = {
		{ "waiting", "waiting", "Contacts that wait, by level." },
		{ "offered", "offered", "Contacts on offer, by level." },
		{ "active", "active", "Contacts in conversation, by level." },
		{ "oldest_wait_seconds", "oldest_wait_s", "Wait of the oldest that waits." },
		{ "target_seconds", "target_s", "Wait that the level promises." },
		{ "breaches", "breaches", "Contacts that wait longer than promised." },
	};
	const json_t *levels = json_object_get(board, "levels"), *l;
	size_t i;
	for (size_t g = 0; g < sizeof gauges / sizeof *gauges; g++) {
		head(out, gauges[g].name, "gauge", gauges[g].help);
		json_array_foreach(levels, i, l) labelled(out, gauges[g].name, "level",
			text_of(l, "level"), number_of(l, gauges[g].member));
	}
}

static void write_board(const json_t *board, struct buf *out)
{
	static const char *const totals[] = { "review", "unscored", "wrapup", "test" };
	const json_t *of = json_object_get(board, "totals"), *v;
	const char *presence;
	write_levels(board, out);
	head(out, "contacts", "gauge", "Other contacts that are not over.");
	for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
		labelled(out, "contacts", "state", totals[i], number_of(of, totals[i]));
	head(out, "responders", "gauge", "Responders, by what they are.");
	json_object_foreach((json_t *)(size_t)json_object_get(board, "responders"), presence, v)
		labelled(out, "responders", "presence", presence, json_number_value(v));
	gauge(out, "dispatches_open", "Rescues that are not over.",
		(double)json_array_size(json_object_get(board, "dispatches")));
	gauge(out, "alerts_open", "Contacts with an open alert.",
		(double)json_array_size(json_object_get(board, "alerts")));
}

static void write_waits(const struct core_waits *w, struct buf *out)
{
	head(out, "wait_seconds", "histogram", "From arrival to a responder, by level.");
	for (int level = 0; level < LEVEL_COUNT; level++) {
		const char *name = level_name((enum level)level);
		uint64_t sum = 0;
		for (int i = 0; i < CORE_WAIT_BUCKETS; i++) {
			sum += w->counts[level][i];
			buf_addf(out, "triaged_wait_seconds_bucket{level=\"%s\",le=\"%d\"} %llu\n",
				name, core_wait_bounds_s[i], (unsigned long long)sum);
		}
		sum += w->counts[level][CORE_WAIT_BUCKETS];
		buf_addf(out,
			"triaged_wait_seconds_bucket{level=\"%s\",le=\"+Inf\"} %llu\n"
			"triaged_wait_seconds_sum{level=\"%s\"} %.3f\n"
			"triaged_wait_seconds_count{level=\"%s\"} %llu\n",
			name, (unsigned long long)sum, name, (double)w->sum_ms[level] / 1000, name,
			(unsigned long long)sum);
	}
}

void metrics_write(
	struct slice status, struct slice board, const struct core_waits *waits, struct buf *out)
{
	struct err e;
	json_t *s = json_parse(status.data, status.len, DEPTH_MAX, &e);
	json_t *b = board.len ? json_parse(board.data, board.len, DEPTH_MAX, &e) : NULL;
	if (s)
		write_status(s, out);
	if (b)
		write_board(b, out);
	if (waits)
		write_waits(waits, out);
	json_decref(s);
	json_decref(b);
}
