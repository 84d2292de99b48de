/* The edges of matching: many offers, many needs, room and rest, settings that change under it. */
#include "world.h"

WORLD(w)

static struct contact_view view(const char *id)
{
	struct contact_view v;
	if (!core_contact(w.core, id, &v))
		fail_msg("no contact %s", id);
	return v;
}

static struct responder_view who(const char *id)
{
	struct responder_view v;
	if (!core_responder(w.core, id, &v))
		fail_msg("no responder %s", id);
	return v;
}

static void set_options(void)
{
	core_set_options(w.core, &w.options);
	apply(&w, CMD(TICK, c->request = 0));
}

static void judge(const char *by, const char *id, enum level level, int confirm)
{
	apply(&w, CMD(CONTACT_LEVEL, c->identity = by, c->role = "supervisor", c->contact = id,
			  c->human_level = (int64_t)level + 1, c->reason = "judged",
			  c->confirm = confirm));
}

static void so_many(int n)
{
	char name[8], session[16];
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "r%02d", i);
		snprintf(session, sizeof session, "n1/i1/x%02d", i);
		responder(&w, name, session);
	}
}

static void an_emergency_is_offered_to_eight_at_most(void **state)
{
	(void)state;
	w.options.parallel_emergency_offers = 20;
	set_options();
	so_many(6);
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	assert_int_equal(view(id).offers_open, 6);
	responder(&w, "ann", R1); /* comes later: asked too */
	responder(&w, "bob", R2);
	assert_int_equal(view(id).offers_open, 8);
	responder(&w, "cyd", R3);
	assert_int_equal(view(id).offers_open, 8);
	assert_int_equal(who("cyd").offers, 0);
	set_options(); /* reloaded, with the emergency on offer */
	assert_int_equal(view(id).offers_open, 8);
}

static void nobody_to_offer_to_is_no_offer(void **state)
{
	(void)state;
	w.options.parallel_emergency_offers = 0; /* one all the same */
	set_options();
	responder(&w, "ann", R1);
	assert_int_equal(view(contact(&w, F1, LEVEL_EMERGENCY)).offers_open, 1);
}

/* No emergency any more: one of those who were asked is enough. */
static void lowered_while_it_is_on_offer_it_keeps_one(void **state)
{
	(void)state;
	so_many(3);
	char id[32];
	strcpy(id, contact(&w, F1, LEVEL_EMERGENCY));
	assert_int_equal(view(id).offers_open, 2);
	judge("sue", id, LEVEL_HIGH, 0);
	assert_int_equal(view(id).offers_open, 2);
	judge("sam", id, LEVEL_HIGH, 1);
	assert_int_equal(view(id).offers_open, 1);
	assert_string_equal(view(id).state, "offered");
	assert_int_equal(count_told(&w, OUTPUT_OFFER_GONE, ""), 1);
}

static void a_level_beyond_the_scale_is_an_emergency(void **state)
{
	(void)state;
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->channel = "chat", c->level = 99, c->level_alone = 99));
	assert_string_equal(field(&w, o, "level"), "emergency");
}

static struct command with_flags(const char *id, const char *flags)
{
	return CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F1,
		c->contact = id, c->level = 1, c->level_alone = 1, c->flags = flags,
		c->ruleset = "r@1:x", c->domains = "a b", c->reasons = ((struct slice){ "[1]", 3 }),
		c->explain = ((struct slice){ "{}", 2 }));
}

static int proposals(const char *session)
{
	int n = 0;
	for (int i = 0; told(&w, OUTPUT_NOTICE, session, i); i++)
		n += strcmp(field(&w, told(&w, OUTPUT_NOTICE, session, i), "kind"),
			     "dispatch_proposed") == 0;
	return n;
}

