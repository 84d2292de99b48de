#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "dispatch_ask.h"
#include "state.h"

/* clang-format off */
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct team, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct team, n), NULL }

static const struct field fields[] = {
	{ "presence", FIELD_WORD, offsetof(struct team, presence), presence_name },
	TEXT(identity), TEXT(role), TEXT(session), TEXT(skills), TEXT(members), TEXT(reason),
	INT(connected), INT(test), INT(lat), INT(lon), INT(located_ms), TEXT(dispatch), INT(has),
	INT(rest_until_ms), INT(checkin_due_ms), INT(overdue), INT(seen), INT(alert_due_ms),
	TEXT(seen_by),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

static void team_fire(struct core *core, void *team);

struct team *team_get(struct core *core, const char *id)
{
	struct team *t = map_get(&core->teams, id);
	if (t)
		return t;
	t = mem_zalloc(sizeof *t);
	t->id = mem_strdup(id);
	t->timer = (struct timer){ .id = t->id, .owner = t, .fire = team_fire };
	map_put(&core->teams, id, t);
	return t;
}

void team_free(void *team)
{
	struct team *t = team;
	codec_free(fields, N_FIELDS, t);
	free(t->id);
	free(t);
}

void team_encode(const struct team *t, struct buf *out)
{
	codec_encode(fields, N_FIELDS, t, true, out);
}

int team_decode(struct team *t, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1)
		if (codec_take(fields, N_FIELDS, t, name, value) < 0)
			return err_set(
				e, "team %s: bad value of %.*s", t->id, (int)name.len, name.data);
	return more == 0 ? 0 : err_set(e, "team %s: broken record", t->id);
}

/* ---- its course ---- */

static int64_t next_due(const struct team *t)
{
	int64_t due = NEVER;
	if (t->has && !t->overdue)
		due = t->checkin_due_ms;
	if (t->overdue)
		due = t->alert_due_ms;
	if (t->rest_until_ms && t->rest_until_ms < due)
		due = t->rest_until_ms;
	return due;
}

void team_arm(struct core *core, struct team *t)
{
	timer_set(&core->timers, &t->timer, next_due(t));
}

static void touch(struct core *core, struct team *t)
{
	core_dirty(core, ENTITY_TEAM, t, &t->dirty);
	team_arm(core, t);
}

void teams_changed(struct core *core)
{
	struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		if (!dispatch_is_open(d) || d->target || !text_is(d->kind, "mobile_team") ||
			d->target_due_ms <= core->now_ms)
			continue;
		d->target_due_ms = core->now_ms;
		dispatch_touch(core, d);
	}
}

static void team_fire(struct core *core, void *team)
{
	struct team *t = team;
	if (t->has && !t->overdue && t->checkin_due_ms <= core->now_ms) {
		t->overdue = 1;
		t->alert_due_ms = core->now_ms;
		DECIDE(core->step, "team_overdue", t->id, text_of(t->dispatch));
	}
	if (t->overdue && t->alert_due_ms <= core->now_ms)
		alert_team(core, t);
	bool rested = t->rest_until_ms && t->rest_until_ms <= core->now_ms;
	if (rested)
		t->rest_until_ms = 0;
	touch(core, t);
	if (rested)
		teams_changed(core);
}

static bool is_free(const struct core *core, const struct team *t)
{
	return t->presence == PRESENCE_READY && t->connected && !t->dispatch &&
	       t->rest_until_ms <= core->now_ms;
}

const char *team_state(const struct core *core, const struct team *t)
{
	if (t->overdue)
		return "overdue";
	if (t->dispatch)
		return t->has ? "busy" : "asked";
	if (!t->connected)
		return "gone";
	if (t->presence != PRESENCE_READY)
		return presence_name(t->presence);
	return t->rest_until_ms > core->now_ms ? "resting" : "ready";
}

void team_ask(struct core *core, struct team *t, const char *dispatch)
{
	text_set(&t->dispatch, dispatch);
	t->has = 0;
	touch(core, t);
}

void team_take(struct core *core, struct team *t)
{
	t->has = 1;
	team_heard(core, t);
}

void team_let_go(struct core *core, struct team *t)
{
	if (t->has && core->options.rest_ms)
		t->rest_until_ms = core->now_ms + core->options.rest_ms;
	text_set(&t->dispatch, NULL);
	t->has = t->checkin_due_ms = t->overdue = t->seen = 0;
	touch(core, t);
	teams_changed(core);
}

