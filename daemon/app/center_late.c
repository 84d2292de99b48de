/*
 * When the store does not take a batch in time, the spool gives custody: commands are written there
 * and acknowledged from there, and the core goes on. What it changes gathers in batches that are
 * committed in order as soon as the store answers under the same epoch; if another node leads by
 * then, they are dropped and the spool tells what happened (center_facts.c).
 *
 *     on time ──batch in flight for ack_after_ms, or no lease──▶ late ──down_after_ms──▶ island
 *        ◀──────────────────── the last waiting batch is on its way ────────────────────┘
 */
#include "center_internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* Commands in a batch that waits: a commit must stay short when the store is back. */
#define BATCH_COMMANDS 256
/* A spool that failed is tried again so much later. */
#define TRY_AGAIN_MS 1000
/* What a command takes in the spool beside what people wrote. */
#define PLAIN_BYTES 2048

static void after(struct event *ev, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	evtimer_add(ev, &tv);
}

/* ---- what the spool would need ---- */

static bool was_decided(const struct step *s, const char *what)
{
	struct record_reader in = { s->decisions.data, s->decisions.data + s->decisions.len };
	struct slice name, value;
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, what))
			return true;
	return false;
}

/* What the core chose goes with the command: it is told again under the same names. */
static void add_choices(const struct step *s, size_t answer, struct command *fact, char ids[2][64])
{
	static const char *const names[2] = { "contact", "dispatch" };
	const char **const into[2] = { &fact->contact, &fact->dispatch };
	struct record_reader in;
	struct slice name, value;
	if (answer >= s->n_outputs || s->outputs[answer].kind != OUTPUT_REPLY)
		return;
	/* A rescue that was only changed here may be over elsewhere, and its name is used up. */
	bool changed =
		fact->command == COMMAND_CONTACT_ESCALATE && !was_decided(s, "dispatch_requested");
	const struct buf *fields = &s->outputs[answer].fields;
	in = (struct record_reader){ fields->data, fields->data + fields->len };
	while (record_next(&in, &name, &value) == 1)
		for (int i = 0; i < (changed ? 1 : 2); i++)
			if (!**into[i] && slice_is(name, names[i]) && value.len < 64) {
				memcpy(ids[i], value.data, value.len);
				ids[i][value.len] = '\0';
				*into[i] = ids[i];
			}
}

void center_journal(struct center *c, const struct command *command, size_t answer)
{
	enum spool_use use;
	char ids[2][64];
	/* While facts wait, whatever else is decided came from the inbox, which keeps it: taken now, its
	 * number would make theirs, which are lower, look told. */
	if (!c->spool || command->fact || c->alone.announcing || c->holding ||
		strcmp(command->node, c->node) != 0 || !journal_wants(command, &use))
		return;
	struct command fact = *command;
	if (command->request)
		add_choices(&c->step, answer, &fact, ids);
	fact.request = 0;
	fact.island = c->late.origin;
	fact.fact = ++c->late.number;
	fact.decided_ms = core_now(c->core);
	journal_add(&c->late.gathering, use, &fact);
}

static bool failed_just_now(const struct late *l)
{
	return l->failed_at.us && mono_since_ms(l->failed_at) < TRY_AGAIN_MS;
}

bool center_late_failing(const struct center *c)
{
	return failed_just_now(&c->late);
}

bool center_late_refuses(const struct center *c, const struct command *command)
{
	const struct late *l = &c->late;
	enum spool_use use;
	if (!c->spool || (!l->on && !c->down_since.us) || !journal_wants(command, &use))
		return false;
	if (failed_just_now(l))
		return true;
	if (spool_grows(c->spool))
		return false;
	return !spool_has_room(c->spool, use,
		l->owed.bytes.len + l->gathering.bytes.len + PLAIN_BYTES + command->text.len +
			command->reasons.len + command->facts.len + command->explain.len +
			command->answers.len + command->outcome.len + command->meta.len +
			command->location.len + command->address.len);
}

/* ---- the spool takes custody ---- */

/* As many as it has room for, in order: a fact that is told behind a later one is not taken. */
static void spool_owed(struct center *c)
{
	struct late *l = &c->late;
	enum spool_use use;
	struct slice entry;
	l->owed_writing = 0;
	for (size_t at = 0; journal_next(&l->owed, &at, &use, &entry); l->owed_writing++)
		if (spool_add(c->spool, use, entry) == 0)
			break;
	l->incomplete = l->owed_writing < l->owed.count;
}

/* Nobody can answer for these: who asked is told, now and whenever it is asked again, until the
 * spool or the store has them. */
static void fail_requests(struct center *c)
{
	struct late *l = &c->late;
	for (size_t i = 0; i < l->spooling.n_outputs; i++) {
		const struct output *o = &l->spooling.outputs[i];
		if (o->request && strcmp(o->node, c->node) == 0) {
			c->counts.refused++;
			c->events.refuse(c->events.arg, o->request);
		}
	}
	step_move(&l->held, &l->spooling);
}

