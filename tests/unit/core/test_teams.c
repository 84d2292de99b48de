/* Mobile teams: who is asked, when they arrive, and that nobody forgets their crew. */
#include "world.h"

WORLD(w)

static char person[32];

static const char *const sessions[][2] = { { "red", "n1/i1/red" }, { "blue", "n1/i1/blue" },
	{ "green", "n1/i1/green" } };

static struct command about(const char *team)
{
	struct command it = CMD(TEAM_SET, c->role = "partner", c->presence = "ready");
	for (size_t i = 0; i < 3; i++)
		if (strcmp(sessions[i][0], team) == 0)
			it.session = sessions[i][1];
	it.identity = it.team = team;
	return it;
}

/* Degrees north of the equator, in hundredths. */
static void team_at(const char *team, const char *skills, int64_t north)
{
	struct command up = about(team);
	up.command = COMMAND_SESSION_UP;
	apply(&w, up);
	struct command set = about(team);
	set.skills = skills;
	if (north) {
		set.lat = PLACE_LAT_ZERO + north * PLACE_COARSE;
		set.lon = PLACE_LON_ZERO;
	}
	apply(&w, set);
}

static struct team_view team(const char *id)
{
	struct team_view v;
	for (size_t i = 0; core_next_team(w.core, &i, &v);)
		if (strcmp(v.id, id) == 0)
			return v;
	fail_msg("no team %s", id);
	return v;
}

static struct command escalate(void)
{
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	return CMD(CONTACT_ESCALATE, c->identity = "sue", c->role = "supervisor",
		c->contact = person, c->kind = "mobile_team", c->consent = "yes",
		c->place_confirmed = 1, c->located = 1, c->lat = PLACE_LAT_ZERO + 1,
		c->lon = PLACE_LON_ZERO);
}

static struct dispatch_view rescue(const char *id)
{
	struct dispatch_view v;
	if (!core_find_dispatch(w.core, id, &v))
		fail_msg("no dispatch %s", id);
	return v;
}

static const char *nearest(const char *skills, bool has_point)
{
	static char text[64];
	struct team_view out[3];
	struct nearest_query q = { .skills = skills, .has_point = has_point };
	size_t n = core_nearest(w.core, &q, out, 3);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, out[i].id);
	}
	return text;
}

static void with_the_skills_first_then_by_arrival_then_by_name(void **state)
{
	(void)state;
	team_at("red", "", 30);
	team_at("blue", "child", 0);
	team_at("green", "", 10);
	assert_string_equal(nearest("", true), "green red blue"); /* unknown: behind */
	assert_string_equal(nearest("child", true), "blue green red");
	assert_string_equal(nearest("", false), "blue green red");
	struct team_view out[1];
	struct nearest_query q = { .skills = "", .has_point = true };
	assert_int_equal(core_nearest(w.core, &q, out, 1), 1);
	assert_string_equal(out[0].id, "green");
	/* 11.1 km, by road 15.6 km, at 40 km/h */
	assert_true(out[0].eta_ms > 1390000 && out[0].eta_ms < 1410000);
	assert_true(out[0].has_point);
	assert_int_equal(out[0].point.lat, 10 * PLACE_COARSE);
	w.options.speed_kmh = 0;
	core_set_options(w.core, &w.options);
	assert_string_equal(nearest("", true), "blue green red");
}

