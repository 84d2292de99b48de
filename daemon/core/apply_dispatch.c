/* Rescues: requested, acknowledged by name, ended with an outcome. */
#include <string.h>

#include "apply.h"

static struct dispatch *request_dispatch(
	struct core *core, struct contact *n, const struct command *c)
{
	char id[ID_SIZE];
	if (c->fact && *c->dispatch && strlen(c->dispatch) < ID_SIZE &&
		!map_get(&core->dispatches, c->dispatch))
		memcpy(id, c->dispatch, strlen(c->dispatch) + 1); /* told to people already */
	else
		id_text('d', core_new_id(core), id);
	struct dispatch *d = dispatch_new(core, id);
	text_set(&d->contact, n->id);
	text_set(&d->kind, c->kind);
	text_set(&d->consent, c->consent);
	text_set(&d->tried, c->tried);
	text_set(&d->agency, c->agency);
	text_set(&d->reason, c->reason);
	text_set(&d->requested_by, c->identity);
	buf_add(&d->location, c->location.data, c->location.len);
	d->requested_ms = core->now_ms;
	n->dispatches_open++;
	DECIDE(core->step, "dispatch_requested", d->id, n->id, d->kind, c->identity);
	alert_dispatch(core, d);
	dispatch_touch(core, d);
	return d;
}

static int answer(struct core *core, const struct dispatch *d)
{
	record_puts(&core->answer.fields, "dispatch", d->id);
	record_puts(&core->answer.fields, "state", dispatch_state_name(d->state));
	return 0;
}

int apply_contact_escalate(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n)
		return -1;
	if (!*c->kind)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "kind_needed", "kind");
	return answer(core, request_dispatch(core, n, c));
}

static struct dispatch *find_dispatch(struct core *core, const struct command *c)
{
	if (!is_supervisor(c) && strcmp(c->role, "dispatcher") != 0) {
		(void)core_refuse(core, OUTPUT_ERR_FORBIDDEN, "dispatchers_only", NULL);
		return NULL;
	}
	struct dispatch *d = map_get(&core->dispatches, c->dispatch);
	if (d && d->state != DISPATCH_ENDED)
		return d;
	(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_dispatch", "dispatch");
	return NULL;
}

int apply_dispatch_ack(struct core *core, const struct command *c)
{
	struct dispatch *d = find_dispatch(core, c);
	if (!d)
		return -1;
	const char *by = *c->by ? c->by : c->identity;
	if (!*by)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "name_needed", "by");
	if (d->state == DISPATCH_REQUESTED) {
		d->state = DISPATCH_ACKNOWLEDGED;
		text_set(&d->by, by);
		d->alert_due_ms = core->now_ms + core->options.alert_reminder_ms;
		DECIDE(core->step, "dispatch_acknowledged", d->id, d->contact, by);
		dispatch_tell(core, d);
		dispatch_touch(core, d);
	}
	return answer(core, d);
}

int apply_dispatch_outcome(struct core *core, const struct command *c)
{
	struct dispatch *d = find_dispatch(core, c);
	if (!d)
		return -1;
	if (c->outcome.len == 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "outcome_needed", "outcome");
	buf_add(&d->outcome, c->outcome.data, c->outcome.len);
	d->state = DISPATCH_ENDED;
	if (!d->by)
		text_set(&d->by, c->identity);
	struct contact *n = map_get(&core->contacts, d->contact);
	if (n)
		n->dispatches_open--;
	DECIDE(core->step, "dispatch_ended", d->id, d->contact, c->identity);
	dispatch_tell(core, d);
	dispatch_touch(core, d);
	return answer(core, d);
}

int apply_dispatch_sent(struct core *core, const struct command *c)
{
	if (!map_get(&core->dispatches, c->dispatch))
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_dispatch", "dispatch");
	return core_refuse(core, OUTPUT_ERR_STALE, "no_such_send", "version");
}
