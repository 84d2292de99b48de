/* Nodes and their sessions come and go: whose name begins alike is somebody else. */
#include "triaged/core/fact.h"

#include "agencies.h"

WORLD(w)

static bool connected(const char *who)
{
	struct responder_view v;
	return core_responder(w.core, who, &v) && v.connected;
}

static void three_nodes(void)
{
	responder(&w, "ann", "n1/i1/1");
	responder(&w, "bob", "n10/i1/1");
	responder(&w, "cyd", "n1/i10/1");
}

static void a_lost_node_takes_its_own_sessions_only(void **state)
{
	(void)state;
	three_nodes();
	apply(&w, CMD(NODE_LOST, c->node = "n1", c->incarnation = "i1"));
	assert_false(connected("ann"));
	assert_true(connected("bob"));
	assert_true(connected("cyd"));
}

static void a_new_life_of_a_node_ends_the_others_of_it(void **state)
{
	(void)state;
	three_nodes();
	apply(&w, CMD(NODE_UP, c->node = "n1", c->incarnation = "i10"));
	assert_false(connected("ann"));
	assert_true(connected("bob"));
	assert_true(connected("cyd"));
}

static void an_island_reaches_its_own_only(void **state)
{
	(void)state;
	three_nodes();
	apply(&w, CMD(NODE_ISLAND, c->node = "n1", c->watch = 1));
	assert_true(w.step.changed);
	apply(&w, CMD(NODE_ISLAND, c->node = "n1", c->watch = 1)); /* known */
	assert_false(w.step.changed);
	apply(&w, CMD(SESSION_DOWN, c->session = "n1/i1/1"));
	apply(&w, CMD(SESSION_DOWN, c->session = "n1/i10/1"));
	const char *id = contact(&w, "n1/i1/f", LEVEL_EMERGENCY);
	assert_string_equal(state_of(&w, id), "waiting"); /* bob is on n10 */
	core_leave_island(w.core); /* taken over: everybody is reached again */
	apply(&w, CMD(TICK, c->request = 0));
	assert_string_equal(state_of(&w, id), "offered");
	apply(&w, CMD(NODE_ISLAND, c->node = "n1", c->watch = 0));
	assert_false(w.step.changed);
}

/* They talk to another node now: nobody here can reach them. */
static void who_moves_off_the_island_is_offered_to_nobody(void **state)
{
	(void)state;
	responder(&w, "ann", "n1/i1/1");
	char id[32];
	strcpy(id, contact(&w, "n1/i1/f", LEVEL_LOW));
	apply(&w, CMD(NODE_ISLAND, c->node = "n1", c->watch = 1));
	assert_string_equal(state_of(&w, id), "offered");
	apply(&w, CMD(CONTACT_RESUME, c->contact = id, c->identity = "web", c->role = "frontend",
			  c->session = "n2/i1/f"));
	assert_string_equal(state_of(&w, id), "waiting");
	assert_string_equal(
		field(&w, told(&w, OUTPUT_OFFER_GONE, "n1/i1/1", 0), "why"), "withdrawn");
}

static void a_session_of_nobody_does_no_harm(void **state)
{
	(void)state;
	apply(&w, CMD(BOARD_WATCH, c->session = S1, c->watch = 1));
	apply(&w, CMD(BOARD_WATCH, c->watch = 1));
	apply(&w, CMD(SESSION_DOWN, c->session = S1));
	apply(&w, CMD(SESSION_DOWN, c->session = S1));
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, ""), 0);
}

/* So many at one instant are worked off in steps that stay short, in order, and none is forgotten. */
static void a_thousand_timers_at_once(void **state)
{
	(void)state;
	struct command open = CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
		c->session = F1, c->channel = "sms", c->lang = "en", c->level = LEVEL_URGENT + 1);
	struct command tick = CMD(TICK, c->request = 0);
	supervisor(&w, "sue", S1);
	for (int i = 0; i < 1000; i++)
		core_apply(w.core, &open, w.now, &w.step);
	w.now += w.options.target_ms[LEVEL_URGENT];
	step_clear(&w.step);
	core_apply(w.core, &tick, w.now, &w.step);
	int told_first = count_told(&w, OUTPUT_NOTICE, S1);
	assert_true(told_first > 0 && told_first < 1000);
	assert_true(core_next_due(w.core) <= w.now);
	core_apply(w.core, &tick, w.now, &w.step);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 1000);
	assert_true(core_next_due(w.core) > w.now);
	world_check(&w);
}

static void the_origin_not_heard_of_for_longest_is_forgotten(void **state)
{
	(void)state;
	char name[16];
	for (int i = 0; i < 65; i++) {
		w.now += i == 3 ? -2000 : 1000; /* time does not run back */
		snprintf(name, sizeof name, "n%d/i1", i);
		struct command fact = CMD(ALERT_ACK, c->contact = "0a", c->request = 0,
			c->island = name, c->fact = 7);
		apply(&w, fact);
		assert_int_equal(core_taken(w.core, name), 7);
		if (i == 40) { /* heard of again, so not the oldest */
			fact.island = "n0/i1";
			fact.fact = 9;
			apply(&w, fact);
			fact.fact = 8; /* known already */
			apply(&w, fact);
		}
	}
	assert_int_equal(core_taken(w.core, "n0/i1"), 9);
	assert_int_equal(core_taken(w.core, "n1/i1"), 0);
	assert_int_equal(core_taken(w.core, "n2/i1"), 7);
	assert_int_equal(core_taken(w.core, "n64/i1"), 7);
}

static void names_begin_above_what_another_leader_may_have_given(void **state)
{
	(void)state;
	w.options.id_base = 0x1000;
	core_set_options(w.core, &w.options);
	assert_string_equal(contact(&w, F1, LEVEL_LOW), "0000000000001001");
	assert_string_equal(contact(&w, F1, LEVEL_LOW), "0000000000001002");
}

/* The record of decisions has room for so much: the rest of the words is left out, never half. */
static void a_decision_is_cut_between_words(void **state)
{
	(void)state;
	char who[300];
	memset(who, 'x', sizeof who - 1);
	who[sizeof who - 1] = '\0';
	supervisor(&w, "sue", S1);
	char id[32];
	strcpy(id, contact(&w, F1, LEVEL_URGENT));
	pass(&w, w.options.target_ms[LEVEL_URGENT]);
	apply(&w, CMD(ALERT_ACK, c->identity = "sue", c->role = "supervisor", c->contact = id,
			  c->by = who));
	char want[64];
	snprintf(want, sizeof want, "%s deadline\n", id);
	assert_non_null(strstr(buf_str(&w.step.decisions), want));
	assert_null(strchr(buf_str(&w.step.decisions), 'x'));
}

static void nothing_is_freed_twice(void **state)
{
	(void)state;
	struct core *none = NULL;
	core_free(&none);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lost_node_takes_its_own_sessions_only),
		TEST(a_new_life_of_a_node_ends_the_others_of_it),
		TEST(an_island_reaches_its_own_only),
		TEST(who_moves_off_the_island_is_offered_to_nobody),
		TEST(a_session_of_nobody_does_no_harm),
		TEST(a_thousand_timers_at_once),
		TEST(the_origin_not_heard_of_for_longest_is_forgotten),
		TEST(names_begin_above_what_another_leader_may_have_given),
		TEST(a_decision_is_cut_between_words),
		TEST(nothing_is_freed_twice),
	};
	return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
