/* Sessions and nodes come and go, and time passes. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "apply.h"
#include "dispatch_ask.h"

#define FIRE_AT_ONCE 512 /* timers in one tick: the caller ticks again when more are due */

static bool replace_words(char **slot, const char *words)
{
	char *fresh = NULL;
	text_set(&fresh, words);
	words_sort(&fresh);
	bool changed = !text_is(fresh, *slot);
	if (changed)
		text_set(slot, fresh);
	text_set(&fresh, NULL);
	return changed;
}

static bool replace_number(int64_t *slot, int64_t v)
{
	bool changed = *slot != v;
	*slot = v;
	return changed;
}

static void take_profile(struct core *core, struct responder *r, const struct command *c)
{
	bool changed = !r->profile;
	changed |= replace_words(&r->skills, c->skills);
	changed |= replace_words(&r->langs, c->langs);
	changed |= replace_words(&r->lines, c->lines);
	changed |= replace_words(&r->channels, c->channels);
	changed |= replace_number(&r->test, c->test);
	changed |= replace_number(&r->min_age, c->min_age);
	changed |= replace_number(&r->max_age, c->max_age);
	bool room = replace_number(&r->configured_capacity, c->capacity > 0 ? c->capacity : 0);
	bool named = !text_is(r->name, c->name);
	if (changed)
		responder_reprofile(core, r);
	if (room)
		responder_trim(core, r);
	if (named)
		text_set(&r->name, c->name);
	if (changed || room || named)
		responder_touch(core, r);
}

static void tell_back(struct core *core, struct responder *r)
{
	for (struct contact *n = r->contacts; n; n = n->responder_next) {
		struct buf *b = n->state == CONTACT_ACTIVE
					? contact_tell(core, n, OUTPUT_CONTACT_NOTICE)
					: NULL;
		if (b)
			record_puts(b, "kind", "responder_back");
	}
}

/* A session of a responder: the newest is the one they sit at. */
static void connect_responder(struct core *core, struct responder *r, const char *session)
{
	if (r->connected && text_is(r->session, session))
		return;
	bool replaced = r->connected != 0;
	if (replaced)
		(void)step_notify(core->step, OUTPUT_SESSION_REPLACED, text_of(r->session));
	else if (r->lost_due_ms)
		tell_back(core, r);
	else if (r->presence == PRESENCE_AWAY)
		r->heavy = 0; /* a new shift */
	text_set(&r->session, session);
	island_place(core, r);
	r->connected = 1;
	r->lost_due_ms = 0;
	for (struct offer *o = r->offers; o; o = o->next)
		offer_announce(core, o);
	responder_trim(core, r);
	responder_touch(core, r);
}

int apply_session_up(struct core *core, const struct command *c)
{
	if (!*c->session || !*c->identity)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_session", "session");
	bool known = session_get(core, c->session) != NULL;
	(void)session_open(core, c->session, c->identity, c->role);
	if (strcmp(c->role, "partner") == 0 || strcmp(c->role, "dispatcher") == 0) {
		teams_connect(core, c->identity, c->session);
		if (!known)
			dispatch_announce_to(core, c->identity);
	}
	if (!is_responder(c))
		return 0;
	struct responder *r = responder_get(core, c->identity);
	take_profile(core, r, c);
	connect_responder(core, r, c->session);
	return 0;
}

int apply_session_down(struct core *core, const struct command *c)
{
	session_close(core, c->session);
	return 0;
}

static bool skip(const char **at, const char *prefix)
{
	size_t n = strlen(prefix);
	if (strncmp(*at, prefix, n) != 0 || (*at)[n] != '/')
		return false;
	*at += n + 1;
	return true;
}

static int compare_sessions(const void *a, const void *b)
{
	return strcmp((*(struct session *const *)a)->id, (*(struct session *const *)b)->id);
}

/* Close the sessions of a node: those of one incarnation, or those of all others. */
static int close_sessions(struct core *core, const struct command *c, bool others)
{
	if (!*c->node || !*c->incarnation)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_node", "node");
	struct session *s,
		**gone = mem_resize(NULL, core->sessions.count, sizeof(struct session *));
	size_t n = 0;
	for (size_t i = 0; (s = map_walk(&core->sessions, &i, NULL));) {
		const char *rest = s->id;
		if (skip(&rest, c->node) && skip(&rest, c->incarnation) != others)
			gone[n++] = s;
	}
	/* In an order that does not depend on when they came: replay must do the same. */
	qsort(gone, n, sizeof(struct session *), compare_sessions);
	for (size_t i = 0; i < n; i++)
		session_close(core, gone[i]->id);
	free(gone);
	return 0;
}

int apply_node_alarm(struct core *core, const struct command *c)
{
	if (!*c->node || !*c->kind)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_node", "node");
	if (c->watch)
		alarm_raise(core, c->node, c->kind, c->reason);
	else
		alarm_clear(core, c->node, c->kind);
	return 0;
}

int apply_node_up(struct core *core, const struct command *c)
{
	alarm_clear_node(core, c->node);
	return close_sessions(core, c, true);
}

int apply_node_lost(struct core *core, const struct command *c)
{
	alarm_clear_node(core, c->node);
	return close_sessions(core, c, false);
}

int apply_board_watch(struct core *core, const struct command *c)
{
	struct session *s = session_open(core, c->session, c->identity, c->role);
	if (s)
		s->watch = c->watch != 0;
	return 0;
}

static void fire(struct core *core, struct heap *timers)
{
	for (int i = 0; i < FIRE_AT_ONCE; i++) {
		struct timer *t = heap_top(timers);
		if (!t || t->due_ms > core->now_ms)
			break;
		t->fire(core, t->owner);
	}
}

int apply_tick(struct core *core, const struct command *c)
{
	(void)c;
	fire(core, &core->timers);
	fire(core, &core->emissions);
	return 0;
}
