/*
 * A node that does not lead and cannot reach the store: a core of its own, for those whose sessions
 * are here. It begins when intake has waited for ack_after_ms: contacts are taken and acknowledged
 * from the spool. After down_after_ms it is an island: the sessions here are announced to the core,
 * and it offers, connects and closes among them. What it knows of contacts from before is what the
 * edge remembers; who talks with somebody on another node stays with them. While the link is there
 * and what was sent fails, it sends something again and again until the store takes it.
 *
 *     following ──intake waits, the store does not take it──▶ alone ──down_after_ms──▶ island
 *         ◀────────── the store says who leads: told as facts, center_facts.c ──────────┘
 */
#include "center_internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/random.h"

static void arm(struct center *c)
{
	struct timeval tv = { c->options.ack_after_ms / 1000,
		c->options.ack_after_ms % 1000 * 1000 };
	if (!evtimer_pending(c->alone.timer, NULL))
		evtimer_add(c->alone.timer, &tv);
}

/* What a front end asks is what must not wait. */
static bool is_intake(const struct command *c)
{
	enum spool_use use;
	return c->request && strcmp(c->role, "frontend") == 0 && journal_wants(c, &use);
}

bool center_alone_takes(const struct center *c, const struct command *command)
{
	return c->lead == ALONE &&
	       (c->late.shown || is_intake(command) || command->command == COMMAND_SESSION_DOWN);
}

/* ---- commands on their way to the inbox ---- */

/* A copy is kept until the inbox has it. */
struct waiting {
	struct center *center;
	struct mono at;
	char *bytes;
	size_t n;
	bool decided; /* here: nobody waits for the inbox any more */
	TAILQ_ENTRY(waiting) in_list;
};

static void discard(struct waiting *w)
{
	TAILQ_REMOVE(&w->center->alone.waiting, w, in_list);
	if (w->bytes)
		explicit_bzero(w->bytes, w->n);
	free(w->bytes);
	free(w);
}

static void on_appended(void *arg, enum store_result result)
{
	struct waiting *w = arg;
	struct center *c = w->center;
	bool late = w->decided;
	if (result != STORE_OK) {
		c->counts.refused += !late;
		c->unsaid = true;
	}
	discard(w);
	if (!late || c->lead != ALONE || c->down_since.us)
		return;
	if (result == STORE_OK)
		center_follow(c, store_leader(c->store)); /* it was only slow */
	else
		arm(c);
}

void center_alone_append(struct center *c, const struct command *command, struct buf *bytes)
{
	struct waiting *w = mem_zalloc(sizeof *w);
	*w = (struct waiting){ .center = c, .at = mono_now() };
	w->decided = !c->spool || !is_intake(command);
	if (!w->decided) {
		w->bytes = mem_dup(bytes->data, bytes->len);
		w->n = bytes->len;
		arm(c);
	}
	TAILQ_INSERT_TAIL(&c->alone.waiting, w, in_list);
	struct slice wire = { buf_str(bytes), bytes->len };
	resend_add(&c->resend, command, wire);
	store_append(c->store, wire, c->options.request_ms, on_appended, w);
}

void center_alone_backlogged(struct center *c, const struct command *command)
{
	if (c->spool && is_intake(command))
		arm(c);
}

/* The link is there, and nothing is on its way that would show when the store takes what it is given
 * again. A tick changes nothing. */
static void probe(struct center *c)
{
	struct command tick;
	struct buf bytes = { 0 };
	command_init(&tick, COMMAND_TICK);
	command_encode(&tick, true, &bytes);
	center_alone_append(c, &tick, &bytes);
	buf_free(&bytes);
}

static bool intake_waits(const struct center *c)
{
	const struct waiting *w;
	TAILQ_FOREACH(w, &c->alone.waiting, in_list)
	{
		if (!w->decided)
			return mono_since_ms(w->at) + 1 >= c->options.ack_after_ms;
	}
	return c->down_since.us && c->backlog.first < c->backlog.count;
}

/* ---- a core of its own ---- */

/* Names of offers and rescues must not be those of the center's core, nor of another node's. */
static int64_t own_ids(void)
{
	uint64_t random;
	random_bytes(&random, sizeof random);
	return (int64_t)(random >> 26 << 24);
}

