#include "center_internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* ---- timers ---- */

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	center_flush(arg);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	center_on_tick(arg);
}

/* ---- commands ---- */

static void on_sent_again(void *arg, enum store_result result)
{
	(void)arg, (void)result; /* known by its ref, and who asked has been answered */
}

void center_store_reassert(struct center *c)
{
	struct slice bytes;
	bool may = c->lead == FOLLOWING || (c->lead == ALONE && c->alone.silent);
	for (size_t i = 0; may && resend_next(&c->resend, &i, &bytes);)
		store_append(c->store, bytes, c->options.request_ms, on_sent_again, c);
}

bool center_store_stays_away(const struct center *c)
{
	return c->down_since.us && mono_since_ms(c->down_since) >= c->options.down_after_ms;
}

/* Neither the leader, nor the inbox, nor the spool may have it now. */
static bool no_custody(const struct center *c, const struct command *command)
{
	if (!c->spool)
		return center_store_stays_away(c);
	if (c->lead == LEADING || center_alone_takes(c, command))
		return center_late_refuses(c, command);
	return c->lead == ALONE && center_store_stays_away(c);
}

void center_submit(struct center *c, const struct command *command)
{
	if (command->request && no_custody(c, command)) {
		c->counts.refused++;
		c->events.refuse(c->events.arg, command->request);
		return;
	}
	if ((c->lead == LEADING && !center_facts_wait(c)) || center_alone_takes(c, command)) {
		center_decide(c, command);
		return;
	}
	struct buf bytes = { 0 };
	command_encode(command, true, &bytes);
	if (c->lead == FOLLOWING && c->leader_known && !c->down_since.us && !center_facts_wait(c)) {
		center_alone_append(c, command, &bytes);
	} else {
		if (!backlog_add(&c->backlog, &bytes) && command->request)
			c->events.refuse(c->events.arg, command->request);
		center_alone_backlogged(c, command);
	}
	buf_wipe(&bytes);
}

void center_store_inbox(struct center *c, const char *position, char *bytes, size_t n)
{
	struct command command;
	struct buf sealed = { 0 };
	struct err e;
	if (c->lead != LEADING)
		return;
	if (command_decode(bytes, n, &command, &e) < 0) {
		LOG(ERROR, "center.inbox_unreadable", LOG_S("at", position), LOG_S("why", e.text));
	} else {
		if (c->events.letter)
			c->events.letter(c->events.arg, &command, &sealed);
		center_decide(c, &command);
	}
	buf_free(&sealed);
	commit_inbox_position(c->batch, position);
	center_schedule_flush(c);
}

static void take_output(struct center *c, const struct output *o)
{
	if (o->request) {
		resend_answered(&c->resend, o->request);
		center_alone_answered(c, o->request);
	}
	center_silence_heard(c);
	c->events.output(c->events.arg, o, false);
}

void center_store_output(struct center *c, char *bytes, size_t n)
{
	struct output o;
	struct err e;
	if (output_decode(bytes, n, &o, &e) < 0)
		LOG(ERROR, "center.output_unreadable", LOG_S("why", e.text));
	else
		take_output(c, &o);
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
	center_decide(c, &lost);
	commit_node_gone(c->batch, node, incarnation);
}

void center_store_state(struct center *c, enum store_state state)
{
	if (state == STORE_DOWN) {
		if (!c->down_since.us) {
			c->down_since = store_lost_since(c->store);
			recall_lost(&c->recall, store_takeovers(c->store), mono_now());
		}
		center_alone_store_lost(c);
		center_watch_island(c);
		return;
	}
	c->down_since.us = 0;
	center_watch_island(c);
	center_late_drain(c);
	if (c->leader_known && c->lead == ALONE)
		center_follow(c, store_leader(c->store));
	else if (c->leader_known && center_facts_due(c))
		center_facts_begin(c);
	else if (c->leader_known)
		center_replay_backlog(c);
	if (c->unsaid && (c->leader_known || c->lead == LEADING)) {
		c->unsaid = false; /* sessions came and went, and no leader has heard of it */
		c->events.leader(c->events.arg);
	}
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
	transcripts_init(&c->transcripts, options->core.hash_seed);
	c->watch = board_watch_new(base, center_on_board, c);
	CHECK(c->flush_event && c->tick_event);
	center_late_init(c);
	center_alone_init(c);
	return c;
}

void center_free(struct center **center)
{
	struct center *c = *center;
	*center = NULL;
	if (!c)
		return;
	center_late_fini(c);
	center_alone_fini(c);
	core_free(&c->core);
	core_free(&c->loading);
	commit_free(&c->batch);
	step_free(&c->step);
	for (size_t i = 0; i < STORE_COMMITS_MAX; i++)
		step_free(&c->sent[i]);
	event_free(c->flush_event);
	event_free(c->tick_event);
	board_watch_free(&c->watch);
	transcripts_fini(&c->transcripts);
	backlog_free(&c->backlog);
	resend_free(&c->resend);
	buf_wipe(&c->scratch);
	buf_wipe(&c->facts.copy);
	free(c->node);
	free(c->incarnation);
	free(c);
}

void center_set_store(struct center *c, struct store *store)
{
	c->store = store;
}

void center_set_spool(struct center *c, struct spool *spool)
{
	c->spool = spool;
}

void center_set_options(struct center *c, const struct center_options *options)
{
	struct core_options core = options->core;
	memcpy(core.hash_seed, c->options.core.hash_seed, sizeof core.hash_seed);
	core.id_base = c->options.core.id_base;
	c->options.core = core;
	c->options.request_ms = options->request_ms;
	c->options.down_after_ms = options->down_after_ms;
	c->options.ack_after_ms = options->ack_after_ms;
	if (c->core)
		core_set_options(c->core, &core);
	center_set_loading_options(c, &core);
	if (c->lead != LEADING)
		return;
	center_mark(c, MARK_OPTIONS);
	center_on_tick(c); /* others may be served now, and timers have moved */
}

bool center_transcript(const struct center *c, const char *contact, transcripts_fn each, void *arg)
{
	return transcripts_read(&c->transcripts, contact, each, arg);
}

bool center_is_late(const struct center *c)
{
	return c->late.on && !c->alone.silent;
}

bool center_is_leading(const struct center *c)
{
	return c->lead == LEADING;
}

const struct center_counts *center_counts(const struct center *c)
{
	return &c->counts;
}
