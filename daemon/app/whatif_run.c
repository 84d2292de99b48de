/* Decides the history anew: the recorded events in their order, and in between the assumed reactions of
 * people to what is decided now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/heap.h"
#include "triaged/base/mem.h"
#include "whatif_internal.h"

/* Where nobody ever accepted or closed anything there is no median. */
#define ACCEPT_UNLESS_MS       ((int64_t)5 * 1000)
#define CONVERSATION_UNLESS_MS ((int64_t)20 * 60 * 1000)

/* A recorded tick this long after something was due is the one that saw to it: the node was late. */
#define LATE_MS 1000

enum act_kind {
	ACT_ACCEPT,
	ACT_DECLINE,
	ACT_EVENT, /* of a conversation */
	ACT_CLOSE, /* of a conversation that the history does not have */
};

struct act {
	enum act_kind kind;
	int64_t at_ms;
	size_t place;             /* in the ledger; behind all of it for what is assumed */
	size_t contact, accepted; /* the conversation: n_accepted of the contact then */
	size_t event;
	char offer[24];
	const char *responder;
	size_t index; /* in the heap */
};

struct run {
	struct whatif *w;
	struct core *core;
	const struct core_options *fixed;
	struct step step;
	struct heap acts;
	size_t place;
	size_t tick; /* the next event that is one */
	int64_t median_conversation;
	struct map medians;    /* responder -> int64_t */
	struct map dispatches; /* "contact number" -> id */
	struct map made;       /* contact -> how many dispatches, as what_contact.n_dispatches */
	int64_t median_accept;
};

