/* The rules in force on a node: put in their place, and watched for the end of their approval. */
#include <event2/event.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "node.h"

/* How near the end is: 0 behind it, then within 1, 7 and 30 days of it. */
static int nearness(int days_left)
{
	static const int within[] = { 0, 1, 7, 30 };
	int step = 0;
	while (step < 4 && days_left >= within[step])
		step++;
	return step;
}

/* Once for each step nearer. */
static void look_at_approval(struct node *n)
{
	char alert[80];
	int64_t now = wall_now_ms();
	int step = nearness(rules_set_days_left(n->set, now));
	if (step >= n->approval_step)
		return;
	n->approval_step = step;
	const char *what = rules_set_alert(n->set, now, alert);
	const char *approver = n->set->signature.approver;
	if (step == 0)
		LOG(ERROR, "rules.expired", LOG_S("approver", approver), LOG_S("what", what));
	else
		LOG(WARNING, "rules.expiring", LOG_S("approver", approver), LOG_S("what", what));
}

/* ---- what ran last, for the next start ---- */

struct ran {
	struct node *node;
	struct config *config;
	char digest[DIGEST_HEX_SIZE];
	struct err e; /* "": written */
};

static void note_ran(struct node *n);

static void write_ran(void *arg)
{
	struct ran *r = arg;
	*r->e.text = '\0';
	(void)!rules_dir_set_ran(r->config->data_dir, r->digest, &r->e);
}

static void ran_written(void *arg)
{
	struct ran *r = arg;
	struct node *n = r->node;
	bool good = !*r->e.text;
	if (good)
		strcpy(n->ran, r->digest);
	else
		LOG(ERROR, "rules.not_noted", LOG_S("why", r->e.text));
	n->noting_ran = false;
	config_unref(&r->config);
	free(r);
	if (good)
		note_ran(n); /* they may have changed meanwhile */
}

/* Only what was approved: rules of a demo must not come to count as approved. */
static bool is_noted(const struct node *n)
{
	return !n->set->is_signed || strcmp(n->ran, ruleset_digest(n->set->rules)) == 0;
}

/* What fails is tried again within a minute. */
static void note_ran(struct node *n)
{
	if (n->noting_ran || is_noted(n))
		return;
	struct ran *r = mem_zalloc(sizeof *r);
	r->node = n;
	r->config = config_ref(n->config);
	strcpy(r->digest, ruleset_digest(n->set->rules));
	n->noting_ran = worker_submit(n->worker, write_ran, ran_written, r) == 0;
	if (n->noting_ran)
		return;
	config_unref(&r->config);
	free(r);
}

void node_begin_ran(struct node *n)
{
	const char *dir = n->config->data_dir;
	struct err e;
	int rc = rules_dir_ran(dir, n->ran, &e);
	if (rc < 0)
		*n->ran = '\0';
	/* Nobody held the lock before: new, not of an earlier version. */
	else if (strcmp(n->ran, RULES_ANY) == 0 && !*n->incarnation_before)
		rc = rules_dir_set_ran(dir, "", &e);
	if (rc < 0)
		LOG(ERROR, "rules.not_noted", LOG_S("why", e.text));
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look_at_approval(arg);
	note_ran(arg);
}

void node_start_rules(struct node *n)
{
	static const struct timeval every = { 60, 0 };
	n->approval_event = event_new(n->base, -1, EV_PERSIST, on_look, n);
	CHECK(n->approval_event && event_add(n->approval_event, &every) == 0);
	n->approval_step = nearness(INT_MAX);
	look_at_approval(n);
	note_ran(n);
}

struct rules_set *node_take_rules(struct node *n, struct rules_set *set)
{
	struct rules_set *old = n->set;
	n->set = set;
	if (strcmp(ruleset_digest(old->rules), ruleset_digest(set->rules)) != 0)
		shadow_begin_anew(n->cycle.shadow);
	verbs_set_rules(n->verbs, n->set->rules);
	n->approval_step = nearness(INT_MAX);
	look_at_approval(n);
	note_ran(n);
	return old;
}
