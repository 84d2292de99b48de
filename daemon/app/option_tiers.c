#include "option_tiers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "conf_text.h"

#define AFTER_MAX_S 86400

static void add(struct config_tiers *t, const char *name, const char *lang, const char *needs,
	int64_t after_s)
{
	t->at[t->n++] = (struct config_tier){ mem_strdup(name), mem_strdup(lang), mem_strdup(needs),
		after_s };
}

/* First whoever fits whole; then with an interpreter; then anyone, so that nobody waits for ever. */
void tiers_default(struct config_tiers *t)
{
	add(t, "fit", "required", "required", 0);
	add(t, "interpreter", "interpreter", "required", 60);
	add(t, "anyone", "any", "any", 180);
}

void tiers_free(struct config_tiers *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->at[i].name);
		free(t->at[i].lang);
		free(t->at[i].needs);
	}
	*t = (struct config_tiers){ 0 };
}

/* The word in slot when node is a string among words; else an error. */
static void parse_word(
	const struct conf_node *node, const char *words, char **slot, struct conf_errors *errors)
{
	if (node->type == CONF_STRING && (!words || conf_is_word(node->text, words)))
		mem_set_str(slot, node->text);
	else
		conf_error(errors, node->file, node->line, "match.tiers: %s must be %s%s",
			node->name, words ? "one of: " : "a string", words ? words : "");
}

static void parse_one(
	const struct conf_node *node, struct config_tier *tier, struct conf_errors *errors)
{
	for (size_t i = 0; i < node->n_children; i++) {
		const struct conf_node *c = &node->children[i];
		if (strcmp(c->name, "lang") == 0)
			parse_word(c, "required interpreter any", &tier->lang, errors);
		else if (strcmp(c->name, "needs") == 0)
			parse_word(c, "required any", &tier->needs, errors);
		else if (strcmp(c->name, "name") == 0)
			parse_word(c, NULL, &tier->name, errors);
		else if (strcmp(c->name, "after_s") != 0)
			conf_error(
				errors, c->file, c->line, "match.tiers: unknown name %s", c->name);
		else if (c->type != CONF_INT || c->integer < 0 || c->integer > AFTER_MAX_S)
			conf_error(errors, c->file, c->line,
				"match.tiers: after_s must be a whole number from 0 to %d",
				AFTER_MAX_S);
		else
			tier->after_s = c->integer;
	}
	if (!conf_get(node, "after_s"))
		conf_error(errors, node->file, node->line, "match.tiers: after_s is missing");
}

void tiers_parse(const struct conf_node *list, struct config_tiers *t, struct conf_errors *errors)
{
	tiers_free(t);
	if (list->type != CONF_LIST || list->n_children == 0 ||
		list->n_children > CONFIG_TIERS_MAX) {
		conf_error(errors, list->file, list->line,
			"match.tiers must be a list of 1 to %d groups", CONFIG_TIERS_MAX);
		return;
	}
	for (size_t i = 0; i < list->n_children; i++) {
		const struct conf_node *node = &list->children[i];
		if (node->type != CONF_GROUP) {
			conf_error(errors, node->file, node->line,
				"match.tiers must hold groups { … }");
			continue;
		}
		add(t, "", "required", "required", 0);
		struct config_tier *tier = &t->at[t->n - 1];
		parse_one(node, tier, errors);
		if (i == 0 && tier->after_s != 0)
			conf_error(errors, node->file, node->line,
				"match.tiers: the first tier must have after_s = 0");
		if (t->n > 1 && tier->after_s <= t->at[t->n - 2].after_s)
			conf_error(errors, node->file, node->line,
				"match.tiers: after_s must rise from tier to tier");
	}
}

void tiers_print(const struct config_tiers *t, const char *indent, struct buf *out)
{
	buf_adds(out, "(\n");
	for (size_t i = 0; i < t->n; i++) {
		const struct config_tier *tier = &t->at[i];
		buf_addf(out, "%s\t{ after_s = %" PRId64 "; lang = \"%s\"; needs = \"%s\"; name = ",
			indent, tier->after_s, tier->lang, tier->needs);
		conf_print_string(out, tier->name);
		buf_addf(out, "; }%s\n", i + 1 < t->n ? "," : "");
	}
	buf_addf(out, "%s)", indent);
}

bool tiers_equal(const struct config_tiers *a, const struct config_tiers *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct config_tier *x = &a->at[i], *y = &b->at[i];
		if (x->after_s != y->after_s || strcmp(x->lang, y->lang) != 0 ||
			strcmp(x->needs, y->needs) != 0 || strcmp(x->name, y->name) != 0)
			return false;
	}
	return true;
}
