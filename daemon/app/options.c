#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "triaged/base/record.h"

#include "conf_text.h"
#include "option_tiers.h"

static char **text_of(const struct option *o, const struct config *c)
{
	return (char **)((char *)(uintptr_t)c + o->offset);
}

static int64_t *int_of(const struct option *o, const struct config *c)
{
	return (int64_t *)((char *)(uintptr_t)c + o->offset);
}

static bool *bool_of(const struct option *o, const struct config *c)
{
	return (bool *)((char *)(uintptr_t)c + o->offset);
}

static struct config_strings *strings_of(const struct option *o, const struct config *c)
{
	return (struct config_strings *)((char *)(uintptr_t)c + o->offset);
}

static struct config_tiers *tiers_of(const struct option *o, const struct config *c)
{
	return (struct config_tiers *)((char *)(uintptr_t)c + o->offset);
}

static void set_default(const struct option *o, struct config *c)
{
	switch (o->type) {
	case OPTION_INT:
		CHECK(slice_int((struct slice){ o->fallback, strlen(o->fallback) }, int_of(o, c)) ==
			0);
		break;
	case OPTION_BOOL:
		*bool_of(o, c) = strcmp(o->fallback, "true") == 0;
		break;
	case OPTION_TIERS:
		tiers_default(tiers_of(o, c));
		break;
	case OPTION_PATHS:
		break;
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		mem_set_str(text_of(o, c), o->fallback);
		break;
	}
}

struct config *options_defaults(void)
{
	struct config *c = mem_zalloc(sizeof *c);
	c->refs = 1;
	for (size_t i = 0; i < n_options; i++)
		set_default(&options[i], c);
	return c;
}

static void free_strings(struct config_strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->at[i]);
	free(s->at);
	*s = (struct config_strings){ 0 };
}

void options_free_fields(struct config *c)
{
	for (size_t i = 0; i < n_options; i++) {
		const struct option *o = &options[i];
		if (o->type == OPTION_TIERS)
			tiers_free(tiers_of(o, c));
		else if (o->type == OPTION_PATHS)
			free_strings(strings_of(o, c));
		else if (o->type != OPTION_INT && o->type != OPTION_BOOL)
			free(*text_of(o, c));
	}
}

/* ---- parsing ---- */

struct parse {
	struct config *config;
	struct option_origin *origins;
	struct conf_errors *errors;
};

