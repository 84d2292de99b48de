/* The list for paper: plain lines, no colours, nothing cut. */
#include <string.h>

#include "table.h"
#include "views.h"

static void put(struct screen *to, const char *before, const char *text)
{
	if (!*text)
		return;
	buf_adds(&to->out, before);
	text_clean(&to->out, text);
}

static void head(const json_t *list, struct screen *to)
{
	const json_t *source = json_object_get(list, "source");
	const char *kind = field_str(source, "kind", "");
	put(to, "OPEN CONTACTS, printed ", field_str(list, "printed", "-"));
	buf_adds(&to->out, "\n");
	if (strcmp(kind, "daemon") == 0) {
		put(to, "from the daemon at ", field_str(source, "address", "-"));
		put(to, ", node ", field_str(source, "node", ""));
		put(to, ", mode ", field_str(source, "mode", ""));
		buf_adds(&to->out, ": as of now\n\n");
		return;
	}
	buf_adds(&to->out, "WITHOUT THE DAEMON: ");
	text_clean(&to->out, field_str(source, "no_daemon", ""));
	buf_adds(&to->out, strcmp(kind, "files") == 0   ? "\nfrom the files of its store"
			   : strcmp(kind, "store") == 0 ? "\nfrom its store"
							: "\nfrom its spool ALONE");
	put(to, ", center ", field_str(source, "center", ""));
	put(to, ", which ends at ", field_str(source, "stored", ""));
	buf_addf(&to->out, "\nwith %.0f entries of the spool",
		field_number(source, "spool_entries"));
	put(to, ", the last of ", field_str(source, "spooled", ""));
	put(to, "\nNOT COMPLETE: ", field_str(source, "trouble", ""));
	buf_adds(&to->out, "\nWhat happened after these times is not in this list.\n\n");
}

static const char *who_has_it(const json_t *c)
{
	const char *responder = field_str(c, "responder", ""), *state = field_str(c, "state", "");
	return *responder ? responder : strcmp(state, "review") == 0 ? "supervisors" : "nobody";
}

static void contact_row(struct table *t, const json_t *c, size_t number)
{
	table_number(t, STYLE_PLAIN, (double)number);
	table_text(t, STYLE_PLAIN, field_str(c, "level", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "state", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "arrived", ""));
	table_duration(t, STYLE_PLAIN, field_number(c, "waited_s"));
	table_text(t, STYLE_PLAIN, who_has_it(c));
	table_text(t, STYLE_PLAIN, field_str(c, "channel", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "line", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "lang", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "frontend", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "contact", ""));
	table_text(t, STYLE_PLAIN, field_str(c, "alert", ""));
}

void view_panic(const json_t *list, struct screen *to)
{
	static const char *const titles[] = { ">NR", "LEVEL", "STATE", "SINCE", ">WAITED", "WITH",
		"CHANNEL", "LINE", "LANG", "FRONT END", "CONTACT", "ALERT", NULL };
	const json_t *rescues = json_object_get(list, "dispatches"), *c;
	struct screen paper = { .out = to->out };
	struct table t;
	size_t i;
	head(list, &paper);
	table_init(&t, titles);
	json_array_foreach(json_object_get(list, "contacts"), i, c) contact_row(&t, c, i + 1);
	table_write(&t, &paper, 0);
	buf_adds(&paper.out, "\nOPEN RESCUES\n");
	if (json_array_size(rescues) == 0)
		buf_adds(&paper.out, "none\n");
	else
		view_dispatch_rows(rescues, &paper);
	to->out = paper.out;
}

static void csv_field(struct screen *to, const char *s, bool last)
{
	struct buf clean = { 0 };
	text_clean(&clean, s);
	buf_adds(&to->out, "\"");
	for (const char *p = buf_str(&clean); *p; p++)
		buf_adds(&to->out, *p == '"' ? "\"\"" : (char[]){ *p, '\0' });
	buf_adds(&to->out, last ? "\"\n" : "\",");
	buf_free(&clean);
}

void view_panic_csv(const json_t *list, struct screen *to)
{
	static const char *const names[] = { "level", "state", "arrived", "responder", "channel",
		"line", "lang", "frontend", "contact", "alert" };
	const size_t n = sizeof names / sizeof *names;
	const json_t *c;
	size_t i;
	for (size_t k = 0; k < n; k++)
		csv_field(to, names[k], k + 1 == n);
	json_array_foreach(json_object_get(list, "contacts"), i, c)
	{
		for (size_t k = 0; k < n; k++)
			csv_field(to, field_str(c, names[k], ""), k + 1 == n);
	}
}
