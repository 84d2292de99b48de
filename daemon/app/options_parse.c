#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/base/nearest.h"

#include "conf_text.h"
#include "option_agencies.h"
#include "option_keys.h"
#include "option_tiers.h"
#include "option_value.h"

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

static bool set_paths(
	const struct option *o, const struct conf_node *node, struct config_strings *s)
{
	if (node->type != CONF_LIST && node->type != CONF_ARRAY)
		return false;
	if (node->n_children == 0)
		return !(o->flags & OPTION_REQUIRED);
	s->at = mem_zalloc(node->n_children * sizeof *s->at);
	for (size_t i = 0; i < node->n_children; i++) {
		if (node->children[i].type != CONF_STRING || !*node->children[i].text)
			return false;
		s->at[s->n++] = conf_absolute(&node->children[i]);
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
		return set_paths(o, node, strings_of(o, p->config));
	case OPTION_TIERS:
		tiers_parse(node, tiers_of(o, p->config), p->errors); /* names each fault itself */
		return true;
	case OPTION_KEYS:
		keys_parse(node, keys_of(o, p->config), p->errors);
		return true;
	case OPTION_AGENCIES:
		agencies_parse(node, agencies_of(o, p->config), p->errors);
		return true;
	case OPTION_PATH:
		if (!text_fits(o, node))
			return false;
		free(*text_of(o, p->config));
		*text_of(o, p->config) = conf_absolute(node);
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
	struct nearest near = { .word = name };
	for (size_t i = 0; i < n_options; i++)
		nearest_consider(&near, options[i].name);
	conf_error(errors, node->file, node->line, "unknown option %s%s%s", name,
		near.best ? "; did you mean " : "", near.best ? near.best : "");
}

static void parse_option(const struct option *o, const struct conf_node *node, struct parse *p)
{
	char text[128];
	struct option_origin *origin = &p->origins[o - options];
	if (!set_value(o, node, p))
		conf_error(p->errors, node->file, node->line, "%s must be %s", o->name,
			option_demand(o, text, sizeof text));
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
