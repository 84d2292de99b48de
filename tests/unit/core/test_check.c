/* The checker is checked: each planted fault must be named by its invariant. */
#include "world.h"

#include "../../../daemon/core/state.h"

static struct world w;
static char waiting[32], offered[32], active[32], rescue[32];

/* ann is full with an active contact, bob holds an offer, one contact waits. */
static int start(void **state)
{
	(void)state;
	world_start(&w);
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 1));
	strcpy(active, contact(&w, F1, LEVEL_LOW));
	accept(&w, "ann", R1, offer_to(&w, R1));
	responder(&w, "bob", R2);
	apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->role = "responder", c->capacity = 1));
	strcpy(offered, contact(&w, F1, LEVEL_MODERATE));
	strcpy(waiting, contact(&w, F1, LEVEL_MODERATE));
	const struct output *o =
		apply(&w, CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
				  c->contact = active, c->kind = "ems"));
	strcpy(rescue, field(&w, o, "dispatch"));
	return 0;
}

static struct contact *get(const char *id)
{
	struct contact *c = map_get(&w.core->contacts, id);
	assert_non_null(c);
	return c;
}

static struct responder *who(const char *id)
{
	return map_get(&w.core->responders, id);
}

static void caught(const char *rule)
{
	struct err e = { "" };
	assert_int_equal(core_check(w.core, &e), -1);
	if (strncmp(e.text, rule, strlen(rule)) != 0)
		fail_msg("wanted %s, got: %s", rule, e.text);
}

/* In a running center a few at a time are looked at: all of them in the end. */
static void caught_in_small_steps(const char *rule)
{
	struct err e = { "" };
	struct core_sweep sweep = { 0 };
	for (int i = 0; i < 20; i++)
		if (core_check_some(w.core, &sweep, 1, &e) != 0) {
			assert_int_equal(strncmp(e.text, rule, strlen(rule)), 0);
			return;
		}
	fail_msg("%s was not found", rule);
}

static void a_sweep_finds_what_the_whole_check_finds(void **state)
{
	(void)state;
	struct err e;
	struct core_sweep sweep = { 0 };
	for (int i = 0; i < 20; i++)
		assert_int_equal(core_check_some(w.core, &sweep, 2, &e), 0);
	get(waiting)->arrived_ms += 5;
	caught_in_small_steps("I7");
	get(waiting)->arrived_ms -= 5;
	get(active)->responder->load++;
	caught_in_small_steps("I4");
	get(active)->responder->load--;
}

/* Plant a fault, see it caught, repair it, see it gone. */
#define PLANT(place, value, rule)                                                                  \
	do {                                                                                       \
		__typeof__(place) good_ = (place);                                                 \
		(place) = (value);                                                                 \
		caught(rule);                                                                      \
		(place) = good_;                                                                   \
		world_check(&w);                                                                   \
	} while (0)

static void planted_faults_are_caught(void **state)
{
	(void)state;
	PLANT(get(waiting)->state, CONTACT_NEW, "I1");
	PLANT(get(waiting)->state, CONTACT_OFFERED, "I2");
	PLANT(get(waiting)->lane, NULL, "I2");
	PLANT(get(waiting)->widened, 1, "I2");
	PLANT(get(offered)->n_offers, 0, "I2");
	PLANT(get(active)->responder, NULL, "I3");
	PLANT(get(active)->responder, who("bob"), "I3");
	PLANT(who("ann")->load, 0, "I4");
	PLANT(who("bob")->load, 0, "I4");
}

static void planted_faults_in_order_and_time_are_caught(void **state)
{
	(void)state;
	PLANT(get(waiting)->timer.index, 0, "I5");
	PLANT(get(waiting)->key_deadline_ms, 0, "I7");
	PLANT(get(waiting)->arrived_ms, 5, "I7");
	PLANT(get(waiting)->level_auto, LEVEL_URGENT, "I14");
	PLANT(get(waiting)->lane->head, NULL, "I11");
	PLANT(get(active)->dispatches_open, 0, "I16");
	struct dispatch *d = map_get(&w.core->dispatches, rescue);
	PLANT(d->timer.index, 0, "I16");
}

/* Somebody is free and nobody matches. */
static void a_missed_match_is_caught(void **state)
{
	(void)state;
	struct responder *r = responder_get(w.core, "cy");
	r->connected = 1;
	r->presence = PRESENCE_READY;
	r->stored = true;
	responder_reprofile(w.core, r);
	caught("I6");
}

static void a_waiting_emergency_is_caught(void **state)
{
	(void)state;
	struct contact *c = get(waiting);
	queue_remove(w.core, c);
	c->level = c->level_auto = LEVEL_EMERGENCY;
	queue_place(w.core, c);
	contact_arm(w.core, c);
	caught("I10");
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(planted_faults_are_caught),
		TEST(a_sweep_finds_what_the_whole_check_finds),
		TEST(planted_faults_in_order_and_time_are_caught),
		TEST(a_missed_match_is_caught),
		TEST(a_waiting_emergency_is_caught),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
