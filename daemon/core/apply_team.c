/* What teams say of themselves, or a dispatcher says for them. */
#include <string.h>

#include "apply.h"
#include "dispatch_ask.h"

static int answer(struct core *core, const struct team *t)
{
	team_put(core, t, &core->answer.fields);
	return 0;
}

static bool is_dispatcher(const struct command *c)
{
	return strcmp(c->role, "dispatcher") == 0;
}

/* A team belongs to whoever first spoke for it; dispatchers may speak for all. */
static int check_speaker(struct core *core, const struct command *c, const struct team *t)
{
	if (!is_dispatcher(c) && strcmp(c->role, "partner") != 0)
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "partners_only", NULL);
	if (t && !is_dispatcher(c) && !text_is(t->identity, c->identity))
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "not_yours", "team");
	return 0;
}

static void take_position(struct core *core, struct team *t, const struct command *c)
{
	if (!c->lat || !c->lon)
		return;
	t->lat = c->lat;
	t->lon = c->lon;
	bool said = c->located_ms > 0 && c->located_ms < core->now_ms;
	t->located_ms = said ? c->located_ms : core->now_ms;
}

static void take_words(struct team *t, const struct command *c)
{
	if (*c->skills)
		text_set(&t->skills, c->skills);
	if (*c->members)
		text_set(&t->members, c->members);
	text_set(&t->reason, c->reason);
}

/* It was asked and goes away: that is a no. */
static void leave_offer(struct core *core, struct team *t)
{
	char target[TARGET_SIZE];
	struct dispatch *d = t->dispatch ? map_get(&core->dispatches, t->dispatch) : NULL;
	if (!d || t->has || t->presence == PRESENCE_READY)
		return;
	team_target(t, target);
	dispatch_declined(core, d, target);
}

int apply_team_set(struct core *core, const struct command *c)
{
	struct team *t = map_get(&core->teams, c->team);
	int presence = *c->presence ? presence_parse(c->presence) : -1;
	if (check_speaker(core, c, t) != 0)
		return -1;
	if (!*c->team || strlen(c->team) >= TEAM_ID_SIZE)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "bad_id", "team");
	if (presence < 0 && (*c->presence || !t))
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_such_presence", "presence");
	t = team_get(core, c->team);
	if (!t->identity || !is_dispatcher(c)) {
		text_set(&t->identity, c->identity);
		text_set(&t->role, c->role);
		text_set(&t->session, c->session);
		t->connected = session_open(core, c->session, c->identity, c->role) != NULL;
		t->test = c->test;
	} else { /* by radio: whoever is there may rest or not */
		t->rest_until_ms = presence == PRESENCE_READY ? 0 : t->rest_until_ms;
	}
	if (presence >= 0)
		t->presence = presence;
	take_words(t, c);
	take_position(core, t, c);
	DECIDE(core->step, "team", t->id, presence_name(t->presence), c->identity);
	team_heard(core, t);
	leave_offer(core, t);
	teams_changed(core);
	return answer(core, t);
}

int apply_team_checkin(struct core *core, const struct command *c)
{
	struct team *t = map_get(&core->teams, c->team);
	if (check_speaker(core, c, t) != 0)
		return -1;
	if (!t)
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_team", "team");
	take_position(core, t, c);
	team_heard(core, t);
	return answer(core, t);
}
