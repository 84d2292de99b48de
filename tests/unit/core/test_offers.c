#include "world.h"

WORLD(w)

static const struct output *decline(const char *who, const char *session, const char *offer)
{
	return apply(&w, CMD(OFFER_DECLINE, c->identity = who, c->role = "responder",
				 c->session = session, c->offer = offer, c->reason = "conflict"));
}

static void an_unanswered_offer_returns_to_its_old_place(void **state)
{
	(void)state;
	w.options.missed_to_away = 0;
	core_set_options(w.core, &w.options);
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 1));
	const char *first = contact(&w, F1, LEVEL_MODERATE);
	pass(&w, 1000);
	const char *second = contact(&w, F1, LEVEL_MODERATE);
	assert_string_equal(state_of(&w, first), "offered");
	watch(&w, w.options.offer_ms[LEVEL_MODERATE]);
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R1, 0), "why"), "expired");
	/* Excluded for a while: the second one is offered, the first is in front again. */
	assert_string_equal(state_of(&w, first), "waiting");
	assert_int_equal(core_position(w.core, first), 1);
	assert_string_equal(state_of(&w, second), "offered");
	assert_string_equal(field(&w, decline("ann", R1, offer_to(&w, R1)), "code"), "");
	pass(&w, w.options.exclusion_ms);
	assert_string_equal(state_of(&w, first), "offered");
}

static void who_misses_twice_is_away(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	contact(&w, F1, LEVEL_LOW);
	contact(&w, F1, LEVEL_LOW);
	watch(&w, w.options.offer_ms[LEVEL_LOW]);
	struct responder_view v;
	assert_true(core_responder(w.core, "ann", &v));
	assert_string_equal(v.presence, "away");
	assert_string_equal(v.reason, "missed_offers");
	bool noticed = false;
	for (int i = 0; told(&w, OUTPUT_NOTICE, S1, i); i++)
		noticed |= strcmp(field(&w, told(&w, OUTPUT_NOTICE, S1, i), "kind"),
				   "responder_away") == 0;
	assert_true(noticed);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
			  c->presence = "ready"));
	assert_true(core_responder(w.core, "ann", &v));
	assert_int_equal(v.missed, 0);
}

/* Kept from everybody by refusals: wider, and people are told, but never dropped. */
static void a_contact_everybody_declines_is_told_of(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	const char *id = contact(&w, F1, LEVEL_LOW);
	const char *r1 = told(&w, OUTPUT_OFFER_NEW, R1, 0) ? R1 : R2;
	const char *r2 = strcmp(r1, R1) == 0 ? R2 : R1;
	decline(strcmp(r1, R1) == 0 ? "ann" : "bob", r1, offer_to(&w, r1));
	decline(strcmp(r2, R1) == 0 ? "ann" : "bob", r2, offer_to(&w, r2));
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_string_equal(v.state, "waiting");
	assert_string_equal(v.alert, "missed_offers");
	assert_int_equal(v.tier, 1);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 1);
}

static void emergencies_are_offered_to_several_and_the_first_wins(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	responder(&w, "cy", R3);
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	assert_int_equal(count_told(&w, OUTPUT_OFFER_NEW, ""), 2);
	const struct output *a = told(&w, OUTPUT_OFFER_NEW, "", 0);
	const struct output *b = told(&w, OUTPUT_OFFER_NEW, "", 1);
	char first[32], second[32], who[2];
	strcpy(first, field(&w, a, "offer"));
	strcpy(second, field(&w, b, "offer"));
	who[0] = a->session[7];
	who[1] = b->session[7];
	const char *names[] = { "", "ann", "bob", "cy" };
	const char *sessions[] = { "", R1, R2, R3 };
	int winner = who[0] - '0', loser = who[1] - '0';
	const struct output *o = accept(&w, names[winner], sessions[winner], first);
	assert_string_equal(field(&w, o, "state"), "active");
	assert_string_equal(
		field(&w, told(&w, OUTPUT_OFFER_GONE, sessions[loser], 0), "why"), "taken");
	o = accept(&w, names[loser], sessions[loser], second);
	assert_string_equal(field(&w, o, "code"), "4");
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_string_equal(v.responder, names[winner]);
	/* In a life-threat case nothing else is offered. */
	struct responder_view r;
	assert_true(core_responder(w.core, names[winner], &r));
	assert_int_equal(r.load, r.capacity);
}

static void an_emergency_takes_the_place_of_a_lower_offer(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 1));
	const char *low = contact(&w, F1, LEVEL_LOW);
	assert_string_equal(state_of(&w, low), "offered");
	const char *emergency = contact(&w, F1, LEVEL_EMERGENCY);
	assert_string_equal(state_of(&w, low), "waiting");
	assert_string_equal(state_of(&w, emergency), "offered");
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R1, 0), "why"), "withdrawn");
}

/* The second emergency is not left without an offer while the first holds two. */
static void emergencies_share_the_responders_there_are(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	const char *one = contact(&w, F1, LEVEL_EMERGENCY);
	const char *two = contact(&w, F1, LEVEL_EMERGENCY);
	assert_string_equal(state_of(&w, one), "offered");
	assert_string_equal(state_of(&w, two), "offered");
}

