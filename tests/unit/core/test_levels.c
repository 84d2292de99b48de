#include "world.h"

WORLD(w)

static enum level level_of(const char *id, enum level *automatic)
{
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	if (automatic)
		*automatic = v.level_auto;
	return v.level;
}

static const struct output *say(const char *id, enum level level, enum level alone)
{
	return apply(
		&w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->contact = id, c->text = ((struct slice){ "s", 1 }),
			    c->level = (int64_t)level + 1, c->level_alone = (int64_t)alone + 1));
}

static const struct output *judge(
	const char *who, const char *role, const char *id, enum level level, int confirm)
{
	return apply(&w, CMD(CONTACT_LEVEL, c->identity = who, c->role = role, c->contact = id,
				 c->human_level = (int64_t)level + 1, c->reason = "judged",
				 c->confirm = confirm));
}

static void a_message_raises_and_never_lowers(void **state)
{
	(void)state;
	const char *low = contact(&w, F1, LEVEL_LOW), *other = contact(&w, F1, LEVEL_LOW);
	assert_int_equal(core_position(w.core, other), 2);
	assert_string_equal(field(&w, say(other, LEVEL_URGENT, LEVEL_URGENT), "level"), "urgent");
	assert_int_equal(core_position(w.core, other), 1);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_UPDATE, F1, 0), "level"), "urgent");
	enum level automatic;
	assert_string_equal(field(&w, say(other, LEVEL_LOW, LEVEL_LOW), "level"), "urgent");
	assert_int_equal(level_of(other, &automatic), LEVEL_URGENT);
	assert_int_equal(automatic, LEVEL_URGENT);
	assert_int_equal(level_of(low, NULL), LEVEL_LOW);
}

static void speaks(const char *id, enum level level, enum level alone, const char *reasons)
{
	(void)apply(&w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F1,
				c->contact = id, c->text = ((struct slice){ "s", 1 }),
				c->level = (int64_t)level + 1, c->level_alone = (int64_t)alone + 1,
				c->reasons = ((struct slice){ reasons, strlen(reasons) })));
}

static void shows(const char *id, const char *reasons)
{
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_true(slice_is(v.reasons, reasons));
}

/* Who takes the contact reads why it is urgent, whatever small talk came after. */
static void reasons_stay_those_of_the_level(void **state)
{
	(void)state;
	const char *id = contact(&w, F1, LEVEL_LOW);
	speaks(id, LEVEL_LOW, LEVEL_LOW, "[]");
	shows(id, "[]");
	speaks(id, LEVEL_URGENT, LEVEL_URGENT, "[\"first\"]");
	speaks(id, LEVEL_URGENT, LEVEL_LOW, "[]");
	shows(id, "[\"first\"]");
	speaks(id, LEVEL_URGENT, LEVEL_MODERATE, "[\"lesser\"]");
	shows(id, "[\"first\"]");
	speaks(id, LEVEL_URGENT, LEVEL_URGENT, "[\"as grave\"]");
	shows(id, "[\"as grave\"]");
	speaks(id, LEVEL_EMERGENCY, LEVEL_LOW, "[\"together\"]");
	shows(id, "[\"together\"]");
}

static void what_was_not_triaged_is_high(void **state)
{
	(void)state;
	const struct output *o = apply(&w,
		CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->channel = "chat"));
	assert_string_equal(field(&w, o, "level"), "high");
	struct contact_view v;
	assert_true(core_contact(w.core, field(&w, o, "contact"), &v));
	assert_true(v.unscored);
}

/* A raise of a contact on offer reaches more responders in the same step. */
static void a_raise_to_emergency_acts_at_once(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	const char *id = contact(&w, F1, LEVEL_LOW);
	say(id, LEVEL_EMERGENCY, LEVEL_EMERGENCY);
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_int_equal(v.offers_open, 2);
}

