/* Taking the lead over, and losing it. */
#include "center_internal.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/log.h"

#define IDS_OF_A_LEAD_BITS 40 /* names that one lead can give: more than a lifetime needs */

static int64_t id_base(const struct center *c)
{
	return c->epoch << IDS_OF_A_LEAD_BITS;
}

void center_set_loading_options(struct center *c, const struct core_options *options)
{
	struct core_options o = *options;
	o.id_base = id_base(c);
	if (c->loading)
		core_set_options(c->loading, &o);
}

void center_drop_lead(struct center *c)
{
	if (c->lead == FOLLOWING)
		return;
	bool alone = c->lead == ALONE;
	if (alone)
		center_alone_end(c);
	c->lead = FOLLOWING;
	c->settled = c->holding = c->inbox_read = false;
	center_facts_stop(c);
	center_late_drop(c);
	core_free(&c->core);
	commit_free(&c->batch);
	step_clear(&c->step);
	for (size_t i = 0; i < c->n_sent; i++)
		step_clear(&c->sent[i]);
	c->n_sent = 0;
	c->batch_size = 0;
	evtimer_del(c->tick_event);
	evtimer_del(c->flush_event);
	board_watch_clear(c->watch);
	transcripts_clear(&c->transcripts);
	/* What was decided but not committed never happened; clients ask again under their refs. */
	if (!alone)
		c->events.refuse_all(c->events.arg);
}

void center_mark(struct center *c, enum mark_kind kind)
{
	int64_t now = store_now_ms(c->store);
	mark_settle(c->core, now, &c->step);
	core_keep_time(c->core); /* whoever leads next goes on behind the mark */
	struct mark m = { .kind = kind,
		.version = TRIAGED_VERSION,
		.state = core_digest(c->core),
		.options = c->options.core };
	snprintf(m.node, sizeof m.node, "%s", c->node);
	mark_commit(c->batch, core_now(c->core), &m); /* not before what stands above it */
	c->batch_size++;                              /* there is something to commit */
	center_schedule_flush(c);
}

void center_replay_backlog(struct center *c)
{
	struct backlog waiting = c->backlog;
	c->backlog = (struct backlog){ 0 };
	char *bytes;
	size_t n, told = 0, waited = waiting.count - waiting.first;
	for (; (bytes = backlog_take(&waiting, c->options.request_ms, &n)); told++) {
		struct command command;
		if (command_decode(bytes, n, &command, NULL) == 0)
			center_submit(c, &command);
		free(bytes);
	}
	c->unsaid |= told < waited;
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
		{ 't', ENTITY_TEAM },
		{ 'p', ENTITY_PERSON },
		{ 'i', ENTITY_REF },
		{ 's', ENTITY_COUNTERS },
	};
	struct center *c = arg;
	struct err e;
	if (!c->loading)
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].letter != kind)
			continue;
		if (core_load(c->loading, kinds[i].kind, id, ref, bytes, &e) < 0) {
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
	if (!c->loading)
		return;
	if (result != STORE_OK)
		return; /* the lease or the link is gone too: store_lead() starts this again */
	if (core_load_done(c->loading, &e) < 0) {
		c->counts.load_failures++;
		LOG(ERROR, "center.load_inconsistent", LOG_S("why", e.text));
	}
	if (c->lead == ALONE)
		center_drop_lead(c);
	c->core = c->loading;
	c->loading = NULL;
	c->options.core.id_base = id_base(c);
	store_no_earlier(c->store, core_now(c->core)); /* or its timers stand still until then */
	c->lead = LEADING;
	c->leads_since = mono_now();
	c->batch = commit_new();
	LOG(NOTICE, "center.leading", LOG_S("node", c->node), LOG_I("epoch", store_epoch(c->store)),
		LOG_I("waiting", core_waiting(c->core)));
	center_mark(c, MARK_LEAD);
	c->events.leader(c->events.arg); /* facts speak of sessions */
	c->holding = true;
	store_lead_ready(c->store);
}

/* The inbox holds what this node put there before it led: what it acknowledged since, and what it is
 * asked now, comes behind. */
void center_store_caught_up(struct center *c)
{
	if (c->lead != LEADING || c->inbox_read)
		return;
	c->inbox_read = true;
	center_facts_begin(c);
}

/* Facts of an earlier life of this node may have named its sessions: they are closed behind them. */
void center_settle(struct center *c)
{
	c->settled = true;
	c->holding = false;
	submit_node_up(c);
	c->events.leader(c->events.arg);
	center_replay_backlog(c);
}

/* The same epoch again: nobody led in between, and the core was kept. */
static void resume(struct center *c)
{
	LOG(NOTICE, "center.resumed", LOG_I("epoch", c->epoch));
	store_lead_ready(c->store);
	center_late_drain(c);
	center_schedule_flush(c);
}

void center_follow(struct center *c, const char *leader_node)
{
	center_drop_lead(c);
	c->leader_known = *leader_node != '\0';
	if (!c->leader_known)
		return;
	LOG(NOTICE, "center.following", LOG_S("leader", leader_node));
	c->events.leader(c->events.arg); /* facts speak of sessions */
	center_facts_begin(c);
}

struct rewriting {
	struct center *center;
	const char *contact;
};

static void write_message(void *arg, struct slice record)
{
	struct rewriting *r = arg;
	commit_message(r->center->batch, r->contact, record);
}

/* What this core knows is what was promised. Ended contacts, the ledger and longer transcripts were
 * the store's alone. */
void center_store_rewrite(struct center *c, bool empty)
{
	struct contact_view v;
	size_t contacts = 0;
	if (c->lead != LEADING)
		return;
	core_write_all(c->core);
	for (size_t i = 0; core_next_contact(c->core, &i, &v); contacts++)
		if (empty)
			transcripts_read(&c->transcripts, v.id, write_message,
				&(struct rewriting){ c, v.id });
	LOG(ERROR, "center.rewritten", LOG_I("contacts", (int64_t)contacts));
	center_mark(c, MARK_LEAD);
}

void center_store_lead(struct center *c, int64_t epoch, const char *leader_node)
{
	core_free(&c->loading);
	if (epoch == 0 && !*leader_node && (c->lead == LEADING || c->lead == ALONE) && c->spool) {
		c->leader_known = false;
		return; /* nobody is known to lead: this core goes on for whom it can reach */
	}
	if (epoch == 0 && c->lead == ALONE && c->alone.silent) {
		c->leader_known = true;
		return; /* until it is heard of */
	}
	if (epoch == 0) {
		center_follow(c, leader_node);
		return;
	}
	if (c->lead == LEADING && epoch == c->epoch) {
		resume(c);
		return;
	}
	if (c->lead != ALONE || !c->alone.silent) { /* or it takes intake until that is loaded */
		center_drop_lead(c);
		c->lead = LOADING;
		c->settled = c->holding = c->inbox_read = false;
	}
	center_facts_stop(c); /* as a follower it may have been about to tell them */
	center_silence_stop(c);
	c->leader_known = false;
	c->epoch = epoch;
	struct core_options options = c->options.core;
	options.id_base = id_base(c);
	c->loading = core_new(&options);
	store_load(c->store, load_each, load_done, c);
}
