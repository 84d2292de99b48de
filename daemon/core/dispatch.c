#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "dispatch_ask.h"
#include "state.h"

/* Whoever has it may end anywhere: in the field steps are skipped when nobody can report them. */
#define OVER                                                                                       \
	[DISPATCH_EV_END] = { 1, DISPATCH_ENDED }, [DISPATCH_EV_CANCEL] = { 1, DISPATCH_CANCELLED }
#define LOST [DISPATCH_EV_FAIL] = { 1, DISPATCH_FAILED }

/* An empty cell refuses. */
static const struct {
	uint8_t legal, to;
} table[DISPATCH_STATE_COUNT][DISPATCH_EVENT_COUNT] = {
	[DISPATCH_HELD] = {
		[DISPATCH_EV_RELEASE] = { 1, DISPATCH_REQUESTED },
		[DISPATCH_EV_ACK] = { 1, DISPATCH_ACKNOWLEDGED },
		OVER,
	},
	[DISPATCH_REQUESTED] = {
		[DISPATCH_EV_ACK] = { 1, DISPATCH_ACKNOWLEDGED },
		[DISPATCH_EV_DECLINE] = { 1, DISPATCH_DECLINED },
		OVER,
	},
	[DISPATCH_DECLINED] = {
		[DISPATCH_EV_ACK] = { 1, DISPATCH_ACKNOWLEDGED },
		[DISPATCH_EV_AGAIN] = { 1, DISPATCH_REQUESTED },
		OVER,
	},
	[DISPATCH_FAILED] = {
		[DISPATCH_EV_ACK] = { 1, DISPATCH_ACKNOWLEDGED },
		[DISPATCH_EV_AGAIN] = { 1, DISPATCH_REQUESTED },
		OVER,
	},
	[DISPATCH_ACKNOWLEDGED] = {
		[DISPATCH_EV_ACK] = { 1, DISPATCH_ACKNOWLEDGED },
		[DISPATCH_EV_SEND] = { 1, DISPATCH_SENT },
		[DISPATCH_EV_START] = { 1, DISPATCH_EN_ROUTE },
		[DISPATCH_EV_ARRIVE] = { 1, DISPATCH_ON_SCENE },
		[DISPATCH_EV_MEET] = { 1, DISPATCH_WITH_PERSON },
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_SENT] = {
		[DISPATCH_EV_START] = { 1, DISPATCH_EN_ROUTE },
		[DISPATCH_EV_ARRIVE] = { 1, DISPATCH_ON_SCENE },
		[DISPATCH_EV_MEET] = { 1, DISPATCH_WITH_PERSON },
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_EN_ROUTE] = {
		[DISPATCH_EV_ARRIVE] = { 1, DISPATCH_ON_SCENE },
		[DISPATCH_EV_MEET] = { 1, DISPATCH_WITH_PERSON },
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_ON_SCENE] = {
		[DISPATCH_EV_MEET] = { 1, DISPATCH_WITH_PERSON },
		[DISPATCH_EV_TRANSPORT] = { 1, DISPATCH_TRANSPORTING },
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_WITH_PERSON] = {
		[DISPATCH_EV_TRANSPORT] = { 1, DISPATCH_TRANSPORTING },
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_TRANSPORTING] = {
		[DISPATCH_EV_CLEAR] = { 1, DISPATCH_CLEARED },
		LOST, OVER,
	},
	[DISPATCH_CLEARED] = { OVER },
};

const char *dispatch_state_name(int state)
{
	static const char *const names[DISPATCH_STATE_COUNT] = {
#define X(sym, name) name,
		DISPATCH_STATES(X)
#undef X
	};
	return (unsigned)state < DISPATCH_STATE_COUNT ? names[state] : NULL;
}

int dispatch_next_state(enum dispatch_state state, enum dispatch_event event)
{
	return table[state][event].legal ? table[state][event].to : -1;
}

bool dispatch_is_open(const struct dispatch *d)
{
	return d->state != DISPATCH_ENDED && d->state != DISPATCH_CANCELLED;
}

bool dispatch_is_over(const struct dispatch *d)
{
	for (int i = 0; i < d->n_sends; i++)
		if (d->sends[i].result == SEND_PENDING)
			return false;
	return !dispatch_is_open(d);
}

bool dispatch_is_under_way(const struct dispatch *d)
{
	return dispatch_is_open(d) && d->state != DISPATCH_HELD && d->state != DISPATCH_REQUESTED &&
	       d->state != DISPATCH_DECLINED && d->state != DISPATCH_FAILED;
}

