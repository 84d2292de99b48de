#include "offer.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

void offer_link(struct core *core, struct offer *o)
{
	struct offer **at = &o->responder->offers, *before = NULL;
	for (; *at && strcmp((*at)->id, o->id) < 0; at = &(*at)->next)
		before = *at;
	o->next = *at;
	o->prev = before;
	if (o->next)
		o->next->prev = o;
	*at = o;
	o->contact->offers[o->contact->n_offers++] = o;
	map_put(&core->offers, o->id, o);
}

static void unlink_offer(struct core *core, struct offer *o)
{
	struct contact *c = o->contact;
	if (o->prev)
		o->prev->next = o->next;
	else
		o->responder->offers = o->next;
	if (o->next)
		o->next->prev = o->prev;
	int i = 0;
	while (c->offers[i] != o)
		i++;
	c->n_offers--;
	memmove(&c->offers[i], &c->offers[i + 1], (size_t)(c->n_offers - i) * sizeof c->offers[0]);
	map_remove(&core->offers, o->id);
}

void offer_drop(struct core *core, struct offer *o)
{
	unlink_offer(core, o);
	free(o);
}

void offer_describe(const struct core *core, const struct offer *o, struct buf *b)
{
	const struct contact *c = o->contact;
	record_puts(b, "offer", o->id);
	record_puts(b, "contact", c->id);
	record_puts(b, "level", level_name((enum level)c->level));
	record_put(b, "reasons", c->reasons.data, c->reasons.len);
	record_puts(b, "channel", c->channel);
	record_puts(b, "lang", c->lang);
	record_puts(b, "line", c->line);
	record_puti(b, "waited_ms", core->now_ms - c->arrived_ms);
	record_puti(b, "target_ms", core->options.target_ms[c->level]);
	record_puti(b, "returning", c->returning);
	record_puti(b, "expires_in_ms", o->expires_ms - core->now_ms);
	record_puts(b, "flags", c->flags);
	record_puti(b, "tier", o->tier);
	if (c->transfer.state == TRANSFER_NONE)
		return;
	record_puts(b, "transfer", c->transfer.id);
	record_puts(b, "from", c->responder->id);
	record_puti(b, "warm", c->transfer.warm);
}

void offer_put_summary(const struct offer *o, struct buf *b)
{
	const struct buf *summary = &o->contact->transfer.summary;
	if (summary->len)
		record_put(b, "summary", summary->data, summary->len);
}

void offer_announce(struct core *core, const struct offer *o)
{
	struct buf *b = step_notify(core->step, OUTPUT_OFFER_NEW, text_of(o->responder->session));
	offer_describe(core, o, b);
	offer_put_summary(o, b);
}

struct offer *offer_make(struct core *core, struct contact *c, struct responder *r, int tier)
{
	struct offer *o = mem_zalloc(sizeof *o);
	id_text('o', core_new_id(core), o->id);
	o->contact = c;
	o->responder = r;
	o->made_ms = core->now_ms;
	o->expires_ms = core->now_ms + core->options.offer_ms[c->level];
	o->tier = tier;
	offer_link(core, o);
	if (c->state == CONTACT_ACTIVE)
		transfer_offered(core, c);
	else
		contact_enter(core, c, CONTACT_EV_OFFER);
	responder_update(core, r);
	offer_announce(core, o);
	return o;
}

static void unreserve(struct core *core, struct contact *c, const char *why)
{
	if (c->state == CONTACT_ACTIVE)
		transfer_unoffered(core, c, why);
	else
		contact_enter(core, c, CONTACT_EV_UNOFFER);
}

void offer_end(struct core *core, struct offer *o, enum offer_end why)
{
	static const char *const names[] = { "taken", "left", "withdrawn", "withdrawn", "expired",
		"declined", "accepted" };
	struct contact *c = o->contact;
	struct responder *r = o->responder;
	if (why < OFFER_DECLINED && r->connected) {
		struct buf *b = step_notify(core->step, OUTPUT_OFFER_GONE, text_of(r->session));
		record_puts(b, "offer", o->id);
		record_puts(b, "contact", c->id);
		record_puts(b, "why", names[why]);
	}
	DECIDE(core->step, "unoffered", o->id, names[why]);
	offer_drop(core, o);
	responder_update(core, r);
	if (c->n_offers == 0 && why != OFFER_ACCEPTED && why != OFFER_LEFT && why != OFFER_OVER)
		unreserve(core, c, names[why]);
	contact_touch(core, c);
	if (contact_is_reserved(c) && contact_is_sought_for(c) && c->level == LEVEL_EMERGENCY)
		match_mark_contact(core, c);
}

void offer_end_all(struct core *core, struct contact *c, enum offer_end why)
{
	while (c->n_offers > 0)
		offer_end(core, c->offers[c->n_offers - 1], why);
}

static void exclude(struct core *core, struct contact *c, struct responder *r)
{
	int64_t ms = core->options.exclusion_ms;
	if (c->level == LEVEL_EMERGENCY)
		ms /= 4;
	contact_exclude(core, c, r, core->now_ms + (ms > 0 ? ms : 1));
}

static void count_contact_miss(struct core *core, struct contact *c)
{
	if (!contact_in_line(c))
		return; /* somebody serves it while it is handed over */
	c->missed++;
	contact_touch(core, c);
	int every = core->options.missed_to_widen;
	if (every <= 0 || c->missed % every != 0)
		return;
	contact_widen(c);
	if (!c->alert)
		alert_raise(core, c, "missed_offers");
	queue_move(core, c);
	match_mark_contact(core, c);
	contact_touch(core, c);
}

static void count_responder_miss(struct core *core, struct responder *r)
{
	r->missed++;
	responder_touch(core, r);
	int limit = core->options.missed_to_away;
	if (limit <= 0 || r->missed < limit || r->presence != PRESENCE_READY)
		return;
	responder_set_presence(core, r, PRESENCE_AWAY, "missed_offers");
	notice_responder(core, r, "responder_away");
}

void offer_expire(struct core *core, struct offer *o)
{
	struct contact *c = o->contact;
	struct responder *r = o->responder;
	exclude(core, c, r);
	offer_end(core, o, OFFER_EXPIRED);
	count_contact_miss(core, c);
	count_responder_miss(core, r);
}

void offer_decline(struct core *core, struct offer *o)
{
	struct contact *c = o->contact;
	exclude(core, c, o->responder);
	offer_end(core, o, OFFER_DECLINED);
	count_contact_miss(core, c);
}
