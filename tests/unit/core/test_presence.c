/* People and responders whose connections are lost, and come back. */
#include "world.h"

WORLD(w)

static void down(const char *session)
{
	apply(&w, CMD(SESSION_DOWN, c->session = session));
}

static const struct output *resume(const char *id, const char *session)
{
	return apply(&w, CMD(CONTACT_RESUME, c->identity = "web", c->role = "frontend",
				 c->session = session, c->contact = id));
}

static const char *active(enum level level)
{
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, level);
	accept(&w, "ann", R1, offer_to(&w, R1));
	return id;
}

static void the_responder_hears_that_the_person_is_gone_and_back(void **state)
{
	(void)state;
	const char *id = active(LEVEL_HIGH);
	down(F1);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_LEFT, R1, 0), "why"), "lost");
	const struct output *o = resume(id, F2);
	assert_string_equal(field(&w, o, "state"), "active");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_BACK, R1, 0), "contact"), id);
	down(F2);
	watch(&w, w.options.person_grace_ms);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_LEFT, R1, 0), "why"), "gone");
	assert_string_equal(state_of(&w, id), "active");
}

static void a_person_lost_in_line_is_not_forgotten(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	int64_t arrived = w.now;
	down(F1);
	assert_string_equal(state_of(&w, id), "waiting");
	watch(&w, w.options.person_grace_ms);
	assert_string_equal(state_of(&w, id), "review");
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_string_equal(v.alert, "lost");
	resume(id, F2);
	assert_string_equal(state_of(&w, id), "waiting");
	assert_true(core_contact(w.core, id, &v));
	assert_int_equal(v.arrived_ms, arrived);
	assert_string_equal(v.alert, "");
}

static void text_messages_need_no_connection(void **state)
{
	(void)state;
	const struct output *o =
		apply(&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
				  c->session = F1, c->channel = "sms", c->level = 1));
	const char *id = field(&w, o, "contact");
	down(F1);
	pass(&w, w.options.person_grace_ms * 3);
	assert_string_equal(state_of(&w, id), "waiting");
	/* The next message brings the new session of the gateway. */
	apply(&w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F2,
			  c->contact = id, c->level = 5, c->level_alone = 5));
	assert_non_null(told(&w, OUTPUT_CONTACT_UPDATE, F2, 0));
}

static void leaving_unserved_at_high_is_looked_after(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	const char *low = contact(&w, F1, LEVEL_MODERATE), *high = contact(&w, F1, LEVEL_HIGH);
	struct command leave = CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend",
		c->session = F1, c->contact = low);
	assert_string_equal(field(&w, apply(&w, leave), "state"), "ended");
	leave.contact = high;
	assert_string_equal(field(&w, apply(&w, leave), "state"), "review");
	assert_string_equal(field(&w, told(&w, OUTPUT_NOTICE, S1, 0), "kind"), "left");
	/* Only a person ends it. */
	pass(&w, 86400000);
	assert_string_equal(state_of(&w, high), "review");
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "sue", c->role = "supervisor", c->contact = high,
			  c->disposition = "called_back"));
	assert_string_equal(state_of(&w, high), "ended");
}

static void a_lost_responder_has_a_grace_and_then_the_contact_is_in_front(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	const char *id = active(LEVEL_LOW);
	int64_t arrived = w.now;
	pass(&w, 1000);
	const char *later = contact(&w, F1, LEVEL_LOW);
	down(R1);
	assert_string_equal(
		field(&w, told(&w, OUTPUT_CONTACT_NOTICE, F1, 0), "kind"), "responder_lost");
	assert_string_equal(state_of(&w, later), "waiting");
	assert_string_equal(state_of(&w, id), "active");
	watch(&w, w.options.responder_grace_ms);
	assert_string_equal(state_of(&w, id), "waiting");
	assert_int_equal(core_position(w.core, id), 1);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_UPDATE, F1, 0), "state"), "waiting");
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_int_equal(v.arrived_ms, arrived);
	struct responder_view r;
	assert_true(core_responder(w.core, "ann", &r));
	assert_string_equal(r.presence, "away");
}

static void a_responder_back_in_time_goes_on(void **state)
{
	(void)state;
	const char *id = active(LEVEL_LOW);
	down(R1);
	pass(&w, w.options.responder_grace_ms - 1);
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R2,
			  c->langs = "en"));
	assert_string_equal(
		field(&w, told(&w, OUTPUT_CONTACT_NOTICE, F1, 0), "kind"), "responder_back");
	pass(&w, 60000);
	assert_string_equal(state_of(&w, id), "active");
	struct responder_view r;
	assert_true(core_responder(w.core, "ann", &r));
	assert_string_equal(r.presence, "ready");
}

static void the_newer_session_has_the_responder(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	contact(&w, F1, LEVEL_LOW);
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R2,
			  c->langs = "en", c->name = "Alex"));
	assert_non_null(told(&w, OUTPUT_SESSION_REPLACED, R1, 0));
	const char *offer = offer_to(&w, R2);
	assert_string_not_equal(offer, "");
	down(R1); /* the old one: nothing follows */
	assert_string_equal(field(&w, accept(&w, "ann", R2, offer), "state"), "active");
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R2,
			  c->langs = "en", c->name = "Alex"));
	assert_false(w.step.changed); /* said again: no second effect */
}

static void a_lost_node_takes_its_sessions_along(void **state)
{
	(void)state;
	const char *id = active(LEVEL_LOW);
	apply(&w, CMD(NODE_UP, c->node = "n1", c->incarnation = "i1"));
	assert_null(told(&w, OUTPUT_CONTACT_LEFT, "", 0));
	apply(&w, CMD(NODE_LOST, c->node = "n1", c->incarnation = "i0"));
	assert_null(told(&w, OUTPUT_CONTACT_LEFT, "", 0));
	apply(&w, CMD(NODE_UP, c->node = "n1", c->incarnation = "i2"));
	struct contact_view v;
	struct responder_view r;
	assert_true(core_contact(w.core, id, &v));
	assert_false(v.connected);
	assert_true(core_responder(w.core, "ann", &r));
	assert_false(r.connected);
}

static void presence_is_idempotent_and_pausing_returns_offers(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	struct command pause = CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
		c->presence = "paused", c->reason = "break");
	const struct output *o = apply(&w, pause);
	assert_string_equal(field(&w, o, "presence"), "paused");
	assert_string_equal(state_of(&w, id), "waiting");
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R1, 0), "why"), "withdrawn");
	apply(&w, pause);
	assert_false(w.step.changed);
	o = apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
			      c->presence = "ready"));
	assert_string_not_equal(field(&w, o, "offers"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_responder_hears_that_the_person_is_gone_and_back),
		TEST(a_person_lost_in_line_is_not_forgotten),
		TEST(text_messages_need_no_connection),
		TEST(leaving_unserved_at_high_is_looked_after),
		TEST(a_lost_responder_has_a_grace_and_then_the_contact_is_in_front),
		TEST(a_responder_back_in_time_goes_on),
		TEST(the_newer_session_has_the_responder),
		TEST(a_lost_node_takes_its_sessions_along),
		TEST(presence_is_idempotent_and_pausing_returns_offers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
