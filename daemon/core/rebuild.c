/* Deriving queue, timers, load and sessions from what was loaded. Records that contradict
 * themselves are named, and their contact goes to the supervisors: nothing is dropped. */
#include <string.h>

#include "triaged/base/mem.h"

#include "dispatch_ask.h"
#include "state.h"

static const char *contradiction(const struct contact *c)
{
	bool carried = c->state == CONTACT_ACTIVE || c->state == CONTACT_WRAPUP;
	if (c->state == CONTACT_NEW)
		return "has no state";
	if (carried != (c->responder != NULL))
		return "its state and its responder disagree";
	if (c->transfer.state != TRANSFER_NONE && c->state != CONTACT_ACTIVE)
		return "handed over by nobody";
	if (c->far.role < FAR_NONE || c->far.role > FAR_HERE ||
		(c->transfer.state == TRANSFER_SENT) != (c->far.role == FAR_ASKED) ||
		(c->state == CONTACT_HANDED) != (c->far.role == FAR_THERE))
		return "it and its state in another center disagree";
	if ((c->transfer.state == TRANSFER_JOINED) != (c->guest != NULL) ||
		(c->guest && c->guest == c->responder))
		return "its guest and its transfer disagree";
	if (contact_is_reserved(c) != (c->n_offers > 0))
		return "its state and its offers disagree";
	if (c->state == CONTACT_REVIEW && !c->alert)
		return "in review without an alert";
	if (c->n_offers > 1 && c->level != LEVEL_EMERGENCY)
		return "several offers below emergency";
	return NULL;
}

static int64_t within(int64_t v, int64_t last)
{
	if (v < 0)
		return 0;
	return v < last ? v : last;
}

static void hand_to_supervisors(struct core *core, struct contact *c)
{
	while (c->n_offers > 0)
		offer_drop(core, c->offers[0]);
	c->state = CONTACT_REVIEW;
	c->responder = c->guest = NULL;
	transfer_clear(&c->transfer);
	far_clear(&c->far);
	text_set(&c->alert, "inconsistent");
	text_set(&c->alert_by, NULL);
	c->alert_since_ms = c->alert_due_ms = core->now_ms;
}

static void link_front_end(struct core *core, struct contact *c)
{
	if (!c->connected)
		return;
	c->connected = c->session != NULL;
	struct session *s =
		session_open(core, text_of(c->session), text_of(c->identity), "frontend");
	if (!s)
		return;
	c->front = s;
	c->session_next = s->contacts;
	if (s->contacts)
		s->contacts->session_prev = c;
	s->contacts = c;
}

static int link_contacts(struct core *core, struct err *e)
{
	struct contact *c;
	int result = 0;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (c->state == CONTACT_ENDED)
			continue;
		const char *why = contradiction(c);
		if (why) {
			result = err_set(e, "contact %s: %s", c->id, why);
			hand_to_supervisors(core, c);
		}
		c->waited_tier = within(c->waited_tier, core->options.n_tiers - 1);
		c->widened = within(c->widened, CORE_TIERS_MAX);
		c->prior_level = within(c->prior_level, LEVEL_COUNT);
		c->need = requirement_get(core, c);
		if (c->level < c->level_auto && !c->lowered)
			c->level = c->level_auto;
		if (c->responder)
			responder_attach(core, c->responder, c);
		if (c->guest)
			guest_attach(core, c->guest, c);
		link_front_end(core, c);
	}
	return result;
}

static int link_responders(struct core *core, struct err *e)
{
	struct responder *r;
	int result = 0;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		if (!r->stored)
			result = err_set(e, "responder %s: named by a contact, not stored", r->id);
		if (!r->stored) /* lost, with whatever they carry */
			r->lost_due_ms = core->now_ms + 1;
		r->stored = true;
		if (r->after_units <= 0 || r->after_due_ms <= 0)
			r->after_units = r->after_due_ms = 0; /* a rest ends */
		r->after_units = within(r->after_units, CAPACITY_MAX);
		responder_reprofile(core, r);
		responder_arm(core, r);
		if (r->connected)
			(void)session_open(core, text_of(r->session), r->id, "responder");
	}
	return result;
}

static const char *dispatch_contradiction(const struct dispatch *d)
{
	bool held = d->state == DISPATCH_HELD;
	if (d->target && d->unit)
		return "asked of somebody while somebody has it";
	if (held && (d->target || d->unit))
		return "held, and asked of somebody";
	if (dispatch_is_under_way(d) && !d->by)
		return "under way without a name";
	return NULL;
}

