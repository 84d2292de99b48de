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

/* By its rule, or in words that no other fault is told in. */
static void caught(const char *rule)
{
	struct err e = { "" };
	assert_int_equal(core_check(w.core, &e), -1);
	if (!strstr(e.text, rule))
		fail_msg("wanted %s, got: %s", rule, e.text);
}

/* Of one responder alone, whatever their contacts say. */
static void caught_at(size_t responder, const char *rule)
{
	struct err e = { "" };
	struct core_sweep sweep = { 0, responder };
	assert_int_equal(core_check_some(w.core, &sweep, 0, &e), -1);
	if (!strstr(e.text, rule))
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
#define PLANT_FOR(seen, place, value)                                                              \
	do {                                                                                       \
		__typeof__(place) good_ = (place);                                                 \
		(place) = (value);                                                                 \
		seen;                                                                              \
		(place) = good_;                                                                   \
		world_check(&w);                                                                   \
	} while (0)
#define PLANT(place, value, rule) PLANT_FOR(caught(rule), place, value)

#define ANN 0 /* in the order in which they came */
#define BOB 1

static void planted_faults_are_caught(void **state)
{
	(void)state;
	PLANT(get(waiting)->state, CONTACT_NEW, "I1");
	PLANT(get(waiting)->state, CONTACT_OFFERED, "I2");
	PLANT(get(waiting)->lane, NULL, "its place in the line");
	PLANT(get(waiting)->by_order.size, 0, "its place in the line");
	PLANT(get(waiting)->by_lane.size, 0, "its place in the line");
	PLANT(get(waiting)->connected, 0, "connected and its session");
	PLANT(get(offered)->offered.size, 1, "emergencies on offer");
	PLANT(get(offered)->transfer.state, TRANSFER_OFFERED, "handed over by nobody");
	PLANT(get(active)->transfer.state, TRANSFER_SENT, "in another center");
	PLANT(get(active)->far.role, FAR_ASKED, "in another center");
	PLANT(get(active)->far.role, FAR_THERE, "in another center");
	PLANT(get(active)->transfer.state, TRANSFER_JOINED, "its guest");
	PLANT(get(active)->guest, who("bob"), "its guest");
	PLANT(get(waiting)->widened, 1, "I2");
	PLANT(get(offered)->n_offers, 0, "I2");
	PLANT(get(active)->responder, NULL, "I3");
	PLANT(get(active)->responder, who("bob"), "I3");
	PLANT(who("ann")->load, 0, "I4");
	PLANT(who("bob")->load, 0, "I4");
}

/* A guest in a conversation with themselves. */
static void the_guest_is_somebody_else(void **state)
{
	(void)state;
	struct contact *c = get(active);
	c->transfer.state = TRANSFER_JOINED;
	c->guest = c->responder;
	caught("its guest");
	c->transfer.state = TRANSFER_NONE;
	c->guest = NULL;
}

static void planted_faults_in_offers_are_caught(void **state)
{
	(void)state;
	struct contact *c = get(offered);
	struct offer *o = c->offers[0];
	PLANT(o->contact, get(waiting), "nobody can find");
	PLANT(o->id[0], 'x', "nobody can find");
	PLANT(who("bob")->presence, PRESENCE_AWAY, "not ready");
	c->offers[c->n_offers++] = o;
	caught("several offers below emergency");
	c->level = c->level_auto = LEVEL_EMERGENCY;
	c->key_band = 0;
	c->key_deadline_ms = c->arrived_ms + w.options.target_ms[LEVEL_EMERGENCY];
	c->offered.size = 1;
	caught("offered twice to one responder");
	c->offered.size = 0;
	c->n_offers--;
}

static void planted_faults_of_responders_are_caught(void **state)
{
	(void)state;
	struct responder *ann = who("ann"), *bob = who("bob");
	struct contact *c = get(active);
	PLANT(bob->contacts, c, "not theirs"); /* but ann's */
	map_remove(&w.core->contacts, active);
	caught_at(ANN, "not theirs");
	map_put(&w.core->contacts, active, c);
	PLANT(ann->offers, bob->offers, "not on offer"); /* but bob's */
	PLANT_FOR(caught_at(BOB, "not on offer"), get(offered)->state, CONTACT_WAITING);
	PLANT(bob->lost_due_ms, 5, "nobody will notice");
	PLANT(ann->available, true, "listed wrongly");
	PLANT(bob->after_units, 1, "full, and an offer is open");
}

static void an_offer_too_many_is_caught(void **state)
{
	(void)state;
	struct responder *bob = who("bob");
	struct contact *c = get(offered);
	struct offer second = { .id = "o2", .contact = c, .responder = bob, .next = bob->offers };
	bob->offers = &second;
	caught_at(BOB, "more than fits");
	c->level = LEVEL_EMERGENCY; /* one of them fills a responder */
	caught_at(BOB, "more than fits");
	bob->offers = second.next;
	struct err e;
	struct core_sweep sweep = { 0, BOB };
	assert_int_equal(core_check_some(w.core, &sweep, 0, &e), 0);
	c->level = LEVEL_MODERATE;
	world_check(&w);
}

static void a_contact_that_nobody_will_look_at_is_caught(void **state)
{
	(void)state;
	PLANT(get(active)->responder->connected, 0, "nothing will ever happen");
	apply(&w, CMD(SESSION_DOWN, c->session = F1));
	pass(&w, w.options.person_grace_ms);
	assert_int_equal(get(waiting)->state, CONTACT_REVIEW);
	char *alert = get(waiting)->alert;
	PLANT(get(waiting)->alert, NULL, "in review without an alert");
	assert_ptr_equal(get(waiting)->alert, alert);
}

/* A place in the line that is not that of its own key. */
static void a_line_out_of_order_is_caught(void **state)
{
	(void)state;
	contact(&w, F1, LEVEL_MODERATE);
	w.now += 10000;
	apply(&w, CMD(TICK, c->request = 0));
	struct contact *c = get(waiting);
	c->arrived_ms += 5000;
	c->key_deadline_ms += 5000;
	caught("out of order");
	c->arrived_ms -= 5000;
	c->key_deadline_ms -= 5000;
}

/* It is forgotten when it is written: until then it is no part of the state. */
static void what_has_ended_does_not_count(void **state)
{
	(void)state;
	struct core_sweep sweep = { 0 };
	struct err e;
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "sue", c->role = "supervisor",
			  c->contact = waiting, c->disposition = "none", c->reason = "test"));
	apply(&w, CMD(DISPATCH_OUTCOME, c->identity = "dan", c->role = "dispatcher",
			  c->dispatch = rescue, c->outcome = ((struct slice){ "{}", 2 })));
	struct contact *c = get(waiting);
	assert_int_equal(c->state, CONTACT_ENDED);
	c->level_auto = LEVEL_URGENT; /* a fault that would be caught */
	for (int i = 0; i < 9; i++)
		assert_int_equal(core_check_some(w.core, &sweep, 1, &e), 0);
	world_check(&w);
	uint64_t digest = core_digest(w.core);
	written(&w);
	assert_null(map_get(&w.core->contacts, waiting));
	assert_null(map_get(&w.core->dispatches, rescue));
	assert_true(core_digest(w.core) == digest);
}

