/* Facts that are late, incomplete or contradict what went on elsewhere. */
#include "triaged/core/fact.h"

#include "facts.h"

static void tell(struct command fact, int64_t number, int64_t at_ms)
{
	apply(&w, as_fact(fact, number, at_ms));
}

static struct command about(enum command_kind kind, const char *who, const char *role)
{
	struct command it;
	command_init(&it, kind);
	it.contact = known;
	it.identity = who;
	it.role = role;
	it.session = ISLAND "/9";
	it.text = (struct slice){ "sealed", 6 };
	it.kind = "ems";
	return it;
}

static bool is_known(const char *id)
{
	struct contact_view v;
	return core_contact(w.core, id, &v);
}

static void a_fact_under_a_name_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const ids[] = { "xyz", "0g", "0123456789abcdef01234567" };
	for (int64_t i = 0; i < 3; i++) {
		struct command say = about(COMMAND_CONTACT_SAY, "web", "frontend");
		say.contact = ids[i];
		tell(say, i + 1, w.now);
		assert_false(is_known(ids[i]));
		struct command open = opening();
		open.contact = ids[i];
		open.ref = "";
		tell(open, i + 10, w.now);
		assert_false(is_known(ids[i]));
	}
	assert_int_equal(core_taken(w.core, ISLAND), 12); /* and is not told again */
}

/* What tells of a danger takes the contact in; what only ends something does not. */
static void what_says_too_little_takes_nobody_in(void **state)
{
	(void)state;
	static const enum command_kind kinds[] = { COMMAND_CONTACT_RESUME, COMMAND_CONTACT_RETRIAGE,
		COMMAND_CONTACT_LEAVE, COMMAND_CONTACT_CLOSE, COMMAND_TRANSFER_CANCEL };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		tell(about(kinds[i], "web", "frontend"), (int64_t)i + 1, w.now);
		assert_false(is_known(known));
	}
	/* the same node, before it was read from the store: it knew the contact */
	struct command here = as_fact(about(COMMAND_CONTACT_RESUME, "web", "frontend"), 1, w.now);
	here.island = CORE_HERE;
	apply(&w, here);
	assert_true(is_known(known));
	assert_string_equal(view().alert, "");
}

static void a_retriage_of_ones_own_takes_the_contact_in(void **state)
{
	(void)state;
	struct command here = as_fact(about(COMMAND_CONTACT_RETRIAGE, "web", "frontend"), 1, w.now);
	here.island = CORE_HERE;
	here.level = here.level_alone = LEVEL_URGENT + 1;
	apply(&w, here);
	assert_int_equal(view().level, LEVEL_URGENT);
}

static const enum command_kind heard[] = { COMMAND_CONTACT_SAY, COMMAND_CONTACT_NOTE,
	COMMAND_CONTACT_ASSESS, COMMAND_CONTACT_LEVEL, COMMAND_CONTACT_ESCALATE };

static void what_a_responder_did_there_takes_the_contact_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++) {
		world_end(&w);
		world_start(&w);
		struct command it = about(heard[i], "ann", "responder");
		it.human_level = LEVEL_URGENT + 1;
		tell(it, 1, w.now);
		assert_string_equal(view().state, "active");
		assert_string_equal(view().responder, "ann");
		assert_string_equal(view().alert, ""); /* served: somebody looks */
		assert_string_equal(view().identity, "");
		tell(about(COMMAND_CONTACT_SAY, "web", "frontend"), 2, w.now);
		assert_string_equal(view().identity, "web");
	}
}

/* The person has come to another node since: nothing old takes them from who serves them now. */
static void come_elsewhere(void)
{
	tell(opening(), 1, w.now);
	responder(&w, "bob", "n2/i1/1");
	const char *offer = offer_to(&w, "n2/i1/1");
	w.now += 10000;
	apply(&w, CMD(CONTACT_RESUME, c->contact = known, c->identity = "web", c->role = "frontend",
			  c->session = "n2/i1/2"));
	accept(&w, "bob", "n2/i1/1", offer);
	assert_string_equal(view().responder, "bob");
}

static void what_was_said_before_they_came_elsewhere_is_kept(void **state)
{
	(void)state;
	int64_t before = w.now + 1000;
	come_elsewhere();
	int64_t seq = view().seq;
	tell(about(COMMAND_CONTACT_SAY, "ann", "responder"), 2, before);
	tell(about(COMMAND_CONTACT_NOTE, "ann", "responder"), 3, before);
	assert_int_equal(view().seq, seq + 2);
	/* a person's word that raises counts, one that lowers is late */
	struct command level = about(COMMAND_CONTACT_LEVEL, "ann", "responder");
	level.human_level = LEVEL_URGENT + 1;
	tell(level, 4, before);
	assert_int_equal(view().level, LEVEL_URGENT);
	level.human_level = LEVEL_LOW + 1;
	level.reason = "calm";
	tell(level, 5, before);
	assert_int_equal(view().level, LEVEL_URGENT);
	assert_string_equal(view().responder, "bob");
}

static void nobody_hangs_up_on_who_came_back(void **state)
{
	(void)state;
	int64_t before = w.now + 1000;
	come_elsewhere();
	struct command close = about(COMMAND_CONTACT_CLOSE, "ann", "responder");
	close.disposition = "helped";
	tell(close, 2, before);
	assert_string_not_equal(view().state, "ended");
	assert_string_not_equal(view().state, "wrapup");
	tell(about(COMMAND_CONTACT_LEAVE, "web", "frontend"), 3, before);
	assert_true(view().connected);
	close.identity = "bob"; /* who has it now, told late by the other node */
	tell(close, 4, before);
	assert_string_equal(view().state, "offered"); /* in line again, at its place */
}