void team_heard(struct core *core, struct team *t)
{
	if (t->overdue)
		DECIDE(core->step, "team_heard", t->id);
	t->overdue = t->seen = 0;
	text_set(&t->seen_by, NULL);
	t->checkin_due_ms = t->has ? core->now_ms + core->options.checkin_ms : 0;
	touch(core, t);
}

/* ---- who can reach it ---- */

void teams_connect(struct core *core, const char *identity, const char *session)
{
	struct team *t;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		if (!text_is(t->identity, identity) ||
			(t->connected && text_is(t->session, session)))
			continue;
		text_set(&t->session, session);
		t->connected = 1;
		touch(core, t);
	}
	teams_changed(core);
}

void teams_lost(struct core *core, const char *session)
{
	struct team *t;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		if (!t->connected || !text_is(t->session, session))
			continue;
		t->connected = 0;
		touch(core, t);
	}
}

void team_target(const struct team *t, char out[80])
{
	snprintf(out, 80, "team:%s", t->id);
}

void teams_seen(struct core *core, const char *dispatch, const char *by)
{
	struct team *t;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		if (!t->overdue || !text_is(t->dispatch, dispatch))
			continue;
		t->seen = 1;
		text_set(&t->seen_by, by);
		t->alert_due_ms = core->now_ms + alert_gap(core, true);
		touch(core, t);
	}
}

void team_put(const struct core *core, const struct team *t, struct buf *b)
{
	record_puts(b, "team", t->id);
	record_puts(b, "state", team_state(core, t));
	record_puts(b, "presence", presence_name(t->presence));
	record_puts(b, "skills", t->skills);
	record_puts(b, "members", t->members);
	record_puts(b, "dispatch", t->dispatch);
	record_puti(b, "test", t->test);
	record_puti(b, "position_age_ms", team_position_age(core, t));
	record_puti(b, "rest_until_ms", t->rest_until_ms);
	record_puti(b, "checkin_by_ms", t->checkin_due_ms);
}

/* ---- where it is ---- */

bool team_has_point(const struct team *t)
{
	return t->lat && t->lon && place_is_point(t->lat - PLACE_LAT_ZERO, t->lon - PLACE_LON_ZERO);
}

struct place_point team_point(const struct team *t)
{
	if (!team_has_point(t))
		return (struct place_point){ 0, 0 };
	return (struct place_point){ (int32_t)(t->lat - PLACE_LAT_ZERO),
		(int32_t)(t->lon - PLACE_LON_ZERO) };
}

int64_t team_position_age(const struct core *core, const struct team *t)
{
	int64_t age = t->located_ms ? core->now_ms - t->located_ms : 0;
	if (!t->located_ms || !team_has_point(t) || age > core->options.position_max_ms)
		return 0;
	return age > 1 ? age : 1;
}

int64_t team_eta_ms(const struct core *core, const struct team *t, struct place_point to)
{
	int64_t age = team_position_age(core, t), speed = core->options.speed_kmh;
	if (!age || speed <= 0)
		return -1;
	int64_t metres = place_distance_m(team_point(t), to) * core->options.road_percent / 100;
	return metres * 3600 / speed + age / 2; /* km/h are m per 3.6 s */
}

static int compare_ranks(const void *a, const void *b)
{
	const struct team_rank *x = a, *y = b;
	if (x->skilled != y->skilled)
		return x->skilled ? -1 : 1;
	if (x->eta_ms != y->eta_ms) {
		if (x->eta_ms < 0 || y->eta_ms < 0)
			return x->eta_ms < 0 ? 1 : -1;
		return x->eta_ms < y->eta_ms ? -1 : 1;
	}
	return strcmp(x->team->id, y->team->id);
}

struct team_rank *teams_nearest(const struct core *core, const struct team_query *q, size_t *n)
{
	struct team_rank *ranks = mem_resize(NULL, core->teams.count + 1, sizeof(struct team_rank));
	struct team *t;
	*n = 0;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		if (!q->all && (!is_free(core, t) || (t->test != 0) != q->test))
			continue;
		ranks[(*n)++] = (struct team_rank){ t, words_within(q->skills, t->skills),
			q->has_point ? team_eta_ms(core, t, q->point) : -1 };
	}
	qsort(ranks, *n, sizeof *ranks, compare_ranks);
	return ranks;
}
