/*
 * What the spool holds and the center's state lacks becomes facts: the node that leads applies them
 * before anything new, another node appends them to the inbox before anything new. Each is
 * numbered, so telling it again does no harm as long as the order is kept: a number stands for all
 * below it. The spool lets go of them, group after group, when the store has them.
 * When another server has taken over, which may lack the last of what this node had committed, that
 * is recalled and told ahead of them.
 */
#include "center_internal.h"

#include <event2/event.h>
#include <stdlib.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"

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

static bool recall_waits(const struct center *c)
{
	return c->spool && recall_is_due(&c->recall, store_takeovers(c->store));
}

static bool next_recalled(struct center *c, char **data, size_t *n)
{
	struct center_facts *f = &c->facts;
	struct slice bytes;
	if (!f->recalling || !recall_next(&c->recall, &f->recall_cursor, &bytes))
		return false;
	buf_clear(&f->copy);
	buf_add(&f->copy, bytes.data, bytes.len);
	*data = f->copy.data;
	*n = bytes.len;
	return true;
}

/* The next fact behind the cursor, until the next call; false: there is none. */
static bool next_fact(struct center *c, char **data, size_t *n)
{
	struct spool_entry entry;
	struct err e;
	if (next_recalled(c, data, n))
		return true;
	c->facts.recalling = false;
	int more = spool_read(c->spool, c->facts.cursor, &entry, &e);
	if (more < 0)
		LOG(ERROR, "center.facts_unreadable", LOG_S("why", e.text));
	if (more <= 0)
		return false;
	c->facts.cursor = entry.sequence;
	*data = entry.data;
	*n = entry.bytes.len;
	return true;
}

/* The spool need not keep those behind us for longer than the store takes to have them: who is killed
 * over and over does not begin with the first one again. */
static void let_go(struct center *c)
{
	struct late *l = &c->late;
	l->through = c->facts.cursor;
	l->recalled = c->facts.recalls && !c->facts.recalling;
	/* Where this node leads, the last of them are in the commit after those. */
	l->commits_before = c->n_sent + center_late_batches(c);
}

static void finish(struct center *c)
{
	LOG(NOTICE, "center.facts_told", LOG_I("facts", c->facts.told),
		LOG_I("recalled", c->facts.recalls));
	c->facts.on = false;
	let_go(c);
	if (c->lead != LEADING)
		center_recall_release(c); /* the inbox has them; else the next commit will */
	center_settle(c);
}

/* ---- this node leads ---- */

static void apply_fact(struct center *c, char *data, size_t n)
{
	struct command fact;
	struct err e;
	c->facts.told++;
	if (command_decode(data, n, &fact, &e) < 0)
		LOG(ERROR, "center.fact_unreadable", LOG_S("why", e.text));
	else
		center_decide(c, &fact);
}

static bool apply_some(struct center *c)
{
	char *data;
	size_t n;
	for (int i = 0; i < c->options.facts_at_once; i++) {
		if (!next_fact(c, &data, &n))
			return false;
		apply_fact(c, data, n);
	}
	return true;
}

/* The next ones come with the commit of these. Those that are known already change nothing: there is
 * no commit, and the next ones come at once. So they do when the store is late: intake waits for the
 * last of them, and the spool keeps them until the store has what they change. */
static void apply_more(struct center *c)
{
	do {
		if (!apply_some(c)) {
			finish(c);
			return;
		}
		if (!c->late.through) /* or those before come first */
			let_go(c);
		center_flush(c);
	} while (c->facts.on && c->lead == LEADING && (c->late.on || c->n_sent == 0));
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
	if (c->facts.failed)
		return;
	let_go(c);
	center_recall_release(c);
	send_more(c);
}

static void send_more(struct center *c)
{
	char *data;
	size_t n;
	int sent = 0;
	c->facts.outstanding = 1; /* nothing ends while this goes on */
	for (; sent < c->options.facts_at_once && next_fact(c, &data, &n); sent++) {
		struct telling *t = mem_zalloc(sizeof *t);
		*t = (struct telling){ c, c->facts.round };
		c->facts.told++;
		c->facts.outstanding++;
		store_append_here(c->store, (struct slice){ data, n }, APPEND_MS, on_told, t);
	}
	c->facts.outstanding--;
	if (sent == 0)
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
	if (c->lead == LEADING ? !may_begin(c) : c->late.on || !c->leader_known)
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
	f->recall_cursor = f->told = f->outstanding = 0;
	f->recalls = f->recalling = recall_waits(c);
	f->failed = false;
	if (!f->recalls && !spool_has_more(c)) {
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
	if (c->lead != LEADING || (!c->late.on && c->n_sent == STORE_COMMITS_MAX))
		return;
	if (c->facts.on)
		apply_more(c);
	else
		center_facts_begin(c);
}

bool center_facts_due(const struct center *c)
{
	return center_facts_wait(c) || recall_waits(c);
}

void center_facts_stop(struct center *c)
{
	c->facts.on = false;
	c->facts.round++;
}
