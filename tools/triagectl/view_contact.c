#include "views.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "triaged/base/mem.h"

/* An array of words as "a b c". */
static const char *words(const json_t *array, char *out, size_t size)
{
	const json_t *v;
	size_t i, n = 0;

	out[0] = '\0';
	json_array_foreach(array, i, v)
	{
		const char *s = json_string_value(v);

		if (s && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? " " : "", s);
	}
	return out;
}

/* By place in line, then who is in no line; ids sort by arrival. */
static int by_position(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;
	double left = field_number(*x, "position"), right = field_number(*y, "position");

	if (isnan(left) != isnan(right))
		return isnan(left) ? 1 : -1;
	if (left < right || left > right)
		return left < right ? -1 : 1;
	return strcmp(field_str(*x, "contact", ""), field_str(*y, "contact", ""));
}

/* The array's items in the order to show, for free(); *n of them. */
static json_t **ordered(const json_t *contacts, size_t *n)
{
	json_t **rows;

	*n = json_array_size(contacts);
	rows = mem_zalloc((*n + 1) * sizeof(json_t *));
	for (size_t i = 0; i < *n; i++)
		rows[i] = json_array_get(contacts, i);
	qsort(rows, *n, sizeof(json_t *), by_position);
	return rows;
}

static void contact_row(struct table *t, const json_t *c)
{
	const char *level = field_str(c, "level", ""), *state = field_str(c, "state", "");
	double waited = field_number(c, "waited_s"), target = field_number(c, "target_s");
	bool queued = strcmp(state, "waiting") == 0 || strcmp(state, "offered") == 0;
	char text[256];

	table_text(t, STYLE_PLAIN, field_str(c, "contact", ""));
	table_text(t, level_style(level), level);
	table_text(t, STYLE_PLAIN, state);
	table_duration(t, queued && waited > target ? STYLE_BAD : STYLE_PLAIN, waited);
	table_duration(t, STYLE_PLAIN, target);
	table_number(t, STYLE_PLAIN, field_number(c, "position"));
	table_text(t, STYLE_PLAIN, field_str(c, "channel", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "lang", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "line", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "responder", ""));
	table_text(t, STYLE_BAD, field_str(c, "alert", ""));
	table_text(t, STYLE_DIM, words(json_object_get(c, "flags"), text, sizeof(text)));
}

void view_contact_rows(const json_t *contacts, struct screen *to, size_t max_rows)
{
	static const char *const titles[] = { "CONTACT", "LEVEL", "STATE", ">WAITED", ">TARGET",
		">PLACE", "CHANNEL", "LANG", "LINE", "RESPONDER", "ALERT", "FLAGS", NULL };
	struct table t;
	size_t n;
	json_t **rows = ordered(contacts, &n);

	table_init(&t, titles);
	for (size_t i = 0; i < n; i++)
		contact_row(&t, rows[i]);
	free(rows);
	table_write(&t, to, max_rows);
}

void view_contacts(const json_t *answer, struct screen *to)
{
	const json_t *contacts = json_object_get(answer, "contacts");
	double matching = field_number(answer, "matching");

	view_contact_rows(contacts, to, 0);
	if (matching > (double)json_array_size(contacts))
		buf_addf(&to->out, "%zu of %.0f; --limit shows more\n", json_array_size(contacts),
			matching);
}

void view_field(struct screen *to, const char *name, const json_t *value)
{
	char text[512], duration[DURATION_SIZE];
	size_t n = strlen(name);
	struct buf line = { 0 };

	if (!value || json_is_null(value) ||
		(json_is_array(value) && json_array_size(value) == 0) ||
		(json_is_string(value) && !*json_string_value(value)))
		return;
	if (n > 2 && strcmp(name + n - 2, "_s") == 0 && json_is_number(value)) {
		n -= 2;
		buf_adds(&line, duration_text(json_number_value(value), duration));
	} else if (json_is_string(value)) {
		text_clean(&line, json_string_value(value));
	} else if (json_is_array(value) && json_is_string(json_array_get(value, 0))) {
		text_clean(&line, words(value, text, sizeof(text)));
	} else if (json_is_boolean(value)) {
		buf_adds(&line, json_is_true(value) ? "yes" : "no");
	} else {
		struct buf raw = { 0 };

		json_write(&raw, value);
		text_clean(&line, buf_str(&raw));
		buf_free(&raw);
	}
	char *label = mem_dup(name, n);
	text_clean(&to->out, label);
	free(label);
	buf_addf(&to->out, "%*s%s\n", n < LABEL ? LABEL + 1 - (int)n : 1, "", buf_str(&line));
	buf_wipe(&line);
}

