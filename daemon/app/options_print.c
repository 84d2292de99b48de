#include "options.h"

#include <inttypes.h>
#include <string.h>

#include "conf_text.h"
#include "option_agencies.h"
#include "option_keys.h"
#include "option_tiers.h"
#include "option_value.h"

static void print_int(int64_t v, struct buf *out)
{
	/* libconfig 1.5 wraps a plain literal beyond 32 bits. */
	buf_addf(out, "%" PRId64 "%s", v, v > INT32_MAX || v < INT32_MIN ? "L" : "");
}

static void print_value(
	const struct option *o, const struct config *c, const char *indent, struct buf *out)
{
	const struct config_strings *s;
	switch (o->type) {
	case OPTION_INT:
		print_int(*int_of(o, c), out);
		break;
	case OPTION_BOOL:
		buf_adds(out, *bool_of(o, c) ? "true" : "false");
		break;
	case OPTION_PATHS:
		s = strings_of(o, c);
		buf_adds(out, "[ ");
		for (size_t i = 0; i < s->n; i++) {
			conf_print_string(out, s->at[i]);
			buf_adds(out, i + 1 < s->n ? ", " : " ");
		}
		buf_adds(out, "]");
		break;
	case OPTION_TIERS:
		tiers_print(tiers_of(o, c), indent, out);
		break;
	case OPTION_KEYS:
		keys_print(keys_of(o, c), indent, out);
		break;
	case OPTION_AGENCIES:
		agencies_print(agencies_of(o, c), indent, out);
		break;
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		conf_print_string(out, *text_of(o, c));
		break;
	}
}

static size_t dots(const char *name, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += name[i] == '.';
	return count;
}

/* The length of the group part, with its dot. */
static size_t group_len(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot ? (size_t)(dot - name) + 1 : 0;
}

static const char *tabs(size_t n)
{
	static const char text[] = "\t\t\t\t";
	return text + sizeof text - 1 - n;
}

/* Close the groups of `from` that `to` is not in, and open those of `to` that `from` was not in. */
static void change_group(const char *from, const char *to, struct buf *out)
{
	size_t same = 0, from_len = group_len(from), to_len = group_len(to);
	for (size_t i = 0; i < from_len && i < to_len && from[i] == to[i]; i++)
		if (from[i] == '.')
			same = i + 1;
	for (size_t depth = dots(from, from_len); depth > dots(from, same); depth--)
		buf_addf(out, "%s};\n", tabs(depth - 1));
	for (size_t i = same, start = same; i < to_len; i++) {
		if (to[i] != '.')
			continue;
		buf_addf(out, "%s%.*s: {\n", tabs(dots(to, start)), (int)(i - start), to + start);
		start = i + 1;
	}
}

void options_print(const struct config *c, const struct option_origin *origins, struct buf *out)
{
	const char *last = "";
	for (size_t i = 0; i < n_options; i++) {
		const struct option *o = &options[i];
		size_t n = group_len(o->name);
		const char *indent = tabs(dots(o->name, n));
		change_group(last, o->name, out);
		buf_addf(out, "%s%s = ", indent, o->name + n);
		print_value(o, c, indent, out);
		if (origins[i].line > 0)
			buf_addf(out, "; # %s:%d\n", origins[i].file, origins[i].line);
		else
			buf_adds(out, "; # default\n");
		last = o->name;
	}
	change_group(last, "", out);
}

#define LIST_VALUE_MAX 60 /* longer defaults would bury the list */

void options_list(struct buf *out)
{
	char text[128];
	struct config *c = options_defaults();
	for (size_t i = 0; i < n_options; i++) {
		const struct option *o = &options[i];
		struct buf value = { 0 };
		print_value(o, c, "", &value);
		const char *fallback =
			value.len > LIST_VALUE_MAX ? "see triaged.conf" : buf_str(&value);
		buf_addf(out, "%s\t%s\t%s\t%s\t%s\n", o->name, option_demand(o, text, sizeof text),
			o->flags & OPTION_REQUIRED ? "required" : fallback,
			o->flags & OPTION_RESTART ? "restart" : "live", o->doc);
		buf_free(&value);
	}
	config_unref(&c);
}
