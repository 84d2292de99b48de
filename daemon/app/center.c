#include "center.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "backlog.h"
#include "board_watch.h"
#include "ended.h"

enum lead_state { FOLLOWING, LOADING, LEADING };

struct center {
	struct event_base *base;
	struct center_options options;
	struct center_events events;
	char *node, *incarnation;
	struct store *store;
	enum lead_state lead;
	bool leader_known;    /* another node leads */
	struct core *core;    /* LOADING and LEADING */
	struct commit *batch; /* gathers changes while a commit is in flight */
	struct step step;     /* outputs of the batch */
	struct step sent;     /* outputs of the commit in flight */
	bool in_flight;
	uint64_t batch_size;
	struct event *flush_event, *tick_event;
	struct backlog backlog;
	struct board_watch *watch;
	struct mono down_since; /* us 0: the store is there */
	struct buf scratch;
	struct center_counts counts;
};

static void flush(struct center *c);

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void schedule_flush(struct center *c)
{
	/* A zero timer, not event_active(): what else arrived in this turn joins the batch. */
	static const struct timeval now = { 0, 0 };
	if (!c->in_flight && !evtimer_pending(c->flush_event, NULL))
		evtimer_add(c->flush_event, &now);
}

/* ---- leading ---- */

static void schedule_tick(struct center *c)
{
	int64_t due = core_next_due(c->core);
	if (due == INT64_MAX) {
		evtimer_del(c->tick_event);
		return;
	}
	int64_t wait = due - store_now_ms(c->store);
	if (wait < 0)
		wait = 0;
	struct timeval tv = { wait / 1000, wait % 1000 * 1000 };
	evtimer_add(c->tick_event, &tv);
}

static void apply_one(struct center *c, const struct command *command, int64_t now)
{
	core_apply(c->core, command, now, &c->step);
	c->counts.commands++;
	c->batch_size++;
	if (!c->step.changed)
		return;
	buf_clear(&c->scratch);
	command_encode(command, false, &c->scratch);
	commit_ledger(c->batch, core_now(c->core),
		(struct slice){ buf_str(&c->scratch), c->scratch.len },
		(struct slice){ buf_str(&c->step.decisions), c->step.decisions.len });
	board_watch_changed(c->watch);
}

/* Time first: what is due before the command happened before it. */
static void apply(struct center *c, const struct command *command)
{
	int64_t now = store_now_ms(c->store);
	if (command->command != COMMAND_TICK && core_next_due(c->core) <= now) {
		struct command tick;
		command_init(&tick, COMMAND_TICK);
		apply_one(c, &tick, now);
	}
	apply_one(c, command, now);
}

static void answer(struct center *c, const struct command *question, const struct buf *json)
{
	enum output_kind kind = json ? OUTPUT_REPLY : OUTPUT_ERROR;
	struct buf *fields = step_reply(&c->step, kind, question);
	if (json) {
		record_put(fields, "json", buf_str(json), json->len);
	} else {
		record_puti(fields, "code", OUTPUT_ERR_NOT_FOUND);
		record_puts(fields, "reason", "no_such_contact");
	}
}

/* The store's word on a contact that the core no longer holds. */
static void on_ended(void *arg, const struct command *question, const struct core *core)
{
	struct center *c = arg;
	struct buf json = { 0 };
	if (c->lead != LEADING)
		return;
	bool found =
		core && c->events.query(c->events.arg, core, question->kind, question->meta, &json);
	answer(c, question, found ? &json : NULL);
	buf_free(&json);
	schedule_flush(c);
}

static void answer_query(struct center *c, const struct command *question)
{
	struct buf json = { 0 };
	if (c->events.query(c->events.arg, c->core, question->kind, question->meta, &json))
		answer(c, question, &json);
	else
		ended_look_up(c->store, &c->options.core, question, on_ended, c);
	buf_free(&json);
}

