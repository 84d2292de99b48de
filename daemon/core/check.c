/* The invariants of the design, verified over the whole state from first principles: eligibility,
 * load and order are worked out again here and not taken from what the core keeps at hand. */
#include "triaged/base/mem.h"

#include "check_state.h"
#include "state.h"

static int bad(struct err *e, const char *rule, const char *id, const char *what)
{
	return err_set(e, "%s: %s: %s", rule, id, what);
}

/* I2: in exactly one place, and in the line exactly when waiting. */
static int check_place(const struct core *core, const struct contact *c, struct err *e)
{
	bool waiting = contact_is_queued(c), offered = contact_is_reserved(c);
	bool carried = c->state == CONTACT_ACTIVE || c->state == CONTACT_WRAPUP;
	if (c->state == CONTACT_NEW)
		return bad(e, "I1", c->id, "neither live nor forgotten");
	if (waiting != (c->lane != NULL) || waiting != (c->by_order.size != 0) ||
		waiting != (c->by_lane.size != 0))
		return bad(e, "I2", c->id, "waiting and its place in the line disagree");
	if (waiting && c->lane != &c->need->lanes[contact_tier(core, c)])
		return bad(e, "I2", c->id, "in the wrong lane");
	if (offered != (c->n_offers > 0))
		return bad(e, "I2", c->id, "offered and its offers disagree");
	if ((offered && contact_is_sought_for(c) && c->level == LEVEL_EMERGENCY) !=
		(c->offered.size != 0))
		return bad(e, "I2", c->id, "emergencies on offer are listed wrongly");
	if (carried != (c->responder != NULL))
		return bad(e, "I3", c->id, "active and its responder disagree");
	if (c->transfer.state != TRANSFER_NONE && c->state != CONTACT_ACTIVE)
		return bad(e, "I2", c->id, "handed over by nobody");
	if ((c->transfer.state == TRANSFER_SENT) != (c->far.role == FAR_ASKED) ||
		(c->state == CONTACT_HANDED) != (c->far.role == FAR_THERE))
		return bad(e, "I2", c->id, "it and its state in another center disagree");
	if ((c->transfer.state == TRANSFER_JOINED) != (c->guest != NULL) ||
		(c->guest && c->guest == c->responder))
		return bad(e, "I3", c->id, "its guest and its transfer disagree");
	return 0;
}

/* I7: its place follows from level and arrival alone. */
static int check_order(const struct core *core, const struct contact *c, struct err *e)
{
	if (!contact_is_queued(c) && !contact_is_reserved(c))
		return 0;
	int64_t deadline = c->arrived_ms + core->options.target_ms[c->level];
	if (c->key_deadline_ms != deadline || c->key_band != (c->level == LEVEL_EMERGENCY ? 0 : 1))
		return bad(e, "I7", c->id, "its place is not that of its level and arrival");
	return 0;
}

static int check_offers(const struct core *core, const struct contact *c, struct err *e)
{
	if (c->n_offers > 1 && c->level != LEVEL_EMERGENCY)
		return bad(e, "I3", c->id, "several offers below emergency");
	for (int i = 0; i < c->n_offers; i++) {
		const struct offer *o = c->offers[i];
		if (o->contact != c || map_get(&core->offers, o->id) != o)
			return bad(e, "I2", o->id, "an offer nobody can find");
		if (!responder_is_ready(o->responder))
			return bad(e, "I6", o->id, "offered to somebody who is not ready");
		for (int k = 0; k < i; k++)
			if (c->offers[k]->responder == o->responder)
				return bad(e, "I3", o->id, "offered twice to one responder");
	}
	return 0;
}

/* I5: whatever is not ended has a timer or a live session. I14: nothing automatic lowers. */
static int check_course(const struct core *core, const struct contact *c, struct err *e)
{
	bool attended = c->state == CONTACT_ACTIVE &&
			(c->responder->connected || c->responder->timer.index != 0);
	if (c->timer.index == 0 && !attended)
		return bad(e, "I5", c->id, "nothing will ever happen to it");
	if (c->state == CONTACT_REVIEW && !c->alert)
		return bad(e, "I5", c->id, "in review without an alert");
	if (c->level < c->level_auto && !c->lowered)
		return bad(e, "I14", c->id, "below its automatic level without a person's word");
	if ((c->front != NULL) != (c->connected != 0))
		return bad(e, "I2", c->id, "connected and its session disagree");
	(void)core;
	return 0;
}

