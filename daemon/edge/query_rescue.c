/* Rescues and teams as lists: coarse places only, and for partners only what is theirs. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "query_parts.h"

static void point(struct buf *out, struct place_point p)
{
	buf_addf(out, ",\"location\":{\"lat\":%.5f,\"lon\":%.5f}", (double)p.lat / PLACE_DEGREE,
		(double)p.lon / PLACE_DEGREE);
}

/* Who acts next: whoever is asked, those behind them, else the people who watch. */
static const char *who_is_next(const struct dispatch_view *v)
{
	if (strcmp(v->state, "held") == 0)
		return v->place_open ? "requester" : "second_person";
	if (*v->unit)
		return v->unit;
	if (*v->target)
		return v->target;
	return *v->by ? v->by : "dispatchers";
}

void query_dispatch_line(const struct core *core, const struct dispatch_view *v, struct buf *out)
{
	int64_t now = core_now(core);
	jtext_put_str(out, "dispatch", v->id);
	jtext_put_str(out, "kind", v->kind);
	jtext_put_str(out, "state", v->state);
	jtext_put_str(out, "by", v->by);
	jtext_put_str(out, "unit", v->unit);
	jtext_put_str(out, "asked", v->target);
	jtext_put_str(out, "awaits", v->awaits);
	jtext_put_str(out, "next", who_is_next(v));
	jtext_put_str(out, "then", v->next);
	jtext_put_seconds(out, "since_s", now - v->requested_ms);
	jtext_put_seconds(out, "awaits_since_s", now - v->since_ms);
	jtext_put_time(out, "due", v->due_ms);
	jtext_put_bool(out, "overdue", v->overdue);
	jtext_put_int(out, "alerts", v->alerts);
	jtext_put_str(out, "consent", v->consent);
	jtext_put_str(out, "area", v->area);
	jtext_put_words(out, "doubts", v->doubts);
	jtext_put_bool(out, "location_confirmed", v->location.len && !v->place_open);
	jtext_put_bool(out, "test", v->test);
	jtext_put_int(out, "version", v->version);
}

