/*
 * What the store has taken, by a commit of this node or from its spool, which lets go of it then: it
 * is recalled where another server takes the place of the one that has it.
 */
#include "center_internal.h"

#include "triaged/base/log.h"

void center_recall_committed(struct center *c)
{
	const struct journal *oldest = &c->late.flying[0];
	uint64_t server = store_takeovers(c->store);
	enum spool_use use;
	struct slice entry;
	if (oldest->count > 0)
		recall_taken(&c->recall, server);
	for (size_t at = 0; journal_next(oldest, &at, &use, &entry);)
		recall_add(&c->recall, entry, server);
}

/* The store has them; one that takes its place may not. */
static void release(struct center *c, uint64_t through)
{
	struct spool_counts counts;
	struct spool_entry entry;
	struct err e;
	int more = 0;
	spool_count(c->spool, &counts);
	for (uint64_t at = counts.released; at < through; at = entry.sequence) {
		more = spool_read(c->spool, at, &entry, &e);
		if (more <= 0 || entry.sequence > through)
			break;
		recall_add(&c->recall, entry.bytes, store_takeovers(c->store));
	}
	if (more < 0)
		LOG(ERROR, "center.recall_unreadable", LOG_S("why", e.text));
	spool_release(c->spool, through);
}

void center_recall_release(struct center *c)
{
	struct late *l = &c->late;
	if (!c->spool || (!l->through && !l->recalled))
		return;
	if (c->lead == LEADING && l->commits_before > 0) {
		l->commits_before--;
		return;
	}
	if (l->recalled)
		recall_taken(&c->recall, store_takeovers(c->store));
	if (l->through)
		release(c, l->through);
	l->through = 0;
	l->recalled = false;
}