static int check_contact(const struct core *core, const struct contact *c, struct err *e)
{
	if (c->state == CONTACT_ENDED)
		return 0;
	return check_place(core, c, e) != 0 || check_order(core, c, e) != 0 ||
			       check_offers(core, c, e) != 0 || check_course(core, c, e) != 0
		       ? -1
		       : 0;
}

static int check_contacts(const struct core *core, struct err *e)
{
	const struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));)
		if (check_contact(core, c, e) != 0)
			return -1;
	return 0;
}

static int check_lanes(const struct core *core, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < core->queue.n_lanes; i++) {
		const struct lane *lane = core->queue.lanes[i];
		if (!lane->head || lane->head != tree_first(&lane->contacts))
			return bad(e, "I11", lane->need->key, "a lane does not know its first");
		n += tree_size(&lane->contacts);
	}
	if (n != tree_size(&core->queue.order))
		return bad(e, "I2", "line", "lanes and the whole order differ in size");
	/* Each step is to the next greater key: what stands in a wrong place is passed over. */
	const struct contact *c = tree_first(&core->queue.order);
	for (; c; c = tree_next(&core->queue.order, c))
		n--;
	return n == 0 ? 0 : bad(e, "I11", "line", "out of order");
}

int core_check(const struct core *core, struct err *e)
{
	if (check_contacts(core, e) != 0 || check_lanes(core, e) != 0 ||
		check_rescues(core, e) != 0)
		return -1;
	return check_responders(core, e);
}

int core_check_some(
	const struct core *core, struct core_sweep *sweep, size_t contacts, struct err *e)
{
	const struct contact *c = NULL;
	for (size_t n = 0; n < contacts && (c = map_walk(&core->contacts, &sweep->contact, NULL));
		n++)
		if (check_contact(core, c, e) != 0)
			return -1;
	if (!c)
		sweep->contact = 0;
	return check_some_responder(core, &sweep->responder, e);
}

/* ---- digest ---- */

static uint64_t digest_of(enum entity_kind kind, const char *id, struct buf *b)
{
	record_puts(b, "id", id);
	uint64_t h = map_siphash(b->data, b->len, (uint64_t)kind, 0);
	buf_clear(b);
	return h;
}

/* A sum: the order in which things were made does not count. */
uint64_t core_digest(const struct core *core)
{
	struct buf b = { 0 };
	uint64_t sum = core->next_id + (uint64_t)core->accept_gap_ms + letters_digest(core);
	const struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (c->state == CONTACT_ENDED)
			continue;
		contact_encode(c, false, &b);
		sum += digest_of(ENTITY_CONTACT, c->id, &b);
	}
	const struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		responder_encode(r, &b);
		sum += digest_of(ENTITY_RESPONDER, r->id, &b);
	}
	const struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		if (dispatch_is_over(d))
			continue;
		dispatch_encode(d, false, &b);
		sum += digest_of(ENTITY_DISPATCH, d->id, &b);
	}
	const struct team *t;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		team_encode(t, &b);
		sum += digest_of(ENTITY_TEAM, t->id, &b);
	}
	tallies_encode(core, &b);
	sum += digest_of(ENTITY_COUNTERS, "", &b);
	const struct person *p;
	for (size_t i = 0; (p = map_walk(&core->persons, &i, NULL));) {
		person_encode(p, &b);
		sum += digest_of(ENTITY_PERSON, p->id, &b);
	}
	const struct ref *ref;
	for (size_t i = 0; (ref = map_walk(&core->refs, &i, NULL));) {
		ref_encode(ref, &b);
		sum += digest_of(ENTITY_REF, ref->key, &b);
	}
	buf_free(&b);
	return sum;
}
