/* Commands about a dispatch, by those who are asked for it, who have it, or who requested it. */
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "dispatch_ask.h"

static bool is_dispatcher(const struct command *c)
{
	return strcmp(c->role, "dispatcher") == 0;
}

static bool is_partner(const struct command *c)
{
	return strcmp(c->role, "partner") == 0;
}

static int answer(struct core *core, const struct dispatch *d)
{
	dispatch_put(core, d, &core->answer.fields);
	return 0;
}

static int forbid(struct core *core, const char *reason)
{
	return core_refuse(core, OUTPUT_ERR_FORBIDDEN, reason, NULL);
}

static struct dispatch *find_dispatch(struct core *core, const struct command *c)
{
	struct dispatch *d = map_get(&core->dispatches, c->dispatch);
	if (d && dispatch_is_open(d))
		return d;
	(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_dispatch", "dispatch");
	return NULL;
}

/* For those who work on it: dispatchers and supervisors on any, a partner on its own, with the
 * target it speaks for ("" for the others). */
static struct dispatch *find_worked(
	struct core *core, const struct command *c, char target[TARGET_SIZE])
{
	target[0] = '\0';
	if (!is_supervisor(c) && !is_dispatcher(c) && !is_partner(c)) {
		(void)forbid(core, "dispatchers_only");
		return NULL;
	}
	struct dispatch *d = find_dispatch(core, c);
	if (!d || !is_partner(c) || dispatch_concerns(core, d, c->identity, target))
		return d;
	(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_dispatch", "dispatch");
	return NULL;
}

/* ---- taken ---- */

/* A named person has seen that something is late: it reminds from now on. */
static void see(struct core *core, struct dispatch *d, const char *by)
{
	DECIDE(core->step, "dispatch_seen", d->id, d->contact, by);
	d->seen = d->overdue;
	d->alert_due_ms = core->now_ms + alert_gap(core, true);
	teams_seen(core, d->id, by);
	dispatch_touch(core, d);
}

static void take(struct core *core, struct dispatch *d, const char *target, const char *by)
{
	if (*target && !text_is(d->unit, target)) {
		text_set(&d->by, by);
		dispatch_accepted(core, d, target);
	}
	if (dispatch_next_state((enum dispatch_state)d->state, DISPATCH_EV_ACK) < 0 ||
		(d->state == DISPATCH_ACKNOWLEDGED && text_is(d->by, by) && !*target)) {
		see(core, d, by);
		return;
	}
	text_set(&d->by, by);
	dispatch_enter(core, d, DISPATCH_EV_ACK);
	dispatch_ask(core, d); /* a dispatcher has it, a unit is still looked for */
}

int apply_dispatch_ack(struct core *core, const struct command *c)
{
	char target[TARGET_SIZE];
	struct dispatch *d = find_worked(core, c, target);
	if (!d)
		return -1;
	const char *by = *c->by ? c->by : c->identity;
	if (!*by)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "name_needed", "by");
	if (d->state == DISPATCH_HELD && d->second_due_ms &&
		!text_is(d->requested_by, c->identity)) { /* this is the second person */
		d->second_due_ms = 0;
		text_set(&d->second_by, c->identity);
	}
	take(core, d, target, by);
	return answer(core, d);
}

/* ---- said no ---- */

static int decline(
	struct core *core, struct dispatch *d, const struct command *c, const char *target)
{
	char who[TARGET_SIZE];
	const char *now = d->unit ? d->unit : text_of(d->target);
	if (!*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	snprintf(who, sizeof who, "%s", *target ? target : now);
	if (!*who && dispatch_next_state((enum dispatch_state)d->state, DISPATCH_EV_FAIL) < 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "nobody_asked", "dispatch");
	if (text_is(d->unit, who) &&
		dispatch_next_state((enum dispatch_state)d->state, DISPATCH_EV_FAIL) < 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "over_for_unit", "dispatch");
	DECIDE(core->step, "dispatch_reason", d->id, c->identity);
	if (*who) {
		dispatch_declined(core, d, who);
	} else { /* the dispatcher who had it has no way to get it done */
		text_set(&d->by, NULL);
		dispatch_enter(core, d, DISPATCH_EV_FAIL);
		dispatch_ask(core, d);
	}
	dispatch_alarm(core, d);
	return answer(core, d);
}

int apply_dispatch_decline(struct core *core, const struct command *c)
{
	char target[TARGET_SIZE];
	struct dispatch *d = find_worked(core, c, target);
	return d ? decline(core, d, c, target) : -1;
}

/* ---- steps ---- */

static const struct {
	const char *status;
	enum dispatch_event event;
} steps[] = {
	{ "sent", DISPATCH_EV_SEND },
	{ "en_route", DISPATCH_EV_START },
	{ "on_scene", DISPATCH_EV_ARRIVE },
	{ "with_person", DISPATCH_EV_MEET },
	{ "transporting", DISPATCH_EV_TRANSPORT },
	{ "cleared", DISPATCH_EV_CLEAR },
};

static int event_of(const char *status)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(steps[i].status, status) == 0)
			return (int)steps[i].event;
	return -1;
}

static int step(struct core *core, struct dispatch *d, const struct command *c, const char *target)
{
	int event = event_of(c->status);
	if (event < 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_such_status", "status");
	if (*target && !text_is(d->unit, target))
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "ack_first", "dispatch");
	bool again = strcmp(dispatch_state_name(d->state), c->status) == 0;
	if (!again &&
		dispatch_next_state((enum dispatch_state)d->state, (enum dispatch_event)event) < 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "wrong_step", "status");
	unit_heard(core, d);
	if (again)
		return answer(core, d);
	if (!d->unit) /* a dispatcher found help in another way */
		dispatch_stop_asking(core, d);
	dispatch_enter(core, d, (enum dispatch_event)event);
	return answer(core, d);
}

