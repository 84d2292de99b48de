#include "world.h"

WORLD(w)

/* ann serves a contact of that level; bob and the others come afterwards. */
static const char *served(enum level level)
{
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, level);
	assert_string_equal(field(&w, accept(&w, "ann", R1, offer_to(&w, R1)), "state"), "active");
	return id;
}

struct want {
	const char *responder, *line, *skill;
	bool warm;
};

static const struct output *hand_over(const char *id, struct want to)
{
	return apply(&w,
		CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder", c->session = R1,
			c->contact = id, c->responder = to.responder ? to.responder : "",
			c->line = to.line ? to.line : "", c->skills = to.skill ? to.skill : "",
			c->warm = to.warm, c->text = ((struct slice){ "sealed", 6 })));
}

static struct contact_view view(const char *id)
{
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	return v;
}

static const char *load_of(const char *who)
{
	static char text[16];
	struct responder_view v;
	assert_true(core_responder(w.core, who, &v));
	snprintf(text, sizeof text, "%d/%d", v.load, v.capacity);
	return text;
}

static const char *update(const char *session, const char *name)
{
	return field(&w, told(&w, OUTPUT_TRANSFER_UPDATE, session, 0), name);
}

static void cold_the_origin_keeps_it_until_the_other_accepts(void **state)
{
	(void)state;
	const char *id = served(LEVEL_MODERATE);
	responder(&w, "bob", R2);
	int64_t arrived = view(id).arrived_ms;
	const struct output *o = hand_over(id, (struct want){ .responder = "bob" });
	assert_string_equal(field(&w, o, "state"), "offered");
	const struct output *offer = told(&w, OUTPUT_OFFER_NEW, R2, 0);
	assert_string_equal(field(&w, offer, "summary"), "sealed");
	assert_string_equal(field(&w, offer, "from"), "ann");
	assert_string_equal(view(id).responder, "ann");
	assert_string_equal(view(id).state, "active");
	const char *offered = offer_to(&w, R2);
	pass(&w, 5000);
	o = accept(&w, "bob", R2, offered);
	assert_string_equal(field(&w, o, "state"), "active");
	assert_string_equal(view(id).responder, "bob");
	assert_string_equal(view(id).transfer, "");
	assert_int_equal(view(id).arrived_ms, arrived);
	assert_string_equal(update(R1, "state"), "accepted");
	assert_non_null(told(&w, OUTPUT_CONTACT_CONNECTED, F1, 0));
	assert_string_equal(load_of("ann"), "1/3"); /* notes and a breath, as behind a close */
	apply(&w, CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = id));
	assert_string_equal(load_of("ann"), "0/3");
}

static void the_rest_behind_it_ends_by_itself(void **state)
{
	(void)state;
	const char *id = served(LEVEL_EMERGENCY);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob" });
	accept(&w, "bob", R2, offer_to(&w, R2));
	assert_string_equal(load_of("ann"), "3/3");
	contact(&w, F2, LEVEL_EMERGENCY);
	assert_null(told(&w, OUTPUT_OFFER_NEW, R1, 0)); /* nothing before it is over */
	watch(&w, w.options.wrap_ms[LEVEL_EMERGENCY]);
	assert_non_null(told(&w, OUTPUT_OFFER_NEW, R1, 0));
}

static void declined_or_missed_nothing_has_changed_and_it_may_be_tried_again(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob" });
	apply(&w, CMD(OFFER_DECLINE, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->offer = offer_to(&w, R2), c->reason = "busy"));
	assert_string_equal(update(R1, "why"), "declined");
	assert_string_equal(view(id).responder, "ann");
	assert_int_equal(view(id).offers_missed, 0);
	assert_string_equal(view(id).alert, "");
	const struct output *o = hand_over(id, (struct want){ .responder = "bob" });
	assert_string_equal(field(&w, o, "state"), "offered");
	watch(&w, w.options.offer_ms[LEVEL_HIGH]);
	assert_string_equal(update(R1, "why"), "expired");
	assert_string_equal(view(id).responder, "ann");
	assert_string_equal(view(id).transfer, "");
}

