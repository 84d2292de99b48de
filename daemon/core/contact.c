#include "contact.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "state.h"

/* What entering a state through an event brings about. */
enum effect {
	FX_LINE = 1,       /* into the line, and match it */
	FX_LEAVE_LINE = 2, /* out of the line */
	FX_RELEASE = 4,    /* its responder lets go of it */
	FX_TELL = 8,       /* the front end hears of the new state */
	FX_CALM = 16,      /* the cause of its alert is over */
};

/* An empty cell refuses. */
static const struct {
	uint8_t legal, to, effects;
} table[CONTACT_STATE_COUNT][CONTACT_EVENT_COUNT] = {
	[CONTACT_NEW] = {
		[CONTACT_EV_ARRIVE] = { 1, CONTACT_WAITING, FX_LINE },
	},
	[CONTACT_WAITING] = {
		[CONTACT_EV_OFFER] = { 1, CONTACT_OFFERED, FX_LEAVE_LINE },
		[CONTACT_EV_ABANDON] = { 1, CONTACT_REVIEW, FX_LEAVE_LINE | FX_TELL },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_LEAVE_LINE | FX_CALM },
	},
	[CONTACT_OFFERED] = {
		[CONTACT_EV_OFFER] = { 1, CONTACT_OFFERED, 0 },
		[CONTACT_EV_UNOFFER] = { 1, CONTACT_WAITING, FX_LINE },
		[CONTACT_EV_ACCEPT] = { 1, CONTACT_ACTIVE, FX_TELL | FX_CALM },
		[CONTACT_EV_ABANDON] = { 1, CONTACT_REVIEW, FX_TELL },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_CALM },
	},
	[CONTACT_ACTIVE] = {
		[CONTACT_EV_RETURN] = { 1, CONTACT_WAITING, FX_RELEASE | FX_LINE | FX_TELL },
		[CONTACT_EV_HAND] = { 1, CONTACT_HANDED, FX_RELEASE | FX_TELL | FX_CALM },
		[CONTACT_EV_CLOSE] = { 1, CONTACT_WRAPUP, 0 },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_RELEASE | FX_CALM },
	},
	[CONTACT_WRAPUP] = {
		[CONTACT_EV_ABANDON] = { 1, CONTACT_REVIEW, FX_RELEASE },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_RELEASE | FX_CALM },
	},
	[CONTACT_HANDED] = {
		[CONTACT_EV_ABANDON] = { 1, CONTACT_REVIEW, 0 },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_CALM },
	},
	[CONTACT_REVIEW] = {
		[CONTACT_EV_RETURN] = { 1, CONTACT_WAITING, FX_LINE | FX_TELL | FX_CALM },
		[CONTACT_EV_END] = { 1, CONTACT_ENDED, FX_CALM },
	},
};

const char *contact_state_name(int state)
{
	static const char *const names[CONTACT_STATE_COUNT] = {
#define X(sym, name) name,
		CONTACT_STATES(X)
#undef X
	};
	return (unsigned)state < CONTACT_STATE_COUNT ? names[state] : NULL;
}

int contact_next_state(enum contact_state state, enum contact_event event)
{
	return table[state][event].legal ? table[state][event].to : -1;
}

/* Emergencies on offer are kept at hand: more responders may be asked, or one taken back. */
void contact_list_emergency(struct core *core, struct contact *c)
{
	bool listed = c->offered.size != 0;
	bool wanted =
		contact_is_reserved(c) && contact_is_sought_for(c) && c->level == LEVEL_EMERGENCY;
	if (listed && !wanted)
		tree_remove(&core->emergencies, c);
	if (wanted && !listed)
		tree_insert(&core->emergencies, c, contact_shape(core, c));
}

void contact_enter(struct core *core, struct contact *c, enum contact_event event)
{
	int next = contact_next_state((enum contact_state)c->state, event);
	CHECK(next >= 0);
	int effects = table[c->state][event].effects;
	if (c->transfer.state != TRANSFER_NONE)
		transfer_end(core, c, event == CONTACT_EV_RETURN ? "returned" : "closed");
	if (effects & FX_LEAVE_LINE)
		queue_remove(core, c);
	if (effects & FX_RELEASE)
		responder_detach(core, c);
	if (effects & FX_CALM)
		alert_clear(c);
	c->state = next;
	if (effects & FX_LINE) {
		if (event == CONTACT_EV_RETURN)
			c->late = 0; /* waiting once more: the promise is looked at again */
		queue_insert(core, c);
		match_mark_contact(core, c);
	}
	contact_list_emergency(core, c);
	if (effects & FX_TELL)
		contact_tell_update(core, c);
	if (c->state == CONTACT_ENDED) {
		session_detach(c);
		person_left(core, c);
		requirement_release(core, &c->need);
	}
	contact_touch(core, c);
}