/* The need is over, by the word of whoever asked or of a supervisor. */
static int cancel(struct core *core, const struct command *c)
{
	struct dispatch *d = find_dispatch(core, c);
	if (!d)
		return -1;
	struct contact *n = map_get(&core->contacts, text_of(d->contact));
	bool own = text_is(d->requested_by, c->identity) ||
		   (n && n->responder && text_is(n->responder->id, c->identity));
	if (!is_supervisor(c) && !own)
		return forbid(core, "not_yours");
	if (!*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	DECIDE(core->step, "dispatch_cancelled", d->id, d->contact, c->identity);
	dispatch_enter(core, d, DISPATCH_EV_CANCEL);
	return answer(core, d);
}

int apply_dispatch_status(struct core *core, const struct command *c)
{
	bool off = strcmp(c->status, "cancelled") == 0;
	if (is_responder(c) || is_supervisor(c))
		return off ? cancel(core, c) : forbid(core, "dispatchers_only");
	char target[TARGET_SIZE];
	struct dispatch *d = find_worked(core, c, target);
	if (!d)
		return -1;
	/* A unit that is called off, or breaks down: the need stays. */
	if (off || strcmp(c->status, "failed") == 0)
		return decline(core, d, c, target);
	return step(core, d, c, target);
}

/* ---- over ---- */

int apply_dispatch_outcome(struct core *core, const struct command *c)
{
	char target[TARGET_SIZE];
	struct dispatch *d = find_worked(core, c, target);
	if (!d)
		return -1;
	if (c->outcome.len == 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "outcome_needed", "outcome");
	if (*target && !text_is(d->unit, target))
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "ack_first", "dispatch");
	buf_add(&d->outcome, c->outcome.data, c->outcome.len);
	text_set(&d->result, c->result);
	if (!d->by)
		text_set(&d->by, c->identity);
	DECIDE(core->step, "dispatch_ended", d->id, d->contact, c->identity, c->result);
	dispatch_enter(core, d, DISPATCH_EV_END);
	/* Help that did not reach the person: somebody must act again. */
	if (text_is(d->result, "not_found") || text_is(d->result, "not_reached"))
		notice_dispatch(core, d, "dispatch_not_reached");
	return answer(core, d);
}

/* ---- the second person, and the place ---- */

static int second_person(struct core *core, struct dispatch *d, const struct command *c)
{
	if (text_is(d->requested_by, c->identity))
		return forbid(core, "second_person_needed");
	if (!d->second_due_ms)
		return core_refuse(
			core, OUTPUT_ERR_INVALID_STATE, "nothing_to_confirm", "dispatch");
	if (c->refused && !*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	DECIDE(core->step, c->refused ? "dispatch_refused" : "dispatch_confirmed", d->id,
		d->contact, c->identity);
	d->second_due_ms = 0;
	text_set(&d->second_by, c->identity);
	if (c->refused)
		dispatch_enter(core, d, DISPATCH_EV_CANCEL);
	return 0;
}

int apply_dispatch_confirm(struct core *core, const struct command *c)
{
	if (!is_responder(c) && !is_supervisor(c))
		return forbid(core, "responders_and_supervisors");
	struct dispatch *d = find_dispatch(core, c);
	if (!d)
		return -1;
	if (c->place_confirmed) {
		DECIDE(core->step, "place_confirmed", d->id, d->contact, c->identity);
		d->place_open = 0;
		text_set(&d->place_by, c->identity);
	} else if (second_person(core, d, c) != 0) {
		return -1;
	}
	dispatch_unhold(core, d);
	dispatch_touch(core, d);
	return answer(core, d);
}

int apply_dispatch_get(struct core *core, const struct command *c)
{
	char target[TARGET_SIZE] = "";
	struct dispatch *d =
		is_responder(c) ? find_dispatch(core, c) : find_worked(core, c, target);
	if (!d)
		return -1;
	const struct contact *n = map_get(&core->contacts, text_of(d->contact));
	bool own = n && n->responder && text_is(n->responder->id, c->identity);
	if (is_responder(c) && !own && !text_is(d->requested_by, c->identity))
		return forbid(core, "not_yours");
	if (is_supervisor(c) && !*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	if (is_partner(c) && !text_is(d->unit, target))
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "ack_first", "dispatch");
	if (*c->token && !dispatch_use_token(core, d, c->token))
		return core_refuse(core, OUTPUT_ERR_STALE, "token_used", "token");
	d->place_opened++;
	DECIDE(core->step, "place_opened", d->id, d->contact, c->identity, c->role);
	dispatch_touch(core, d);
	struct buf *b = &core->answer.fields;
	dispatch_put(core, d, b);
	record_puts(b, "consent", d->consent);
	record_puts(b, "criteria", d->criteria);
	record_puts(b, "tried", d->tried);
	record_puts(b, "reason", d->reason);
	record_puts(b, is_partner(c) ? "seal" : "contact", d->contact);
	if (*c->token)
		dispatch_put_report(core, d, target, b);
	return 0;
}

/* ---- outreach ---- */

int apply_dispatch_sent(struct core *core, const struct command *c)
{
	struct dispatch *d = map_get(&core->dispatches, c->dispatch);
	struct dispatch_send *s = d ? dispatch_find_send(d, c->agency) : NULL;
	if (!d)
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_dispatch", "dispatch");
	if (!s || s->version != c->version || s->result != SEND_PENDING)
		return core_refuse(core, OUTPUT_ERR_STALE, "no_such_send", "version");
	dispatch_take_result(core, d, s, c);
	return 0;
}
