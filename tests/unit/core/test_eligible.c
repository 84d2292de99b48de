/* Who may serve whom, and from which tier on. */
#include "world.h"

WORLD(w)

static const char *opened(const char *lang, const char *needs, const char *line, int age)
{
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->channel = "chat", c->lang = lang, c->needs = needs, c->line = line,
			    c->age = age + 1, c->level = 1));
	return field(&w, o, "contact");
}

static void profile(const char *who, const char *session, const char *langs, const char *skills,
	const char *lines)
{
	apply(&w, CMD(SESSION_UP, c->identity = who, c->role = "responder", c->session = session,
			  c->langs = langs, c->skills = skills, c->lines = lines));
	apply(&w, CMD(RESPONDER_SET, c->identity = who, c->role = "responder",
			  c->presence = "ready"));
}

static const char *offered_to(const char *id)
{
	for (int i = 0; told(&w, OUTPUT_OFFER_NEW, "", i); i++) {
		const struct output *o = told(&w, OUTPUT_OFFER_NEW, "", i);
		if (strcmp(field(&w, o, "contact"), id) == 0)
			return o->session;
	}
	return "";
}

static void hard_needs_are_filters(void **state)
{
	(void)state;
	profile("ann", R1, "en", "", "main");
	profile("bob", R2, "en", "youth asl", "veterans");
	const char *id = opened("en", "youth", "veterans", -1);
	assert_string_equal(offered_to(id), R2);
	id = opened("en", "asl youth", "main", -1); /* no tier lets a line be ignored */
	assert_string_equal(offered_to(id), "");
	pass(&w, 60000);
	assert_string_equal(state_of(&w, id), "waiting");
	watch(&w, 3 * 60000);
	assert_string_equal(offered_to(id), R1);
}

static void tiers_open_by_waiting(void **state)
{
	(void)state;
	profile("ann", R1, "en", "interpreter", "");
	const char *id = opened("es", "", "", -1);
	assert_string_equal(offered_to(id), "");
	watch(&w, 59999);
	assert_string_equal(offered_to(id), "");
	watch(&w, 1);
	assert_string_equal(offered_to(id), R1);
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_NEW, R1, 0), "tier"), "1");
}

static void the_only_speaker_stays_free(void **state)
{
	(void)state;
	profile("ann", R1, "en es", "", "");
	profile("bob", R2, "en", "", "");
	assert_string_equal(offered_to(opened("en", "", "", -1)), R2);
	assert_string_equal(offered_to(opened("es-MX", "", "", -1)), R1);
}

static void age_groups_hold_and_unknown_is_nobodys_no(void **state)
{
	(void)state;
	apply(&w, CMD(SESSION_UP, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->min_age = 13 + 1, c->max_age = 17 + 1));
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
			  c->presence = "ready"));
	assert_string_equal(offered_to(opened("", "", "", 12)), "");
	assert_string_equal(offered_to(opened("", "", "", 18)), "");
	assert_string_equal(offered_to(opened("", "", "", 13)), R1);
	assert_string_equal(offered_to(opened("", "", "", 17)), R1);
	assert_string_equal(offered_to(opened("", "", "", -1)), R1);
}

static void responders_narrow_their_channels(void **state)
{
	(void)state;
	profile("ann", R1, "en", "", "");
	struct command set = CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
		c->channels = "voice sms");
	const struct output *o = apply(&w, set);
	assert_string_equal(field(&w, o, "channels"), "sms voice");
	const char *id = opened("en", "", "", -1);
	assert_string_equal(offered_to(id), "");
	set.channels = "chat";
	apply(&w, set);
	assert_string_equal(offered_to(id), R1);
}

static void an_explanation_counts_those_who_were_not_asked(void **state)
{
	(void)state;
	profile("ann", R1, "en", "", "");
	profile("bob", R2, "fr", "", "");
	profile("cy", R3, "en", "", "other");
	const char *id = opened("en", "", "main", -1);
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_non_null(strstr(v.match.data, "responder 3:ann"));
	assert_non_null(strstr(v.match.data, "step 4:only"));
	assert_non_null(strstr(v.match.data, "no_language 1:1"));
	assert_non_null(strstr(v.match.data, "no_line 1:1"));
}

static void new_options_take_effect(void **state)
{
	(void)state;
	profile("ann", R1, "en", "", "");
	const char *id = opened("es", "", "", -1);
	assert_string_equal(state_of(&w, id), "waiting");
	w.options.tiers[0] = (struct core_tier){ 0, TIER_ANY, TIER_ANY };
	w.options.n_tiers = 1;
	core_set_options(w.core, &w.options);
	watch(&w, 0);
	assert_string_equal(state_of(&w, id), "offered");
}

/* A refused command matches nothing: the next one still has to. */
static void a_refusal_does_not_use_up_new_options(void **state)
{
	(void)state;
	profile("ann", R1, "en", "", "");
	const char *id = opened("es", "", "", -1);
	w.options.tiers[0] = (struct core_tier){ 0, TIER_ANY, TIER_ANY };
	w.options.n_tiers = 1;
	core_set_options(w.core, &w.options);
	apply(&w, CMD(QUERY, c->kind = "board.get"));
	assert_true(core_next_due(w.core) <= w.now);
	watch(&w, 0);
	assert_string_equal(state_of(&w, id), "offered");
}

static void offers_that_do_not_fit_new_options_are_taken_back(void **state)
{
	(void)state;
	w.options.capacity_default = 2;
	core_set_options(w.core, &w.options);
	profile("ann", R1, "en", "", "");
	const char *first = opened("en", "", "", -1);
	const char *second = opened("en", "", "", -1);
	assert_string_equal(state_of(&w, second), "offered");
	w.options.capacity_default = 1;
	core_set_options(w.core, &w.options);
	watch(&w, 0);
	assert_string_equal(state_of(&w, first), "offered");
	assert_string_equal(state_of(&w, second), "waiting");
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R1, 0), "why"), "withdrawn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hard_needs_are_filters),
		TEST(tiers_open_by_waiting),
		TEST(the_only_speaker_stays_free),
		TEST(age_groups_hold_and_unknown_is_nobodys_no),
		TEST(responders_narrow_their_channels),
		TEST(an_explanation_counts_those_who_were_not_asked),
		TEST(new_options_take_effect),
		TEST(a_refusal_does_not_use_up_new_options),
		TEST(offers_that_do_not_fit_new_options_are_taken_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