/* Told again under its reference it is no news, but what it showed of danger counts for the
 * contact as it is now. */
static void what_was_taken_before_shows_danger_all_the_same(void **state)
{
	(void)state;
	static const enum command_kind shows[] = { COMMAND_CONTACT_SAY, COMMAND_CONTACT_ANSWER,
		COMMAND_CONTACT_ASSESS, COMMAND_CONTACT_NOTE };
	for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
		bool counts = shows[i] != COMMAND_CONTACT_NOTE;
		world_end(&w);
		world_start(&w);
		struct command first = opening();
		first.level = first.level_alone = LEVEL_LOW + 1;
		apply(&w, first);
		struct command it = about(shows[i], "web", "frontend");
		if (!counts || shows[i] == COMMAND_CONTACT_ASSESS) {
			it.identity = "sue";
			it.role = "supervisor";
		}
		it.ref = "r2";
		apply(&w, it); /* as it was read then */
		it.level = it.level_alone = LEVEL_URGENT + 1;
		tell(it, 1, w.now);
		assert_int_equal(view().level, counts ? LEVEL_URGENT : LEVEL_LOW);
		it.level = it.level_alone = LEVEL_HIGH + 1;
		tell(it, 2, w.now); /* less than it has */
		assert_int_equal(view().level, counts ? LEVEL_URGENT : LEVEL_LOW);
	}
}

static void a_person_who_was_lowered_is_not_raised_by_old_news(void **state)
{
	(void)state;
	apply(&w, opening());
	struct command say = about(COMMAND_CONTACT_SAY, "web", "frontend");
	say.ref = "r2";
	apply(&w, say);
	apply(&w, CMD(CONTACT_LEVEL, c->contact = known, c->identity = "sue",
			  c->role = "supervisor", c->human_level = LEVEL_LOW + 1, c->reason = "x"));
	say.level = say.level_alone = LEVEL_URGENT + 1;
	tell(say, 1, w.now);
	assert_int_equal(view().level, LEVEL_LOW);
	apply(&w, CMD(CONTACT_CLOSE, c->contact = known, c->identity = "sue",
			  c->role = "supervisor", c->disposition = "x", c->reason = "x"));
	tell(say, 2, w.now);
	assert_string_equal(view().state, "ended");
}

/* A reference that was answered without a contact names none: there is no twin to look for. */
static void a_reference_of_something_else_has_no_twin(void **state)
{
	(void)state;
	struct command open = opening(), other = opening();
	struct command note = about(COMMAND_CONTACT_NOTE, "web", "supervisor");
	open.ref = "";
	apply(&w, open);
	note.ref = "r1";
	apply(&w, note); /* under the reference the fact will come with */
	other.contact = "0123456789abcdef0001";
	tell(other, 1, w.now);
	assert_true(is_known("0123456789abcdef0001"));
	assert_string_equal(view().twin, "");
}

/* An answer kept by a version that named no contact in it: the request was taken all the same. */
static void a_request_answered_long_ago_is_not_taken_again(void **state)
{
	(void)state;
	struct err e;
	static const char bytes[] = "command 12:contact.open\nat_ms 6:999999\nfingerprint 1:5\n";
	assert_int_equal(core_load(w.core, ENTITY_REF, "web", "r1",
				 (struct slice){ bytes, sizeof bytes - 1 }, &e),
		0);
	assert_int_equal(core_load_done(w.core, &e), 0);
	tell(opening(), 1, w.now);
	assert_false(is_known(known));
}

static void who_is_heard_of_only_by_facts_has_a_grace(void **state)
{
	(void)state;
	struct responder_view v;
	tell(opening(), 1, w.now);
	struct command it = about(COMMAND_OFFER_ACCEPT, "ann", "responder");
	tell(it, 2, w.now);
	assert_string_equal(view().responder, "ann");
	pass(&w, w.options.responder_grace_ms);
	assert_string_equal(view().responder, ""); /* never came: the contact is in line again */
	assert_true(core_responder(w.core, "ann", &v));
	assert_string_equal(v.presence, "away");
}

static void a_responder_without_a_name_is_none(void **state)
{
	(void)state;
	struct responder_view v;
	tell(CMD(RESPONDER_SET, c->role = "responder", c->presence = "ready"), 1, w.now);
	assert_false(core_responder(w.core, "", &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fact_under_a_name_that_is_none_is_refused),
		TEST(what_says_too_little_takes_nobody_in),
		TEST(a_responder_without_a_name_is_none),
		TEST(a_retriage_of_ones_own_takes_the_contact_in),
		TEST(what_a_responder_did_there_takes_the_contact_in),
		TEST(what_was_said_before_they_came_elsewhere_is_kept),
		TEST(nobody_hangs_up_on_who_came_back),
		TEST(what_was_taken_before_shows_danger_all_the_same),
		TEST(a_person_who_was_lowered_is_not_raised_by_old_news),
		TEST(a_reference_of_something_else_has_no_twin),
		TEST(a_request_answered_long_ago_is_not_taken_again),
		TEST(who_is_heard_of_only_by_facts_has_a_grace),
	};
	return cmocka_run_group_tests_name("late facts", tests, NULL, NULL);
}
