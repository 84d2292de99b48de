#include "views.h"

#include <math.h>
#include <string.h>

#include "table.h"

static void count(struct screen *to, const json_t *of, const char *name, const char *shown)
{
	double n = field_number(of, name);

	if (isnan(n))
		buf_addf(&to->out, "%s -  ", shown);
	else
		buf_addf(&to->out, "%s %.0f  ", shown, n);
}

/* Approved rules are what everybody expects; anything else is on every screen. */
static void doubtful_rules(const json_t *ruleset, struct screen *to)
{
	if (!json_is_object(ruleset))
		return;
	if (!field_true(ruleset, "signed") || *field_str(ruleset, "alert", ""))
		view_ruleset(ruleset, to);
}

void view_board_head(const json_t *board, struct screen *to)
{
	const json_t *totals = json_object_get(board, "totals");
	const json_t *people = json_object_get(board, "responders");
	const char *mode = field_str(board, "mode", "?");
	struct buf line = { 0 };

	text_clean(&line, field_str(board, "center", "-"));
	screen_styled(to, STYLE_BOLD, buf_str(&line));
	buf_free(&line);
	buf_adds(&to->out, "  ");
	text_clean(&line, mode);
	screen_styled(to, strcmp(mode, "normal") == 0 ? STYLE_GOOD : STYLE_BAD, buf_str(&line));
	buf_adds(&to->out, "  ");
	text_clean(&to->out, field_str(board, "now", ""));
	buf_adds(&to->out, "\ncontacts    ");
	count(to, totals, "waiting", "waiting");
	count(to, totals, "offered", "offered");
	count(to, totals, "active", "active");
	count(to, totals, "wrapup", "wrap-up");
	count(to, totals, "review", "review");
	count(to, totals, "unscored", "unscored");
	buf_adds(&to->out, "\nresponders  ");
	count(to, people, "connected", "connected");
	count(to, people, "ready", "ready");
	count(to, people, "full", "full");
	count(to, people, "paused", "paused");
	count(to, people, "away", "away");
	buf_adds(&to->out, "\n");
	doubtful_rules(json_object_get(board, "ruleset"), to);
	buf_free(&line);
}

/* Past its promise, or not: the word in the last column says it too, not the colour alone. */
static bool is_late(double waited, double target)
{
	return waited > target; /* false when either is unknown */
}

void view_board_levels(const json_t *board, struct screen *to)
{
	static const char *const titles[] = { "LEVEL", ">WAITING", ">OFFERED", ">ACTIVE", ">OLDEST",
		">TARGET", ">BREACHES", "NOW", NULL };
	struct table t;
	const json_t *l;
	size_t i;

	table_init(&t, titles);
	json_array_foreach(json_object_get(board, "levels"), i, l)
	{
		const char *level = field_str(l, "level", "-");
		double oldest = field_number(l, "oldest_wait_s");
		double target = field_number(l, "target_s");
		double waiting = field_number(l, "waiting"), offered = field_number(l, "offered");
		bool anyone = waiting > 0 || offered > 0;
		bool late = anyone && is_late(oldest, target);

		table_text(&t, level_style(level), level);
		table_number(&t, STYLE_PLAIN, waiting);
		table_number(&t, STYLE_PLAIN, offered);
		table_number(&t, STYLE_PLAIN, field_number(l, "active"));
		table_duration(&t, late ? STYLE_BAD : STYLE_PLAIN, anyone ? oldest : -1);
		table_duration(&t, STYLE_PLAIN, target);
		table_number(&t, STYLE_PLAIN, field_number(l, "breaches"));
		table_text(&t, late ? STYLE_BAD : STYLE_DIM, late ? "late" : "");
	}
	table_write(&t, to, 0);
}

static void queues(
	const json_t *rows, const char *name, const char *const *titles, struct screen *to)
{
	struct table t;
	const json_t *r;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		table_text(&t, STYLE_PLAIN, field_str(r, name, ""));
		table_number(&t, STYLE_PLAIN, field_number(r, "waiting"));
		table_number(&t, STYLE_PLAIN, field_number(r, "offered"));
		table_duration(&t, STYLE_PLAIN, field_number(r, "oldest_wait_s"));
	}
	table_write(&t, to, 0);
}

static void dispatches(const json_t *rows, struct screen *to)
{
	if (json_array_size(rows) == 0)
		return;
	buf_adds(&to->out, "\n");
	view_dispatch_rows(rows, to);
}

void view_alarms(const json_t *of, struct screen *to)
{
	static const char *const titles[] = { "ALARM", "NODE", ">SINCE", "DETAIL", NULL };
	const json_t *rows = json_object_get(of, "alarms"), *r;
	struct table t;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		table_text(&t, STYLE_BAD, field_str(r, "alarm", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "node", ""));
		table_duration(&t, STYLE_PLAIN, field_number(r, "since_s"));
		table_text(&t, STYLE_PLAIN, field_str(r, "detail", ""));
	}
	table_write(&t, to, 0);
}

void view_alerts(const json_t *board, struct screen *to)
{
	static const char *const titles[] = { "ALERT", "CONTACT", "LEVEL", ">WAITED", "TAKEN BY",
		NULL };
	const json_t *rows = json_object_get(board, "alerts"), *r;
	struct table t;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		const char *level = field_str(r, "level", "");

		table_text(&t, STYLE_BAD, field_str(r, "kind", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "contact", ""));
		table_text(&t, level_style(level), level);
		table_duration(&t, STYLE_PLAIN, field_number(r, "waited_s"));
		table_text(&t, STYLE_PLAIN, field_str(r, "by", ""));
	}
	table_write(&t, to, 0);
}

void view_board(const json_t *board, struct screen *to)
{
	static const char *const lines[] = { "LINE", ">WAITING", ">OFFERED", ">OLDEST", NULL };
	static const char *const langs[] = { "LANGUAGE", ">WAITING", ">OFFERED", ">OLDEST", NULL };

	view_board_head(board, to);
	buf_adds(&to->out, "\n");
	view_board_levels(board, to);
	queues(json_object_get(board, "lines"), "line", lines, to);
	queues(json_object_get(board, "langs"), "lang", langs, to);
	dispatches(json_object_get(board, "dispatches"), to);
	view_alerts(board, to);
	view_alarms(board, to);
}
