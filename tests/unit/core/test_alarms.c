/* Trouble of a node itself: told at once, again until it is over, and forgotten with the node. */
#include "world.h"

WORLD(w)

static struct command trouble(const char *node, const char *kind, int on, const char *detail)
{
	return CMD(NODE_ALARM, c->node = node, c->kind = kind, c->watch = on, c->reason = detail);
}

static int alarms(void)
{
	struct alarm_view v;
	int n = 0;
	for (size_t i = 0; core_next_alarm(w.core, &i, &v);)
		n++;
	return n;
}

static const struct output *notice(void)
{
	const struct output *o = told(&w, OUTPUT_NOTICE, S1, 0);
	assert_non_null(o);
	return o;
}

static void people_are_told_until_it_is_over(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	w.now += 500;
	apply(&w, trouble("n1", "disk", 1, "3 percent left"));
	assert_string_equal(field(&w, notice(), "kind"), "alarm");
	assert_string_equal(field(&w, notice(), "alarm"), "disk");
	assert_string_equal(field(&w, notice(), "node"), "n1");
	assert_string_equal(field(&w, notice(), "detail"), "3 percent left");
	watch(&w, w.options.alert_reminder_ms - 1);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 0);
	watch(&w, 2 * w.options.alert_reminder_ms);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 2);
	apply(&w, trouble("n1", "disk", 0, ""));
	assert_string_equal(field(&w, notice(), "kind"), "alarm_over");
	assert_int_equal(alarms(), 0);
	watch(&w, 2 * w.options.alert_reminder_ms);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 0);
}

static void said_again_it_is_one_alarm_with_the_newest_detail(void **state)
{
	(void)state;
	struct alarm_view v;
	size_t i = 0;
	supervisor(&w, "sue", S1);
	int64_t began = w.now;
	apply(&w, trouble("n1", "disk", 1, "3 percent left"));
	w.now += 1000;
	apply(&w, trouble("n1", "disk", 1, "2 percent left"));
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 0);
	assert_int_equal(alarms(), 1);
	assert_true(core_next_alarm(w.core, &i, &v));
	assert_string_equal(v.node, "n1");
	assert_string_equal(v.kind, "disk");
	assert_string_equal(v.detail, "2 percent left");
	assert_int_equal(v.since_ms, began);
	assert_false(core_next_alarm(w.core, &i, &v));
}

static void what_was_never_begun_does_not_end(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	apply(&w, trouble("n1", "disk", 0, ""));
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 0);
	apply(&w, trouble("n1", "disk", 1, ""));
	apply(&w, trouble("n1", "clock", 0, ""));
	apply(&w, trouble("n2", "disk", 0, ""));
	assert_int_equal(alarms(), 1);
}

static void a_new_or_lost_node_takes_its_alarms_with_it(void **state)
{
	(void)state;
	static const enum command_kind ends[] = { COMMAND_NODE_UP, COMMAND_NODE_LOST };
	supervisor(&w, "sue", "n2/i1/s1");
	for (size_t i = 0; i < 2; i++) {
		apply(&w, trouble("n1", "disk", 1, ""));
		apply(&w, trouble("n1", "clock", 1, ""));
		apply(&w, trouble("n10", "disk", 1, ""));
		struct command end = CMD(NODE_UP, c->node = "n1", c->incarnation = "i2");
		end.command = ends[i];
		apply(&w, end);
		assert_int_equal(count_told(&w, OUTPUT_NOTICE, "n2/i1/s1"), 2);
		/* in an order that does not depend on when they began: replay does the same */
		assert_string_equal(
			field(&w, told(&w, OUTPUT_NOTICE, "n2/i1/s1", 0), "alarm"), "clock");
		assert_int_equal(alarms(), 1);
		apply(&w, trouble("n10", "disk", 0, ""));
	}
}

static void an_alarm_of_nobody_or_nothing_is_refused(void **state)
{
	(void)state;
	assert_string_equal(field(&w, apply(&w, trouble("", "disk", 1, "")), "reason"), "no_node");
	assert_string_equal(field(&w, apply(&w, trouble("n1", "", 1, "")), "reason"), "no_node");
	assert_int_equal(alarms(), 0);
}

/* Nodes say again what troubles them whenever somebody new leads. */
static void one_that_is_open_is_freed_with_the_core(void **state)
{
	(void)state;
	apply(&w, trouble("n1", "disk", 1, "3 percent left"));
	written(&w);
	assert_int_equal(alarms(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(people_are_told_until_it_is_over),
		TEST(said_again_it_is_one_alarm_with_the_newest_detail),
		TEST(what_was_never_begun_does_not_end),
		TEST(a_new_or_lost_node_takes_its_alarms_with_it),
		TEST(an_alarm_of_nobody_or_nothing_is_refused),
		TEST(one_that_is_open_is_freed_with_the_core),
	};
	return cmocka_run_group_tests_name("alarms", tests, NULL, NULL);
}