static void the_responder_hears_of_a_raise(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_LOW);
	accept(&w, "ann", R1, offer_to(&w, R1));
	say(id, LEVEL_HIGH, LEVEL_HIGH);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_RAISED, R1, 0), "level"), "high");
	struct responder_view r;
	assert_true(core_responder(w.core, "ann", &r));
	assert_int_equal(r.load, 2);
	say(id, LEVEL_EMERGENCY, LEVEL_EMERGENCY);
	assert_true(core_responder(w.core, "ann", &r));
	assert_int_equal(r.load, r.capacity);
}

static void a_person_may_lower_with_a_reason_and_a_new_sign_raises_again(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	const char *id = contact(&w, F1, LEVEL_URGENT);
	accept(&w, "ann", R1, offer_to(&w, R1));
	const struct output *o =
		apply(&w, CMD(CONTACT_LEVEL, c->identity = "ann", c->role = "responder",
				  c->contact = id, c->human_level = 1));
	assert_string_equal(field(&w, o, "reason"), "reason_needed");
	o = judge("ann", "responder", id, LEVEL_LOW, 0);
	assert_string_equal(field(&w, o, "level"), "low");
	assert_string_equal(field(&w, o, "level_auto"), "urgent");
	/* The old finding again is no news; a sign of its own is. */
	say(id, LEVEL_URGENT, LEVEL_LOW);
	assert_int_equal(level_of(id, NULL), LEVEL_LOW);
	say(id, LEVEL_URGENT, LEVEL_HIGH);
	assert_int_equal(level_of(id, NULL), LEVEL_URGENT);
}

static void lowering_an_emergency_takes_two_people(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	const struct output *o = judge("sue", "supervisor", id, LEVEL_HIGH, 1);
	assert_string_equal(field(&w, o, "reason"), "nothing_to_confirm");
	o = judge("sue", "supervisor", id, LEVEL_HIGH, 0);
	assert_string_equal(field(&w, o, "pending"), "high");
	assert_string_equal(field(&w, o, "level"), "emergency");
	o = judge("sue", "supervisor", id, LEVEL_HIGH, 0);
	assert_false(w.step.changed); /* asked already */
	o = judge("sue", "supervisor", id, LEVEL_HIGH, 1);
	assert_string_equal(field(&w, o, "code"), "2");
	o = judge("sam", "supervisor", id, LEVEL_LOW, 1); /* not what was asked */
	assert_string_equal(field(&w, o, "code"), "5");
	o = judge("sam", "supervisor", id, LEVEL_HIGH, 1);
	assert_string_equal(field(&w, o, "level"), "high");
	assert_int_equal(level_of(id, NULL), LEVEL_HIGH);
}

static void a_new_sign_cancels_a_lowering_that_was_asked_for(void **state)
{
	(void)state;
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	judge("sue", "supervisor", id, LEVEL_LOW, 0);
	say(id, LEVEL_EMERGENCY, LEVEL_EMERGENCY);
	assert_string_equal(field(&w, judge("sam", "supervisor", id, LEVEL_LOW, 1), "code"), "5");
	assert_int_equal(level_of(id, NULL), LEVEL_EMERGENCY);
}

static void history_tells_who_and_why(void **state)
{
	(void)state;
	const char *id = contact(&w, F1, LEVEL_LOW);
	judge("sue", "supervisor", id, LEVEL_URGENT, 0);
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	struct record_reader r = { v.history.data, v.history.data + v.history.len };
	struct slice n, change;
	assert_int_equal(record_next(&r, &n, &change), 1);
	assert_non_null(strstr(change.data, "cause 7:arrival"));
	assert_int_equal(record_next(&r, &n, &change), 1);
	assert_non_null(strstr(change.data, "from 3:low\nto 6:urgent\nby 3:sue\ncause 6:judged"));
	assert_int_equal(record_next(&r, &n, &change), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_raises_and_never_lowers),
		TEST(reasons_stay_those_of_the_level),
		TEST(what_was_not_triaged_is_high),
		TEST(a_raise_to_emergency_acts_at_once),
		TEST(the_responder_hears_of_a_raise),
		TEST(a_person_may_lower_with_a_reason_and_a_new_sign_raises_again),
		TEST(lowering_an_emergency_takes_two_people),
		TEST(a_new_sign_cancels_a_lowering_that_was_asked_for),
		TEST(history_tells_who_and_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
