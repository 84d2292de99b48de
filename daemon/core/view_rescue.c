/* Reading rescues: views of what the core holds. */
#include "triaged/core/rescue.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch_ask.h"
#include "state.h"

static void view_dispatch(
	const struct core *core, const struct dispatch *d, struct dispatch_view *v)
{
	*v = (struct dispatch_view){
		.id = d->id,
		.contact = text_of(d->contact),
		.kind = text_of(d->kind),
		.state = dispatch_state_name(d->state),
		.by = text_of(d->by),
		.consent = text_of(d->consent),
		.outcome = buf_str(&d->outcome),
		.result = text_of(d->result),
		.awaits = dispatch_awaits(d),
		.agency = text_of(d->agency),
		.target = text_of(d->target),
		.unit = text_of(d->unit),
		.declined = text_of(d->declined),
		.tried = text_of(d->tried),
		.criteria = text_of(d->criteria),
		.reason = text_of(d->reason),
		.requested_by = text_of(d->requested_by),
		.line = text_of(d->line),
		.second_by = text_of(d->second_by),
		.place_by = text_of(d->place_by),
		.silence = d->silence != 0,
		.exempt = d->exempt != 0,
		.test = d->test != 0,
		.overdue = d->overdue != 0,
		.seen = d->seen != 0,
		.open = dispatch_is_open(d),
		.requested_ms = d->requested_ms,
		.since_ms = d->state_ms,
		.due_ms = d->second_due_ms ? d->second_due_ms : d->step_due_ms,
		.asked_until_ms = d->target ? d->target_due_ms : 0,
		.alerts = d->alerts,
		.version = d->version,
		.source = text_of(d->spot.source),
		.area = text_of(d->spot.area),
		.place_open = d->place_open != 0,
		.has_point = spot_has_point(&d->spot),
		.point = spot_point(&d->spot),
		.located_ms = d->spot.located_ms,
		.location = { buf_str(&d->location), d->location.len },
	};
	spot_doubts(&d->spot, &core->options, core->now_ms, v->doubt_words);
	v->doubts = v->doubt_words;
	dispatch_next_target(core, d, v->next);
}

bool core_next_dispatch(const struct core *core, size_t *i, struct dispatch_view *v)
{
	const struct dispatch *d = map_walk(&core->dispatches, i, NULL);
	if (d)
		view_dispatch(core, d, v);
	return d != NULL;
}

bool core_find_dispatch(const struct core *core, const char *id, struct dispatch_view *v)
{
	const struct dispatch *d = map_get(&core->dispatches, id);
	if (d)
		view_dispatch(core, d, v);
	return d != NULL;
}

bool core_next_send(const struct core *core, const char *dispatch, size_t *i, struct send_view *v)
{
	const struct dispatch *d = map_get(&core->dispatches, dispatch);
	if (!d || *i >= (size_t)d->n_sends)
		return false;
	const struct dispatch_send *s = &d->sends[(*i)++];
	*v = (struct send_view){ .agency = text_of(s->agency),
		.what = send_what_name(s->what),
		.result = send_result_name(s->result),
		.detail = text_of(s->detail),
		.version = s->version,
		.attempts = s->unknowns + 1,
		.at_ms = s->queued_ms };
	return true;
}

bool core_concerns(const struct core *core, const char *dispatch, const char *identity)
{
	char target[TARGET_SIZE];
	const struct dispatch *d = map_get(&core->dispatches, dispatch);
	return d && dispatch_concerns(core, d, identity, target);
}

static void view_team(const struct core *core, const struct team *t, struct team_view *v)
{
	*v = (struct team_view){
		.id = t->id,
		.identity = text_of(t->identity),
		.state = team_state(core, t),
		.presence = presence_name(t->presence),
		.skills = text_of(t->skills),
		.members = text_of(t->members),
		.dispatch = text_of(t->dispatch),
		.reason = text_of(t->reason),
		.connected = t->connected != 0,
		.test = t->test != 0,
		.has_point = team_has_point(t),
		.point = team_point(t),
		.position_age_ms = team_position_age(core, t),
		.rest_until_ms = t->rest_until_ms > core->now_ms ? t->rest_until_ms : 0,
		.checkin_by_ms = t->checkin_due_ms,
		.eta_ms = -1,
	};
}

bool core_next_team(const struct core *core, size_t *i, struct team_view *v)
{
	const struct team *t = map_walk(&core->teams, i, NULL);
	if (t)
		view_team(core, t, v);
	return t != NULL;
}

size_t core_nearest(
	const struct core *core, const struct nearest_query *q, struct team_view *out, size_t max)
{
	size_t n;
	const struct team_query all = {
		.skills = q->skills, .has_point = q->has_point, .point = q->point, .all = true
	};
	struct team_rank *ranks = teams_nearest(core, &all, &n);
	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++) {
		view_team(core, ranks[i].team, &out[i]);
		out[i].eta_ms = ranks[i].eta_ms;
		out[i].skilled = ranks[i].skilled;
	}
	free(ranks);
	return n;
}

bool core_next_tally(const struct core *core, size_t *i, struct tally_view *v)
{
	if (*i >= core->n_tallies)
		return false;
	const struct tally *t = &core->tallies[(*i)++];
	*v = (struct tally_view){ text_of(t->line), t->ended, t->cancelled, t->voluntary,
		t->involuntary, t->unable, t->second_person, t->silence, t->exempt };
	return true;
}

int64_t core_tally_since(const struct core *core)
{
	return core->tally_since_ms;
}
