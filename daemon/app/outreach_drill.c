/* Drills: begun on schedule while this node leads, and how the last one of each agency went. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "outreach_internal.h"

#define FIRST_MAX_MS 60000 /* so that a node that restarts often drills all the same */

static struct drill *get_drill(struct outreach *o, const char *agency)
{
	for (size_t i = 0; i < o->n_drills; i++)
		if (strcmp(o->drills[i].agency, agency) == 0)
			return &o->drills[i];
	int64_t every_ms = o->node->config->drill.every_s * 1000;
	o->drills = mem_resize(o->drills, o->n_drills + 1, sizeof *o->drills);
	struct drill *d = &o->drills[o->n_drills++];
	*d = (struct drill){ .due_ms = mono_now().us / 1000 +
				       (every_ms < FIRST_MAX_MS ? every_ms : FIRST_MAX_MS) };
	snprintf(d->agency, sizeof d->agency, "%s", agency);
	return d;
}

static void begin(struct outreach *o, const char *agency)
{
	struct command c;
	command_init(&c, COMMAND_DISPATCH_DRILL);
	c.identity = "schedule";
	c.role = "supervisor";
	c.node = o->node->name;
	c.agency = agency;
	node_submit(o->node, &c);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct outreach *o = arg;
	const struct config *c = o->node->config;
	int64_t now_ms = mono_now().us / 1000;
	(void)fd;
	(void)what;
	if (!c->drill.every_s || !center_is_leading(o->node->center))
		return;
	for (size_t i = 0; i < c->agencies.set.n; i++) {
		const struct agency *a = &c->agencies.set.at[i];
		struct drill *d = a->test ? get_drill(o, a->id) : NULL;
		if (!d || now_ms < d->due_ms)
			continue;
		d->due_ms = now_ms + c->drill.every_s * 1000;
		begin(o, a->id);
	}
}

void outreach_start_drills(struct outreach *o)
{
	static const struct timeval second = { 1, 0 };
	o->drill_event = event_new(o->node->base, -1, EV_PERSIST, on_second, o);
	CHECK(o->drill_event && event_add(o->drill_event, &second) == 0);
}

void outreach_stop_drills(struct outreach *o)
{
	if (o->drill_event)
		event_free(o->drill_event);
	free(o->drills);
}

static void take(struct slice value, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)value.len, value.data);
}

void outreach_note_drill(struct outreach *o, const struct output *output)
{
	struct record_reader in = { output->fields.data, output->fields.data + output->fields.len };
	struct slice name, value;
	struct drill now = { .at_ms = wall_now_ms() };
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, "agency"))
			take(value, now.agency, sizeof now.agency);
		else if (slice_is(name, "dispatch"))
			take(value, now.dispatch, sizeof now.dispatch);
		else if (slice_is(name, "state"))
			take(value, now.state, sizeof now.state);
		else if (slice_is(name, "took_ms") && slice_int(value, &now.took_ms) < 0)
			now.took_ms = 0;
	struct drill *d = get_drill(o, now.agency);
	now.due_ms = d->due_ms;
	*d = now;
	if (strcmp(d->state, "late") == 0)
		LOG(ERROR, "drill.late", LOG_S("agency", d->agency), LOG_S("dispatch", d->dispatch),
			LOG_I("took_ms", d->took_ms));
	else
		LOG(NOTICE, "drill", LOG_S("agency", d->agency), LOG_S("dispatch", d->dispatch),
			LOG_S("state", d->state), LOG_I("took_ms", d->took_ms));
}

void outreach_show_drills(const struct outreach *o, struct buf *out)
{
	jtext_name(out, "drills");
	jtext_open(out, '[');
	for (size_t i = 0; i < o->n_drills; i++) {
		const struct drill *d = &o->drills[i];
		if (!*d->dispatch)
			continue;
		jtext_open(out, '{');
		jtext_put_str(out, "agency", d->agency);
		jtext_put_str(out, "dispatch", d->dispatch);
		jtext_put_str(out, "state", d->state);
		jtext_name(out, "at");
		jtext_time(out, d->at_ms);
		jtext_name(out, "took_s");
		jtext_seconds(out, d->took_ms);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}