static void for_a_skill_one_after_another_is_asked_until_time_is_up(void **state)
{
	(void)state;
	const char *id = served(LEVEL_LOW);
	const char *skilled[] = { "bob", "cy" }, *at[] = { R2, R3 };
	responder(&w, "dee", S1); /* without it, and free */
	for (int i = 0; i < 2; i++) {
		apply(&w, CMD(SESSION_UP, c->identity = skilled[i], c->role = "responder",
				  c->session = at[i], c->langs = "en", c->skills = "youth"));
		apply(&w, CMD(RESPONDER_SET, c->identity = skilled[i], c->role = "responder",
				  c->session = at[i], c->presence = "ready"));
	}
	hand_over(id, (struct want){ .skill = "youth" });
	assert_int_equal(count_told(&w, OUTPUT_OFFER_NEW, ""), 1);
	assert_int_equal(count_told(&w, OUTPUT_OFFER_NEW, S1), 0);
	int first = told(&w, OUTPUT_OFFER_NEW, R2, 0) ? 0 : 1;
	apply(&w, CMD(OFFER_DECLINE, c->identity = skilled[first], c->role = "responder",
			  c->session = at[first], c->offer = offer_to(&w, at[first]),
			  c->reason = "busy"));
	assert_non_null(told(&w, OUTPUT_OFFER_NEW, at[1 - first], 0));
	assert_string_equal(view(id).responder, "ann");
	watch(&w, w.options.transfer_ms);
	assert_string_equal(update(R1, "why"), "timeout");
	assert_string_equal(state_of(&w, id), "active");
	assert_int_equal(core_waiting(w.core), 0);
}

/* Its place is that of its arrival: before who came later, behind who came earlier. */
static void it_stands_in_line_at_its_own_place(void **state)
{
	(void)state;
	const char *id = served(LEVEL_MODERATE);
	apply(&w, CMD(SESSION_UP, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->langs = "en", c->skills = "youth"));
	apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->presence = "ready", c->capacity = 1));
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->capacity = 1));
	const char *busy = contact(&w, F2, LEVEL_EMERGENCY);
	accept(&w, "bob", R2, offer_to(&w, R2));
	pass(&w, 1000);
	const char *later = contact(&w, F2, LEVEL_MODERATE);
	hand_over(id, (struct want){ .skill = "youth" });
	assert_string_equal(view(id).transfer, "waiting");
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->contact = busy, c->disposition = "helped"));
	apply(&w, CMD(RESPONDER_DONE, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->contact = busy));
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_NEW, R2, 0), "contact"), id);
	assert_string_equal(state_of(&w, later), "waiting");
}

static void who_cannot_take_it_is_not_asked(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	assert_string_equal(
		field(&w, hand_over(id, (struct want){ .responder = "bob" }), "code"), "3");
	assert_string_equal(field(&w, hand_over(id, (struct want){ .skill = "youth" }), "reason"),
		"nobody_available");
	assert_string_equal(field(&w, hand_over(id, (struct want){ .responder = "ann" }), "reason"),
		"has_it_already");
	assert_string_equal(field(&w, hand_over(id, (struct want){ 0 }), "reason"), "one_target");
	responder(&w, "bob", R2);
	apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->presence = "paused"));
	assert_string_equal(field(&w, hand_over(id, (struct want){ .responder = "bob" }), "reason"),
		"not_ready");
	const struct output *o =
		apply(&w, CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder",
				  c->session = R1, c->contact = id, c->responder = "bob"));
	assert_string_equal(field(&w, o, "reason"), "summary_needed");
	o = apply(&w, CMD(CONTACT_TRANSFER, c->identity = "bob", c->role = "responder",
			      c->session = R2, c->contact = id, c->responder = "ann",
			      c->text = ((struct slice){ "sealed", 6 })));
	assert_string_equal(field(&w, o, "reason"), "not_yours");
	assert_string_equal(view(id).transfer, "");
	assert_int_equal(view(id).seq, 0);
}

static void while_it_is_pending_there_is_no_second_one_and_no_end(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	const struct output *o = hand_over(id, (struct want){ .responder = "bob" });
	const char *transfer = field(&w, o, "transfer"), *offer = offer_to(&w, R2);
	assert_string_equal(field(&w, hand_over(id, (struct want){ .responder = "bob" }), "reason"),
		"transfer_open");
	o = apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
			      c->session = R1, c->contact = id, c->disposition = "helped"));
	assert_string_equal(field(&w, o, "reason"), "transfer_open");
	o = apply(&w, CMD(TRANSFER_CANCEL, c->identity = "ann", c->role = "responder",
			      c->session = R1, c->contact = id, c->transfer = "t0"));
	assert_string_equal(field(&w, o, "code"), "4");
	o = apply(&w, CMD(TRANSFER_CANCEL, c->identity = "ann", c->role = "responder",
			      c->session = R1, c->contact = id, c->transfer = transfer));
	assert_int_equal(o->kind, OUTPUT_REPLY);
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R2, 0), "why"), "withdrawn");
	assert_string_equal(field(&w, accept(&w, "bob", R2, offer), "code"), "4");
	assert_string_equal(view(id).responder, "ann");
}

static const struct output *say(
	const char *role, const char *who, const char *session, const char *id)
{
	return apply(&w, CMD(CONTACT_SAY, c->identity = who, c->role = role, c->session = session,
				 c->contact = id, c->text = ((struct slice){ "words", 5 })));
}

