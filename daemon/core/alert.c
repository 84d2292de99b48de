#include "alert.h"

#include "dispatch_ask.h"
#include "state.h"

/* Reminders and repeats are never closer than this, whatever the settings say. */
#define CLOSEST_MS 1000

#define REPEATS_AT_ONCE 20

int64_t alert_gap(const struct core *core, bool acknowledged)
{
	int64_t ms = acknowledged ? core->options.alert_reminder_ms : core->options.alert_repeat_ms;
	return ms > CLOSEST_MS ? ms : CLOSEST_MS;
}

static int64_t behind(const struct core *core, bool acknowledged)
{
	return core->now_ms + alert_gap(core, acknowledged);
}

/* A notice to one of those who watch over everything; NULL behind the last. */
static struct buf *notice(struct core *core, size_t i, const char *kind)
{
	struct buf *b = step_notify(core->step, OUTPUT_NOTICE, core->alerted[i]->id);
	record_puts(b, "kind", kind);
	return b;
}

static bool is_supervisor(const struct core *core, size_t i)
{
	return text_is(core->alerted[i]->role, "supervisor");
}

void notice_contact(struct core *core, struct contact *c, const char *kind)
{
	DECIDE(core->step, "notice", kind, c->id);
	for (size_t i = 0; i < core->n_alerted; i++) {
		if (!is_supervisor(core, i))
			continue;
		struct buf *b = notice(core, i, kind);
		record_puts(b, "contact", c->id);
		record_puts(b, "level", level_name((enum level)c->level));
		record_puts(b, "line", c->line);
		record_puts(b, "lang", c->lang);
		record_puts(b, "by", c->alert_by);
		record_puti(b, "waited_ms", core->now_ms - c->arrived_ms);
	}
}

void notice_responder(struct core *core, const struct responder *r, const char *kind)
{
	DECIDE(core->step, "notice", kind, r->id);
	for (size_t i = 0; i < core->n_alerted; i++) {
		if (!is_supervisor(core, i))
			continue;
		struct buf *b = notice(core, i, kind);
		record_puts(b, "responder", r->id);
		record_puts(b, "reason", r->reason);
		record_puti(b, "count", r->n_contacts);
	}
}

void notice_lane(struct core *core, const struct lane *lane)
{
	DECIDE(core->step, "notice", "unservable", lane->head->id);
	for (size_t i = 0; i < core->n_alerted; i++) {
		if (!is_supervisor(core, i))
			continue;
		struct buf *b = notice(core, i, "unservable");
		record_puts(b, "contact", lane->head->id);
		record_puts(b, "level", level_name((enum level)lane->head->level));
		record_puts(b, "line", lane->need->line);
		record_puts(b, "lang", lane->need->lang);
		record_puti(b, "waited_ms", core->now_ms - lane->head->arrived_ms);
		record_puti(b, "count", (int64_t)tree_size(&lane->contacts));
	}
}

void alert_raise(struct core *core, struct contact *c, const char *kind)
{
	if (text_is(c->alert, kind))
		return;
	text_set(&c->alert, kind);
	text_set(&c->alert_by, NULL);
	c->alert_since_ms = core->now_ms;
	c->alert_due_ms = behind(core, false);
	notice_contact(core, c, kind);
}

static void notice_rest(struct core *core)
{
	for (size_t i = 0; i < core->n_alerted; i++)
		if (is_supervisor(core, i))
			record_puti(
				notice(core, i, "more_alerts"), "count", core->repeats_left_out);
	core->repeats_left_out = 0;
}

/* When hundreds wait too long, nobody reads hundreds of repeats: beyond some of them in one
 * repeat time the rest are counted, and the count is told. First alerts and emergencies always
 * come one by one. */
static bool may_repeat(struct core *core, const struct contact *c)
{
	int64_t window_ms = core->options.alert_repeat_ms;
	if (core->now_ms - core->repeats_since_ms >=
		(window_ms > CLOSEST_MS ? window_ms : CLOSEST_MS)) {
		core->repeats_since_ms = core->now_ms;
		core->repeats = 0;
		if (core->repeats_left_out > 0)
			notice_rest(core);
	}
	if (c->level == LEVEL_EMERGENCY || core->repeats < REPEATS_AT_ONCE) {
		core->repeats++;
		return true;
	}
	core->repeats_left_out++;
	return false;
}

void alert_repeat(struct core *core, struct contact *c)
{
	c->alert_due_ms = behind(core, c->alert_by != NULL);
	if (may_repeat(core, c))
		notice_contact(core, c, c->alert);
}

void alert_ack(struct core *core, struct contact *c, const char *by)
{
	DECIDE(core->step, "acknowledged", c->id, text_of(c->alert), by);
	text_set(&c->alert_by, by);
	c->alert_due_ms = behind(core, true);
	contact_touch(core, c);
}

void alert_clear(struct contact *c)
{
	text_set(&c->alert, NULL);
	text_set(&c->alert_by, NULL);
	c->alert_since_ms = c->alert_due_ms = 0;
}

/* Everybody who watches over rescues: dispatchers and supervisors. */
static struct buf *notice_rescue(
	struct core *core, size_t i, const char *kind, const struct dispatch *d)
{
	struct buf *b = notice(core, i, kind);
	record_puts(b, "contact", d->contact);
	record_puts(b, "dispatch", d->id);
	record_puts(b, "dispatch_kind", d->kind);
	record_puts(b, "line", d->line);
	record_puti(b, "test", d->test);
	return b;
}

void notice_dispatch(struct core *core, const struct dispatch *d, const char *kind)
{
	DECIDE(core->step, "notice", kind, d->id, d->contact);
	for (size_t i = 0; i < core->n_alerted; i++) {
		struct buf *b = notice_rescue(core, i, kind, d);
		record_puts(b, "by", d->by);
		record_puts(b, "awaits", dispatch_awaits(d));
		record_puts(b, "asked", d->target ? d->target : d->unit);
		record_puti(b, "count", d->alerts);
		record_puti(b, "waited_ms", core->now_ms - d->state_ms);
	}
}

void notice_send(struct core *core, const struct dispatch *d, const struct dispatch_send *s)
{
	DECIDE(core->step, "notice", "dispatch_unsent", d->id, s->agency);
	for (size_t i = 0; i < core->n_alerted; i++) {
		struct buf *b = notice_rescue(core, i, "dispatch_unsent", d);
		record_puts(b, "agency", s->agency);
		record_puts(b, "what", send_what_name(s->what));
		record_puts(b, "detail", s->detail);
	}
}

void alert_team(struct core *core, struct team *t)
{
	t->alert_due_ms = behind(core, t->seen != 0);
	DECIDE(core->step, "notice", "team_overdue", t->id, text_of(t->dispatch));
	for (size_t i = 0; i < core->n_alerted; i++) {
		struct buf *b = notice(core, i, "team_overdue");
		record_puts(b, "team", t->id);
		record_puts(b, "dispatch", t->dispatch);
		record_puts(b, "by", t->seen_by);
		record_puti(b, "waited_ms", core->now_ms - t->checkin_due_ms);
	}
}