/* Whoever is asked, the alarm goes on: a person will look. */
static void mend_dispatch(struct core *core, struct dispatch *d)
{
	if (d->state == DISPATCH_HELD || d->unit)
		text_set(&d->target, NULL);
	if (d->state == DISPATCH_HELD)
		text_set(&d->unit, NULL);
	if (dispatch_is_under_way(d) && !d->by)
		text_set(&d->by, "unknown");
	d->alert_due_ms = core->now_ms;
}

static int link_dispatches(struct core *core, struct err *e)
{
	struct dispatch *d;
	int result = 0;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		struct contact *c = map_get(&core->contacts, text_of(d->contact));
		const char *why = dispatch_is_open(d) ? dispatch_contradiction(d) : NULL;
		if (why) {
			result = err_set(e, "dispatch %s: %s", d->id, why);
			mend_dispatch(core, d);
		}
		if (d->state == DISPATCH_HELD && !d->place_open && !d->second_due_ms)
			d->place_open = 1; /* somebody has to say that it may go */
		if (!d->target_due_ms && (d->target || d->state == DISPATCH_REQUESTED))
			d->target_due_ms = core->now_ms + core->options.round_ms;
		if (!d->alert_due_ms)
			d->alert_due_ms = core->now_ms + alert_gap(core, false);
		dispatch_arm(core, d); /* what is still to be sent is asked for at once */
		if (!dispatch_is_open(d))
			continue;
		if (c)
			c->dispatches_open++;
		else if (!d->drill_due_ms)
			result = err_set(e, "dispatch %s: its contact is gone", d->id);
	}
	return result;
}

/* A team and its dispatch that do not know of each other: the team is free, the dispatch asks. */
static int link_teams(struct core *core, struct err *e)
{
	struct team *t;
	int result = 0;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		char target[TARGET_SIZE];
		const struct dispatch *d =
			t->dispatch ? map_get(&core->dispatches, t->dispatch) : NULL;
		team_target(t, target);
		if ((t->dispatch || t->has) &&
			(!d || !dispatch_is_open(d) ||
				!text_is(t->has ? d->unit : d->target, target))) {
			result = err_set(e, "team %s: its dispatch does not know of it", t->id);
			text_set(&t->dispatch, NULL);
			t->has = 0;
		}
		if (t->connected)
			(void)session_open(
				core, text_of(t->session), text_of(t->identity), text_of(t->role));
		team_arm(core, t);
	}
	return result;
}

int core_load_done(struct core *core, struct err *e)
{
	int result = link_responders(core, e);
	result |= link_dispatches(core, e);
	result |= link_teams(core, e);
	result |= link_contacts(core, e);
	person_load_done(core);
	ref_load_done(core);
	core_rebuild(core);
	return result != 0 ? -1 : core_check(core, e);
}

static void take_out(struct core *core)
{
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (c->lane)
			queue_remove(core, c);
		if (c->offered.size)
			tree_remove(&core->emergencies, c);
	}
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		if (p->n_fits)
			memset(p->fits, 0, p->n_fits * sizeof *p->fits);
}

static void put_in(struct core *core, struct contact *c)
{
	if (contact_is_queued(c))
		queue_place(core, c);
	else if (contact_is_reserved(c))
		queue_move(core, c);
	contact_arm(core, c);
}

void core_rebuild(struct core *core)
{
	/* Not stored: whoever goes on and whoever replays it begin a new window here. */
	core->repeats = core->repeats_since_ms = core->repeats_left_out = 0;
	take_out(core);
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));)
		if (c->state != CONTACT_ENDED)
			put_in(core, c);
	struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));)
		responder_update(core, r);
	for (size_t i = 0; i < core->queue.n_lanes; i++)
		core->queue.lanes[i]->unservable = !lane_is_servable(core, core->queue.lanes[i]);
	core->staff_changed = false;
	core->rematch = true;
}

void core_set_options(struct core *core, const struct core_options *options)
{
	uint64_t seed[2] = { core->options.hash_seed[0], core->options.hash_seed[1] };
	core->options = *options;
	memcpy(core->options.hash_seed, seed, sizeof seed); /* the tables stand on the first one */
	core_take_agencies(core);
	core_rebuild(core);
}
