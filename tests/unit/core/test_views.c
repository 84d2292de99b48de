/* What boards and lists read: everything is there, and nothing but what is known. */
#include "agencies.h"

WORLD(w)

static void every_responder_is_walked_with_what_they_offer(void **state)
{
	(void)state;
	struct responder_view v;
	size_t i = 0;
	assert_false(core_responder(w.core, "ann", &v));
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->channels = "chat sms", c->skills = "youth", c->lines = "main",
			  c->langs = "en", c->capacity = 1000, c->name = "Alex"));
	responder(&w, "bob", R2);
	assert_true(core_next_responder(w.core, &i, &v));
	assert_string_equal(v.id, "ann");
	assert_string_equal(v.channels, "chat sms");
	assert_string_equal(v.lines, "main");
	assert_string_equal(v.skills, "youth");
	assert_int_equal(v.capacity, 64); /* the most there may be */
	assert_string_equal(v.presence, "away");
	assert_true(core_next_responder(w.core, &i, &v));
	assert_string_equal(v.id, "bob");
	assert_string_equal(v.presence, "ready");
	assert_false(core_next_responder(w.core, &i, &v));
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->channels = "sms"));
	assert_true(core_responder(w.core, "ann", &v));
	assert_string_equal(v.channels, "sms"); /* narrowed by themselves */
}

static void only_who_waits_has_a_place(void **state)
{
	(void)state;
	char first[32], second[32];
	struct buf why = { 0 };
	strcpy(first, contact(&w, F1, LEVEL_LOW));
	strcpy(second, contact(&w, F1, LEVEL_HIGH));
	assert_int_equal(core_position(w.core, first), 2);
	assert_int_equal(core_position(w.core, second), 1);
	assert_int_equal(core_waiting(w.core), 2);
	apply(&w, CMD(SESSION_UP, c->identity = "bob", c->role = "responder", c->session = R2));
	responder(&w, "ann", R1);
	assert_int_equal(core_position(w.core, second), 0); /* offered */
	assert_int_equal(core_position(w.core, "0a"), 0);
	core_refusals(w.core, "0a", &why);
	assert_int_equal(why.len, 0);
	core_refusals(w.core, second, &why);
	assert_true(why.len > 0);
	buf_free(&why);
}

static void waits_are_counted_by_level(void **state)
{
	(void)state;
	contact(&w, F1, LEVEL_HIGH);
	pass(&w, 7000);
	responder(&w, "ann", R1);
	accept(&w, "ann", R1, offer_to(&w, R1));
	const struct core_waits *waits = core_waits(w.core);
	assert_int_equal(waits->counts[LEVEL_HIGH][2], 1); /* up to ten seconds */
	assert_int_equal(waits->sum_ms[LEVEL_HIGH], 7000);
	assert_int_equal(waits->sum_ms[LEVEL_LOW], 0);
}

/* A test contact that went all the way through says that the center works; no other does. */
static void a_test_contact_served_is_remembered(void **state)
{
	(void)state;
	struct contact_view v;
	struct command close = CMD(
		CONTACT_CLOSE, c->identity = "tom", c->role = "responder", c->disposition = "x");
	apply(&w, CMD(SESSION_UP, c->identity = "tom", c->role = "responder", c->session = R1,
			  c->test = 1));
	apply(&w, CMD(RESPONDER_SET, c->identity = "tom", c->presence = "ready"));
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "probe", c->role = "frontend", c->session = F1,
			    c->channel = "chat", c->test = 1, c->level = 1, c->age = 152));
	char id[32];
	strcpy(id, field(&w, o, "contact"));
	assert_string_equal(field(&w, o, "flags"), "test");
	assert_true(core_contact(w.core, id, &v));
	assert_true(v.test);
	assert_int_equal(v.age, -1); /* nobody is that old: unknown */
	accept(&w, "tom", R1, offer_to(&w, R1));
	assert_int_equal(core_test_served_ms(w.core), 0);
	w.now += 1000;
	close.contact = id;
	apply(&w, close);
	assert_int_equal(core_test_served_ms(w.core), w.now);
	w.now += 1000;
	apply(&w, close); /* closed already */
	assert_int_equal(core_test_served_ms(w.core), w.now - 1000);
	assert_int_equal(core_waits(w.core)->sum_ms[LEVEL_LOW], 0); /* counted nowhere */
}