/* Who has declined the one is free for the other, whose first responder is then the one's. */
static void an_emergency_declined_by_one_takes_the_other(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	const char *ids[2] = { contact(&w, F1, LEVEL_EMERGENCY), contact(&w, F1, LEVEL_EMERGENCY) };
	decline("ann", R1, offer_to(&w, R1));
	assert_string_equal(state_of(&w, ids[0]), "offered");
	assert_string_equal(state_of(&w, ids[1]), "offered");
}

static void leaving_revokes_every_offer_in_the_same_step(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	const char *id = contact(&w, F1, LEVEL_EMERGENCY);
	const char *offer = offer_to(&w, R1);
	apply(&w, CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->session = F1,
			  c->contact = id));
	assert_int_equal(count_told(&w, OUTPUT_OFFER_GONE, ""), 2);
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_GONE, R1, 0), "why"), "left");
	assert_string_equal(field(&w, accept(&w, "ann", R1, offer), "code"), "4");
}

/* Small contacts do not starve a heavier one that came before them. */
static void room_is_kept_for_the_first_in_line(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 2));
	const char *taken = contact(&w, F1, LEVEL_LOW);
	accept(&w, "ann", R1, offer_to(&w, R1));
	const char *urgent = contact(&w, F1, LEVEL_URGENT); /* two units, one is free */
	char low[8][32];
	for (int i = 0; i < 8; i++) {
		strcpy(low[i], contact(&w, F1, LEVEL_LOW));
		assert_string_equal(state_of(&w, low[i]), "waiting");
	}
	apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder", c->contact = taken,
			  c->disposition = "helped"));
	apply(&w, CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder",
			  c->contact = taken));
	assert_string_equal(state_of(&w, urgent), "offered");
	apply(&w, CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->session = F1,
			  c->contact = urgent));
	assert_string_equal(state_of(&w, low[0]), "offered");
	assert_string_equal(state_of(&w, low[1]), "offered");
	assert_string_equal(state_of(&w, low[2]), "waiting");
}

/* However many urgent ones come, a low contact is served by its deadline's turn. */
static void nobody_starves(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 1));
	const char *offer = NULL;
	contact(&w, F1, LEVEL_URGENT);
	char busy[32];
	strcpy(busy, field(&w, told(&w, OUTPUT_OFFER_NEW, R1, 0), "contact"));
	accept(&w, "ann", R1, offer_to(&w, R1));
	const char *low = contact(&w, F1, LEVEL_LOW);
	char id[32];
	strcpy(id, low);
	int64_t since = w.now;
	while (strcmp(state_of(&w, id), "waiting") == 0) {
		contact(&w, F1, LEVEL_URGENT); /* more than can be served */
		contact(&w, F1, LEVEL_URGENT);
		pass(&w, 60000);
		apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
				  c->contact = busy, c->disposition = "helped"));
		apply(&w, CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder",
				  c->contact = busy));
		offer = offer_to(&w, R1);
		strcpy(busy, field(&w, told(&w, OUTPUT_OFFER_NEW, R1, 0), "contact"));
		if (strcmp(busy, id) != 0)
			accept(&w, "ann", R1, offer);
		assert_true(w.now - since < 4 * w.options.target_ms[LEVEL_LOW]);
	}
}

static void asking_for_work_gets_an_offer_or_a_reason(void **state)
{
	(void)state;
	struct command next =
		CMD(CONTACT_NEXT, c->identity = "ann", c->role = "responder", c->session = R1);
	responder(&w, "ann", R1);
	assert_string_equal(field(&w, apply(&w, next), "why"), "none_waiting");
	const char *id = contact(&w, F1, LEVEL_LOW);
	decline("ann", R1, offer_to(&w, R1));
	assert_string_equal(state_of(&w, id), "waiting");
	const struct output *o = apply(&w, next);
	assert_string_equal(field(&w, o, "contact"), id);
	assert_string_not_equal(field(&w, o, "offer"), "");
	assert_string_equal(state_of(&w, id), "offered");
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
			  c->presence = "paused"));
	assert_string_equal(state_of(&w, id), "waiting");
	assert_string_equal(field(&w, apply(&w, next), "why"), "not_ready");
	apply(&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->channel = "chat",
			  c->lang = "es", c->level = 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_unanswered_offer_returns_to_its_old_place),
		TEST(who_misses_twice_is_away),
		TEST(a_contact_everybody_declines_is_told_of),
		TEST(emergencies_are_offered_to_several_and_the_first_wins),
		TEST(an_emergency_takes_the_place_of_a_lower_offer),
		TEST(emergencies_share_the_responders_there_are),
		TEST(an_emergency_declined_by_one_takes_the_other),
		TEST(leaving_revokes_every_offer_in_the_same_step),
		TEST(room_is_kept_for_the_first_in_line),
		TEST(nobody_starves),
		TEST(asking_for_work_gets_an_offer_or_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
