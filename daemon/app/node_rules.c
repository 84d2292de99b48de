/* The rules in force on a node: put in their place, and watched for the end of their approval. */
#include <event2/event.h>
#include <limits.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
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

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look_at_approval(arg);
}

void node_start_rules(struct node *n)
{
	static const struct timeval every = { 60, 0 };
	n->approval_event = event_new(n->base, -1, EV_PERSIST, on_look, n);
	CHECK(n->approval_event && event_add(n->approval_event, &every) == 0);
	n->approval_step = nearness(INT_MAX);
	look_at_approval(n);
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
	return old;
}
