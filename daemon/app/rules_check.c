/* rules.check: whether rules would load, off the loop and without touching what runs. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "config_rules.h"
#include "node.h"
#include "rule_files.h"
#include "rules_file.h"

struct rules_check {
	struct node *node;
	struct config *config;
	int64_t request;
	char *text; /* NULL: the configured files as they now lie on disk */
	struct conf_errors errors;
	struct rules_set *set;
};

/* -1: it cannot be read at all, with errors. */
static int has_head(const char *file, bool *has, struct conf_errors *errors)
{
	struct conf_node *root = conf_parse_file(file, errors);
	if (!root)
		return -1;
	*has = conf_get(root, "ruleset");
	conf_free(&root);
	return 0;
}

/* With a head it is a ruleset; without, it is what would be added to the configured one. */
static void load_file(struct rules_check *c, const char *file)
{
	struct rule_paths files = { .n = 0 };
	bool whole = false;
	if (has_head(file, &whole, &c->errors) < 0)
		return;
	for (size_t i = 0; i < c->config->rules.n && !whole; i++)
		rule_paths_add(&files, c->config->rules.at[i]);
	rule_paths_add(&files, file);
	struct rules_load load = { (const char *const *)files.at, files.n, false };
	struct ruleset *rules = rules_load(&load, NULL, &c->errors);
	if (rules) {
		c->set = mem_zalloc(sizeof *c->set);
		c->set->rules = rules;
		c->set->origin = RULES_FROM_CONFIG;
		err_set(&c->set->why, "nobody signs a text to be checked");
	}
	rule_paths_free(&files);
}

static void load_text(struct rules_check *c)
{
	struct err e;
	/* Not even read: whoever sends a text need not be allowed to look at files. */
	if (strstr(c->text, "@include")) {
		conf_error(&c->errors, "text", 0, "a rules file cannot include others");
		return;
	}
	char *file = rules_dir_put_text(c->config->data_dir, c->text, &e);
	if (!file) {
		conf_error(&c->errors, "text", 0, "%s", e.text);
		return;
	}
	load_file(c, file);
	conf_errors_rename(&c->errors, 0, file, "text");
	rules_dir_take_text(&file);
}

static void run(void *arg)
{
	struct rules_check *c = arg;
	if (c->text)
		load_text(c);
	else
		c->set = config_rules_named(
			c->config, RULES_CONFIGURED, "", wall_now_ms(), &c->errors);
}

static void check_free(struct rules_check *c)
{
	rules_set_free(&c->set);
	config_unref(&c->config);
	buf_free(&c->errors.text);
	free(c->text);
	free(c);
}

static void done(void *arg)
{
	struct rules_check *c = arg;
	struct buf out = { 0 };
	jtext_open(&out, '{');
	jtext_put_bool(&out, "ok", c->set != NULL);
	if (c->set) {
		rules_set_show(c->set, c->config->demo, wall_now_ms(), &out);
		jtext_put_count(&out, "rules", ruleset_count(c->set->rules).rules);
		jtext_put_count(&out, "lexicon_entries", ruleset_count(c->set->rules).entries);
	}
	jtext_name(&out, "errors");
	jtext_lines(&out, buf_str(&c->errors.text));
	jtext_close(&out, '}');
	verbs_answer(c->node->verbs, c->request, (struct slice){ buf_str(&out), out.len });
	buf_free(&out);
	check_free(c);
}

void rules_check(struct node *n, const char *text, int64_t request)
{
	struct rules_check *c = mem_zalloc(sizeof *c);
	c->node = n;
	c->config = config_ref(n->config);
	c->request = request;
	c->text = text ? mem_strdup(text) : NULL;
	if (worker_submit(n->worker, run, done, c) == 0)
		return;
	rules_cycle_refuse(n, request, RPC_RATE_LIMITED, "busy", "too much waits to be read");
	check_free(c);
}