static void a_position_grows_old(void **state)
{
	(void)state;
	struct command set = about("red");
	team_at("red", "", 10);
	assert_int_equal(team("red").position_age_ms, 1);
	pass(&w, w.options.position_max_ms);
	apply(&w, CMD(TICK, c->request = 0));
	assert_int_equal(team("red").position_age_ms, w.options.position_max_ms);
	w.now++;
	apply(&w, CMD(TICK, c->request = 0));
	assert_int_equal(team("red").position_age_ms, 0); /* unknown */
	assert_string_equal(nearest("", true), "red");
	set.lat = PLACE_LAT_ZERO + 5;
	set.lon = PLACE_LON_ZERO;
	set.located_ms = w.now - 7000; /* said when */
	apply(&w, set);
	assert_int_equal(team("red").position_age_ms, 7000);
	set.located_ms = w.now + 7000; /* a clock that is ahead */
	apply(&w, set);
	assert_int_equal(team("red").position_age_ms, 1);
	set.lon = 0; /* half a place is none: the last one counts */
	set.located_ms = w.now - 9000;
	apply(&w, set);
	assert_int_equal(team("red").position_age_ms, 1);
	set.lat = set.lon = (int64_t)1 << 40; /* nowhere */
	apply(&w, set);
	assert_false(team("red").has_point);
	assert_int_equal(team("red").point.lat, 0);
	assert_int_equal(team("red").position_age_ms, 0);
}

static void the_nearest_is_asked_and_hears_how_far_it_is(void **state)
{
	(void)state;
	team_at("red", "", 30);
	team_at("green", "", 10);
	struct command it = escalate();
	apply(&w, it);
	const struct output *o = told(&w, OUTPUT_DISPATCH_NEW, "n1/i1/green", 0);
	assert_non_null(o);
	assert_string_equal(field(&w, o, "team"), "green");
	assert_true(strtoll(field(&w, o, "eta_ms"), NULL, 10) > 1300000);
	assert_string_equal(team("green").state, "asked");
	assert_string_equal(team("red").state, "ready");
}

static char its[32];

static void on_the_way(void)
{
	team_at("red", "", 30);
	supervisor(&w, "sue", S1);
	struct command it = escalate();
	strcpy(its, field(&w, apply(&w, it), "dispatch"));
	apply(&w, CMD(DISPATCH_ACK, c->identity = "red", c->role = "partner",
			  c->session = "n1/i1/red", c->dispatch = its, c->by = "Kim"));
	assert_string_equal(team("red").state, "busy");
}

static int overdue_notices(void)
{
	int n = 0;
	for (int i = 0; told(&w, OUTPUT_NOTICE, S1, i); i++)
		n += strcmp(field(&w, told(&w, OUTPUT_NOTICE, S1, i), "kind"), "team_overdue") == 0;
	return n;
}

static void a_crew_not_heard_of_is_told_until_a_person_has_seen_it(void **state)
{
	(void)state;
	on_the_way();
	apply(&w, CMD(DISPATCH_STATUS, c->identity = "red", c->role = "partner", c->dispatch = its,
			  c->status = "en_route"));
	assert_int_equal(team("red").checkin_by_ms, w.now + w.options.checkin_ms);
	watch(&w, w.options.checkin_ms - 1);
	assert_int_equal(overdue_notices(), 0);
	watch(&w, 1);
	assert_int_equal(overdue_notices(), 1);
	assert_string_equal(team("red").state, "overdue");
	watch(&w, 4 * w.options.alert_repeat_ms);
	assert_int_equal(overdue_notices(), 4);
	apply(&w, CMD(DISPATCH_ACK, c->identity = "dan", c->role = "dispatcher", c->dispatch = its,
			  c->by = "Dan"));
	watch(&w, w.options.alert_reminder_ms - 1);
	assert_int_equal(overdue_notices(), 0);
	watch(&w, 1);
	assert_int_equal(overdue_notices(), 1);
	apply(&w, CMD(TEAM_CHECKIN, c->identity = "red", c->role = "partner", c->team = "red"));
	assert_string_equal(team("red").state, "busy");
	watch(&w, w.options.alert_reminder_ms);
	assert_int_equal(overdue_notices(), 0);
}

