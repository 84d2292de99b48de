#include "responder.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

const char *presence_name(int presence)
{
	static const char *const names[PRESENCE_COUNT] = { "away", "paused", "ready" };
	return (unsigned)presence < PRESENCE_COUNT ? names[presence] : NULL;
}

int presence_parse(const char *name)
{
	for (int i = 0; i < PRESENCE_COUNT; i++)
		if (strcmp(name, presence_name(i)) == 0)
			return i;
	return -1;
}

static void responder_fire(struct core *core, void *responder);

struct responder *responder_get(struct core *core, const char *id)
{
	struct responder *r = map_get(&core->responders, id);
	if (r)
		return r;
	r = mem_zalloc(sizeof *r);
	text_set(&r->id, id);
	r->timer = (struct timer){ .id = r->id, .owner = r, .fire = responder_fire };
	map_put(&core->responders, id, r);
	return r;
}

bool responder_is_ready(const struct responder *r)
{
	return r->connected && !r->cut_off && r->presence == PRESENCE_READY;
}

static int capacity_of(const struct core *core, const struct responder *r)
{
	int64_t capacity =
		r->configured_capacity ? r->configured_capacity : core->options.capacity_default;
	if (r->own_capacity && (r->own_capacity < capacity || !r->configured_capacity))
		capacity = r->own_capacity;
	if (capacity < 1)
		return 1;
	return (int)(capacity > CAPACITY_MAX ? CAPACITY_MAX : capacity);
}

/* What a contact takes of a responder: never more than there is. */
static int share(const struct core *core, const struct responder *r, const struct contact *c)
{
	int weight = contact_weight(core, c);
	return c->level == LEVEL_EMERGENCY || weight > r->capacity ? r->capacity : weight;
}

static int clamped(int units, int capacity)
{
	return units < capacity ? units : capacity;
}

static void count_load(struct core *core, struct responder *r)
{
	r->capacity = capacity_of(core, r);
	r->base = r->n_contacts = r->n_wrapups = r->n_offers = r->n_emergency_offers = 0;
	for (struct contact *c = r->contacts; c; c = c->responder_next) {
		r->base = clamped(r->base + share(core, r, c), r->capacity);
		*(c->state == CONTACT_WRAPUP ? &r->n_wrapups : &r->n_contacts) += 1;
	}
	for (struct contact *c = r->visited; c; c = c->visited_next)
		r->base = clamped(r->base + share(core, r, c), r->capacity);
	r->base = clamped(r->base + (int)r->after_units, r->capacity);
	if (r->after_units > 0)
		r->n_wrapups++;
	r->load = r->base;
	for (struct offer *o = r->offers; o; o = o->next) {
		r->load = clamped(r->load + share(core, r, o->contact), r->capacity);
		r->n_offers++;
		if (o->contact->level == LEVEL_EMERGENCY)
			r->n_emergency_offers++;
	}
}

static void count_ready(struct core *core, struct responder *r)
{
	bool ready = responder_is_ready(r);
	if (ready == r->counted)
		return;
	r->counted = ready;
	if (ready ? r->profile->ready++ == 0 : --r->profile->ready == 0)
		core->staff_changed = true;
}

static void take_place(struct core *core, struct responder *r, struct tree *tree)
{
	if (r->tree)
		tree_remove(r->tree, r);
	r->tree = tree;
	if (tree)
		tree_insert(tree, r,
			map_siphash(r->id, strlen(r->id), core->options.hash_seed[0],
				core->options.hash_seed[1]));
}

static void place(struct core *core, struct responder *r)
{
	take_place(core, r, NULL);
	r->available = responder_is_ready(r) && r->base < r->capacity && r->n_emergency_offers == 0;
	r->key = (struct rank_key){ .flexible = r->profile->flexible,
		.load = r->load,
		.capacity = r->capacity,
		.heavy = r->heavy,
		.idle_since_ms = r->idle_since_ms,
		.id = r->id };
	if (r->available)
		take_place(core, r, &r->profile->available);
}

void responder_update(struct core *core, struct responder *r)
{
	responder_release(core, r);
	count_load(core, r);
	count_ready(core, r);
	place(core, r);
	match_mark_responder(core, r);
}

void responder_reprofile(struct core *core, struct responder *r)
{
	struct profile *old = r->profile, *fresh = profile_get(core, r);
	responder_release(core, r);
	take_place(core, r, NULL);
	if (r->counted)
		old->ready--;
	r->counted = false;
	r->profile = fresh;
	profile_release(core, &old);
	core->staff_changed = true;
	responder_update(core, r);
}

static bool offers_fit(const struct core *core, const struct responder *r)
{
	if (r->n_offers == 0)
		return true;
	if (!responder_is_ready(r) || r->base >= r->capacity)
		return false;
	if (r->n_emergency_offers > 0)
		return r->n_offers == 1;
	int units = r->base;
	for (struct offer *o = r->offers; o; o = o->next)
		units += share(core, r, o->contact);
	return units <= r->capacity;
}

static struct offer *least_urgent(const struct responder *r)
{
	struct offer *least = r->offers;
	for (struct offer *o = r->offers; o; o = o->next)
		if (contact_cmp(o->contact, least->contact) > 0)
			least = o;
	return least;
}

void responder_trim(struct core *core, struct responder *r)
{
	responder_update(core, r);
	while (!offers_fit(core, r))
		offer_end(core, least_urgent(r), OFFER_WITHDRAWN);
}

