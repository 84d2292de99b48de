/* Reading: views of what the core holds. */
#include <string.h>

#include "match_explain.h"
#include "state.h"

static struct slice slice_of(const struct buf *b)
{
	return (struct slice){ buf_str(b), b->len };
}

static void view_contact(const struct core *core, const struct contact *c, struct contact_view *v)
{
	*v = (struct contact_view){
		.id = c->id,
		.state = contact_state_name(c->state),
		.channel = text_of(c->channel),
		.lang = text_of(c->lang),
		.line = text_of(c->line),
		.needs = text_of(c->needs),
		.caller_role = text_of(c->caller_role),
		.person = text_of(c->person),
		.identity = text_of(c->identity),
		.responder = c->responder ? c->responder->id : "",
		.guest = c->guest ? c->guest->id : "",
		.transfer = transfer_state_name(c->transfer.state),
		.transfer_id = text_of(c->transfer.id),
		.transfer_to = transfer_target(&c->transfer),
		.transfer_by = text_of(c->transfer.by),
		.ruleset = text_of(c->ruleset),
		.flags = text_of(c->flags),
		.domains = text_of(c->domains),
		.disposition = text_of(c->disposition),
		.alert = text_of(c->alert),
		.alert_by = text_of(c->alert_by),
		.twin = text_of(c->twin),
		.level = (enum level)c->level,
		.level_auto = (enum level)c->level_auto,
		.unscored = c->unscored != 0,
		.connected = c->connected != 0,
		.test = c->test != 0,
		.arrived_ms = c->arrived_ms,
		.deadline_ms = contact_deadline(core, c),
		.accepted_ms = c->accepted_ms,
		.closed_ms = c->closed_ms,
		.age = (int)c->age - 1,
		.tier = contact_tier(core, c),
		.offers_open = c->n_offers,
		.offers_missed = (int)c->missed,
		.dispatches_open = (int)c->dispatches_open,
		.seq = c->seq,
		.reasons = slice_of(&c->reasons),
		.reasons_seq = c->reasons_seq,
		.explain = slice_of(&c->explain),
		.facts = slice_of(&c->facts),
		.history = slice_of(&c->history),
		.match = slice_of(&c->match),
		.outcome = slice_of(&c->outcome),
	};
}

static void view_responder(
	const struct core *core, const struct responder *r, struct responder_view *v)
{
	(void)core;
	*v = (struct responder_view){
		.id = r->id,
		.name = text_of(r->name),
		.presence = presence_name(r->presence),
		.reason = text_of(r->reason),
		.skills = text_of(r->skills),
		.langs = text_of(r->langs),
		.lines = text_of(r->lines),
		.channels = text_of(r->own_channels ? r->own_channels : r->channels),
		.connected = r->connected != 0,
		.test = r->test != 0,
		.load = r->load,
		.capacity = r->capacity,
		.contacts = r->n_contacts,
		.offers = r->n_offers,
		.wrapups = r->n_wrapups,
		.missed = (int)r->missed,
		.idle_since_ms = r->idle_since_ms,
		.served_today = r->served,
	};
}

bool core_contact(const struct core *core, const char *id, struct contact_view *v)
{
	const struct contact *c = map_get(&core->contacts, id);
	if (c)
		view_contact(core, c, v);
	return c != NULL;
}

bool core_responder(const struct core *core, const char *id, struct responder_view *v)
{
	const struct responder *r = map_get(&core->responders, id);
	if (r)
		view_responder(core, r, v);
	return r != NULL;
}

bool core_next_contact(const struct core *core, size_t *i, struct contact_view *v)
{
	const struct contact *c = map_walk(&core->contacts, i, NULL);
	if (c)
		view_contact(core, c, v);
	return c != NULL;
}

bool core_next_responder(const struct core *core, size_t *i, struct responder_view *v)
{
	const struct responder *r = map_walk(&core->responders, i, NULL);
	if (r)
		view_responder(core, r, v);
	return r != NULL;
}

/* Around the promises of the levels: 60 s, 5, 15 and 60 minutes. */
const int core_wait_bounds_s[CORE_WAIT_BUCKETS] = { 1, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800,
	3600 };

const struct core_waits *core_waits(const struct core *core)
{
	return &core->waits;
}

int64_t core_test_served_ms(const struct core *core)
{
	return core->test_served_ms;
}

bool core_next_alarm(const struct core *core, size_t *i, struct alarm_view *v)
{
	const struct alarm *a = map_walk(&core->alarms, i, NULL);
	if (a)
		*v = (struct alarm_view){ text_of(a->node), text_of(a->kind), text_of(a->detail),
			a->since_ms };
	return a != NULL;
}

size_t core_position(const struct core *core, const char *contact)
{
	const struct contact *c = map_get(&core->contacts, contact);
	return c && c->state == CONTACT_WAITING ? tree_rank(&core->queue.order, c) + 1 : 0;
}

size_t core_waiting(const struct core *core)
{
	return tree_size(&core->queue.order);
}

void core_refusals(const struct core *core, const char *contact, struct buf *out)
{
	const struct contact *c = map_get(&core->contacts, contact);
	if (c && c->need)
		match_refusals(core, c, out);
}

int64_t core_letter(const struct core *core)
{
	return core->letters ? core->letters->number : 0;
}