static void field_rows(struct screen *to, const json_t *o, const char *const *names)
{
	for (; *names; names++)
		view_field(to, *names, json_object_get(o, *names));
}

static void spans(const json_t *reason, struct buf *out)
{
	const json_t *span;
	size_t i;

	json_array_foreach(json_object_get(reason, "spans"), i, span)
	{
		buf_addf(out, "%s%" JSON_INTEGER_FORMAT "-%" JSON_INTEGER_FORMAT,
			i ? " " : " at bytes ", json_integer_value(json_array_get(span, 0)),
			json_integer_value(json_array_get(span, 1)));
	}
}

static void reasons(const json_t *o, struct screen *to)
{
	const json_t *r;
	size_t i;

	json_array_foreach(json_object_get(o, "reasons"), i, r)
	{
		buf_addf(&to->out, "%-*s", LABEL + 1, i ? "" : "because");
		text_clean(&to->out, field_str(r, "rule", "?"));
		buf_adds(&to->out, ": ");
		text_clean(&to->out, field_str(r, "text", ""));
		spans(r, &to->out);
		if (json_is_true(json_object_get(r, "before")))
			buf_adds(&to->out, "  and in the messages before");
		if (json_object_get(r, "fields")) {
			char fields[256];

			buf_adds(&to->out, "  from ");
			text_clean(&to->out,
				words(json_object_get(r, "fields"), fields, sizeof(fields)));
		}
		buf_adds(&to->out, "\n");
	}
}

/* What nearly counted: rules one condition short of firing, phrases set aside. */
static void aside(const json_t *o, struct screen *to)
{
	const json_t *s;
	size_t i;

	view_field(to, "near", json_object_get(o, "near"));
	json_array_foreach(json_object_get(o, "suppressed"), i, s)
	{
		buf_addf(&to->out, "%-*s", LABEL + 1, i ? "" : "set aside");
		text_clean(&to->out, field_str(s, "signal", "?"));
		buf_adds(&to->out, " by ");
		text_clean(&to->out, field_str(s, "by", "?"));
		buf_adds(&to->out, "\n");
	}
}

static void level_line(const json_t *o, struct screen *to)
{
	const char *level = field_str(o, "level", "-"), *own = field_str(o, "level_auto", "");
	struct buf clean = { 0 };

	text_clean(&clean, level);
	buf_addf(&to->out, "%-*s", LABEL + 1, "level");
	screen_styled(to, level_style(level), buf_str(&clean));
	buf_free(&clean);
	if (*own && strcmp(own, level) != 0) {
		buf_adds(&to->out, "  (the rules alone: ");
		text_clean(&to->out, own);
		buf_adds(&to->out, ")");
	}
	buf_adds(&to->out, "\n");
}

static void ruleset_line(const json_t *o, struct screen *to)
{
	const json_t *ruleset = json_object_get(o, "ruleset");

	if (!json_is_object(ruleset)) {
		view_field(to, "ruleset", ruleset);
		return;
	}
	buf_addf(&to->out, "%-*s", LABEL + 1, "ruleset");
	text_clean(&to->out, field_str(ruleset, "id", "-"));
	buf_adds(&to->out, " ");
	text_clean(&to->out, field_str(ruleset, "version", "-"));
	buf_adds(&to->out, " ");
	text_clean(&to->out, field_str(ruleset, "digest", "-"));
	buf_adds(&to->out, "\n");
}

static void transcript(const json_t *lines, struct screen *to)
{
	const json_t *m;
	size_t i;

	if (json_array_size(lines) == 0)
		return;
	buf_adds(&to->out, "\n");
	json_array_foreach(lines, i, m)
	{
		text_clean(&to->out, field_str(m, "at", "-"));
		buf_adds(&to->out, "  ");
		text_clean(&to->out, field_str(m, "from", "-"));
		buf_adds(&to->out, ": ");
		text_clean(&to->out, field_str(m, "text", ""));
		buf_adds(&to->out, "\n");
	}
}

