/* What responders and supervisors decide about a contact. */
#include <string.h>

#include "apply.h"
#include "level.h"

static int lower_emergency(
	struct core *core, struct contact *n, const struct command *c, enum level level)
{
	struct buf *b = &core->answer.fields;
	bool asked = n->pending_level == (int64_t)level + 1;
	if (c->confirm && !asked)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "nothing_to_confirm", "confirm");
	if (c->confirm && text_is(n->pending_by, c->identity))
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "second_person_needed", "confirm");
	if (c->confirm) {
		n->lowered = 1;
		n->pending_level = 0;
		level_set(core, n, level, c->identity, c->reason);
	} else if (!asked) {
		n->pending_level = (int64_t)level + 1;
		text_set(&n->pending_by, c->identity);
		DECIDE(core->step, "lowering_asked", n->id, level_name(level), c->identity);
		notice_contact(core, n, "lowering_asked");
		contact_touch(core, n);
	}
	if (n->pending_level)
		record_puts(b, "pending", level_name(level));
	return 0;
}

static void change_level(
	struct core *core, struct contact *n, const struct command *c, enum level level)
{
	n->pending_level = 0;
	n->lowered = (int)level < n->level || (n->lowered && (int)level < n->level_auto);
	if ((int)level != n->level)
		level_set(core, n, level, c->identity, c->reason);
	contact_touch(core, n);
}

int apply_contact_level(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n)
		return -1;
	if (c->human_level < 1 || c->human_level > LEVEL_COUNT)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_such_level", "level");
	enum level level = (enum level)(c->human_level - 1);
	if ((int)level < n->level && !*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	if (n->level == LEVEL_EMERGENCY && level < LEVEL_EMERGENCY) {
		if (lower_emergency(core, n, c, level) != 0)
			return -1;
	} else if ((int)level != n->level || n->pending_level) {
		change_level(core, n, c, level);
	}
	struct buf *b = &core->answer.fields;
	record_puts(b, "level", level_name((enum level)n->level));
	record_puts(b, "level_auto", level_name((enum level)n->level_auto));
	return 0;
}

int apply_contact_note(struct core *core, const struct command *c)
{
	struct contact *n = find_heard_contact(core, c);
	if (!n)
		return -1;
	put_message(core, n, c, "note");
	record_puti(&core->answer.fields, "note", n->seq);
	return 0;
}

static void put_outcome(struct core *core, struct contact *n, const struct command *c)
{
	n->closed_ms = core->at_ms;
	text_set(&n->disposition, c->disposition);
	text_set(&n->closed_by, c->identity);
	buf_clear(&n->outcome);
	buf_add(&n->outcome, c->outcome.data, c->outcome.len);
	DECIDE(core->step, "closed", n->id, c->disposition, c->identity, c->reason);
	struct buf *b = contact_tell(core, n, OUTPUT_CONTACT_CLOSED);
	if (b)
		record_puts(b, "outcome", c->disposition);
	session_detach(n);
	n->grace_due_ms = 0;
	if (n->far.role != FAR_NONE)
		far_over(core, n, c->disposition);
}

static void close_contact(struct core *core, struct contact *n, const struct command *c)
{
	int64_t wrap_ms = n->responder ? responder_wrap_ms(core, n->responder, n->level) : 0;
	put_outcome(core, n, c);
	if (n->state == CONTACT_ACTIVE && wrap_ms > 0) {
		n->wrap_due_ms = core->now_ms + wrap_ms;
		contact_enter(core, n, CONTACT_EV_CLOSE);
		alert_clear(n);
		contact_touch(core, n);
		responder_update(core, n->responder);
		return;
	}
	offer_end_all(core, n, OFFER_WITHDRAWN);
	if (n->state == CONTACT_HANDED)
		far_clear(&n->far);
	contact_enter(core, n, CONTACT_EV_END);
}

int apply_contact_close(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n)
		return -1;
	bool own = n->responder && text_is(n->responder->id, c->identity);
	if (n->dispatches_open)
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "dispatch_open", NULL);
	if (transfer_is_pending(&n->transfer) && !c->fact)
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "transfer_open", NULL);
	if (!*c->disposition)
		return core_refuse(
			core, OUTPUT_ERR_INVALID_PARAMS, "disposition_needed", "disposition");
	if (!own && n->state != CONTACT_REVIEW && n->state != CONTACT_WRAPUP && !*c->reason)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "reason_needed", "reason");
	if (n->test && n->state == CONTACT_ACTIVE)
		core->test_served_ms = core->now_ms;
	if (n->state != CONTACT_WRAPUP) /* closed already: the same answer again */
		close_contact(core, n, c);
	record_puts(&core->answer.fields, "state", contact_state_name(n->state));
	return 0;
}

int apply_alert_ack(struct core *core, const struct command *c)
{
	struct contact *n = find_contact(core, c);
	if (!n)
		return -1;
	/* Dispatchers are told of rescues that wait, so they may say that they have seen it. */
	if ((!is_supervisor(c) && strcmp(c->role, "dispatcher") != 0) || !*c->identity)
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "supervisors_only", NULL);
	if (!n->alert)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "no_alert", "contact");
	if (!n->alert_by)
		alert_ack(core, n, *c->by ? c->by : c->identity);
	record_puts(&core->answer.fields, "contact", n->id);
	return 0;
}