struct contact *contact_new(struct core *core, const char *id)
{
	struct contact *c = mem_zalloc(sizeof *c);
	CHECK(strlen(id) < sizeof c->id);
	memcpy(c->id, id, strlen(id));
	c->timer = (struct timer){ .id = c->id, .owner = c, .fire = contact_fire };
	map_put(&core->contacts, c->id, c);
	return c;
}

int contact_cmp(const void *a, const void *b)
{
	const struct contact *x = a, *y = b;
	if (x->key_band != y->key_band)
		return x->key_band < y->key_band ? -1 : 1;
	if (x->key_deadline_ms != y->key_deadline_ms)
		return x->key_deadline_ms < y->key_deadline_ms ? -1 : 1;
	if (x->arrived_ms != y->arrived_ms)
		return x->arrived_ms < y->arrived_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

uint64_t contact_shape(const struct core *core, const struct contact *c)
{
	return map_siphash(
		c->id, strlen(c->id), core->options.hash_seed[0], core->options.hash_seed[1]);
}

bool contact_in_line(const struct contact *c)
{
	return c->state == CONTACT_WAITING || c->state == CONTACT_OFFERED;
}

bool contact_is_queued(const struct contact *c)
{
	return c->state == CONTACT_WAITING || c->transfer.state == TRANSFER_WAITING;
}

bool contact_is_reserved(const struct contact *c)
{
	return c->state == CONTACT_OFFERED || c->transfer.state == TRANSFER_OFFERED;
}

bool contact_is_sought_for(const struct contact *c)
{
	return contact_is_queued(c) || (contact_is_reserved(c) && !c->transfer.responder);
}

int contact_tier(const struct core *core, const struct contact *c)
{
	int64_t tier = c->waited_tier + c->widened, last = core->options.n_tiers - 1;
	return (int)(tier < last ? tier : last);
}

void contact_widen(struct contact *c)
{
	if (c->widened < CORE_TIERS_MAX)
		c->widened++;
}

int64_t contact_deadline(const struct core *core, const struct contact *c)
{
	return c->arrived_ms + core->options.target_ms[c->level];
}

int contact_weight(const struct core *core, const struct contact *c)
{
	int weight = core->options.weight[c->level];
	return weight > 0 ? weight : 1;
}

bool contact_excludes(const struct contact *c, const struct responder *r)
{
	if (c->responder == r)
		return true;
	for (int i = 0; i < c->n_excluded; i++)
		if (c->excluded[i].responder == r)
			return true;
	return false;
}

void contact_exclude(struct core *core, struct contact *c, struct responder *r, int64_t until_ms)
{
	int i = c->n_excluded++; /* whoever is excluded has no offer to decline or to miss */
	c->excluded = mem_resize(c->excluded, (size_t)c->n_excluded, sizeof *c->excluded);
	c->excluded[i] = (struct exclusion){ r, until_ms };
	contact_touch(core, c);
}

bool contact_is_asynchronous(const struct contact *c)
{
	return text_is(c->channel, "sms") || text_is(c->channel, "email") || far_is_receiver(c);
}

struct buf *contact_tell(struct core *core, struct contact *c, enum output_kind kind)
{
	if (!c->front)
		return NULL;
	struct buf *b = step_notify(core->step, kind, c->front->id);
	record_puts(b, "contact", c->id);
	return b;
}

void contact_tell_update(struct core *core, struct contact *c)
{
	struct buf *b = contact_tell(core, c, OUTPUT_CONTACT_UPDATE);
	if (!b)
		return;
	record_puts(b, "state", contact_state_name(c->state));
	record_puts(b, "level", level_name((enum level)c->level));
	contact_put_place(core, c, b);
}

void contact_put_place(const struct core *core, const struct contact *c, struct buf *b)
{
	if (c->state != CONTACT_WAITING)
		return;
	int64_t position = (int64_t)tree_rank(&core->queue.order, c) + 1;
	record_puti(b, "position", position);
	record_puti(b, "eta_s", position * core->accept_gap_ms / 1000);
}

struct buf *contact_tell_responder(struct core *core, struct contact *c, enum output_kind kind)
{
	if (!c->responder || !c->responder->connected)
		return NULL;
	struct buf *b = step_notify(core->step, kind, c->responder->session);
	record_puts(b, "contact", c->id);
	return b;
}

struct buf *contact_tell_guest(struct core *core, struct contact *c, enum output_kind kind)
{
	if (!c->guest || !c->guest->connected)
		return NULL;
	struct buf *b = step_notify(core->step, kind, text_of(c->guest->session));
	record_puts(b, "contact", c->id);
	return b;
}

void contact_tell_connected(struct core *core, struct contact *c)
{
	struct buf *b = contact_tell(core, c, OUTPUT_CONTACT_CONNECTED);
	if (b)
		record_puts(b, "alias", c->responder->name);
}