/* That somebody has seen it of one rescue says nothing about the crew of another. */
static void seen_is_what_was_seen(void **state)
{
	(void)state;
	on_the_way();
	struct command it = escalate();
	char other[32];
	strcpy(other, field(&w, apply(&w, it), "dispatch"));
	watch(&w, w.options.checkin_ms);
	assert_string_equal(team("red").state, "overdue");
	apply(&w, CMD(DISPATCH_ACK, c->identity = "dan", c->role = "dispatcher",
			  c->dispatch = other, c->by = "Dan"));
	watch(&w, 2 * w.options.alert_repeat_ms);
	assert_int_equal(overdue_notices(), 2);
}

/* Away, or gone, it is asked of the next; by radio a dispatcher speaks for it. */
static void a_team_that_goes_away_has_said_no(void **state)
{
	(void)state;
	team_at("red", "", 30);
	struct command it = escalate();
	strcpy(its, field(&w, apply(&w, it), "dispatch"));
	assert_string_equal(rescue(its).target, "team:red");
	struct command set = about("red");
	set.presence = "paused";
	set.members = "Kim";
	apply(&w, set);
	assert_string_equal(rescue(its).target, "");
	assert_string_equal(rescue(its).declined, "team:red");
	assert_string_equal(team("red").state, "paused");
	assert_string_equal(team("red").members, "Kim");
	set.identity = "dan";
	set.role = "dispatcher";
	set.presence = "ready";
	set.members = "";
	apply(&w, set);
	assert_string_equal(team("red").state, "ready");
	assert_string_equal(team("red").identity, "red");
	assert_string_equal(team("red").members, "Kim");
	apply(&w, CMD(SESSION_DOWN, c->session = "n1/i1/red"));
	assert_string_equal(team("red").state, "gone");
}

static void behind_a_rescue_a_crew_rests_unless_it_need_not(void **state)
{
	(void)state;
	for (int rest = 1; rest >= 0; rest--) {
		world_end(&w);
		world_start(&w);
		w.options.rest_ms = rest ? 600000 : 0;
		core_set_options(w.core, &w.options);
		on_the_way();
		apply(&w, CMD(DISPATCH_OUTCOME, c->identity = "red", c->role = "partner",
				  c->dispatch = its, c->outcome = ((struct slice){ "{}", 2 })));
		assert_string_equal(team("red").state, rest ? "resting" : "ready");
		assert_int_equal(team("red").rest_until_ms, rest ? w.now + 600000 : 0);
		struct command it = escalate(); /* nobody to ask, until it has rested */
		strcpy(its, field(&w, apply(&w, it), "dispatch"));
		assert_string_equal(rescue(its).target, rest ? "" : "team:red");
		struct command radio = about("red");
		radio.identity = "dan";
		radio.role = "dispatcher";
		radio.presence = "";
		apply(&w, radio); /* says nothing about its rest */
		assert_string_equal(team("red").state, rest ? "resting" : "asked");
		pass(&w, 600000);
		assert_string_equal(rescue(its).target, "team:red");
	}
}

static void tests_and_the_living_have_teams_of_their_own(void **state)
{
	(void)state;
	struct command set = about("red");
	team_at("red", "", 30);
	set.test = 1;
	apply(&w, set);
	struct command it = escalate();
	strcpy(its, field(&w, apply(&w, it), "dispatch"));
	assert_string_equal(rescue(its).target, "");
	set.test = 0;
	apply(&w, set);
	pass(&w, 1);
	assert_string_equal(rescue(its).target, "team:red");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(with_the_skills_first_then_by_arrival_then_by_name),
		TEST(a_position_grows_old),
		TEST(the_nearest_is_asked_and_hears_how_far_it_is),
		TEST(a_crew_not_heard_of_is_told_until_a_person_has_seen_it),
		TEST(seen_is_what_was_seen),
		TEST(a_team_that_goes_away_has_said_no),
		TEST(behind_a_rescue_a_crew_rests_unless_it_need_not),
		TEST(tests_and_the_living_have_teams_of_their_own),
	};
	return cmocka_run_group_tests_name("teams", tests, NULL, NULL);
}
