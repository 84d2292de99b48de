#include "queue.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

#include "state.h"

void queue_init(struct queue *q)
{
	*q = (struct queue){ 0 };
	tree_init(&q->order, contact_cmp, offsetof(struct contact, by_order));
}

void queue_fini(struct queue *q)
{
	free(q->lanes);
	*q = (struct queue){ 0 };
}

static void set_key(const struct core *core, struct contact *c)
{
	c->key_band = c->level == LEVEL_EMERGENCY ? 0 : 1;
	c->key_deadline_ms = contact_deadline(core, c);
}

static void list_lane(struct queue *q, struct lane *lane)
{
	if (q->n_lanes == q->cap_lanes) {
		q->cap_lanes = q->cap_lanes ? q->cap_lanes * 2 : 16;
		q->lanes = mem_resize(q->lanes, q->cap_lanes, sizeof(struct lane *));
	}
	lane->slot = q->n_lanes;
	q->lanes[q->n_lanes++] = lane;
}

static void unlist_lane(struct queue *q, struct lane *lane)
{
	struct lane *last = q->lanes[--q->n_lanes];
	q->lanes[lane->slot] = last;
	last->slot = lane->slot;
	lane->unservable = false;
}

/* Supervisors hear once of a contact that nobody on shift may serve. */
static void check_servable(struct core *core, struct contact *c)
{
	bool servable = lane_is_servable(core, c->lane);
	if (!servable && !c->told_unservable)
		notice_contact(core, c, "unservable");
	c->told_unservable = !servable;
	c->lane->unservable = !servable;
}

static void enter_lane(struct core *core, struct contact *c)
{
	struct lane *lane = &c->need->lanes[contact_tier(core, c)];
	if (!lane->head)
		list_lane(&core->queue, lane);
	c->lane = lane;
	tree_insert(&lane->contacts, c, contact_shape(core, c));
	if (!lane->head || contact_cmp(c, lane->head) < 0)
		lane->head = c;
}

void queue_place(struct core *core, struct contact *c)
{
	set_key(core, c);
	tree_insert(&core->queue.order, c, contact_shape(core, c));
	enter_lane(core, c);
}

void queue_insert(struct core *core, struct contact *c)
{
	queue_place(core, c);
	check_servable(core, c);
}

/* Whoever was kept free for c is free again. */
static void release_kept(struct core *core, const struct contact *c)
{
	while (c->kept)
		match_mark_responder(core, c->kept);
}

void queue_remove(struct core *core, struct contact *c)
{
	struct lane *lane = c->lane;
	tree_remove(&core->queue.order, c);
	if (lane->head == c)
		lane->head = tree_next(&lane->contacts, c);
	tree_remove(&lane->contacts, c);
	if (!lane->head)
		unlist_lane(&core->queue, lane);
	c->lane = NULL;
	release_kept(core, c);
}

void queue_move(struct core *core, struct contact *c)
{
	bool marked = c->mark != 0, listed = c->offered.size != 0;
	heap_remove(&core->marked_contacts, c);
	if (listed)
		tree_remove(&core->emergencies, c);
	if (contact_is_queued(c)) {
		queue_remove(core, c);
		queue_insert(core, c);
	} else {
		set_key(core, c);
	}
	contact_list_emergency(core, c);
	if (marked)
		match_mark_contact(core, c);
}

struct contact *queue_best_for(
	const struct core *core, const struct responder *r, bool excluded_too)
{
	struct contact *best = NULL;
	for (size_t i = 0; i < core->queue.n_lanes; i++) {
		struct lane *lane = core->queue.lanes[i];
		if (profile_fit(core, r->profile, lane->need).tier > lane->tier)
			continue;
		struct contact *c = lane->head;
		while (c && (!best || contact_cmp(c, best) < 0) &&
			(c->responder == r || (!excluded_too && contact_excludes(c, r)) ||
				!island_reaches_contact(core, c)))
			c = tree_next(&lane->contacts, c);
		if (c && (!best || contact_cmp(c, best) < 0))
			best = c;
	}
	return best;
}
