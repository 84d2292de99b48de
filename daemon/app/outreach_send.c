/* What the core wants an agency to be told, as a webhook. */
#include <stdio.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/outreach/report.h"
#include "outreach_internal.h"

/* Fields of DISPATCH_SEND. */
struct send {
	char dispatch[40], agency[TOKEN_AGENCY_MAX + 1];
	int64_t version, attempt, test;
	enum report_what what;
};

static void take_text(struct slice value, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)value.len, value.data);
}

static enum report_what what_of(struct slice value)
{
	if (slice_is(value, "cancel"))
		return REPORT_CANCEL;
	return slice_is(value, "update") ? REPORT_UPDATE : REPORT_NEW;
}

static int read_send(const struct output *output, struct send *s)
{
	struct record_reader in = { output->fields.data, output->fields.data + output->fields.len };
	struct slice name, value;
	int more, good = 0;
	*s = (struct send){ .version = 0 };
	while (good == 0 && (more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "dispatch"))
			take_text(value, s->dispatch, sizeof s->dispatch);
		else if (slice_is(name, "agency"))
			take_text(value, s->agency, sizeof s->agency);
		else if (slice_is(name, "version"))
			good = slice_int(value, &s->version);
		else if (slice_is(name, "attempt"))
			good = slice_int(value, &s->attempt);
		else if (slice_is(name, "test"))
			good = slice_int(value, &s->test);
		else if (slice_is(name, "what"))
			s->what = what_of(value);
	}
	return good == 0 && more == 0 && *s->dispatch && *s->agency ? 0 : -1;
}

/* Append the address at which an agency may fetch the report; nothing when there is none. */
static void add_report_url(
	struct outreach *o, const char *dispatch, const struct token *token, struct buf *out)
{
	const struct config *c = o->node->config;
	struct err e;
	if (!o->https)
		return;
	if (*c->outreach.public_url)
		buf_adds(out, c->outreach.public_url);
	else
		buf_addf(out, "https://%s", https_address(o->https));
	buf_addf(out, "/dispatch/%s?token=", dispatch);
	if (token_make(keyring_keys(o->node->keyring), dispatch, token, out, &e) < 0) {
		LOG(ERROR, "outreach.token", LOG_S("dispatch", dispatch), LOG_S("why", e.text));
		buf_clear(out);
	}
}

/* A test reaches test agencies alone, and these get nothing else. The core chooses so; what it
 * should never do is not done here either. */
static bool modes_agree(const struct outreach *o, const struct send *s)
{
	const struct agency *a = agencies_find(&o->node->config->agencies.set, s->agency);
	return !a || a->test == (s->test != 0);
}

static void post(struct outreach *o, const struct send *s, const struct report *r)
{
	char id[REPORT_KEY_SIZE];
	struct buf body = { 0 }, url = { 0 };
	struct token token = { .version = s->version, .what = s->what };
	token.expires_ms = wall_now_ms() + o->node->config->outreach.token_s * 1000;
	snprintf(token.agency, sizeof token.agency, "%s", s->agency);
	add_report_url(o, s->dispatch, &token, &url);
	report_event(r, buf_str(&url), token.expires_ms, &body);
	report_key(r, id);
	const struct webhook_message m = { .id = id,
		.agency = s->agency,
		.dispatch = s->dispatch,
		.version = (int)s->version,
		.body = { buf_str(&body), body.len } };
	webhooks_send(o->webhooks, &m);
	buf_wipe(&body);
	buf_wipe(&url);
}

void outreach_send(void *node, const struct core *core, const struct output *output)
{
	struct outreach *o = ((struct node *)node)->outreach;
	struct send s;
	struct dispatch_view d;
	struct contact_view c;
	if (!o)
		return; /* still starting: the core asks again */
	if (output->kind == OUTPUT_DISPATCH_DRILL) {
		outreach_note_drill(o, output);
		return;
	}
	if (read_send(output, &s) < 0) {
		LOG(ERROR, "outreach.send_unreadable", LOG_S("dispatch", s.dispatch));
		return;
	}
	if (!core_find_dispatch(core, s.dispatch, &d))
		return; /* it is over; the core asks no more */
	if (!modes_agree(o, &s)) {
		LOG(ERROR, "outreach.mode", LOG_S("dispatch", s.dispatch),
			LOG_S("agency", s.agency), LOG_I("test", s.test));
		return;
	}
	bool known = core_contact(core, d.contact, &c);
	const struct report r = { .what = s.what,
		.test = s.test != 0,
		.center = o->node->config->center,
		.dispatch = s.dispatch,
		.agency = s.agency,
		.kind = d.kind,
		/* A rescue is urgent by being one, whatever is known of its contact. */
		.level = known ? c.level : LEVEL_EMERGENCY,
		.version = (int)s.version,
		.requested_ms = d.requested_ms,
		.updated_ms = core_now(core) };
	post(o, &s, &r);
}