/* A command reaches the leader: from a session here or through the inbox. */
static void decide(struct center *c, const struct command *command)
{
	switch (command->command) {
	case COMMAND_QUERY:
		answer_query(c, command);
		break;
	case COMMAND_BOARD_WATCH:
		board_watch_set(c->watch, command->session, command->watch != 0);
		break;
	case COMMAND_SESSION_DOWN:
		board_watch_set(c->watch, command->session, false);
		apply(c, command);
		break;
	default:
		apply(c, command);
	}
	schedule_flush(c);
	schedule_tick(c);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct center *c = arg;
	struct command tick;
	command_init(&tick, COMMAND_TICK);
	if (c->lead == LEADING)
		decide(c, &tick);
}

static void on_board(void *arg)
{
	struct center *c = arg;
	struct buf json = { 0 };
	const char *session;
	if (c->lead != LEADING || !c->events.query(c->events.arg, c->core, "board.get",
					  (struct slice){ "{}", 2 }, &json))
		return;
	for (size_t i = 0; board_watch_walk(c->watch, &i, &session);)
		record_put(step_notify(&c->step, OUTPUT_BOARD_CHANGE, session), "json",
			buf_str(&json), json.len);
	buf_free(&json);
	schedule_flush(c);
}

/* ---- commits ---- */

static void deliver(struct center *c, struct step *s)
{
	for (size_t i = 0; i < s->n_outputs; i++)
		if (strcmp(s->outputs[i].node, c->node) == 0)
			c->events.output(c->events.arg, &s->outputs[i]);
	step_clear(s);
}

static void on_committed(void *arg, enum commit_result result)
{
	struct center *c = arg;
	c->in_flight = false;
	if (result == COMMIT_FENCED) { /* store_lead() tells the same and drops the core */
		c->counts.fenced++;
		step_clear(&c->sent);
		return;
	}
	deliver(c, &c->sent);
	if (c->lead == LEADING && (c->batch_size > 0 || c->step.n_outputs > 0))
		flush(c);
}

static void write_entity(void *arg, const struct entity_write *w)
{
	struct commit *batch = arg;
	switch (w->kind) {
	case ENTITY_CONTACT:
		commit_entity(batch, 'c', w->id, w->bytes);
		commit_contact(batch, w->id, w->live, w->waiting, w->queue_score);
		break;
	case ENTITY_RESPONDER:
		commit_entity(batch, 'r', w->id, w->bytes);
		break;
	case ENTITY_DISPATCH:
		/* a rescue that is over lives on in the ledger */
		commit_entity(batch, 'd', w->id, w->live ? w->bytes : (struct slice){ "", 0 });
		break;
	case ENTITY_PERSON:
		commit_entity(batch, 'p', w->id, w->bytes);
		break;
	case ENTITY_REF:
		commit_ref(batch, w->id, w->ref, w->bytes);
		break;
	case ENTITY_MESSAGE:
		commit_message(batch, w->id, w->bytes);
		break;
	case ENTITY_COUNTERS:
		commit_entity(batch, 's', w->id, w->bytes);
		break;
	}
}

static void flush(struct center *c)
{
	if (c->lead != LEADING || c->in_flight)
		return;
	core_take_dirty(c->core, write_entity, c->batch);
	for (size_t i = 0; i < c->step.n_outputs; i++) {
		const struct output *o = &c->step.outputs[i];
		if (strcmp(o->node, c->node) == 0)
			continue;
		buf_clear(&c->scratch);
		output_encode(o, &c->scratch);
		commit_output(
			c->batch, o->node, (struct slice){ buf_str(&c->scratch), c->scratch.len });
	}
	if (c->batch_size > c->counts.batch_max)
		c->counts.batch_max = c->batch_size;
	c->batch_size = 0;
	struct step sent = c->sent;
	c->sent = c->step;
	c->step = sent;
	if (commit_is_empty(c->batch)) {
		deliver(c, &c->sent);
		return;
	}
	c->in_flight = true;
	c->counts.commits++;
	store_commit(c->store, &c->batch, on_committed, c);
	c->batch = commit_new();
}