static void warm_both_are_there_until_the_guest_goes(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob", .warm = true });
	accept(&w, "bob", R2, offer_to(&w, R2));
	assert_string_equal(update(R1, "state"), "joined");
	assert_string_equal(view(id).responder, "bob");
	assert_string_equal(view(id).guest, "ann");
	assert_string_equal(load_of("ann"), "2/3");
	say("frontend", "web", F1, id);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, R1), 1);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, R2), 1);
	say("responder", "ann", R1, id);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, F1), 1);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, R2), 1);
	say("responder", "bob", R2, id);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_SAID, R1), 1);
	const struct output *o =
		apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
				  c->session = R1, c->contact = id, c->disposition = "helped"));
	assert_string_equal(field(&w, o, "reason"), "not_yours");
	apply(&w, CMD(TRANSFER_DONE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = id));
	assert_string_equal(update(R2, "state"), "done");
	assert_string_equal(view(id).guest, "");
	assert_string_equal(field(&w, say("responder", "ann", R1, id), "reason"), "not_yours");
	assert_string_equal(load_of("ann"), "2/3"); /* its rest */
}

static void lost_while_both_were_there_it_is_the_guests_again(void **state)
{
	(void)state;
	const char *id = served(LEVEL_EMERGENCY);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob", .warm = true });
	accept(&w, "bob", R2, offer_to(&w, R2));
	apply(&w, CMD(SESSION_DOWN, c->session = R2));
	watch(&w, w.options.responder_grace_ms);
	assert_string_equal(update(R1, "state"), "returned");
	assert_string_equal(view(id).responder, "ann");
	assert_string_equal(view(id).state, "active");
	assert_string_equal(view(id).guest, "");
}

static void a_lost_guest_leaves_and_a_close_ends_the_visit(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob", .warm = true });
	accept(&w, "bob", R2, offer_to(&w, R2));
	apply(&w, CMD(SESSION_DOWN, c->session = R1));
	assert_string_equal(update(R2, "why"), "lost");
	assert_string_equal(view(id).responder, "bob");
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = id));
	apply(&w, CMD(CONTACT_TRANSFER, c->identity = "bob", c->role = "responder", c->session = R2,
			  c->contact = id, c->responder = "ann", c->warm = 1,
			  c->text = ((struct slice){ "sealed", 6 })));
	accept(&w, "ann", R1, offer_to(&w, R1));
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = id, c->disposition = "helped"));
	assert_string_equal(update(R2, "why"), "closed");
}

/* With the origin gone nobody has it: it is in line again, and what was asked is off. */
static void a_lost_origin_sends_it_back_to_its_place(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	apply(&w, CMD(SESSION_DOWN, c->session = R1));
	const struct output *o =
		apply(&w, CMD(CONTACT_TRANSFER, c->identity = "sue", c->role = "supervisor",
				  c->session = S1, c->contact = id, c->line = "veterans",
				  c->text = ((struct slice){ "sealed", 6 })));
	assert_int_equal(o->kind, OUTPUT_REPLY);
	watch(&w, w.options.responder_grace_ms);
	assert_string_equal(view(id).transfer, "");
	assert_string_equal(state_of(&w, id), "offered");
	assert_string_equal(view(id).line, "");
}

static void leaving_takes_the_offers_back(void **state)
{
	(void)state;
	const char *id = served(LEVEL_HIGH);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .responder = "bob" });
	apply(&w, CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->session = F1,
			  c->contact = id));
	assert_int_equal(count_told(&w, OUTPUT_OFFER_GONE, R2), 1);
	assert_string_equal(update(R1, "why"), "left");
	assert_string_equal(view(id).responder, "ann");
}

static void accepted_for_a_line_it_belongs_there(void **state)
{
	(void)state;
	const char *id = served(LEVEL_MODERATE);
	responder(&w, "bob", R2);
	hand_over(id, (struct want){ .line = "veterans" });
	assert_string_equal(view(id).line, "");
	accept(&w, "bob", R2, offer_to(&w, R2));
	assert_string_equal(view(id).line, "veterans");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cold_the_origin_keeps_it_until_the_other_accepts),
		TEST(the_rest_behind_it_ends_by_itself),
		TEST(declined_or_missed_nothing_has_changed_and_it_may_be_tried_again),
		TEST(for_a_skill_one_after_another_is_asked_until_time_is_up),
		TEST(it_stands_in_line_at_its_own_place),
		TEST(who_cannot_take_it_is_not_asked),
		TEST(while_it_is_pending_there_is_no_second_one_and_no_end),
		TEST(warm_both_are_there_until_the_guest_goes),
		TEST(lost_while_both_were_there_it_is_the_guests_again),
		TEST(a_lost_guest_leaves_and_a_close_ends_the_visit),
		TEST(a_lost_origin_sends_it_back_to_its_place),
		TEST(leaving_takes_the_offers_back),
		TEST(accepted_for_a_line_it_belongs_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