void responder_attach(struct core *core, struct responder *r, struct contact *c)
{
	struct contact **at = &r->contacts, *before = NULL;
	for (; *at && strcmp((*at)->id, c->id) < 0; at = &(*at)->responder_next)
		before = *at;
	c->responder = r;
	c->responder_prev = before;
	c->responder_next = *at;
	if (c->responder_next)
		c->responder_next->responder_prev = c;
	*at = c;
	responder_update(core, r);
}

void responder_detach(struct core *core, struct contact *c)
{
	struct responder *r = c->responder;
	if (c->responder_prev)
		c->responder_prev->responder_next = c->responder_next;
	else
		r->contacts = c->responder_next;
	if (c->responder_next)
		c->responder_next->responder_prev = c->responder_prev;
	c->responder_next = c->responder_prev = NULL;
	c->responder = NULL;
	r->idle_since_ms = core->now_ms;
	responder_update(core, r);
	responder_touch(core, r);
}

int64_t responder_wrap_ms(const struct core *core, const struct responder *r, int level)
{
	return r->own_wrap_ms ? r->own_wrap_ms - 1 : core->options.wrap_ms[level];
}

void responder_rest(struct core *core, struct responder *r, const struct contact *c)
{
	int64_t due_ms = core->now_ms + responder_wrap_ms(core, r, c->level);
	if (due_ms <= core->now_ms)
		return;
	text_set(&r->after_contact, c->id);
	r->after_units += share(core, r, c);
	if (r->after_units > CAPACITY_MAX)
		r->after_units = CAPACITY_MAX;
	if (due_ms > r->after_due_ms)
		r->after_due_ms = due_ms;
	responder_trim(core, r);
	responder_touch(core, r);
}

void responder_rested(struct core *core, struct responder *r)
{
	text_set(&r->after_contact, NULL);
	r->after_units = r->after_due_ms = 0;
	responder_update(core, r);
	responder_touch(core, r);
}

void responder_arm(struct core *core, struct responder *r)
{
	int64_t due = r->lost_due_ms ? r->lost_due_ms : NEVER;
	if (r->after_due_ms && r->after_due_ms < due)
		due = r->after_due_ms;
	timer_set(&core->timers, &r->timer, due);
}

void responder_set_presence(
	struct core *core, struct responder *r, enum presence presence, const char *reason)
{
	if ((int)presence == r->presence && text_is(reason, r->reason))
		return;
	if (presence == PRESENCE_READY && r->presence != PRESENCE_READY) {
		r->idle_since_ms = core->now_ms;
		r->missed = 0;
	}
	r->presence = (int)presence;
	text_set(&r->reason, reason);
	DECIDE(core->step, "presence", r->id, presence_name(r->presence), text_of(reason));
	responder_trim(core, r);
	responder_touch(core, r);
}

/* The session is gone: what was offered goes back to its place at once; what they carry stays
 * theirs for the grace, and the people in it are told. */
void responder_lost(struct core *core, struct responder *r)
{
	r->connected = 0;
	r->lost_due_ms = core->now_ms + core->options.responder_grace_ms;
	responder_trim(core, r);
	guest_lost(core, r);
	for (struct contact *c = r->contacts; c; c = c->responder_next) {
		if (c->state != CONTACT_ACTIVE)
			continue;
		struct buf *b = contact_tell(core, c, OUTPUT_CONTACT_NOTICE);
		if (b)
			record_puts(b, "kind", "responder_lost");
	}
	responder_touch(core, r);
}

static void give_up(struct core *core, struct responder *r)
{
	r->lost_due_ms = 0;
	bool carried = r->n_contacts > 0;
	responder_set_presence(core, r, PRESENCE_AWAY, "lost");
	if (carried)
		notice_responder(core, r, "responder_lost");
	struct contact *next;
	for (struct contact *c = r->contacts; c; c = next) {
		next = c->responder_next;
		if (c->state != CONTACT_ACTIVE)
			continue;
		if (c->guest) {
			transfer_return(core, c);
			continue;
		}
		c->reconnect = 1;
		/* Nobody at either end: not to be offered for ever. */
		if (!c->front && !contact_is_asynchronous(c) && !c->grace_due_ms)
			c->grace_due_ms = core->now_ms + core->options.person_grace_ms;
		DECIDE(core->step, "returned", c->id, r->id, "lost");
		contact_enter(core, c, CONTACT_EV_RETURN);
	}
	responder_touch(core, r);
}

static void responder_fire(struct core *core, void *responder)
{
	struct responder *r = responder;
	if (r->after_due_ms && r->after_due_ms <= core->now_ms)
		responder_rested(core, r);
	if (r->lost_due_ms && r->lost_due_ms <= core->now_ms)
		give_up(core, r);
}

void responder_touch(struct core *core, struct responder *r)
{
	r->stored = true;
	core_dirty(core, ENTITY_RESPONDER, r, &r->dirty);
	responder_arm(core, r);
}

void responder_keep_for(struct core *core, struct responder *r, struct contact *c)
{
	if (r->kept_for == c)
		return;
	responder_release(core, r);
	take_place(core, r, NULL);
	r->kept_for = c;
	r->kept_prev = NULL;
	r->kept_next = c->kept;
	if (c->kept)
		c->kept->kept_prev = r;
	c->kept = r;
	take_place(core, r, &r->profile->kept);
}

void responder_release(struct core *core, struct responder *r)
{
	struct contact *c = r->kept_for;
	if (!c)
		return;
	take_place(core, r, NULL);
	if (r->kept_prev)
		r->kept_prev->kept_next = r->kept_next;
	else
		c->kept = r->kept_next;
	if (r->kept_next)
		r->kept_next->kept_prev = r->kept_prev;
	r->kept_for = NULL;
	r->kept_next = r->kept_prev = NULL;
	take_place(core, r, &r->profile->available);
}