static const struct option *find(const char *name)
{
	for (size_t i = 0; i < n_options; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

static bool is_group(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n_options; i++)
		if (strncmp(options[i].name, name, n) == 0 && options[i].name[n] == '.')
			return true;
	return false;
}

/* Relative paths count from the directory of the file they are written in. */
static char *absolute(const struct conf_node *node)
{
	const char *slash = strrchr(node->file, '/');
	struct buf b = { 0 };
	if (*node->text != '/' && *node->text) {
		if (node->file[0] != '/') {
			char *cwd = getcwd(NULL, 0);
			buf_addf(&b, "%s/", cwd ? cwd : ".");
			free(cwd);
		}
		if (slash)
			buf_add(&b, node->file, (size_t)(slash - node->file) + 1);
	}
	buf_adds(&b, node->text);
	char *path = mem_strdup(buf_str(&b));
	buf_free(&b);
	return path;
}

/* What a value of that option must be, for the message and the manual. */
static const char *demand(const struct option *o, char *text, size_t size)
{
	switch (o->type) {
	case OPTION_INT:
		snprintf(text, size, "a whole number from %" PRId64 " to %" PRId64, o->min, o->max);
		break;
	case OPTION_WORD:
		snprintf(text, size, "one of: %s", o->words);
		break;
	case OPTION_BOOL:
		return "true or false";
	case OPTION_ADDRESS:
		return "an address \"host:port\"";
	case OPTION_PATH:
		return "a file name";
	case OPTION_PATHS:
		return "a list of file names";
	case OPTION_TIERS:
		return "a list of groups";
	case OPTION_STRING:
		return "a string";
	}
	return text;
}

static bool text_fits(const struct option *o, const struct conf_node *node)
{
	if (node->type != CONF_STRING)
		return false;
	if (!*node->text)
		return o->flags & OPTION_EMPTY;
	if (o->type == OPTION_WORD)
		return conf_is_word(node->text, o->words);
	return o->type != OPTION_ADDRESS || conf_is_address(node->text);
}

static bool set_paths(const struct conf_node *node, struct config_strings *s)
{
	if ((node->type != CONF_LIST && node->type != CONF_ARRAY) || node->n_children == 0)
		return false;
	s->at = mem_zalloc(node->n_children * sizeof *s->at);
	for (size_t i = 0; i < node->n_children; i++) {
		if (node->children[i].type != CONF_STRING || !*node->children[i].text)
			return false;
		s->at[s->n++] = absolute(&node->children[i]);
	}
	return true;
}

/* False when the value is not what the option demands. */
static bool set_value(const struct option *o, const struct conf_node *node, struct parse *p)
{
	switch (o->type) {
	case OPTION_INT:
		if (node->type != CONF_INT || node->integer < o->min || node->integer > o->max)
			return false;
		*int_of(o, p->config) = node->integer;
		return true;
	case OPTION_BOOL:
		*bool_of(o, p->config) = node->truth;
		return node->type == CONF_BOOL;
	case OPTION_PATHS:
		return set_paths(node, strings_of(o, p->config));
	case OPTION_TIERS:
		tiers_parse(node, tiers_of(o, p->config), p->errors); /* names each fault itself */
		return true;
	case OPTION_PATH:
		if (!text_fits(o, node))
			return false;
		free(*text_of(o, p->config));
		*text_of(o, p->config) = absolute(node);
		return true;
	case OPTION_STRING:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		if (!text_fits(o, node))
			return false;
		mem_set_str(text_of(o, p->config), node->text);
		return true;
	}
	return false;
}

static void unknown(const struct conf_node *node, const char *name, struct conf_errors *errors)
{
	const char *names[256];
	CHECK(n_options <= sizeof names / sizeof *names);
	for (size_t i = 0; i < n_options; i++)
		names[i] = options[i].name;
	const char *near = conf_nearest(name, names, n_options);
	conf_error(errors, node->file, node->line, "unknown option %s%s%s", name,
		near ? "; did you mean " : "", near ? near : "");
}

static void parse_option(const struct option *o, const struct conf_node *node, struct parse *p)
{
	char text[128];
	struct option_origin *origin = &p->origins[o - options];
	if (!set_value(o, node, p))
		conf_error(p->errors, node->file, node->line, "%s must be %s", o->name,
			demand(o, text, sizeof text));
	origin->file = mem_strdup(node->file);
	origin->line = node->line;
}

/* prefix ends in a dot, or is "" for the root. libconfig bounds the nesting, and so do our names. */
static void parse_group(const struct conf_node *group, const char *prefix, struct parse *p)
{
	for (size_t i = 0; i < group->n_children; i++) {
		const struct conf_node *node = &group->children[i];
		struct buf name = { 0 };
		buf_addf(&name, "%s%s", prefix, node->name);
		const struct option *o = find(buf_str(&name));
		if (o) {
			parse_option(o, node, p);
		} else if (!is_group(buf_str(&name))) {
			unknown(node, buf_str(&name), p->errors);
		} else if (node->type != CONF_GROUP) {
			conf_error(p->errors, node->file, node->line,
				"%s must be a group of options { … }", buf_str(&name));
		} else {
			buf_adds(&name, ".");
			parse_group(node, buf_str(&name), p);
		}
		buf_free(&name);
	}
}

void options_parse(const struct conf_node *root, struct config *c, struct option_origin *origins,
	struct conf_errors *errors)
{
	parse_group(root, "", &(struct parse){ c, origins, errors });
	for (size_t i = 0; i < n_options; i++)
		if ((options[i].flags & OPTION_REQUIRED) && origins[i].line == 0)
			conf_error(errors, root->file, 0, "%s is missing", options[i].name);
}

/* ---- printing ---- */

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

void options_list(struct buf *out)
{
	char text[128];
	struct config *c = options_defaults();
	for (size_t i = 0; i < n_options; i++) {
		const struct option *o = &options[i];
		buf_addf(out, "%s\t%s\t", o->name, demand(o, text, sizeof text));
		if (o->flags & OPTION_REQUIRED)
			buf_adds(out, "required");
		else if (o->type == OPTION_TIERS)
			buf_adds(out, "see triaged.conf");
		else
			print_value(o, c, "", out);
		buf_addf(out, "\t%s\t%s\n", o->flags & OPTION_RESTART ? "restart" : "live", o->doc);
	}
	config_unref(&c);
}

static bool strings_equal(const struct config_strings *a, const struct config_strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

bool option_equal(const struct option *o, const struct config *a, const struct config *b)
{
	switch (o->type) {
	case OPTION_INT:
		return *int_of(o, a) == *int_of(o, b);
	case OPTION_BOOL:
		return *bool_of(o, a) == *bool_of(o, b);
	case OPTION_PATHS:
		return strings_equal(strings_of(o, a), strings_of(o, b));
	case OPTION_TIERS:
		return tiers_equal(tiers_of(o, a), tiers_of(o, b));
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		return strcmp(*text_of(o, a), *text_of(o, b)) == 0;
	}
	return false;
}