/* What was acknowledged and not yet told is known here. */
static void take_facts(struct center *c)
{
	struct spool_counts counts;
	struct spool_entry entry;
	struct command fact;
	struct err e;
	spool_count(c->spool, &counts);
	for (uint64_t at = counts.released; spool_read(c->spool, at, &entry, &e) > 0;
		at = entry.sequence)
		if (command_decode(entry.data, entry.bytes.len, &fact, &e) == 0)
			core_apply(c->core, &fact, store_now_ms(c->store), &c->step);
	struct command up;
	command_init(&up, COMMAND_NODE_UP);
	up.node = c->node;
	up.incarnation = c->incarnation;
	core_apply(c->core, &up, store_now_ms(c->store), &c->step);
	step_clear(&c->step);
}

static void decide_waiting(struct center *c)
{
	struct waiting *w;
	TAILQ_FOREACH(w, &c->alone.waiting, in_list)
	{
		struct command command;
		if (w->decided)
			continue;
		w->decided = true;
		if (command_decode(w->bytes, w->n, &command, NULL) == 0)
			center_submit(c, &command);
	}
	center_replay_backlog(c);
}

static void begin(struct center *c)
{
	LOG(WARNING, "center.alone", LOG_S("node", c->node));
	center_facts_stop(c);
	c->lead = ALONE;
	c->options.core.id_base = own_ids();
	c->core = core_new(&c->options.core);
	c->batch = commit_new();
	take_facts(c);
	c->late.on = true;
	c->late.since = mono_now();
	c->counts.late++;
	decide_waiting(c);
	center_watch_island(c);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct center *c = arg;
	if (c->lead == FOLLOWING && intake_waits(c) && !c->late.writing)
		begin(c);
	else if (c->lead == ALONE && !c->down_since.us && TAILQ_EMPTY(&c->alone.waiting))
		probe(c);
	else if (c->lead != ALONE &&
		 (!TAILQ_EMPTY(&c->alone.waiting) || c->backlog.first < c->backlog.count))
		arm(c);
}

/* Offers made here are gone, and those they were made to are told; everything else goes to disk. */
void center_alone_end(struct center *c)
{
	struct step gone = { 0 };
	struct command nobody;
	command_init(&nobody, COMMAND_NODE_ISLAND);
	nobody.node = c->node;
	core_apply(c->core, &nobody, store_now_ms(c->store), &gone);
	step_clear(&gone);
	nobody.node = "-";
	nobody.watch = 1;
	core_apply(c->core, &nobody, store_now_ms(c->store), &gone);
	center_late_flush(c);
	center_deliver(c, &gone, true);
	step_free(&gone);
	LOG(NOTICE, "center.not_alone", LOG_S("leader", store_leader(c->store)));
}

/* Of contacts that the core does not know it is told as an island tells others: it takes them in. */
const struct command *center_alone_told(
	struct center *c, const struct command *command, struct command *told)
{
	struct contact_view v;
	if (c->lead != ALONE || command->fact || !*command->contact ||
		command->command == COMMAND_CONTACT_OPEN || command->command == COMMAND_QUERY)
		return command;
	bool unknown = strcmp(command->role, "frontend") == 0 &&
		       !core_contact(c->core, command->contact, &v);
	if (!unknown && !c->alone.announcing)
		return command;
	*told = *command;
	told->island = CORE_HERE;
	told->fact = ++c->alone.number;
	return told;
}

bool center_alone_cannot_say(const struct center *c, size_t answer)
{
	const struct output *o = &c->step.outputs[answer];
	int64_t code = 0;
	struct slice name, value;
	if (c->lead != ALONE || answer >= c->step.n_outputs || o->kind != OUTPUT_ERROR)
		return false;
	struct record_reader in = { o->fields.data, o->fields.data + o->fields.len };
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, "code") && slice_int(value, &code) < 0)
			return true;
	return code == OUTPUT_ERR_NOT_FOUND || code == OUTPUT_ERR_FORBIDDEN ||
	       code == OUTPUT_ERR_INVALID_STATE;
}

/* The island begins: the core hears who is here. */
void center_alone_announce(struct center *c)
{
	c->alone.announcing = true;
	c->events.island(c->events.arg);
	c->alone.announcing = false;
}

void center_alone_init(struct center *c)
{
	TAILQ_INIT(&c->alone.waiting);
	c->alone.timer = evtimer_new(c->base, on_timer, c);
}

void center_alone_fini(struct center *c)
{
	struct waiting *w;
	while ((w = TAILQ_FIRST(&c->alone.waiting)))
		discard(w);
	event_free(c->alone.timer);
}
