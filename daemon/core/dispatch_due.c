/* What is due for a dispatch when nobody does anything: second persons, whoever was asked, steps of
 * the unit, alarms, sends. Its one timer stands at the earliest of the instants below. */
#include "dispatch_ask.h"
#include "state.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How long the step may take that the state waits for; 0: no deadline but the alarm. */
static int64_t step_ms(const struct core *core, const struct dispatch *d)
{
	const struct core_options *o = &core->options;
	switch (d->state) {
	case DISPATCH_ACKNOWLEDGED:
		return o->sent_ms;
	case DISPATCH_SENT:
		return o->start_ms;
	case DISPATCH_EN_ROUTE:
		return text_is(d->kind, "mobile_team") ? o->arrive_mobile_ms : o->arrive_ms;
	case DISPATCH_ON_SCENE:
		return o->meet_ms;
	case DISPATCH_WITH_PERSON:
		return o->finish_ms;
	case DISPATCH_TRANSPORTING:
		return o->clear_ms;
	case DISPATCH_CLEARED:
		return o->end_ms;
	default:
		return 0;
	}
}

/* A named person watches over it as things stand. */
static bool is_attended(const struct dispatch *d)
{
	return dispatch_is_under_way(d) && (!d->overdue || d->seen);
}

void dispatch_plan(struct core *core, struct dispatch *d)
{
	int64_t ms = step_ms(core, d);
	d->step_due_ms = ms ? core->now_ms + ms : 0;
	d->alert_due_ms = core->now_ms + alert_gap(core, is_attended(d));
}

void dispatch_arm(struct core *core, struct dispatch *d)
{
	int64_t due = dispatch_give_up_due(core, d);
	if (dispatch_is_open(d)) {
		due = earlier(due, d->alert_due_ms);
		if (d->second_due_ms)
			due = earlier(due, d->second_due_ms);
		if (d->target_due_ms)
			due = earlier(due, d->target_due_ms);
		if (d->step_due_ms && !d->overdue)
			due = earlier(due, d->step_due_ms);
		if (d->drill_due_ms)
			due = earlier(due, d->drill_due_ms);
	}
	timer_set(&core->timers, &d->timer, due);
	dispatch_arm_emission(core, d);
}

static const char *alarm_kind(const struct dispatch *d)
{
	switch (d->state) {
	case DISPATCH_HELD:
		return d->place_open ? "dispatch_place" : "dispatch_second";
	case DISPATCH_REQUESTED:
		return "dispatch_requested";
	case DISPATCH_DECLINED:
		return "dispatch_declined";
	case DISPATCH_FAILED:
		return "dispatch_failed";
	default:
		return d->overdue ? "dispatch_overdue" : "dispatch_open";
	}
}

void dispatch_alarm(struct core *core, struct dispatch *d)
{
	d->alerts++;
	d->alert_due_ms = core->now_ms + alert_gap(core, is_attended(d));
	if (!d->drill_due_ms) /* nobody waits for it; what counts is whether it ends in time */
		notice_dispatch(core, d, alarm_kind(d));
	dispatch_touch(core, d);
}

/* The second person was asked and did not speak: the rescue goes on, and that is on record. */
static void end_silence(struct core *core, struct dispatch *d)
{
	d->second_due_ms = 0;
	d->silence = 1;
	DECIDE(core->step, "dispatch_silence", d->id, d->contact);
	dispatch_unhold(core, d);
	dispatch_touch(core, d);
}

void dispatch_fire(struct core *core, void *dispatch)
{
	struct dispatch *d = dispatch;
	int64_t now = core->now_ms;
	bool open = dispatch_is_open(d);
	if (open && d->second_due_ms && d->second_due_ms <= now)
		end_silence(core, d);
	if (open && d->target_due_ms && d->target_due_ms <= now)
		dispatch_unanswered(core, d);
	if (open && d->step_due_ms && !d->overdue && d->step_due_ms <= now) {
		d->overdue = 1;
		d->alert_due_ms = now;
		DECIDE(core->step, "dispatch_overdue", d->id, d->contact, dispatch_awaits(d));
		dispatch_tell(core, d);
	}
	if (open && d->alert_due_ms <= now)
		dispatch_alarm(core, d);
	if (open && d->drill_due_ms && d->drill_due_ms <= now)
		dispatch_drill_late(core, d);
	dispatch_give_up(core, d);
	dispatch_arm(core, d);
}
