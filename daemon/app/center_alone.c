/*
 * A node that does not lead and cannot reach the store, or whoever leads (center_silence.c): a core
 * of its own, for those whose sessions are here. It begins when intake has waited for ack_after_ms:
 * contacts are taken and acknowledged from the spool. After down_after_ms without the store it is an
 * island: the sessions here are announced to the core, and it offers, connects and closes among
 * them. What it knows of contacts from before is what the edge remembers; who talks with somebody on
 * another node stays with them. While the link is there and what was sent fails, it sends something
 * again and again until the store takes it.
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

/* A request that no session made: its answer says that somebody leads. */
#define PROBE INT64_MAX
/* What is to be done cannot be done now: while the disk has a write of ours, or has failed. */
#define SOON_MS 10

/* What a front end asks is what must not wait. */
static bool is_intake(const struct command *c)
{
	enum spool_use use;
	return c->request && strcmp(c->role, "frontend") == 0 && journal_wants(c, &use);
}

bool center_alone_takes(const struct center *c, const struct command *command)
{
	if (c->lead != ALONE)
		return false;
	/* Who leads will answer too, if later: better than a refusal for want of room. */
	if (c->alone.silent && center_late_refuses(c, command))
		return false;
	return c->late.shown || is_intake(command) || command->command == COMMAND_SESSION_DOWN;
}

/* ---- commands on their way to the inbox ---- */

