/* Messages to agencies over their webhooks. The dispatch keeps the latest one for each agency until its
 * result is known. Sending it again is harmless: (dispatch, agency, version) is its idempotency key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "dispatch_ask.h"
#include "state.h"

#define BACKOFF_STEPS 6

struct dispatch_send *dispatch_find_send(struct dispatch *d, const char *agency)
{
	for (int i = 0; i < d->n_sends; i++)
		if (text_is(d->sends[i].agency, agency))
			return &d->sends[i];
	return NULL;
}

static struct dispatch_send *get_send(struct dispatch *d, const char *agency)
{
	struct dispatch_send *s = dispatch_find_send(d, agency);
	if (s)
		return s;
	d->sends = mem_resize(d->sends, (size_t)d->n_sends + 1, sizeof *d->sends);
	s = &d->sends[d->n_sends++];
	*s = (struct dispatch_send){ 0 };
	text_set(&s->agency, agency);
	return s;
}

static void emit(struct core *core, struct dispatch *d, struct dispatch_send *s)
{
	struct buf *b = step_notify(core->step, OUTPUT_DISPATCH_SEND, "");
	s->due_ms = core->now_ms + core->options.send_silence_ms;
	record_puts(b, "dispatch", d->id);
	record_puts(b, "agency", s->agency);
	record_puti(b, "version", s->version);
	record_puti(b, "attempt", ++s->attempt);
	record_puts(b, "what", send_what_name(s->what));
	record_puti(b, "test", d->test);
}

void dispatch_queue_send(struct core *core, struct dispatch *d, const char *agency, int what)
{
	char version[24];
	struct dispatch_send *s = get_send(d, agency);
	/* Not known to have arrived: whatever is sent next is the first they hear. */
	if (what == SEND_UPDATE && s->what == SEND_NEW && s->result != SEND_ACCEPTED)
		what = SEND_NEW;
	s->what = what;
	s->result = SEND_PENDING;
	s->version = ++d->version;
	if (what == SEND_NEW)
		s->first = s->version;
	s->queued_ms = core->now_ms;
	s->unknowns = s->attempt = 0;
	text_set(&s->detail, NULL);
	snprintf(version, sizeof version, "%lld", (long long)s->version);
	DECIDE(core->step, "dispatch_send", d->id, agency, send_what_name(what), version);
	emit(core, d, s);
	dispatch_touch(core, d);
}

static int64_t give_up_at(const struct core *core, const struct dispatch_send *s)
{
	return s->queued_ms + core->options.cancel_ms;
}

int64_t dispatch_give_up_due(const struct core *core, const struct dispatch *d)
{
	int64_t due = NEVER;
	for (int i = 0; i < d->n_sends; i++) {
		const struct dispatch_send *s = &d->sends[i];
		if (s->result == SEND_PENDING && give_up_at(core, s) < due)
			due = give_up_at(core, s);
	}
	return due;
}

void dispatch_arm_emission(struct core *core, struct dispatch *d)
{
	int64_t due = NEVER;
	for (int i = 0; i < d->n_sends; i++)
		if (d->sends[i].result == SEND_PENDING && d->sends[i].due_ms < due)
			due = d->sends[i].due_ms;
	timer_set(&core->emissions, &d->emission, due);
}

void dispatch_emit(struct core *core, void *dispatch)
{
	struct dispatch *d = dispatch;
	for (int i = 0; i < d->n_sends; i++)
		if (d->sends[i].result == SEND_PENDING && d->sends[i].due_ms <= core->now_ms)
			emit(core, d, &d->sends[i]);
	dispatch_arm_emission(core, d);
}

static void settle(
	struct core *core, struct dispatch *d, struct dispatch_send *s, enum send_result result)
{
	s->result = (int)result;
	dispatch_touch(core, d);
	if (result != SEND_ACCEPTED)
		notice_send(core, d, s);
}

void dispatch_give_up(struct core *core, struct dispatch *d)
{
	for (int i = 0; i < d->n_sends; i++) {
		struct dispatch_send *s = &d->sends[i];
		if (s->result != SEND_PENDING || give_up_at(core, s) > core->now_ms)
			continue;
		DECIDE(core->step, "dispatch_send_given_up", d->id, s->agency);
		settle(core, d, s, SEND_GIVEN_UP);
	}
}

static void refused(struct core *core, struct dispatch *d, struct dispatch_send *s)
{
	char target[TARGET_SIZE];
	snprintf(target, sizeof target, "agency:%s", s->agency);
	bool asked = s->what == SEND_NEW && text_is(d->target, target);
	settle(core, d, s, SEND_REFUSED);
	if (asked)
		dispatch_declined(core, d, target);
}

void dispatch_take_result(
	struct core *core, struct dispatch *d, struct dispatch_send *s, const struct command *c)
{
	DECIDE(core->step, "dispatch_sent", d->id, s->agency, c->result);
	text_set(&s->detail, c->detail);
	if (strcmp(c->result, "accepted") == 0) {
		settle(core, d, s, SEND_ACCEPTED);
	} else if (strcmp(c->result, "refused") == 0) {
		refused(core, d, s);
	} else {
		int64_t steps = ++s->unknowns < BACKOFF_STEPS ? s->unknowns : BACKOFF_STEPS;
		s->due_ms = core->now_ms + steps * core->options.send_retry_ms;
		dispatch_touch(core, d);
	}
}