/* ---- take-over and loss ---- */

static void drop_lead(struct center *c)
{
	if (c->lead == FOLLOWING)
		return;
	c->lead = FOLLOWING;
	core_free(&c->core);
	commit_free(&c->batch);
	step_clear(&c->step);
	step_clear(&c->sent);
	c->in_flight = false;
	c->batch_size = 0;
	evtimer_del(c->tick_event);
	evtimer_del(c->flush_event);
	board_watch_clear(c->watch);
	/* What was decided but not committed never happened; clients ask again under their refs. */
	c->events.refuse_all(c->events.arg);
}

static void replay_backlog(struct center *c)
{
	struct backlog waiting = c->backlog;
	c->backlog = (struct backlog){ 0 };
	char *bytes;
	size_t n;
	while ((bytes = backlog_take(&waiting, c->options.request_ms, &n))) {
		struct command command;
		if (command_decode(bytes, n, &command, NULL) == 0)
			center_submit(c, &command);
		free(bytes);
	}
}

static void load_each(void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	static const struct {
		char letter;
		enum entity_kind kind;
	} kinds[] = {
		{ 'c', ENTITY_CONTACT },
		{ 'r', ENTITY_RESPONDER },
		{ 'd', ENTITY_DISPATCH },
		{ 'p', ENTITY_PERSON },
		{ 'i', ENTITY_REF },
		{ 's', ENTITY_COUNTERS },
	};
	struct center *c = arg;
	struct err e;
	if (c->lead != LOADING)
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].letter != kind)
			continue;
		if (core_load(c->core, kinds[i].kind, id, ref, bytes, &e) < 0) {
			c->counts.load_failures++;
			LOG(ERROR, "center.load", LOG_S("why", e.text), LOG_S("id", id));
		}
		return;
	}
}

static void submit_node_up(struct center *c)
{
	struct command up;
	command_init(&up, COMMAND_NODE_UP);
	up.node = c->node;
	up.incarnation = c->incarnation;
	center_submit(c, &up);
}

static void load_done(void *arg, enum store_result result)
{
	struct center *c = arg;
	struct err e;
	if (c->lead != LOADING)
		return;
	if (result != STORE_OK)
		return; /* the lease or the link is gone too: store_lead() starts this again */
	if (core_load_done(c->core, &e) < 0) {
		c->counts.load_failures++;
		LOG(ERROR, "center.load_inconsistent", LOG_S("why", e.text));
	}
	c->lead = LEADING;
	c->batch = commit_new();
	LOG(NOTICE, "center.leading", LOG_S("node", c->node), LOG_I("epoch", store_epoch(c->store)),
		LOG_I("waiting", core_waiting(c->core)));
	submit_node_up(c);
	c->events.leader(c->events.arg);
	replay_backlog(c);
	store_lead_ready(c->store);
}

void center_store_lead(struct center *c, int64_t epoch, const char *leader_node)
{
	if (epoch == 0) {
		drop_lead(c);
		c->leader_known = *leader_node != '\0';
		if (c->leader_known) {
			LOG(NOTICE, "center.following", LOG_S("leader", leader_node));
			submit_node_up(c);
			c->events.leader(c->events.arg);
			replay_backlog(c);
		}
		return;
	}
	drop_lead(c);
	c->leader_known = false;
	c->lead = LOADING;
	c->core = core_new(&c->options.core);
	store_load(c->store, load_each, load_done, c);
}

/* ---- commands ---- */

static void on_appended(void *arg, enum store_result result)
{
	/* Custody is taken or not; the answer tells the client, and silence becomes `unavailable`. */
	struct center *c = arg;
	if (result != STORE_OK)
		c->counts.refused++;
}

