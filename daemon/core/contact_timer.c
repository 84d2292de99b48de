/* What becomes due for a contact. Its one timer stands at the earliest of the instants below. */
#include "contact.h"

#include "state.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t tier_due(const struct core *core, const struct contact *c)
{
	if (c->waited_tier + 1 >= core->options.n_tiers)
		return NEVER;
	return c->arrived_ms + core->options.tiers[c->waited_tier + 1].after_ms;
}

static int64_t next_due(const struct core *core, const struct contact *c)
{
	int64_t due = NEVER;
	if (c->state == CONTACT_ENDED)
		return NEVER;
	if (contact_in_line(c) && !c->late)
		due = earlier(due, contact_deadline(core, c));
	if (c->state == CONTACT_HANDED)
		due = earlier(due, c->far.due_ms);
	if (transfer_is_pending(&c->transfer) && c->transfer.due_ms)
		due = earlier(due, c->transfer.due_ms);
	if (contact_is_queued(c) || contact_is_reserved(c)) {
		due = earlier(due, tier_due(core, c));
		for (int i = 0; i < c->n_offers; i++)
			due = earlier(due, c->offers[i]->expires_ms);
		for (int i = 0; i < c->n_excluded; i++)
			due = earlier(due, c->excluded[i].until_ms);
	}
	if (c->alert)
		due = earlier(due, c->alert_due_ms);
	if (c->grace_due_ms)
		due = earlier(due, c->grace_due_ms);
	if (c->state == CONTACT_WRAPUP)
		due = earlier(due, c->wrap_due_ms);
	return due;
}

void contact_arm(struct core *core, struct contact *c)
{
	timer_set(&core->timers, &c->timer, next_due(core, c));
}

void contact_touch(struct core *core, struct contact *c)
{
	core_dirty(core, ENTITY_CONTACT, c, &c->dirty);
	contact_arm(core, c);
}

static void expire_offers(struct core *core, struct contact *c)
{
	for (int i = c->n_offers - 1; i >= 0; i--)
		if (i < c->n_offers && c->offers[i]->expires_ms <= core->now_ms)
			offer_expire(core, c->offers[i]);
}

static void end_exclusions(struct core *core, struct contact *c)
{
	int kept = 0;
	for (int i = 0; i < c->n_excluded; i++)
		if (c->excluded[i].until_ms > core->now_ms)
			c->excluded[kept++] = c->excluded[i];
	if (kept == c->n_excluded)
		return;
	c->n_excluded = kept;
	match_mark_contact(core, c);
}

/* 1. the tiers opened by waiting, 2. the promise is broken: tell, and ask more people. */
static void widen(struct core *core, struct contact *c)
{
	int before = contact_tier(core, c);
	while (tier_due(core, c) <= core->now_ms)
		c->waited_tier++;
	if (contact_in_line(c) && !c->late && contact_deadline(core, c) <= core->now_ms) {
		c->late = 1;
		contact_widen(c);
		alert_raise(core, c, "deadline");
	}
	if (contact_tier(core, c) == before || !contact_is_sought_for(c))
		return;
	queue_move(core, c);
	match_mark_contact(core, c);
}

/* With help still on its way somebody is told to see how it ends, whatever alert stood before. */
static void end_wrapup(struct core *core, struct contact *c)
{
	contact_enter(core, c, c->dispatches_open ? CONTACT_EV_ABANDON : CONTACT_EV_END);
	if (c->state == CONTACT_REVIEW)
		alert_raise(core, c, "dispatch_open");
}

/* The person's connection did not come back in time. */
static void end_grace(struct core *core, struct contact *c)
{
	c->grace_due_ms = 0;
	if (contact_in_line(c)) {
		offer_end_all(core, c, OFFER_LEFT);
		alert_raise(core, c, "lost");
		contact_enter(core, c, CONTACT_EV_ABANDON);
	} else if (c->state == CONTACT_ACTIVE) {
		struct buf *b = contact_tell_responder(core, c, OUTPUT_CONTACT_LEFT);
		if (b)
			record_puts(b, "why", "gone");
	} else if (c->state == CONTACT_HANDED) {
		far_over(core, c, "gone");
	}
}

/* Inside the center it is off. Another center may only be slow: people are told, and may take it
 * back; the contact is served all the while. */
static void end_patience(struct core *core, struct contact *c)
{
	if (c->transfer.state != TRANSFER_SENT) {
		transfer_end(core, c, "timeout");
		return;
	}
	c->transfer.due_ms = 0;
	alert_raise(core, c, "transfer_pending");
}

void contact_fire(struct core *core, void *contact)
{
	struct contact *c = contact;
	expire_offers(core, c);
	end_exclusions(core, c);
	if (transfer_is_pending(&c->transfer) && c->transfer.due_ms &&
		c->transfer.due_ms <= core->now_ms)
		end_patience(core, c);
	if (c->state == CONTACT_HANDED && c->far.due_ms <= core->now_ms) {
		c->far.due_ms = core->now_ms + DAY_MS;
		alert_raise(core, c, "transfer_silent");
	}
	if (contact_is_queued(c) || contact_is_reserved(c))
		widen(core, c);
	if (c->grace_due_ms && c->grace_due_ms <= core->now_ms)
		end_grace(core, c);
	if (c->state == CONTACT_WRAPUP && c->wrap_due_ms <= core->now_ms)
		end_wrapup(core, c);
	if (c->state == CONTACT_REVIEW && !c->alert)
		alert_raise(core, c, "dispatch_open");
	if (c->alert && c->alert_due_ms <= core->now_ms)
		alert_repeat(core, c);
	contact_touch(core, c);
}