/* ---- rescues ---- */

static char person[32];

static const char *rescue(const char *who, const char *kind, const char *consent)
{
	return field(&w,
		apply(&w, CMD(CONTACT_ESCALATE, c->identity = who, c->role = "supervisor",
				  c->contact = person, c->kind = kind, c->consent = consent,
				  c->confirm = 1)),
		"dispatch");
}

static void every_dispatch_is_walked(void **state)
{
	(void)state;
	struct dispatch_view v;
	size_t i = 0;
	world_with_agencies(&w);
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	rescue("sue", "ems", "yes");
	rescue("sue", "fire", "no");
	assert_true(core_next_dispatch(w.core, &i, &v));
	assert_string_equal(v.kind, "ems");
	assert_string_equal(v.target, "agency:a");
	assert_string_equal(v.next, "agency:b");
	assert_false(v.has_point);
	assert_true(core_next_dispatch(w.core, &i, &v));
	assert_string_equal(v.state, "held");
	assert_int_equal(v.due_ms, w.now + w.options.second_ms);
	assert_false(core_next_dispatch(w.core, &i, &v));
	assert_false(core_find_dispatch(w.core, "d0", &v));
}

static void a_partner_is_concerned_by_what_it_was_told(void **state)
{
	(void)state;
	char id[32];
	world_with_agencies(&w);
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	strcpy(id, rescue("sue", "fire", "yes"));
	assert_true(core_concerns(w.core, id, "flo"));
	assert_true(core_concerns(w.core, id, "agency:f")); /* calling back */
	assert_false(core_concerns(w.core, id, "bea"));
	assert_false(core_concerns(w.core, id, ""));
	assert_false(core_concerns(w.core, "d0", "flo"));
	struct command get = CMD(DISPATCH_GET, c->identity = "flo", c->role = "partner");
	get.dispatch = id; /* the exact place is for those who have taken it */
	assert_string_equal(field(&w, apply(&w, get), "reason"), "ack_first");
}

/* What a place is worth: how it came to be known, how exact it is, and how old. */
static void doubts_about_a_place_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		int64_t radius_m, confidence, age_ms; /* the first two + 1 */
		const char *doubts;
	} rows[] = {
		{ "caller", 0, 0, 0, "" },
		{ "caller", 301, 0, 0, "" },
		{ "caller", 302, 0, 0, "weak" },
		{ "caller", 0, 50, 0, "weak" },
		{ "caller", 0, 51, 0, "" },
		{ "device", 0, 0, 1, "weak" }, /* a machine that says nothing of its error */
		{ "carrier", 0, 91, 1, "" },
		{ "device", 11, 0, 900000, "" },
		{ "device", 11, 0, 900001, "stale" },
		{ "device", 11, 0, 0, "stale" },
		{ "older_contact", 0, 1, 0, "weak older_contact" },
	};
	w.now = 1700000000000;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dispatch_view v;
		strcpy(person, contact(&w, F1, LEVEL_LOW));
		const struct output *o = apply(&w,
			CMD(CONTACT_ESCALATE, c->identity = "sue", c->role = "supervisor",
				c->contact = person, c->kind = "ems", c->consent = "yes",
				c->located = 1, c->source = rows[i].source,
				c->radius_m = rows[i].radius_m, c->confidence = rows[i].confidence,
				c->located_ms = rows[i].age_ms ? w.now - rows[i].age_ms : 0));
		assert_true(core_find_dispatch(w.core, field(&w, o, "dispatch"), &v));
		assert_string_equal(v.doubts, rows[i].doubts);
		assert_int_equal(v.place_open, *rows[i].doubts != '\0');
		assert_string_equal(v.state, *rows[i].doubts ? "held" : "requested");
	}
}