/* A copy of intake is kept until it is answered, of everything else until the inbox has it. */
struct waiting {
	struct center *center;
	struct mono at;
	int64_t request;
	char *bytes;
	size_t n;
	bool taken;   /* the inbox has it */
	bool decided; /* here, or answered, or no intake: nobody waits for it any more */
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

static struct waiting *oldest(const struct center *c)
{
	struct waiting *w;
	TAILQ_FOREACH(w, &c->alone.waiting, in_list)
	{
		if (!w->decided)
			return w;
	}
	return NULL;
}

/* For the inbox to take it; then for any word of who leads, who answers in order. */
static int64_t waits_ms(const struct center *c, const struct waiting *w)
{
	bool heard = w->taken && c->alone.heard.us > w->at.us;
	return mono_since_ms(heard ? c->alone.heard : w->at);
}

static int64_t next_look_ms(const struct center *c)
{
	const struct waiting *w = oldest(c);
	int64_t ack_ms = c->options.ack_after_ms;
	if (c->lead == ALONE && c->alone.silent)
		return c->options.request_ms;
	if (c->lead != FOLLOWING || !w)
		return ack_ms;
	/* The answers given last are read when half of the time has passed. */
	int64_t waits = waits_ms(c, w);
	return (waits + 1 < ack_ms / 2 ? ack_ms / 2 : ack_ms) - waits;
}

static void arm(struct center *c)
{
	if (evtimer_pending(c->alone.timer, NULL))
		return;
	int64_t ms = next_look_ms(c);
	ms = ms > 0 ? ms : SOON_MS;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	evtimer_add(c->alone.timer, &tv);
}

static void on_appended(void *arg, enum store_result result)
{
	struct waiting *w = arg;
	struct center *c = w->center;
	bool late = w->decided;
	if (result == STORE_OK && !late) {
		w->taken = true;
		return;
	}
	if (result != STORE_OK) {
		c->counts.refused += !late;
		c->unsaid = true;
	}
	discard(w);
	if (!late || c->lead != ALONE || c->down_since.us)
		return;
	if (result != STORE_OK) {
		center_alone_store_lost(c);
		arm(c);
	} else if (!c->alone.silent && !c->loading) {
		center_follow(c, store_leader(c->store)); /* it was only slow */
	}
}

static void to_inbox(struct center *c, struct waiting *w, struct slice wire)
{
	w->center = c;
	w->at = mono_now();
	TAILQ_INSERT_TAIL(&c->alone.waiting, w, in_list);
	store_append(c->store, wire, c->options.request_ms, on_appended, w);
}

void center_alone_append(struct center *c, const struct command *command, struct buf *bytes)
{
	struct waiting *w = mem_zalloc(sizeof *w);
	struct slice wire = { buf_str(bytes), bytes->len };
	w->request = command->request;
	w->decided = !c->spool || !is_intake(command);
	if (!w->decided) {
		w->bytes = mem_dup(bytes->data, bytes->len);
		w->n = bytes->len;
	}
	resend_add(&c->resend, command, wire);
	to_inbox(c, w, wire);
	if (!w->decided)
		arm(c);
}

static struct waiting *find_undecided(const struct center *c, int64_t request)
{
	struct waiting *w;
	TAILQ_FOREACH(w, &c->alone.waiting, in_list)
	{
		if (!w->decided && w->request == request)
			return w;
	}
	return NULL;
}

void center_alone_answered(struct center *c, int64_t request)
{
	struct waiting *w = find_undecided(c, request);
	if (!w)
		return;
	w->decided = true;
	if (w->taken)
		discard(w);
}

bool center_alone_waits(const struct center *c, const struct command *command)
{
	return command->request && strcmp(command->node, c->node) == 0 &&
	       strcmp(command->incarnation, c->incarnation) == 0 &&
	       find_undecided(c, command->request);
}

/* Whoever asked has been told that there is no answer. */
static void discard_given_up(struct center *c)
{
	struct waiting *w, *next;
	for (w = TAILQ_FIRST(&c->alone.waiting); w; w = next) {
		next = TAILQ_NEXT(w, in_list);
		if (w->taken && mono_since_ms(w->at) > c->options.request_ms)
			discard(w);
	}
}

void center_alone_backlogged(struct center *c, const struct command *command)
{
	if (c->spool && is_intake(command))
		arm(c);
}

/* The link is there, and nothing is on its way that would show when the store takes what it is given
 * again, or when somebody leads: who does answers it. A tick changes nothing. */
static void probe(struct center *c)
{
	struct command tick;
	struct buf bytes = { 0 };
	struct waiting *w = mem_zalloc(sizeof *w);
	command_init(&tick, COMMAND_TICK);
	tick.node = c->node;
	tick.request = PROBE;
	command_encode(&tick, true, &bytes);
	w->decided = true;
	to_inbox(c, w, (struct slice){ buf_str(&bytes), bytes.len });
	buf_free(&bytes);
}

/* ---- a core of its own ---- */

/* Names of offers and rescues must not be those of the center's core, nor of another node's. */
#define OWN_IDS_BITS 24

static int64_t own_ids(void)
{
	uint64_t random;
	random_bytes(&random, sizeof random);
	return (int64_t)(random >> 26 << OWN_IDS_BITS);
}

static bool is_own_id(const struct center *c, const char *id)
{
	uint64_t n = *id ? strtoull(id + 1, NULL, 16) : 0;
	return n >> OWN_IDS_BITS == (uint64_t)c->options.core.id_base >> OWN_IDS_BITS;
}

/* What was acknowledged and not yet told is known here. */
static void take_facts(struct center *c, struct core *core)
{
	struct step step = { 0 };
	struct spool_counts counts;
	struct spool_entry entry;
	struct command fact;
	struct err e;
	spool_count(c->spool, &counts);
	for (uint64_t at = counts.released; spool_read(c->spool, at, &entry, &e) > 0;
		at = entry.sequence)
		if (command_decode(entry.data, entry.bytes.len, &fact, &e) == 0)
			core_apply(core, &fact, store_now_ms(c->store), &step);
	struct command up;
	command_init(&up, COMMAND_NODE_UP);
	up.node = c->node;
	up.incarnation = c->incarnation;
	core_apply(core, &up, store_now_ms(c->store), &step);
	step_free(&step);
}

struct core *center_alone_core(struct center *c)
{
	c->options.core.id_base = own_ids();
	struct core *core = core_new(&c->options.core);
	take_facts(c, core);
	return core;
}

static void decide_waiting(struct center *c)
{
	struct waiting *w;
	while ((w = oldest(c))) {
		struct command command;
		w->decided = true;
		if (command_decode(w->bytes, w->n, &command, NULL) == 0)
			center_submit(c, &command);
		if (w->taken)
			discard(w);
	}
	center_replay_backlog(c);
}

static void begin(struct center *c, bool silent)
{
	LOG(WARNING, "center.alone", LOG_S("node", c->node), LOG_I("silent", silent));
	center_facts_stop(c);
	c->core = c->alone.prepared ? c->alone.prepared : center_alone_core(c);
	c->alone.prepared = NULL;
	c->lead = ALONE;
	c->alone.silent = silent;
	c->batch = commit_new();
	c->late.on = true;
	c->late.since = mono_now();
	c->counts.late++;
	decide_waiting(c);
	center_watch_island(c);
	if (silent) { /* what the timer was for is done */
		evtimer_del(c->alone.timer);
		arm(c);
	}
}

void center_alone_look(struct center *c)
{
	const struct waiting *w = oldest(c);
	bool silent = w && w->taken && !c->down_since.us;
	bool backlogged = !w && c->down_since.us && c->backlog.first < c->backlog.count;
	int64_t waited = w ? waits_ms(c, w) + 1 : backlogged ? c->options.ack_after_ms : 0;
	bool can = c->lead == FOLLOWING && !c->late.writing && !(silent && center_late_failing(c));
	if (!can || waited < c->options.ack_after_ms / 2)
		center_silence_stop(c);
	else if (silent && !c->alone.prepared)
		center_silence_ask(c); /* first, even if this node itself stood still until now */
	else if (waited >= c->options.ack_after_ms && !(silent && center_silence_reads(c)))
		begin(c, silent);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct center *c = arg;
	discard_given_up(c);
	if (c->lead != ALONE)
		center_alone_look(c);
	else if (!c->down_since.us && (c->alone.silent || TAILQ_EMPTY(&c->alone.waiting)))
		probe(c);
	bool waits = !TAILQ_EMPTY(&c->alone.waiting) || c->backlog.first < c->backlog.count;
	if (c->lead == ALONE ? c->alone.silent : waits)
		arm(c);
}

/* It is the store that keeps this node from the others now. */
void center_alone_store_lost(struct center *c)
{
	if (!c->alone.silent)
		return;
	c->alone.silent = false;
	c->late.since = c->down_since.us ? c->down_since : mono_now();
	center_watch_island(c);
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
	c->alone.silent = false;
	center_silence_stop(c);
	evtimer_del(c->alone.timer);
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

bool center_alone_cannot_say(const struct center *c, const struct command *command, size_t answer)
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
	/* An offer of the center may have been accepted there, by the same request. */
	if (code == OUTPUT_ERR_STALE)
		return !is_own_id(c, command->offer);
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
	center_silence_stop(c);
	while ((w = TAILQ_FIRST(&c->alone.waiting)))
		discard(w);
	event_free(c->alone.timer);
}
