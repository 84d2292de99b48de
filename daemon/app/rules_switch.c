/*
 * rules.activate and rules.rollback: the files that must survive a restart are written first, off
 * the loop; then the rules in force are exchanged between two requests.
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "config_rules.h"
#include "node.h"

struct rules_switch {
	struct node *node;
	int64_t request; /* 0: the guard */
	bool back;
	char *by, *why;
	struct config *config;
	struct rules_active next;
	struct buf approval;      /* to write; empty: none */
	struct rules_set *loaded; /* back to what this process no longer remembers */
	bool load;
	struct conf_errors errors;
	struct err forgetful; /* "": what was done will be known after a restart too */
};

static void write_down(struct rules_switch *s)
{
	const char *data_dir = s->config->data_dir;
	struct slice text = { buf_str(&s->approval), s->approval.len };
	struct err e;
	int rc = 0;
	if (text.len)
		rc = rules_dir_set_approval(data_dir, s->next.digest, text, &e);
	if (rc == 0)
		rc = rules_dir_set_active(data_dir, &s->next, &e);
	if (rc < 0)
		conf_error(&s->errors, "rules", 0, "%s", e.text);
	else /* too late, and too little, to stay with the other rules */
		(void)!rules_dir_set_rolled_back(data_dir, s->why, &s->forgetful);
}

static void run(void *arg)
{
	struct rules_switch *s = arg;
	if (s->load) /* they ran already: expired since is no reason to keep worse ones */
		s->loaded = config_rules_named(
			s->config, s->next.digest, s->next.digest, wall_now_ms(), &s->errors);
	if (s->errors.count == 0)
		write_down(s);
}

static void take_staged(struct node *n)
{
	struct rules_cycle *c = &n->cycle;
	shadow_try(c->shadow, NULL);
	c->staged->origin = RULES_ACTIVATED;
	rules_set_free(&c->previous);
	c->previous = node_take_rules(n, c->staged);
	if (rules_set_is_none(c->previous))
		rules_set_free(&c->previous); /* nothing to go back to */
	c->staged = NULL;
	buf_clear(&c->approval);
	mem_set_str(&c->rolled_back, "");
	rules_cycle_watch(c, mono_now());
}

static void take_back(struct node *n, struct rules_switch *s)
{
	struct rules_cycle *c = &n->cycle;
	struct rules_set *old = node_take_rules(n, s->load ? s->loaded : c->previous);
	rules_set_free(&old);
	s->loaded = c->previous = NULL;
	mem_set_str(&c->rolled_back, s->why);
	c->guard.on = false;
}

static void finish(struct rules_switch *s)
{
	struct node *n = s->node;
	n->cycle.active = s->next;
	if (s->back)
		take_back(n, s);
	else
		take_staged(n);
	const struct log_field fields[] = {
		LOG_S("version", ruleset_version(n->set->rules)),
		LOG_S("digest", ruleset_digest(n->set->rules)),
		LOG_S("by", s->by),
		LOG_S("why", s->why),
	};
	log_event(*s->why ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE,
		s->back ? "rules.rolled_back" : "rules.activated", fields, *s->why ? 4 : 3);
	if (*s->forgetful.text)
		LOG(ERROR, "rules.not_noted", LOG_S("why", s->forgetful.text));
	mem_set_str(&n->cycle.stuck, "");
	if (s->request)
		rules_cycle_answer(n, n->set, s->request);
}

/* The guard tries again when as many contacts have come. */
static void stay(struct rules_switch *s)
{
	struct rules_cycle *c = &s->node->cycle;
	const char *why = buf_str(&s->errors.text);
	LOG(ERROR, "rules.not_switched", LOG_S("why", why));
	rules_cycle_refuse(s->node, s->request, RPC_CONFLICT, "not_switched", why);
	if (s->request)
		return;
	mem_set_str(&c->stuck, why);
	rules_cycle_watch(c, c->guard.since);
}

static void done(void *arg)
{
	struct rules_switch *s = arg;
	struct node *n = s->node;
	n->cycle.busy = n->cycle.switching = false;
	if (s->errors.count == 0)
		finish(s);
	else
		stay(s);
	rules_set_free(&s->loaded);
	config_unref(&s->config);
	buf_free(&s->approval);
	buf_free(&s->errors.text);
	free(s->by);
	free(s->why);
	free(s);
	rules_cycle_go_on(n);
}

static void submit(struct rules_switch *s)
{
	if (worker_submit(s->node->worker, run, done, s) == 0) {
		s->node->cycle.busy = s->node->cycle.switching = true;
		return;
	}
	conf_error(&s->errors, "rules", 0, "too much waits: try again");
	done(s);
}

static struct rules_switch *new_switch(
	struct node *n, const char *by, const char *why, int64_t request)
{
	struct rules_switch *s = mem_zalloc(sizeof *s);
	s->node = n;
	s->request = request;
	s->by = mem_strdup(by);
	s->why = mem_strdup(why);
	s->config = config_ref(n->config);
	s->next.at_ms = wall_now_ms();
	snprintf(s->next.by, sizeof s->next.by, "%s", by);
	return s;
}

void rules_activate(struct node *n, const char *by, int64_t request)
{
	const struct rules_cycle *c = &n->cycle;
	struct rules_switch *s = new_switch(n, by, "", request);
	strcpy(s->next.digest, ruleset_digest(c->staged->rules));
	strcpy(s->next.previous, c->active.digest);
	buf_add(&s->approval, c->approval.data, c->approval.len);
	submit(s);
}

void rules_rollback(struct node *n, const char *by, const char *why, int64_t request)
{
	const struct rules_cycle *c = &n->cycle;
	struct rules_switch *s = new_switch(n, by, why, request);
	s->back = true;
	s->load = !c->previous;
	strcpy(s->next.digest, c->active.previous);
	submit(s);
}