static void outcomes_are_tallied_by_line(void **state)
{
	(void)state;
	struct tally_view v;
	size_t i = 0;
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	assert_int_equal(core_tally_since(w.core), 0);
	assert_false(core_next_tally(w.core, &i, &v));
	char id[32];
	strcpy(id, rescue("sue", "ems", "unable"));
	apply(&w,
		CMD(DISPATCH_OUTCOME, c->identity = "dan", c->role = "dispatcher", c->dispatch = id,
			c->outcome = ((struct slice){ "{}", 2 }), c->result = "home"));
	strcpy(id, rescue("sue", "ems", "yes"));
	apply(&w, CMD(DISPATCH_STATUS, c->identity = "sue", c->role = "supervisor",
			  c->dispatch = id, c->status = "cancelled", c->reason = "x"));
	assert_true(core_next_tally(w.core, &i, &v));
	assert_string_equal(v.line, "");
	assert_int_equal(v.ended, 1);
	assert_int_equal(v.unable, 1);
	assert_int_equal(v.voluntary, 0);
	assert_int_equal(v.cancelled, 1);
	assert_false(core_next_tally(w.core, &i, &v));
	assert_int_equal(core_tally_since(w.core), w.now);
}

/* Somebody must act again when help did not reach the person. */
static void help_that_did_not_arrive_is_told(void **state)
{
	(void)state;
	static const char *const results[] = { "home", "not_found", "not_reached" };
	supervisor(&w, "sue", S1);
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	for (int k = 0; k < 3; k++) {
		char id[32];
		strcpy(id, rescue("sue", "ems", "yes"));
		apply(&w, CMD(DISPATCH_OUTCOME, c->identity = "dan", c->role = "dispatcher",
				  c->dispatch = id, c->outcome = ((struct slice){ "{}", 2 }),
				  c->result = results[k]));
		const struct output *o = told(&w, OUTPUT_NOTICE, S1, 0);
		assert_string_equal(field(&w, o, "kind"), k ? "dispatch_not_reached" : "");
	}
}

/* ---- what drives the core has things of its own to tell ---- */

static void outputs_of_others_go_in_the_same_order(void **state)
{
	(void)state;
	struct step mine = { 0 };
	struct command ask = CMD(QUERY, c->request = 7);
	record_puts(step_notify(&mine, OUTPUT_NOTICE, S1), "kind", "mine");
	record_puts(step_reply(&mine, OUTPUT_ERROR, &ask), "reason", "later");
	step_clear(&w.step);
	record_puts(step_notify(&w.step, OUTPUT_NOTICE, S1), "kind", "first");
	step_move(&w.step, &mine);
	assert_int_equal(mine.n_outputs, 0);
	assert_int_equal(w.step.n_outputs, 3);
	assert_string_equal(field(&w, &w.step.outputs[0], "kind"), "first");
	assert_string_equal(field(&w, &w.step.outputs[1], "kind"), "mine");
	const struct output *o = &w.step.outputs[2];
	assert_int_equal(o->kind, OUTPUT_ERROR);
	assert_int_equal(o->command, COMMAND_QUERY);
	assert_string_equal(o->node, "n1");
	assert_int_equal(o->request, 7);
	for (int i = 0; i < 40; i++) /* its room is used again */
		(void)step_notify(&mine, OUTPUT_NOTICE, "");
	assert_int_equal(mine.n_outputs, 40);
	step_free(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_responder_is_walked_with_what_they_offer),
		TEST(only_who_waits_has_a_place),
		TEST(waits_are_counted_by_level),
		TEST(a_test_contact_served_is_remembered),
		TEST(every_dispatch_is_walked),
		TEST(a_partner_is_concerned_by_what_it_was_told),
		TEST(doubts_about_a_place_are_named),
		TEST(outcomes_are_tallied_by_line),
		TEST(help_that_did_not_arrive_is_told),
		TEST(outputs_of_others_go_in_the_same_order),
	};
	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
