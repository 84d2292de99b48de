#include "world.h"

static struct world w;

static int start(void **state)
{
	(void)state;
	world_start(&w);
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

#define R1 "n1/i1/r1"
#define R2 "n1/i1/r2"
#define F1 "n1/i1/f1"
#define S1 "n1/i1/s1"

static void a_contact_goes_from_arrival_to_outcome(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_MODERATE);
	assert_string_equal(state_of(&w, id), "offered");
	const char *offer = offer_to(&w, R1);
	assert_string_not_equal(offer, "");
	const struct output *o = accept(&w, "ann", R1, offer);
	assert_int_equal(o->kind, OUTPUT_REPLY);
	assert_string_equal(field(&w, o, "state"), "active");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_CONNECTED, F1, 0), "alias"), "Alex");
	o = apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
			      c->contact = id, c->disposition = "helped"));
	assert_string_equal(field(&w, o, "state"), "wrapup");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_CLOSED, F1, 0), "outcome"), "helped");
	pass(&w, w.options.wrap_ms[LEVEL_MODERATE]);
	assert_string_equal(state_of(&w, id), "ended");
	written(&w);
	assert_string_equal(state_of(&w, id), "");
}

static void the_first_in_line_is_the_most_urgent(void **state)
{
	(void)state;
	char low[32], urgent[32], emergency[32];
	strcpy(low, contact(&w, F1, LEVEL_LOW));
	strcpy(urgent, contact(&w, F1, LEVEL_URGENT));
	strcpy(emergency, contact(&w, F1, LEVEL_EMERGENCY));
	assert_int_equal(core_position(w.core, low), 3);
	assert_int_equal(core_position(w.core, urgent), 2);
	assert_int_equal(core_position(w.core, emergency), 1);
	responder(&w, "ann", R1);
	assert_string_equal(state_of(&w, emergency), "offered");
	assert_string_equal(state_of(&w, urgent), "waiting");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_contact_goes_from_arrival_to_outcome, start, end),
		cmocka_unit_test_setup_teardown(the_first_in_line_is_the_most_urgent, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