const char *dispatch_awaits(const struct dispatch *d)
{
	static const char *const names[DISPATCH_STATE_COUNT] = {
		[DISPATCH_REQUESTED] = "acknowledged",
		[DISPATCH_DECLINED] = "acknowledged",
		[DISPATCH_FAILED] = "acknowledged",
		[DISPATCH_ACKNOWLEDGED] = "sent",
		[DISPATCH_SENT] = "en_route",
		[DISPATCH_EN_ROUTE] = "on_scene",
		[DISPATCH_ON_SCENE] = "with_person",
		[DISPATCH_WITH_PERSON] = "outcome",
		[DISPATCH_TRANSPORTING] = "cleared",
		[DISPATCH_CLEARED] = "outcome",
	};
	if (d->state == DISPATCH_HELD)
		return d->place_open ? "place" : "second_person";
	return text_of((char *)(uintptr_t)names[d->state]);
}

static void close_dispatch(struct core *core, struct dispatch *d)
{
	struct contact *c = map_get(&core->contacts, text_of(d->contact));
	if (c)
		c->dispatches_open--;
	dispatch_let_go(core, d, d->state == DISPATCH_ENDED ? "over" : "cancelled");
	tally_add(core, d);
	if (d->drill_due_ms)
		dispatch_drill_over(core, d);
}

void dispatch_enter(struct core *core, struct dispatch *d, enum dispatch_event event)
{
	int next = dispatch_next_state((enum dispatch_state)d->state, event);
	CHECK(next >= 0);
	d->state = next;
	d->state_ms = core->now_ms;
	d->overdue = d->seen = d->alerts = 0;
	dispatch_plan(core, d);
	DECIDE(core->step, "dispatch_state", d->id, d->contact, dispatch_state_name(d->state),
		text_of(d->by));
	if (!dispatch_is_open(d))
		close_dispatch(core, d);
	dispatch_tell(core, d);
	dispatch_touch(core, d);
}

void dispatch_begin(struct core *core, struct dispatch *d, bool held)
{
	d->state = held ? DISPATCH_HELD : DISPATCH_REQUESTED;
	d->requested_ms = core->at_ms;
	d->state_ms = core->now_ms;
	dispatch_plan(core, d);
	dispatch_alarm(core, d);
	dispatch_ask(core, d);
	dispatch_touch(core, d);
}

void dispatch_unhold(struct core *core, struct dispatch *d)
{
	if (d->place_open || d->second_due_ms)
		return;
	if (d->state == DISPATCH_HELD) {
		dispatch_enter(core, d, DISPATCH_EV_RELEASE);
		dispatch_alarm(core, d);
	}
	dispatch_ask(core, d);
}

void dispatch_put(const struct core *core, const struct dispatch *d, struct buf *b)
{
	char doubts[SPOT_DOUBTS];
	spot_doubts(&d->spot, &core->options, core->now_ms, doubts);
	record_puts(b, "dispatch", d->id);
	record_puts(b, "kind", d->kind);
	record_puts(b, "state", dispatch_state_name(d->state));
	record_puts(b, "awaits", dispatch_awaits(d));
	record_puts(b, "by", d->by);
	record_puts(b, "unit", d->unit);
	record_puts(b, "asked", d->target);
	record_puti(b, "version", d->version);
	record_puti(b, "test", d->test);
	record_puti(b, "due_ms", d->second_due_ms ? d->second_due_ms : d->step_due_ms);
	record_puts(b, "doubts", doubts);
	record_puts(b, "location_confirmed_by", d->place_by);
	record_puts(b, "second_by", d->second_by);
	record_puti(b, "silence", d->silence);
}

struct dispatch *dispatch_new(struct core *core, const char *id)
{
	struct dispatch *d = mem_zalloc(sizeof *d);
	CHECK(strlen(id) < sizeof d->id);
	memcpy(d->id, id, strlen(id));
	d->timer = (struct timer){ .id = d->id, .owner = d, .fire = dispatch_fire };
	d->emission = (struct timer){ .id = d->id, .owner = d, .fire = dispatch_emit };
	map_put(&core->dispatches, d->id, d);
	return d;
}

void dispatch_touch(struct core *core, struct dispatch *d)
{
	core_dirty(core, ENTITY_DISPATCH, d, &d->dirty);
	dispatch_arm(core, d);
}

void dispatch_tell(struct core *core, struct dispatch *d)
{
	struct contact *c = map_get(&core->contacts, text_of(d->contact));
	struct buf *b = c ? contact_tell_responder(core, c, OUTPUT_DISPATCH_UPDATE) : NULL;
	if (!b)
		return;
	record_puts(b, "dispatch", d->id);
	record_puts(b, "kind", d->kind);
	record_puts(b, "state", dispatch_state_name(d->state));
	record_puts(b, "by", d->by);
	record_puts(b, "unit", d->unit);
	record_puts(b, "awaits", dispatch_awaits(d));
	record_puti(b, "version", d->version);
	record_puti(b, "test", d->test);
}
