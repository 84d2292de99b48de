#include "views.h"

#include <string.h>

#include "table.h"

void view_fields(const json_t *answer, struct screen *to)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(size_t)answer, name, value) view_field(to, name, value);
	if (json_object_size(answer) == 0)
		buf_adds(&to->out, "done\n");
}

static const char *set(const json_t *array, struct buf *out)
{
	const json_t *v;
	size_t i;

	buf_clear(out);
	json_array_foreach(array, i, v) buf_addf(
		out, "%s%s", i ? " " : "", json_string_value(v) ? json_string_value(v) : "");
	return buf_str(out);
}

void view_responders(const json_t *answer, struct screen *to)
{
	static const char *const titles[] = { "RESPONDER", "NAME", "PRESENCE", "REASON", ">LOAD",
		">OF", ">CONTACTS", ">OFFERS", ">MISSED", ">IDLE", ">TODAY", "SKILLS", "LANGS",
		"LINES", NULL };
	const json_t *r;
	struct buf text = { 0 };
	struct table t;
	size_t i;

	table_init(&t, titles);
	json_array_foreach(json_object_get(answer, "responders"), i, r)
	{
		const char *presence = field_str(r, "presence", "");
		bool connected = field_true(r, "connected");
		const json_t *has = json_object_get(r, "contacts");

		table_text(&t, STYLE_PLAIN, field_str(r, "responder", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "name", ""));
		table_text(&t,
			!connected                       ? STYLE_DIM
			: strcmp(presence, "ready") == 0 ? STYLE_GOOD
							 : STYLE_WARN,
			connected ? presence : "gone");
		table_text(&t, STYLE_PLAIN, field_str(r, "reason", ""));
		table_number(&t, STYLE_PLAIN, field_number(r, "load"));
		table_number(&t, STYLE_PLAIN, field_number(r, "capacity"));
		table_number(&t, STYLE_PLAIN,
			json_is_array(has) ? (double)json_array_size(has)
					   : field_number(r, "contacts"));
		table_number(&t, STYLE_PLAIN, field_number(r, "offers"));
		table_number(&t, STYLE_PLAIN, field_number(r, "missed"));
		table_duration(&t, STYLE_PLAIN, field_number(r, "idle_s"));
		table_number(&t, STYLE_PLAIN, field_number(r, "served_today"));
		table_text(&t, STYLE_PLAIN, set(json_object_get(r, "skills"), &text));
		table_text(&t, STYLE_PLAIN, set(json_object_get(r, "langs"), &text));
		table_text(&t, STYLE_PLAIN, set(json_object_get(r, "lines"), &text));
	}
	table_write(&t, to, 0);
	buf_free(&text);
}

static void word(struct screen *to, const char *name, const char *value, bool good)
{
	struct buf clean = { 0 };

	text_clean(&clean, value);
	buf_addf(&to->out, "%-*s", LABEL + 1, name);
	screen_styled(to, good ? STYLE_GOOD : STYLE_BAD, buf_str(&clean));
	buf_free(&clean);
}

static void state_line(const json_t *part, const char *name, const char *good, struct screen *to)
{
	const char *state = field_str(part, "state", "?"), *why = field_str(part, "why", "");

	word(to, name, state, strcmp(state, good) == 0);
	if (*why) {
		buf_adds(&to->out, "  ");
		text_clean(&to->out, why);
	}
	buf_adds(&to->out, "\n");
}

/* Ways to agencies that are not open, and drills that failed; nothing when all is well. */
static void view_outreach(const json_t *outreach, struct screen *to)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(outreach, "agencies"), i, v)
	{
		if (strcmp(field_str(v, "circuit", ""), "closed") == 0)
			continue;
		word(to, "agency", field_str(v, "agency", "?"), false);
		buf_addf(&to->out,
			"  not reached for %.0f s, %.0f wait: ", field_number(v, "open_s"),
			field_number(v, "waiting"));
		text_clean(&to->out, field_str(v, "last_failure", ""));
		buf_adds(&to->out, "\n");
	}
	json_array_foreach(json_object_get(outreach, "drills"), i, v)
	{
		if (strcmp(field_str(v, "state", ""), "late") != 0)
			continue;
		word(to, "drill", field_str(v, "agency", "?"), false);
		buf_addf(&to->out, "  had no outcome after %.0f s\n", field_number(v, "took_s"));
	}
}