static bool store_stays_away(const struct center *c)
{
	return c->down_since.us && mono_since_ms(c->down_since) >= c->options.down_after_ms;
}

void center_submit(struct center *c, const struct command *command)
{
	if (command->request && store_stays_away(c)) {
		c->counts.refused++;
		c->events.refuse(c->events.arg, command->request);
		return;
	}
	if (c->lead == LEADING) {
		decide(c, command);
		return;
	}
	struct buf bytes = { 0 };
	command_encode(command, true, &bytes);
	if (c->lead == FOLLOWING && c->leader_known && !c->down_since.us)
		store_append(c->store, (struct slice){ buf_str(&bytes), bytes.len },
			c->options.request_ms, on_appended, c);
	else if (!backlog_add(&c->backlog, &bytes) && command->request)
		c->events.refuse(c->events.arg, command->request);
	buf_wipe(&bytes);
}

void center_store_inbox(struct center *c, const char *position, char *bytes, size_t n)
{
	struct command command;
	struct err e;
	if (c->lead != LEADING)
		return;
	if (command_decode(bytes, n, &command, &e) < 0)
		LOG(ERROR, "center.inbox_unreadable", LOG_S("at", position), LOG_S("why", e.text));
	else
		decide(c, &command);
	commit_inbox_position(c->batch, position);
	schedule_flush(c);
}

void center_store_output(struct center *c, char *bytes, size_t n)
{
	struct output o;
	struct err e;
	if (output_decode(bytes, n, &o, &e) < 0)
		LOG(ERROR, "center.output_unreadable", LOG_S("why", e.text));
	else
		c->events.output(c->events.arg, &o);
}

void center_store_node_lost(struct center *c, const char *node, const char *incarnation)
{
	struct command lost;
	if (c->lead != LEADING)
		return;
	LOG(WARNING, "center.node_lost", LOG_S("node", node), LOG_S("incarnation", incarnation));
	command_init(&lost, COMMAND_NODE_LOST);
	lost.node = node;
	lost.incarnation = incarnation;
	decide(c, &lost);
	commit_node_gone(c->batch, node, incarnation);
}

void center_store_state(struct center *c, enum store_state state)
{
	if (state == STORE_DOWN) {
		if (!c->down_since.us)
			c->down_since = mono_now();
		return;
	}
	c->down_since.us = 0;
	if (c->leader_known)
		replay_backlog(c);
}

struct center *center_new(struct event_base *base, const struct center_options *options,
	const struct center_events *events)
{
	struct center *c = mem_zalloc(sizeof *c);
	c->base = base;
	c->options = *options;
	c->events = *events;
	c->node = mem_strdup(options->node);
	c->incarnation = mem_strdup(options->incarnation);
	c->down_since = mono_now();
	c->flush_event = evtimer_new(base, on_flush, c);
	c->tick_event = evtimer_new(base, on_tick, c);
	c->watch = board_watch_new(base, on_board, c);
	CHECK(c->flush_event && c->tick_event);
	return c;
}

void center_free(struct center **center)
{
	struct center *c = *center;
	*center = NULL;
	if (!c)
		return;
	core_free(&c->core);
	commit_free(&c->batch);
	step_free(&c->step);
	step_free(&c->sent);
	event_free(c->flush_event);
	event_free(c->tick_event);
	board_watch_free(&c->watch);
	backlog_free(&c->backlog);
	buf_wipe(&c->scratch);
	free(c->node);
	free(c->incarnation);
	free(c);
}

void center_set_store(struct center *c, struct store *store)
{
	c->store = store;
}

void center_set_core_options(struct center *c, const struct core_options *options)
{
	c->options.core = *options;
	if (c->core)
		core_set_options(c->core, options);
}

bool center_is_leading(const struct center *c)
{
	return c->lead == LEADING;
}

const struct center_counts *center_counts(const struct center *c)
{
	return &c->counts;
}
