/*
 * What the spool holds and the center's state lacks becomes facts: the node that leads applies them
 * before anything new, another node appends them to the inbox before anything new. Each is
 * numbered, so telling it again does no harm; the spool lets go of them when the store has them.
 */
#include "center_internal.h"

#include <event2/event.h>
#include <stdlib.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"

#define FACTS_AT_ONCE 256
/* An append waits for the store; when it is away for longer, facts are told from the beginning. */
#define APPEND_MS 30000

static bool spool_has_more(const struct center *c)
{
	struct spool_counts counts;
	spool_count(c->spool, &counts);
	return counts.last > counts.released && counts.entries > 0;
}

bool center_facts_wait(const struct center *c)
{
	return c->facts.on || c->holding;
}

/* The next fact behind the cursor; false: there is none. */
static bool next_fact(struct center *c, struct spool_entry *entry)
{
	struct err e;
	int more = spool_read(c->spool, c->facts.cursor, entry, &e);
	if (more < 0)
		LOG(ERROR, "center.facts_unreadable", LOG_S("why", e.text));
	if (more > 0)
		c->facts.cursor = entry->sequence;
	return more > 0;
}

static void finish(struct center *c)
{
	LOG(NOTICE, "center.facts_told", LOG_I("facts", c->facts.told));
	c->facts.on = false;
	c->late.through = c->facts.cursor;
	c->late.commits_before = c->n_sent; /* the last of them are in the commit after those */
	if (c->lead != LEADING)
		center_late_release(c); /* the inbox has them; else the next commit will */
	center_settle(c);
}

/* ---- this node leads ---- */

static void apply_fact(struct center *c, struct spool_entry *entry)
{
	struct command fact;
	struct err e;
	c->facts.told++;
	if (command_decode(entry->data, entry->bytes.len, &fact, &e) < 0)
		LOG(ERROR, "center.fact_unreadable", LOG_S("why", e.text));
	else
		center_decide(c, &fact);
}

static bool apply_some(struct center *c)
{
	struct spool_entry entry;
	for (int i = 0; i < FACTS_AT_ONCE; i++) {
		if (!next_fact(c, &entry))
			return false;
		apply_fact(c, &entry);
	}
	return true;
}

/* The next ones come with the commit of these. Those that are known already change nothing: there is
 * no commit, and the next ones come at once. */
static void apply_more(struct center *c)
{
	do {
		if (!apply_some(c)) {
			finish(c);
			return;
		}
		center_flush(c);
	} while (c->facts.on && c->lead == LEADING && !c->late.on && c->n_sent == 0);
}

/* ---- another node leads ---- */

struct telling {
	struct center *center;
	uint64_t round;
};

static void send_more(struct center *c);

static void on_told(void *arg, enum store_result result)
{
	struct telling *t = arg;
	struct center *c = t->center;
	bool current = t->round == c->facts.round;
	free(t);
	if (!current || !c->facts.on)
		return;
	c->facts.outstanding--;
	if (result != STORE_OK)
		c->facts.failed = true;
	if (c->facts.outstanding > 0)
		return;
	/* When it failed, the store is down, and they are told again when it is back: those that were
	 * taken meanwhile are known by their numbers. */
	if (!c->facts.failed)
		send_more(c);
}

static void send_more(struct center *c)
{
	struct spool_entry entry;
	size_t n = 0;
	c->facts.outstanding = 1; /* nothing ends while this goes on */
	while (n < FACTS_AT_ONCE && next_fact(c, &entry)) {
		struct telling *t = mem_zalloc(sizeof *t);
		*t = (struct telling){ c, c->facts.round };
		c->facts.told++;
		c->facts.outstanding++;
		n++;
		store_append(c->store, entry.bytes, APPEND_MS, on_told, t);
	}
	c->facts.outstanding--;
	if (n == 0)
		finish(c);
}

/* ---- both ---- */

/* Comes again when the inbox has been read and what is on its way to the disk is there. */
static bool may_begin(const struct center *c)
{
	return !c->settled && c->inbox_read && !c->late.writing;
}

void center_facts_begin(struct center *c)
{
	struct center_facts *f = &c->facts;
	struct spool_counts counts;
	if (c->late.on || (c->lead != LEADING && !c->leader_known))
		return;
	if (c->lead == LEADING && !may_begin(c))
		return;
	if (!c->spool) {
		center_settle(c);
		return;
	}
	f->on = true;
	f->round++;
	if (c->late.writing)
		return; /* the last of them are on their way to the disk: comes again */
	spool_count(c->spool, &counts);
	f->cursor = counts.released;
	f->told = f->outstanding = 0;
	f->failed = false;
	if (!spool_has_more(c)) {
		f->on = false;
		center_settle(c);
	} else if (c->lead == LEADING) {
		apply_more(c);
	} else {
		send_more(c);
	}
}

void center_facts_go_on(struct center *c)
{
	if (c->lead != LEADING || c->late.on || c->n_sent == STORE_COMMITS_MAX)
		return;
	if (c->facts.on)
		apply_more(c);
	else
		center_facts_begin(c);
}

void center_facts_stop(struct center *c)
{
	c->facts.on = false;
	c->facts.round++;
}