void view_node_head(const json_t *node, struct screen *to)
{
	static const char *const rows[] = { "incarnation", "center", "version", "leader", "leading",
		"epoch", "uptime_s", "sessions", NULL };
	const char *mode = field_str(node, "mode", "?");
	double violations = field_number(node, "violations");

	view_field(to, "node", json_object_get(node, "node"));
	word(to, "mode", mode, strcmp(mode, "normal") == 0);
	buf_adds(&to->out, "\n");
	state_line(json_object_get(node, "store"), "store", "ready", to);
	state_line(json_object_get(node, "spool"), "spool", "idle", to);
	state_line(json_object_get(node, "keys"), "keys", "settled", to);
	view_outreach(json_object_get(node, "outreach"), to);
	view_ruleset(json_object_get(node, "ruleset"), to);
	for (const char *const *r = rows; *r; r++)
		view_field(to, *r, json_object_get(node, *r));
	if (violations > 0) {
		word(to, "violations", "yes", false);
		buf_addf(&to->out, "  %.0f of the sampled invariants did not hold: see the log\n",
			violations);
	}
}

void view_node(const json_t *node, struct screen *to)
{
	const char *name;
	json_t *n;

	view_node_head(node, to);
	buf_adds(&to->out, "\n");
	json_object_foreach(json_object_get(node, "counters"), name, n) view_field(to, name, n);
}

void view_reload(const json_t *answer, struct screen *to)
{
	const json_t *errors = json_object_get(answer, "errors"), *v;
	size_t i;

	json_array_foreach(errors, i, v)
	{
		screen_styled(to, STYLE_BAD, "error");
		buf_adds(&to->out, "  ");
		text_clean(&to->out, json_string_value(v) ? json_string_value(v) : "?");
		buf_adds(&to->out, "\n");
	}
	if (json_array_size(errors) > 0)
		buf_adds(&to->out, "nothing was changed\n");
	else if (json_array_size(json_object_get(answer, "swapped")) == 0)
		buf_adds(&to->out, "nothing had changed\n");
	view_field(to, "swapped", json_object_get(answer, "swapped"));
}

/* The whole board is too much for a line: where people wait, and how long. */
static void board_note(const json_t *board, struct screen *to)
{
	const json_t *l;
	char wait[DURATION_SIZE];
	size_t i, shown = 0;

	buf_adds(&to->out, "board.change");
	json_array_foreach(json_object_get(board, "levels"), i, l)
	{
		if (!(field_number(l, "waiting") > 0))
			continue;
		buf_adds(&to->out, shown++ ? ", " : " waiting: ");
		text_clean(&to->out, field_str(l, "level", "-"));
		buf_addf(&to->out, " %.0f for %s", field_number(l, "waiting"),
			duration_text(field_number(l, "oldest_wait_s"), wait));
	}
	buf_addf(&to->out, "%s; alerts %zu, dispatches %zu\n", shown ? "" : " nobody waits",
		json_array_size(json_object_get(board, "alerts")),
		json_array_size(json_object_get(board, "dispatches")));
}

void view_note(const json_t *note, struct screen *to)
{
	json_t *params = json_object_get(note, "params"), *v;
	const char *name, *method = field_str(note, "method", "?");

	if (strcmp(method, "board.change") == 0) {
		board_note(params, to);
		return;
	}
	text_clean(&to->out, method);
	json_object_foreach(params, name, v)
	{
		struct buf raw = { 0 };

		if (json_is_string(v))
			buf_adds(&raw, json_string_value(v));
		else
			json_write(&raw, v);
		buf_adds(&to->out, " ");
		text_clean(&to->out, name);
		buf_adds(&to->out, "=");
		text_clean(&to->out, buf_str(&raw));
		buf_wipe(&raw);
	}
	buf_adds(&to->out, "\n");
}