/* Rules only propose a rescue: supervisors and who serves the person hear of it, once. */
static void a_rescue_is_proposed_once(void **state)
{
	(void)state;
	static const char *const flags[] = { "ems_review", "police_review",
		"other rescue_without_consent" };
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	for (int i = 0; i < 3; i++) {
		char id[32];
		strcpy(id, contact(&w, F1, LEVEL_LOW));
		accept(&w, "ann", R1, offer_to(&w, R1));
		apply(&w, with_flags(id, "other"));
		assert_int_equal(proposals(S1) + proposals(R1), 0);
		apply(&w, with_flags(id, flags[i]));
		assert_int_equal(proposals(S1), 1);
		assert_int_equal(proposals(R1), 1);
		assert_string_equal(view(id).ruleset, "r@1:x");
		assert_string_equal(view(id).domains, "a b");
		assert_int_equal(view(id).explain.len, 2);
		apply(&w, with_flags(id, "ems_review police_review"));
		assert_int_equal(proposals(S1), 0);
	}
	char id[32];
	strcpy(id, contact(&w, F1, LEVEL_LOW)); /* nobody serves it: supervisors alone */
	apply(&w, CMD(SESSION_DOWN, c->session = R1));
	apply(&w, CMD(CONTACT_ESCALATE, c->identity = "sue", c->role = "supervisor",
			  c->contact = id, c->kind = "ems", c->consent = "yes"));
	apply(&w, with_flags(id, "ems_review")); /* asked for already */
	assert_int_equal(proposals(S1), 0);
	strcpy(id, contact(&w, F1, LEVEL_LOW));
	apply(&w, with_flags(id, "ems_review"));
	assert_int_equal(proposals(S1), 1);
}

/* Tests meet tests and nobody else, whatever else fits. */
static void tests_and_the_living_do_not_meet(void **state)
{
	(void)state;
	struct buf why = { 0 };
	apply(&w, CMD(SESSION_UP, c->identity = "tom", c->role = "responder", c->session = R1,
			  c->test = 1));
	apply(&w, CMD(RESPONDER_SET, c->identity = "tom", c->presence = "ready"));
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	assert_string_equal(view(id).state, "waiting");
	core_refusals(w.core, id, &why);
	assert_non_null(strstr(buf_str(&why), "test 1:1"));
	buf_free(&why);
}

/* More needs than are kept for the next arrival: those nobody has go, and what takes their place
 * is judged anew. */
static void needs_that_nobody_has_are_forgotten(void **state)
{
	(void)state;
	struct command tick = CMD(TICK, c->request = 0);
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->lines = "l3 l1200", c->capacity = 64));
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->presence = "ready"));
	for (int i = 0; i < 1300; i++) {
		char line[16], own[24];
		snprintf(line, sizeof line, "l%d", i);
		snprintf(own, sizeof own, "%020x", i + 1);
		step_clear(&w.step);
		struct command open = CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
			c->contact = own, c->session = F1, c->channel = "chat", c->line = line,
			c->level = 1);
		core_apply(w.core, &open, w.now, &w.step);
		bool fits = i == 3 || i == 1200;
		assert_string_equal(state_of(&w, own), fits ? "offered" : "waiting");
		struct command leave = CMD(
			CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->contact = own);
		if (!fits)
			core_apply(w.core, &leave, w.now, &w.step);
		if (i % 100 == 0)
			core_take_dirty(w.core, forget_one, NULL);
	}
	core_apply(w.core, &tick, w.now, &w.step);
	world_check(&w);
}

/* ---- rooms and rests ---- */

static void there_is_room_for_one_at_least(void **state)
{
	(void)state;
	w.options.capacity_default = 0;
	set_options();
	responder(&w, "ann", R1);
	assert_int_equal(who("ann").capacity, 1);
}