static int compare_acts(const void *a, const void *b)
{
	const struct act *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static struct act *plan(struct run *r, enum act_kind kind, int64_t at_ms)
{
	struct act *act = mem_zalloc(sizeof *act);
	act->kind = kind;
	act->at_ms = at_ms;
	act->place = r->place++;
	act->event = NONE;
	return act;
}

static void forget(void *arg, const struct entity_write *w)
{
	(void)arg, (void)w;
}

/* ---- what follows from decisions ---- */

static int64_t usual_accept(struct run *r, const char *responder)
{
	int64_t *known = map_get(&r->medians, responder);
	if (!known) {
		known = mem_zalloc(sizeof *known);
		*known = what_median(what_responder(r->w, responder), r->median_accept);
		map_put(&r->medians, responder, known);
	}
	return *known;
}

/* To the same offer, if it is one of then; otherwise to the next one. */
static struct reaction *reaction_to(
	struct run *r, const char *contact, const char *responder, int64_t now)
{
	struct reactions *known = what_reactions(r->w, contact, responder, false);
	struct reaction *next = NULL;
	for (size_t i = known ? known->n : 0; i-- > 0;) {
		if (known->at[i].used)
			continue;
		next = &known->at[i];
		if (next->offered_ms == now)
			break;
	}
	if (next)
		next->used = true;
	return next;
}

static void on_offered(struct run *r, int64_t now, char *const words[5])
{
	size_t contact = what_find(r->w, words[1]);
	if (contact == NONE || strlen(words[0]) >= sizeof((struct act *)0)->offer)
		return;
	int64_t after = usual_accept(r, words[2]);
	struct reaction *known = reaction_to(r, words[1], words[2], now);
	if (known && known->kind == REACT_PASS)
		return;
	if (known && (known->kind != REACT_NOT_YET || known->after_ms >= after))
		after = known->after_ms;
	bool declines = known && known->kind == REACT_DECLINE;
	struct act *act = plan(r, declines ? ACT_DECLINE : ACT_ACCEPT, now + after);
	if (known && known->kind != REACT_NOT_YET && known->offered_ms == now)
		act->place = known->place;
	act->contact = contact;
	act->responder = what_responder(r->w, words[2])->name;
	snprintf(act->offer, sizeof act->offer, "%s", words[0]);
	heap_push(&r->acts, act);
}

static void plan_conversation(struct run *r, size_t contact, int64_t now)
{
	struct what_contact *c = &r->w->contacts[contact];
	size_t n = c->n_accepted - 1;
	const struct what_segment *s = n < c->n_segments ? &c->segments[n] : NULL;
	for (size_t i = s ? s->first : NONE; i != NONE; i = r->w->events[i].next_of_segment) {
		struct act *act = plan(r, ACT_EVENT, now + r->w->events[i].at_ms - s->accepted_ms);
		act->place = r->w->events[i].place;
		act->event = i;
		act->contact = contact;
		act->accepted = c->n_accepted;
		heap_push(&r->acts, act);
	}
	if (s && !s->returned_ms)
		return; /* it ends as it did, or goes on to the end of the history */
	int64_t held = s ? s->returned_ms - s->accepted_ms : 0;
	struct act *act = plan(r, ACT_CLOSE, now + held + r->median_conversation);
	act->contact = contact;
	act->accepted = c->n_accepted;
	heap_push(&r->acts, act);
}

static void on_accepted(struct run *r, int64_t now, const char *id, const char *responder)
{
	size_t contact = what_find(r->w, id);
	if (contact == NONE)
		return;
	struct what_contact *c = &r->w->contacts[contact];
	c->responder = what_responder(r->w, responder)->name;
	c->n_accepted++;
	if (c->now.waited_ms < 0) {
		c->now.waited_ms = now - c->arrived_ms;
		c->now.by = c->responder;
	}
	plan_conversation(r, contact, now);
}

static void on_dispatched(struct run *r, char *const words[5])
{
	struct buf key = { 0 };
	uintptr_t n = (uintptr_t)map_get(&r->made, words[1]);
	map_put(&r->made, words[1], (void *)(n + 1));
	buf_addf(&key, "%s %zu", words[1], (size_t)n);
	free(map_put(&r->dispatches, key.data, mem_strdup(words[0])));
	buf_free(&key);
}

static void on_decision(void *arg, const char *name, char *const words[5])
{
	struct run *r = arg;
	if (!words[0] || !words[1])
		return;
	if (strcmp(name, "offered") == 0 && words[2])
		on_offered(r, core_now(r->core), words);
	else if (strcmp(name, "accepted") == 0 && words[2])
		on_accepted(r, core_now(r->core), words[1], words[2]);
	else if (strcmp(name, "served_on_island") == 0)
		on_accepted(r, core_now(r->core), words[0], words[1]);
	else if (strcmp(name, "dispatch_requested") == 0)
		on_dispatched(r, words);
}

/* ---- steps ---- */

static void apply_one(struct run *r, const struct command *c, int64_t at_ms)
{
	step_clear(&r->step);
	core_apply(r->core, c, at_ms, &r->step);
	/* What is decided below may apply nothing by itself: acts are only planned. */
	replay_decisions((struct slice){ buf_str(&r->step.decisions), r->step.decisions.len },
		on_decision, r);
	core_take_dirty(r->core, forget, NULL);
}

static bool ticked_then(struct run *r, int64_t due)
{
	const struct what_event *events = r->w->events;
	while (r->tick < r->w->n_events &&
		(!events[r->tick].is_tick || events[r->tick].at_ms < due))
		r->tick++;
	return r->tick < r->w->n_events && events[r->tick].at_ms <= due + LATE_MS;
}

/* Everything that is due in front of this moment happens at its own, or when it did then. */
static void pass_time(struct run *r, int64_t at_ms)
{
	struct command tick;
	int64_t due;
	command_init(&tick, COMMAND_TICK);
	while ((due = core_next_due(r->core)) <= at_ms) {
		if (due < core_now(r->core))
			due = core_now(r->core);
		if (ticked_then(r, due))
			break;
		apply_one(r, &tick, due);
	}
}

static void apply(struct run *r, const struct command *c, int64_t at_ms)
{
	pass_time(r, at_ms);
	apply_one(r, c, at_ms);
}

static void rate(const struct what_event *event, struct command *c)
{
	if (!event->rated)
		return;
	c->level = (int64_t)event->rating.level + 1;
	c->level_alone = (int64_t)event->rating.alone + 1;
	c->unscored = event->rating.unscored;
}

/* The dispatch of now in the place of the one of then; "": there is none yet. */
static const char *dispatch_of_now(struct run *r, const char *dispatch)
{
	const char *key = map_get(&r->w->dispatches, dispatch);
	const char *id = key ? map_get(&r->dispatches, key) : NULL;
	return id ? id : "";
}

static void do_event(struct run *r, size_t i, int64_t at_ms)
{
	const struct what_event *event = &r->w->events[i];
	struct what_contact *of = event->contact == NONE ? NULL : &r->w->contacts[event->contact];
	if (event->len == 0) {
		pass_time(r, at_ms);
		if (!r->fixed)
			core_set_options(r->core, &r->w->options[event->from]);
		return;
	}
	struct command c = *what_command(r->w, event);
	c.dispatch = dispatch_of_now(r, c.dispatch);
	if (event->segment != NONE && strcmp(c.role, "responder") == 0)
		c.identity = of->responder;
	rate(event, &c);
	apply(r, &c, at_ms);
}

static void do_close(struct run *r, const struct act *act)
{
	const struct what_contact *of = &r->w->contacts[act->contact];
	struct command c;
	command_init(&c, COMMAND_CONTACT_CLOSE);
	c.identity = of->responder;
	c.role = "responder";
	c.contact = of->id;
	c.disposition = "simulated";
	c.outcome = (struct slice){ "{}", 2 };
	apply(r, &c, act->at_ms);
}

static void do_reaction(struct run *r, const struct act *act)
{
	struct command c;
	command_init(&c, act->kind == ACT_ACCEPT ? COMMAND_OFFER_ACCEPT : COMMAND_OFFER_DECLINE);
	c.identity = act->responder;
	c.role = "responder";
	c.offer = act->offer;
	c.reason = "simulated";
	apply(r, &c, act->at_ms);
}

static void do_act(struct run *r, const struct act *act)
{
	if (act->kind == ACT_ACCEPT || act->kind == ACT_DECLINE) {
		do_reaction(r, act);
		return;
	}
	if (act->accepted != r->w->contacts[act->contact].n_accepted)
		return; /* that conversation is over */
	if (act->kind == ACT_CLOSE)
		do_close(r, act);
	else
		do_event(r, act->event, act->at_ms);
}

/* Everything planned that goes before that place. */
static void run_acts(struct run *r, int64_t at_ms, size_t place)
{
	struct act *act;
	while ((act = heap_top(&r->acts)) &&
		(act->at_ms < at_ms || (act->at_ms == at_ms && act->place < place))) {
		heap_remove(&r->acts, act);
		do_act(r, act);
		free(act);
	}
}

/* What is planned behind the end of the history is left undone. */
static void run_all(struct run *r)
{
	for (size_t i = 0; i < r->w->n_events; i++) {
		if (r->w->events[i].segment != NONE)
			continue;
		run_acts(r, r->w->events[i].at_ms, r->w->events[i].place);
		do_event(r, i, r->w->events[i].at_ms);
	}
	run_acts(r, r->w->end_ms, SIZE_MAX);
}

static void free_values(struct map *m)
{
	void *v;
	for (size_t i = 0; (v = map_walk(m, &i, NULL));)
		free(v);
	map_fini(m);
}

void whatif_run(struct whatif *w, const struct core_options *options)
{
	struct core_options first;
	core_options_default(&first);
	struct run r = { .w = w,
		.core = core_new(options        ? options
				 : w->n_options ? &w->options[0]
						: &first),
		.fixed = options,
		.place = w->n_entries + 1 };
	what_leave_open(w);
	heap_init(&r.acts, compare_acts, offsetof(struct act, index));
	map_init(&r.medians, 0, 0);
	map_init(&r.dispatches, 0, 0);
	map_init(&r.made, 0, 0);
	r.median_accept = what_median(&w->accepts, ACCEPT_UNLESS_MS);
	r.median_conversation = what_median(&w->conversations, CONVERSATION_UNLESS_MS);
	run_all(&r);
	struct act *act;
	while ((act = heap_top(&r.acts))) {
		heap_remove(&r.acts, act);
		free(act);
	}
	heap_fini(&r.acts);
	free_values(&r.medians);
	free_values(&r.dispatches);
	map_fini(&r.made);
	step_free(&r.step);
	core_free(&r.core);
}