/* Loaded or reconfigured: who is free is worked out by the next command. */
static void before_the_match_nobody_is_idle(void **state)
{
	(void)state;
	struct core_sweep sweep = { 0, BOB };
	struct err e;
	core_set_options(w.core, &w.options);
	who("bob")->load++;
	assert_int_equal(core_check_some(w.core, &sweep, 0, &e), 0);
	apply(&w, CMD(TICK, c->request = 0));
	who("bob")->load++;
	caught_at(BOB, "counted wrongly");
	who("bob")->load--;
}

static void planted_faults_in_order_and_time_are_caught(void **state)
{
	(void)state;
	PLANT(get(waiting)->timer.index, 0, "I5");
	PLANT(get(waiting)->key_deadline_ms, 0, "I7");
	PLANT(get(waiting)->arrived_ms, 5, "I7");
	PLANT(get(waiting)->level_auto, LEVEL_URGENT, "I14");
	PLANT(get(waiting)->key_band, 0, "I7");
	PLANT(get(waiting)->lane->head, NULL, "I11");
	PLANT(get(waiting)->lane->head, get(offered), "I11");
	PLANT(w.core->queue.n_lanes, 0, "differ in size");
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
		TEST(the_guest_is_somebody_else),
		TEST(planted_faults_in_offers_are_caught),
		TEST(planted_faults_of_responders_are_caught),
		TEST(an_offer_too_many_is_caught),
		TEST(a_contact_that_nobody_will_look_at_is_caught),
		TEST(a_line_out_of_order_is_caught),
		TEST(what_has_ended_does_not_count),
		TEST(before_the_match_nobody_is_idle),
		TEST(a_sweep_finds_what_the_whole_check_finds),
		TEST(planted_faults_in_order_and_time_are_caught),
		TEST(a_missed_match_is_caught),
		TEST(a_waiting_emergency_is_caught),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