/* Handed over with time for notes, or without. */
static void who_gives_away_rests_as_long_as_they_said(void **state)
{
	(void)state;
	for (int64_t wrap_s = 0; wrap_s <= 60; wrap_s += 60) {
		world_end(&w);
		world_start(&w);
		apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder",
				  c->session = R1, c->capacity = 64));
		apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->presence = "ready",
				  c->wrap_ms = wrap_s * 1000 + 1));
		for (int i = 0; i < 2; i++) {
			char id[32];
			strcpy(id, contact(&w, F1, LEVEL_LOW));
			accept(&w, "ann", R1, offer_to(&w, R1));
			judge("sue", id, LEVEL_EMERGENCY, 0); /* takes all of ann */
			if (i == 0)
				responder(&w, "bob", R2);
			apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->presence = "ready"));
			apply(&w, CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder",
					  c->session = R1, c->contact = id, c->responder = "bob",
					  c->text = ((struct slice){ "x", 1 })));
			accept(&w, "bob", R2, offer_to(&w, R2));
			assert_int_equal(who("ann").load, wrap_s ? 64 : 0);
			assert_int_equal(who("ann").wrapups, wrap_s ? 1 : 0);
			apply(&w, CMD(CONTACT_CLOSE, c->identity = "bob", c->role = "responder",
					  c->contact = id, c->disposition = "x"));
			apply(&w, CMD(RESPONDER_DONE, c->identity = "bob", c->role = "responder",
					  c->contact = id));
			if (wrap_s && i == 0) { /* a second one before the first rest is over */
				pass(&w, 60000);
				assert_int_equal(who("ann").load, 0);
			}
		}
	}
}

/* What it took stays taken, and is never more than there is. */
static void rests_behind_several_are_one_full_rest(void **state)
{
	(void)state;
	char ids[2][32];
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->capacity = 64));
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->presence = "ready"));
	for (int i = 0; i < 2; i++) {
		strcpy(ids[i], contact(&w, F1, LEVEL_LOW));
		accept(&w, "ann", R1, offer_to(&w, R1));
	}
	responder(&w, "bob", R2);
	for (int i = 0; i < 2; i++)
		judge("sue", ids[i], LEVEL_EMERGENCY, 0);
	for (int i = 0; i < 2; i++) {
		apply(&w, CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder",
				  c->session = R1, c->contact = ids[i], c->responder = "bob",
				  c->text = ((struct slice){ "x", 1 })));
		accept(&w, "bob", R2, offer_to(&w, R2));
		apply(&w, CMD(CONTACT_CLOSE, c->identity = "bob", c->role = "responder",
				  c->contact = ids[i], c->disposition = "x"));
		apply(&w, CMD(RESPONDER_DONE, c->identity = "bob", c->role = "responder",
				  c->contact = ids[i]));
		assert_int_equal(who("ann").load, 64);
		w.now += 1000;
	}
	pass(&w, w.options.wrap_ms[LEVEL_EMERGENCY] - 1001);
	assert_int_equal(who("ann").load, 64);
	pass(&w, 1);
	assert_int_equal(who("ann").load, 0);
}

/* Two contacts promised for the same instant: who came first goes first. */
static void of_equal_deadlines_the_first_to_come_goes_first(void **state)
{
	(void)state;
	char first[32], second[32], third[32];
	strcpy(first, contact(&w, F1, LEVEL_LOW));
	pass(&w, w.options.target_ms[LEVEL_LOW] - w.options.target_ms[LEVEL_MODERATE]);
	strcpy(second, contact(&w, F1, LEVEL_MODERATE));
	pass(&w, w.options.target_ms[LEVEL_MODERATE] - w.options.target_ms[LEVEL_HIGH]);
	strcpy(third, contact(&w, F1, LEVEL_HIGH));
	assert_int_equal(view(first).deadline_ms, view(third).deadline_ms);
	assert_int_equal(core_position(w.core, first), 1);
	assert_int_equal(core_position(w.core, second), 2);
	assert_int_equal(core_position(w.core, third), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_emergency_is_offered_to_eight_at_most),
		TEST(nobody_to_offer_to_is_no_offer),
		TEST(lowered_while_it_is_on_offer_it_keeps_one),
		TEST(a_level_beyond_the_scale_is_an_emergency),
		TEST(a_rescue_is_proposed_once),
		TEST(tests_and_the_living_do_not_meet),
		TEST(needs_that_nobody_has_are_forgotten),
		TEST(there_is_room_for_one_at_least),
		TEST(who_gives_away_rests_as_long_as_they_said),
		TEST(rests_behind_several_are_one_full_rest),
		TEST(of_equal_deadlines_the_first_to_come_goes_first),
	};
	return cmocka_run_group_tests_name("matching", tests, NULL, NULL);
}