void view_contact(const json_t *c, struct screen *to)
{
	static const char *const before[] = { "contact", "state", "position", "alert", "alert_by",
		NULL };
	static const char *const after[] = { "responder", "guest", "transfer", "transfer_to",
		"transfer_by", "channel", "lang", "line", "caller_role", "age", "needs", "flags",
		"domains", "unscored", "arrived", "deadline", "accepted", "closed", "waited_s",
		"target_s", "tier", "offers_open", "offers_missed", "dispatches_open", "messages",
		"frontend", "connected", "disposition", "outcome", NULL };

	field_rows(to, c, before);
	level_line(c, to);
	reasons(c, to);
	ruleset_line(c, to);
	field_rows(to, c, after);
	transcript(json_object_get(c, "transcript"), to);
}

static void history(const json_t *rows, struct screen *to)
{
	static const char *const titles[] = { "AT", "FROM", "TO", "BY", "CAUSE", NULL };
	struct table t;
	const json_t *r;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		for (int c = 0; c < t.columns; c++) {
			static const char *const names[] = { "at", "from", "to", "by", "cause" };
			const char *s = field_str(r, names[c], "");

			if (!*s && strcmp(names[c], "by") == 0)
				s = "rules";
			table_text(&t, level_style(s), s);
		}
	}
	table_write(&t, to, 0);
}

static void match(const json_t *m, struct screen *to)
{
	static const char *const rows[] = { "responder", "step", "eligible", NULL };
	json_t *why = json_object_get(m, "ineligible"), *n;
	const char *reason;

	if (!json_is_object(m))
		return;
	buf_adds(&to->out, "\n");
	field_rows(to, m, rows);
	json_object_foreach(why, reason, n)
	{
		buf_addf(&to->out, "%-*s", LABEL + 1, "not eligible");
		text_clean(&to->out, reason);
		buf_addf(&to->out, ": %" JSON_INTEGER_FORMAT "\n", json_integer_value(n));
	}
}

static bool in_span(const json_t *reasons, size_t at)
{
	const json_t *r, *s;
	size_t i, k;

	json_array_foreach(reasons, i, r)
	{
		json_array_foreach(json_object_get(r, "spans"), k, s)
		{
			json_int_t start = json_integer_value(json_array_get(s, 0));
			json_int_t end = json_integer_value(json_array_get(s, 1));

			if ((json_int_t)at >= start && (json_int_t)at < end)
				return true;
		}
	}
	return false;
}

/* Places that counted stand between brackets, so that they show without colours too. */
static void marked(const json_t *reasons, const char *text, struct screen *to)
{
	struct buf out = { 0 };
	bool in = false;

	for (size_t i = 0; text[i]; i++) {
		bool now = in_span(reasons, i);

		if (now != in)
			buf_adds(&out, now ? "[" : "]");
		in = now;
		buf_add(&out, text + i, 1);
	}
	if (in)
		buf_adds(&out, "]");
	text_clean(&to->out, buf_str(&out));
	buf_wipe(&out);
}

/* The places of the reasons are in the message they name. */
static void written(const json_t *answer, struct screen *to)
{
	const json_t *lines = json_object_get(answer, "transcript"), *m;
	const json_t *reasons = json_object_get(answer, "reasons");
	json_int_t seq = json_integer_value(json_object_get(answer, "reasons_seq"));
	size_t i, n = json_array_size(lines);

	if (n)
		buf_adds(&to->out, "\n");
	json_array_foreach(lines, i, m)
	{
		text_clean(&to->out, field_str(m, "at", "-"));
		buf_adds(&to->out, "  ");
		marked(seq > 0 && json_integer_value(json_object_get(m, "seq")) == seq ? reasons
										       : NULL,
			field_str(m, "text", ""), to);
		buf_adds(&to->out, "\n");
	}
}

void view_explain(const json_t *answer, struct screen *to)
{
	view_field(to, "contact", json_object_get(answer, "contact"));
	level_line(answer, to);
	reasons(answer, to);
	aside(answer, to);
	ruleset_line(answer, to);
	view_field(to, "flags", json_object_get(answer, "flags"));
	view_field(to, "domains", json_object_get(answer, "domains"));
	history(json_object_get(answer, "history"), to);
	match(json_object_get(answer, "match"), to);
	written(answer, to);
}