/* Whether somebody asks or not. A timer may be early by what this turn of the loop took. */
static void try_again_later(struct late *l)
{
	int64_t left = TRY_AGAIN_MS - mono_since_ms(l->failed_at);
	if (!evtimer_pending(l->timer, NULL))
		after(l->timer, left > 0 ? left + 1 : 1);
}

static void note_failure(struct center *c)
{
	struct late *l = &c->late;
	if (!l->failed_at.us)
		LOG(ERROR, "center.no_custody", LOG_I("outputs", l->spooling.n_outputs));
	l->failed_at = mono_now();
	try_again_later(l);
}

/* Room is allocated as commands come; more of them at once than there is room for go one group
 * after the other, and who asked waits for the last. */
static bool goes_on(const struct center *c, size_t written)
{
	const struct late *l = &c->late;
	enum spool_use use;
	struct slice entry;
	size_t at = 0;
	return l->on && (written > 0 || (journal_next(&l->owed, &at, &use, &entry) &&
						spool_has_room(c->spool, use, entry.len)));
}

/* The lead they were decided under is over. */
static void forget_outputs(struct late *l)
{
	step_clear(&l->held);
	step_clear(&l->letters);
}

static void on_spooled(void *arg, bool ok)
{
	struct center *c = arg;
	struct late *l = &c->late;
	size_t written = l->owed_writing;
	l->writing = false;
	if (ok)
		journal_drop(&l->owed, written);
	l->owed_writing = 0;
	if (ok && !l->incomplete) {
		l->failed_at.us = 0;
		center_deliver(c, &l->held, true);
		center_deliver(c, &l->spooling, true);
	} else if (!ok || !goes_on(c, written)) {
		note_failure(c);
		fail_requests(c);
	}
	if (l->on) {
		center_late_flush(c);
		center_late_drain(c);
		center_facts_go_on(c);
	} else {
		forget_outputs(l);
		center_facts_begin(c);
	}
}

static void keep_batch(struct center *c)
{
	struct late *l = &c->late;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->batches = mem_resize(l->batches, l->cap, sizeof(struct commit *));
	}
	l->batches[l->n++] = c->batch;
	c->batch = commit_new();
	c->batch_size = 0;
}

/* Those only the store could have. */
static size_t commands(const struct late *l)
{
	size_t n = l->owed.count + l->gathering.count;
	for (size_t i = 0; i < STORE_COMMITS_MAX; i++)
		n += l->flying[i].count;
	return n;
}

void center_late_flush(struct center *c)
{
	struct late *l = &c->late;
	if (l->writing)
		return; /* on_spooled() comes back to it */
	center_gather(c);
	for (size_t i = 0; i < c->n_sent; i++)
		step_move(&l->spooling, &c->sent[i]);
	step_move(&l->spooling, &c->step);
	if (c->lead == ALONE) { /* the spool is all there is */
		commit_free(&c->batch);
		c->batch = commit_new();
	} else if (c->batch_size >= BATCH_COMMANDS) {
		keep_batch(c);
	}
	for (size_t i = 0; i < STORE_COMMITS_MAX; i++)
		journal_move(&l->owed, &l->flying[i]);
	journal_move(&l->owed, &l->gathering);
	if (l->owed.count == 0) {
		center_deliver(c, &l->spooling, true);
	} else if (failed_just_now(l)) {
		fail_requests(c);
		try_again_later(l);
	} else {
		spool_owed(c);
		l->writing = true;
		spool_sync(c->spool, on_spooled, c);
	}
}

/* ---- late, and on time again ---- */

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct center *c = arg;
	if (c->late.on)
		center_late_flush(c);
	else if (c->lead == LEADING && c->n_sent > 0)
		center_late_begin(c);
}

void center_late_begin(struct center *c)
{
	struct late *l = &c->late;
	if (l->on || !c->spool)
		return;
	LOG(WARNING, "center.late", LOG_I("commands", commands(l)));
	l->on = true;
	l->since = mono_now();
	c->counts.late++;
	center_watch_island(c);
	center_late_flush(c);
	center_facts_go_on(c);
}

size_t center_late_batches(const struct center *c)
{
	return c->late.n - c->late.first;
}

void center_late_sent(struct center *c)
{
	struct journal free_one = c->late.flying[c->n_sent];
	c->late.flying[c->n_sent] = c->late.gathering;
	c->late.gathering = free_one;
}

/* The oldest in flight has so much time left. */
void center_late_watch(struct center *c)
{
	struct late *l = &c->late;
	if (c->n_sent == 0 || !c->spool) {
		evtimer_del(l->timer);
		return;
	}
	if (!l->sent_at[c->n_sent - 1].us)
		l->sent_at[c->n_sent - 1] = mono_now();
	int64_t left = c->options.ack_after_ms - mono_since_ms(l->sent_at[0]);
	after(l->timer, left > 0 ? left : 0);
}

