/* Rescues and mobile teams as people read them. */
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "views.h"

static enum style dispatch_style(const json_t *r)
{
	return field_true(r, "overdue") ? STYLE_BAD : STYLE_WARN;
}

/* Who is expected to act: of "agency:x" the name alone would do for a person, the kind helps. */
void view_dispatch_rows(const json_t *rows, struct screen *to)
{
	static const char *const titles[] = { "DISPATCH", "KIND", "STATE", "WAITS FOR", ">SINCE",
		"NEXT", "BY", "AREA", ">TOLD", "CONTACT", NULL };
	struct table t;
	const json_t *r;
	size_t i;

	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		table_text(&t, field_true(r, "test") ? STYLE_DIM : STYLE_PLAIN,
			field_str(r, "dispatch", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "kind", ""));
		table_text(&t, dispatch_style(r), field_str(r, "state", ""));
		table_text(&t, dispatch_style(r), field_str(r, "awaits", ""));
		table_duration(&t, STYLE_PLAIN, field_number(r, "awaits_since_s"));
		table_text(&t, STYLE_PLAIN, field_str(r, "next", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "by", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "area", ""));
		table_number(&t, STYLE_PLAIN, field_number(r, "alerts"));
		table_text(&t, STYLE_PLAIN, field_str(r, "contact", ""));
	}
	table_write(&t, to, 0);
}

void view_dispatches(const json_t *answer, struct screen *to)
{
	const json_t *rows = json_object_get(answer, "dispatches");

	if (json_array_size(rows) == 0)
		buf_adds(&to->out, "no open dispatches\n");
	else
		view_dispatch_rows(rows, to);
}

void view_rescue_report(const json_t *answer, struct screen *to)
{
	static const char *const titles[] = { "LINE", ">ENDED", ">VOLUNTARY", ">INVOLUNTARY",
		">UNABLE", ">SECOND PERSON", ">SILENCE", ">EXEMPT", ">CANCELLED", NULL };
	static const char *const numbers[] = { "ended", "voluntary", "involuntary", "unable",
		"second_person", "silence", "exempt", "cancelled" };
	const json_t *rows = json_object_get(answer, "ended"), *r;
	struct table t;
	size_t i;

	if (json_array_size(rows) == 0) {
		buf_adds(&to->out, "no dispatch has ended yet\n");
		return;
	}
	view_field(to, "counted since", json_object_get(answer, "counted_since"));
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		table_text(&t, STYLE_PLAIN, field_str(r, "line", ""));
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			table_number(&t, STYLE_PLAIN, field_number(r, numbers[k]));
	}
	table_write(&t, to, 0);
}

static void put_words(const json_t *words, char *out, size_t size)
{
	size_t i, n = 0;
	const json_t *w;

	out[0] = '\0';
	json_array_foreach(words, i, w)
	{
		int more = snprintf(out + n, size - n, "%s%s", n ? " " : "", json_string_value(w));
		if (more < 0 || (size_t)more >= size - n)
			return;
		n += (size_t)more;
	}
}

static enum style team_style(const char *state)
{
	if (strcmp(state, "overdue") == 0)
		return STYLE_BAD;
	return strcmp(state, "ready") == 0 ? STYLE_GOOD : STYLE_PLAIN;
}

void view_teams(const json_t *answer, struct screen *to)
{
	static const char *const titles[] = { "TEAM", "STATE", ">ARRIVES", ">SEEN", "SKILLS",
		"MEMBERS", "DISPATCH", "SPEAKER", NULL };
	const json_t *rows = json_object_get(answer, "teams"), *r;
	struct table t;
	char words[256];
	size_t i;

	if (json_array_size(rows) == 0) {
		buf_adds(&to->out, "no teams\n");
		return;
	}
	table_init(&t, titles);
	json_array_foreach(rows, i, r)
	{
		const char *state = field_str(r, "state", "");

		table_text(&t, STYLE_PLAIN, field_str(r, "team", ""));
		table_text(&t, team_style(state), state);
		table_duration(&t, STYLE_PLAIN, field_number(r, "eta_s"));
		table_duration(&t, STYLE_PLAIN, field_number(r, "position_age_s"));
		put_words(json_object_get(r, "skills"), words, sizeof(words));
		table_text(&t, STYLE_PLAIN, words);
		put_words(json_object_get(r, "members"), words, sizeof(words));
		table_text(&t, STYLE_PLAIN, words);
		table_text(&t, STYLE_PLAIN, field_str(r, "dispatch", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "speaker", ""));
	}
	table_write(&t, to, 0);
}
