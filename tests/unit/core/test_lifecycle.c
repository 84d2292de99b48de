#include "world.h"

WORLD(w)

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

static void closing_again_gives_the_same_answer(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	accept(&w, "ann", R1, offer_to(&w, R1));
	struct command again = CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
		c->contact = id, c->disposition = "helped");
	assert_string_equal(field(&w, apply(&w, again), "state"), "wrapup");
	assert_string_equal(field(&w, apply(&w, again), "state"), "wrapup");
	assert_false(w.step.changed);
	const struct output *o = apply(&w,
		CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder", c->contact = id));
	assert_string_equal(field(&w, o, "load"), "");
	assert_string_equal(state_of(&w, id), "ended");
	assert_string_equal(field(&w, apply(&w, again), "reason"), "no_such_contact");
}

/* Everything about a contact is refused to those it is not assigned to. */
static void others_are_kept_out(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	const char *offer = offer_to(&w, R1);
	responder(&w, "bob", R2);
	assert_string_equal(field(&w, accept(&w, "bob", R2, offer), "code"), "2");
	accept(&w, "ann", R1, offer);
	const enum command_kind kinds[] = { COMMAND_CONTACT_SAY, COMMAND_CONTACT_ASSESS,
		COMMAND_CONTACT_LEVEL, COMMAND_CONTACT_NOTE, COMMAND_CONTACT_ESCALATE,
		COMMAND_CONTACT_CLOSE, COMMAND_RESPONDER_DONE };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct command no = CMD(CONTACT_SAY, c->identity = "bob", c->role = "responder",
			c->contact = id, c->kind = "ems", c->disposition = "x", c->human_level = 1,
			c->reason = "x");
		no.command = kinds[i];
		assert_string_equal(field(&w, apply(&w, no), "code"), "2");
		assert_false(w.step.changed);
	}
	const enum command_kind front[] = { COMMAND_CONTACT_SAY, COMMAND_CONTACT_ANSWER,
		COMMAND_CONTACT_LEAVE, COMMAND_CONTACT_RESUME };
	for (size_t i = 0; i < sizeof front / sizeof front[0]; i++) {
		struct command no = CMD(CONTACT_SAY, c->identity = "other", c->role = "frontend",
			c->session = F2, c->contact = id);
		no.command = front[i];
		assert_string_equal(field(&w, apply(&w, no), "code"), "3");
		assert_false(w.step.changed);
	}
}

static void load_counters(struct world *world, const char *next_id)
{
	struct buf b = { 0 };
	struct err e;
	record_puts(&b, "next_id", next_id);
	core_free(&world->core);
	world->core = core_new(&world->options);
	assert_int_equal(core_load(world->core, ENTITY_COUNTERS, "", NULL,
				 (struct slice){ b.data, b.len }, &e),
		0);
	assert_int_equal(core_load_done(world->core, &e), 0);
	buf_free(&b);
}

static void ids_grow_past_every_small_limit(void **state)
{
	(void)state;
	const char *near[] = { "2147483638", "4294967286", "9007199254740982" };
	for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
		load_counters(&w, near[i]);
		responder(&w, "ann", R1);
		char before[32] = "";
		for (int n = 0; n < 20; n++) {
			const char *id = contact(&w, F1, LEVEL_LOW);
			assert_int_equal(strlen(id), 16);
			assert_true(strcmp(before, id) < 0);
			strcpy(before, id);
		}
	}
}

/* The edge names contacts by chance; the core counts. */
static void an_id_that_is_taken_is_passed_over(void **state)
{
	(void)state;
	struct contact_view v;
	load_counters(&w, "254");
	responder(&w, "ann", R1);
	struct command open =
		CMD(CONTACT_OPEN, c->contact = "0000000000000100", c->identity = "web",
			c->role = "frontend", c->session = F1, c->level = LEVEL_LOW + 1);
	apply(&w, open);
	open.contact = "";
	apply(&w, open);
	apply(&w, open);
	size_t n = 0;
	for (size_t i = 0; core_next_contact(w.core, &i, &v);)
		n++;
	assert_int_equal(n, 3);
}

/* Speaking reaches the other side, and each side only. */
static void both_sides_hear_each_other(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	accept(&w, "ann", R1, offer_to(&w, R1));
	const struct output *o = apply(
		&w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->contact = id, c->text = ((struct slice){ "s1", 2 })));
	assert_string_equal(field(&w, o, "seq"), "1");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_SAID, R1, 0), "text"), "s1");
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, ""), 1);
	o = apply(&w, CMD(CONTACT_SAY, c->identity = "ann", c->role = "responder", c->session = R1,
			      c->contact = id, c->text = ((struct slice){ "s2", 2 })));
	assert_string_equal(field(&w, o, "seq"), "2");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_SAID, F1, 0), "text"), "s2");
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, ""), 1);
}

static void the_person_comes_back_to_who_knows_them(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	for (int i = 0; i < 2; i++) {
		const struct output *o =
			apply(&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
					  c->channel = "chat", c->level = 1, c->person = "p"));
		const char *id = field(&w, o, "contact");
		const char *offer = offer_to(&w, i == 0 ? "" : R1);
		if (i == 1)
			assert_string_equal(
				field(&w, told(&w, OUTPUT_OFFER_NEW, R1, 0), "returning"), "1");
		o = accept(&w, "ann", R1, offer);
		assert_string_equal(field(&w, o, "contacts_30d"), i ? "1" : "");
		apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
				  c->contact = id, c->disposition = "helped"));
		pass(&w, 600000); /* wrap-up is over; bob is idle for longer now */
	}
}

/* What triage may ask about a contact's course comes with the answers to open and resume. */
static void the_course_of_a_contact_is_told(void **state)
{
	(void)state;
	struct command open = CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
		c->session = F1, c->channel = "chat", c->lang = "en", c->person = "p1",
		c->level = LEVEL_URGENT + 1);
	const struct output *o = apply(&w, open);
	const char *first = field(&w, o, "contact");
	assert_string_equal(field(&w, o, "prior_contacts_24h"), "");
	assert_string_equal(field(&w, o, "prior_level"), "");
	responder(&w, "ann", R1);
	accept(&w, "ann", R1, offer_to(&w, R1));
	struct command resume = CMD(CONTACT_RESUME, c->identity = "web", c->role = "frontend",
		c->session = F1, c->contact = first);
	assert_string_equal(field(&w, apply(&w, resume), "reconnects"), "");
	resume.session = F2;
	assert_string_equal(field(&w, apply(&w, resume), "reconnects"), "1");
	assert_string_equal(field(&w, apply(&w, resume), "reconnects"), "1");
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = first, c->disposition = "safe"));
	pass(&w, (int64_t)60 * 60 * 1000);
	open.level = LEVEL_LOW + 1;
	o = apply(&w, open);
	assert_string_equal(field(&w, o, "prior_contacts_24h"), "1");
	assert_string_equal(field(&w, o, "prior_level"), "urgent");
	pass(&w, (int64_t)25 * 60 * 60 * 1000);
	assert_string_equal(field(&w, apply(&w, open), "prior_contacts_24h"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_course_of_a_contact_is_told),
		TEST(a_contact_goes_from_arrival_to_outcome),
		TEST(the_first_in_line_is_the_most_urgent),
		TEST(closing_again_gives_the_same_answer),
		TEST(others_are_kept_out),
		TEST(ids_grow_past_every_small_limit),
		TEST(an_id_that_is_taken_is_passed_over),
		TEST(both_sides_hear_each_other),
		TEST(the_person_comes_back_to_who_knows_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