void center_late_decided(struct center *c)
{
	struct late *l = &c->late;
	const size_t last = STORE_COMMITS_MAX - 1;
	struct journal oldest = l->flying[0];
	journal_clear(&oldest);
	memmove(l->flying, l->flying + 1, last * sizeof *l->flying);
	memmove(l->sent_at, l->sent_at + 1, last * sizeof *l->sent_at);
	l->flying[last] = oldest;
	l->sent_at[last].us = 0;
	center_late_watch(c);
}

static void end_late(struct center *c)
{
	struct late *l = &c->late;
	struct spool_counts counts;
	spool_count(c->spool, &counts);
	l->on = false;
	l->since.us = 0;
	if (!center_facts_wait(c)) { /* some of it is still to be told */
		l->through = counts.last;
		l->commits_before = 0;
	}
	l->first = l->n = 0;
	/* What had to wait leaves before what was decided behind it. */
	step_move(&l->letters, &l->held);
	step_move(&l->letters, &c->step);
	step_move(&c->step, &l->letters);
	journal_move(&l->owed, &l->gathering); /* or it is never told, should this be late again */
	journal_move(&l->gathering, &l->owed);
	LOG(NOTICE, "center.on_time", LOG_I("spooled", counts.entries));
	center_watch_island(c);
	center_flush(c);
	if (c->n_sent > 0)
		return;
	center_recall_release(c);
	center_facts_go_on(c);
}

void center_late_drain(struct center *c)
{
	struct late *l = &c->late;
	if (!l->on || c->lead != LEADING || c->down_since.us || store_epoch(c->store) != c->epoch)
		return;
	while (l->first < l->n && c->n_sent < STORE_COMMITS_MAX)
		center_commit(c, &l->batches[l->first++]);
	if (c->n_sent == 0 && !l->writing)
		end_late(c);
}

/* The lead is over: what the spool has is told again as facts, the rest never happened. */
void center_late_drop(struct center *c)
{
	struct late *l = &c->late;
	for (; l->first < l->n; l->first++)
		commit_free(&l->batches[l->first]);
	l->first = l->n = 0;
	l->on = false;
	l->since.us = 0;
	l->through = 0;
	l->recalled = false;
	forget_outputs(l);
	journal_clear(&l->gathering);
	journal_clear(&l->owed);
	l->owed_writing = 0;
	for (size_t i = 0; i < STORE_COMMITS_MAX; i++) {
		journal_clear(&l->flying[i]);
		l->sent_at[i].us = 0;
	}
	evtimer_del(l->timer);
	center_watch_island(c);
}

/* ---- the island ---- */

/* How long this node has been without the store, by what did not come back or by its loss. */
static int64_t without_store_ms(const struct center *c)
{
	bool late = c->late.on && !c->alone.silent;
	int64_t late_ms = late ? mono_since_ms(c->late.since) : 0;
	int64_t down_ms = c->spool && c->down_since.us ? mono_since_ms(c->down_since) : 0;
	return late_ms > down_ms ? late_ms : down_ms;
}

bool center_is_island(const struct center *c)
{
	return (c->lead == LEADING || c->lead == ALONE) &&
	       without_store_ms(c) >= c->options.down_after_ms;
}

static void show_island(struct center *c)
{
	bool island = center_is_island(c);
	if (island == c->late.shown)
		return;
	c->late.shown = island;
	if (c->lead == LEADING || c->lead == ALONE) {
		struct command command;
		command_init(&command, COMMAND_NODE_ISLAND);
		command.node = c->node;
		command.watch = island;
		center_decide(c, &command);
	}
	if (island)
		LOG(WARNING, "center.island", LOG_S("node", c->node));
	else
		LOG(NOTICE, "center.mainland", LOG_S("node", c->node));
	if (island && c->lead == ALONE)
		center_alone_announce(c);
	c->events.mode(c->events.arg);
	board_watch_changed(c->watch);
}

static void on_island(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	show_island(arg);
}

void center_watch_island(struct center *c)
{
	show_island(c);
	int64_t left = c->options.down_after_ms - without_store_ms(c);
	if ((c->late.on || c->down_since.us) && !c->late.shown)
		after(c->late.island_timer, left > 0 ? left + 1 : 1);
	else
		evtimer_del(c->late.island_timer);
}

void center_late_init(struct center *c)
{
	struct buf origin = { 0 };
	buf_addf(&origin, "%s/%s", c->node, c->incarnation);
	c->late.origin = origin.data;
	c->late.timer = evtimer_new(c->base, on_late, c);
	c->late.island_timer = evtimer_new(c->base, on_island, c);
}

void center_late_fini(struct center *c)
{
	struct late *l = &c->late;
	c->lead = FOLLOWING;
	center_late_drop(c);
	journal_free(&l->gathering);
	recall_free(&c->recall);
	journal_free(&l->owed);
	for (size_t i = 0; i < STORE_COMMITS_MAX; i++)
		journal_free(&l->flying[i]);
	step_free(&l->spooling);
	step_free(&l->held);
	step_free(&l->letters);
	event_free(l->timer);
	event_free(l->island_timer);
	free(l->batches);
	free(l->origin);
}