static void show_sends(const struct core *core, const char *dispatch, struct buf *out)
{
	struct send_view s;
	jtext_name(out, "sends");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_send(core, dispatch, &i, &s);) {
		jtext_open(out, '{');
		jtext_put_str(out, "agency", s.agency);
		jtext_put_str(out, "what", s.what);
		jtext_put_str(out, "result", s.result);
		jtext_put_str(out, "detail", s.detail);
		jtext_put_int(out, "version", s.version);
		jtext_put_int(out, "attempts", s.attempts);
		jtext_put_time(out, "at", s.at_ms);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

struct asking {
	const char *identity, *role;
};

static struct asking who_asks(const json_t *params)
{
	const char *identity = json_string_value(json_object_get(params, "asking"));
	const char *role = json_string_value(json_object_get(params, "asking_as"));
	return (struct asking){ identity ? identity : "", role ? role : "" };
}

static bool may_see(
	const struct core *core, const struct dispatch_view *v, const struct asking *who)
{
	struct contact_view contact;
	if (strcmp(who->role, "partner") == 0)
		return core_concerns(core, v->id, who->identity);
	if (strcmp(who->role, "dispatcher") == 0 || strcmp(who->role, "supervisor") == 0)
		return true;
	if (strcmp(who->role, "responder") != 0)
		return false;
	return strcmp(v->requested_by, who->identity) == 0 ||
	       (core_contact(core, v->contact, &contact) &&
		       strcmp(contact.responder, who->identity) == 0);
}

static void show_tallies(const struct core *core, struct buf *out)
{
	struct tally_view t;
	jtext_put_time(out, "counted_since", core_tally_since(core));
	jtext_name(out, "ended");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_tally(core, &i, &t);) {
		jtext_open(out, '{');
		jtext_put_str(out, "line", t.line);
		jtext_put_int(out, "ended", t.ended);
		jtext_put_int(out, "voluntary", t.voluntary);
		jtext_put_int(out, "involuntary", t.involuntary);
		jtext_put_int(out, "unable", t.unable);
		jtext_put_int(out, "second_person", t.second_person);
		jtext_put_int(out, "silence", t.silence);
		jtext_put_int(out, "exempt", t.exempt);
		jtext_put_int(out, "cancelled", t.cancelled);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

static void dispatch_list(const struct core *core, const json_t *params, struct buf *out)
{
	const struct asking who = who_asks(params);
	bool partner = strcmp(who.role, "partner") == 0;
	struct dispatch_view v;
	jtext_open(out, '{');
	jtext_name(out, "dispatches");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_dispatch(core, &i, &v);) {
		if (!may_see(core, &v, &who))
			continue;
		jtext_open(out, '{');
		query_dispatch_line(core, &v, out);
		if (v.has_point)
			point(out, v.point);
		if (!partner) {
			jtext_put_str(out, "contact", v.contact);
			jtext_put_str(out, "line", v.line);
			jtext_put_str(out, "requested_by", v.requested_by);
			jtext_put_words(out, "declined", v.declined);
			jtext_put_words(out, "tried", v.tried);
			jtext_put_words(out, "criteria", v.criteria);
			jtext_put_str(out, "second_by", v.second_by);
			jtext_put_bool(out, "silence", v.silence);
			show_sends(core, v.id, out);
		}
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	if (!partner)
		show_tallies(core, out);
	jtext_close(out, '}');
}

static void show_team(const struct team_view *v, bool ranked, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_str(out, "team", v->id);
	jtext_put_str(out, "state", v->state);
	jtext_put_str(out, "presence", v->presence);
	jtext_put_str(out, "reason", v->reason);
	jtext_put_words(out, "skills", v->skills);
	jtext_put_words(out, "members", v->members);
	jtext_put_str(out, "dispatch", v->dispatch);
	jtext_put_str(out, "speaker", v->identity);
	jtext_put_bool(out, "test", v->test);
	jtext_put_seconds(out, "position_age_s", v->position_age_ms ? v->position_age_ms : -1);
	if (v->has_point)
		point(out, v->point);
	jtext_put_time(out, "rest_until", v->rest_until_ms);
	jtext_put_time(out, "checkin_by", v->checkin_by_ms);
	if (ranked) {
		jtext_put_seconds(out, "eta_s", v->eta_ms);
		jtext_put_bool(out, "skilled", v->skilled);
	}
	jtext_close(out, '}');
}

static void team_list(const struct core *core, const json_t *params, struct buf *out)
{
	const struct asking who = who_asks(params);
	bool all = strcmp(who.role, "dispatcher") == 0 || strcmp(who.role, "supervisor") == 0;
	struct team_view v;
	jtext_open(out, '{');
	jtext_name(out, "teams");
	jtext_open(out, '[');
	for (size_t i = 0; core_next_team(core, &i, &v);)
		if (all || strcmp(v.identity, who.identity) == 0)
			show_team(&v, false, out);
	jtext_close(out, ']');
	jtext_close(out, '}');
}

static void take_place(const struct core *core, const json_t *params, struct nearest_query *q)
{
	const json_t *location = json_object_get(params, "location");
	const char *id = json_string_value(json_object_get(params, "dispatch"));
	struct dispatch_view v;
	if (id && core_find_dispatch(core, id, &v)) {
		q->has_point = v.has_point;
		q->point = v.point;
	}
	if (json_is_object(location)) {
		json_int_t lat = json_integer_value(json_object_get(location, "lat")),
			   lon = json_integer_value(json_object_get(location, "lon"));
		q->has_point = place_is_point(lat, lon);
		q->point = (struct place_point){ (int32_t)lat, (int32_t)lon };
	}
}

#define TEAMS_SHOWN 100

static void nearest(const struct core *core, const json_t *params, struct buf *out)
{
	struct nearest_query q = { .skills = "" };
	take_place(core, params, &q);
	const json_t *list = json_object_get(params, "skills"), *word;
	struct buf skills = { 0 };
	size_t i;
	json_array_foreach((json_t *)(uintptr_t)list, i, word)
		buf_addf(&skills, "%s%s", i ? " " : "", json_string_value(word));
	q.skills = buf_str(&skills);
	struct team_view *found = mem_resize(NULL, TEAMS_SHOWN, sizeof *found);
	size_t n = core_nearest(core, &q, found, TEAMS_SHOWN);
	jtext_open(out, '{');
	jtext_put_bool(out, "located", q.has_point);
	jtext_name(out, "teams");
	jtext_open(out, '[');
	for (size_t k = 0; k < n; k++)
		show_team(&found[k], true, out);
	jtext_close(out, ']');
	jtext_close(out, '}');
	free(found);
	buf_free(&skills);
}

bool query_rescue(const struct core *core, const char *method, struct slice params, struct buf *out)
{
	static const struct {
		const char *method;
		void (*answer)(const struct core *core, const json_t *params, struct buf *out);
	} methods[] = { { "dispatch.list", dispatch_list }, { "dispatch.nearest", nearest },
		{ "team.list", team_list } };
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(method, methods[i].method) != 0)
			continue;
		json_t *p = json_parse(params.data, params.len, 16, NULL);
		methods[i].answer(core, p, out);
		json_decref(p);
		return true;
	}
	return false;
}
