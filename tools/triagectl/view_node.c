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

/* "signed by ben until 2027-05-20, demo; alert" */
static void approval_words(const json_t *ruleset, struct screen *to)
{
	const char *alert = field_str(ruleset, "alert", "");
	struct buf said = { 0 };

	if (field_true(ruleset, "signed")) {
		buf_adds(&said, "signed by ");
		text_clean(&said, field_str(ruleset, "approver", "-"));
		buf_addf(&said, " until %.10s", field_str(ruleset, "expires", "-"));
	} else {
		buf_adds(&said, "not signed");
	}
	if (field_true(ruleset, "demo"))
		buf_adds(&said, ", demo");
	screen_styled(to, field_true(ruleset, "signed") ? STYLE_GOOD : STYLE_WARN, buf_str(&said));
	buf_clear(&said);
	text_clean(&said, alert);
	if (*alert) {
		buf_adds(&to->out, "  ");
		screen_styled(to, STYLE_BAD, buf_str(&said));
	}
	buf_free(&said);
}

static void ruleset_line(const json_t *ruleset, struct screen *to)
{
	struct buf digest = { 0 };

	buf_addf(&to->out, "%-*s", LABEL + 1, "ruleset");
	text_clean(&to->out, field_str(ruleset, "id", "-"));
	buf_adds(&to->out, " ");
	text_clean(&to->out, field_str(ruleset, "version", "-"));
	text_clean(&digest, field_str(ruleset, "digest", "-"));
	buf_addf(&to->out, " %.12s ", buf_str(&digest)); /* enough to tell two apart */
	buf_free(&digest);
	approval_words(ruleset, to);
	buf_adds(&to->out, "\n");
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
	state_line(json_object_get(node, "keys"), "keys", "settled", to);
	ruleset_line(json_object_get(node, "ruleset"), to);
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

void view_rules(const json_t *rules, struct screen *to)
{
	static const char *const titles[] = { "RULE", "LEVEL", "DOMAIN", "SAYS", NULL };
	const json_t *r;
	struct table t;
	size_t i;

	ruleset_line(rules, to);
	view_field(to, "digest", json_object_get(rules, "digest"));
	view_field(to, "author", json_object_get(rules, "author"));
	view_field(to, "signed_at", json_object_get(rules, "signed_at"));
	view_field(to, "reasons", json_object_get(rules, "reasons"));
	view_field(to, "unsigned_because", json_object_get(rules, "unsigned_because"));
	view_field(to, "phrases", json_object_get(rules, "lexicon_entries"));
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(json_object_get(rules, "rules"), i, r)
	{
		const char *level = field_str(r, "level", "");

		table_text(&t, STYLE_PLAIN, field_str(r, "id", ""));
		table_text(&t, level_style(level), level);
		table_text(&t, STYLE_PLAIN, field_str(r, "domain", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "explain", ""));
	}
	table_write(&t, to, 0);
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
