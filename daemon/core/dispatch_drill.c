/*
 * Drills: the whole loop with one agency, from the request to the outcome, without a contact. Only an
 * agency of mode test can be drilled, and a drill is a test in everything that is sent, so that
 * nothing about it can be taken for real (nor the reverse). Not over in time, it is cancelled and
 * the supervisors hear of it.
 */
#include <string.h>

#include "apply.h"
#include "dispatch_ask.h"
#include "triaged/core/agency.h"

static void tell(struct core *core, const struct dispatch *d, const char *state)
{
	struct buf *b = step_notify(core->step, OUTPUT_DISPATCH_DRILL, "");
	record_puts(b, "dispatch", d->id);
	record_puts(b, "agency", d->agency);
	record_puts(b, "state", state);
	record_puti(b, "took_ms", core->now_ms - d->requested_ms);
}

static const struct dispatch *running(const struct core *core, const char *agency)
{
	const struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));)
		if (d->drill_due_ms && dispatch_is_open(d) && text_is(d->agency, agency))
			return d;
	return NULL;
}

static struct dispatch *begin(
	struct core *core, const struct command *c, const struct agency *agency)
{
	char id[ID_SIZE];
	core_free_id(core, &core->dispatches, 'd', id);
	struct dispatch *d = dispatch_new(core, id);
	struct buf kind = { 0 };
	buf_add(&kind, agency->kinds, strcspn(agency->kinds, " "));
	text_set(&d->kind, buf_str(&kind));
	buf_free(&kind);
	text_set(&d->consent, "yes");
	text_set(&d->agency, agency->id);
	text_set(&d->reason, "drill");
	text_set(&d->requested_by, c->identity);
	d->test = 1;
	d->version = 1;
	d->drill_due_ms = core->now_ms + core->options.drill_ms;
	DECIDE(core->step, "drill", d->id, agency->id, c->identity);
	dispatch_begin(core, d, false);
	tell(core, d, "running");
	return d;
}

int apply_dispatch_drill(struct core *core, const struct command *c)
{
	const struct agency *agency = agencies_find(&core->agencies, c->agency);
	if (!is_supervisor(c) && strcmp(c->role, "admin") != 0)
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "supervisors_and_admins", NULL);
	if (!agency)
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_agency", "agency");
	if (!agency->test)
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "live_agency", "agency");
	if (!agency_is_open(&core->agencies, agency, core->now_ms))
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "agency_closed", "agency");
	if (running(core, agency->id))
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "drill_running", "agency");
	dispatch_put(core, begin(core, c, agency), &core->answer.fields);
	return 0;
}

void dispatch_drill_late(struct core *core, struct dispatch *d)
{
	notice_dispatch(core, d, "drill_late");
	dispatch_enter(core, d, DISPATCH_EV_CANCEL);
}

void dispatch_drill_over(struct core *core, const struct dispatch *d)
{
	bool late = core->now_ms >= d->drill_due_ms;
	tell(core, d, d->state == DISPATCH_ENDED ? "passed" : late ? "late" : "cancelled");
}
