/*
 * Facts: what an island decided, told to a core that went on without it. None is applied twice, and
 * what the island acknowledged is there.
 */
#include "triaged/core/fact.h"

#include "facts.h"

/* Told by the island. at_ms: when it decided it. */
static void tell_at(struct command c, int64_t number, int64_t at_ms)
{
	apply(&w, as_fact(c, number, at_ms));
}

static void tell_now(struct command c, int64_t number)
{
	tell_at(c, number, w.now);
}

static struct command accepted(const char *who)
{
	return CMD(OFFER_ACCEPT, c->contact = known, c->identity = who, c->role = "responder",
		c->session = ISLAND "/8", c->offer = "o00000000000000ff");
}

static struct command says(const char *who, const char *role, const char *ref)
{
	return CMD(CONTACT_SAY, c->contact = known, c->identity = who, c->role = role,
		c->session = ISLAND "/9", c->ref = ref, c->level = LEVEL_LOW + 1,
		c->level_alone = LEVEL_LOW + 1, c->text = (struct slice){ "sealed", 6 });
}

static void an_unknown_contact_is_inserted_as_it_stands(void **state)
{
	(void)state;
	tell_at(opening(), 1, w.now - 60000);
	assert_string_equal(view().state, "waiting");
	assert_int_equal(view().level, LEVEL_HIGH);
	assert_int_equal(view().arrived_ms, w.now - 60000);
	assert_int_equal(view().seq, 1);
	tell_at(accepted("ann"), 2, w.now - 50000);
	assert_string_equal(view().responder, "ann");
	assert_string_equal(view().state, "active");
	assert_int_equal(view().accepted_ms, w.now - 50000);
	tell_at(says("web", "frontend", "r2"), 3, w.now - 40000);
	tell_at(says("ann", "responder", "r3"), 4, w.now - 30000);
	assert_int_equal(view().seq, 3);
}

/* A responder whose answer got lost asks again under the reference, and needs all of it. */
static void an_acceptance_told_as_a_fact_is_answered_in_full(void **state)
{
	(void)state;
	tell_now(opening(), 1);
	struct command accept = accepted("ann");
	accept.ref = "taken";
	tell_now(accept, 2);
	accept.session = "n2/i1/7";
	const struct output *o = apply(&w, accept);
	assert_string_equal(field(&w, o, "contact"), known);
	assert_string_equal(field(&w, o, "state"), "active");
	assert_string_equal(field(&w, o, "level"), "high");
}

static void a_fact_told_twice_has_no_second_effect(void **state)
{
	(void)state;
	tell_now(opening(), 1);
	tell_now(says("web", "frontend", ""), 2);
	uint64_t digest = core_digest(w.core);
	for (int64_t n = 1; n <= 2; n++) {
		tell_now(says("web", "frontend", ""), n);
		assert_false(w.step.changed);
	}
	assert_true(core_digest(w.core) == digest);
	assert_int_equal(core_taken(w.core, ISLAND), 2);
	assert_int_equal(core_taken(w.core, "n2/i9"), 0);
}

static void what_came_through_the_inbox_too_counts_once(void **state)
{
	(void)state;
	apply(&w, opening());
	tell_now(opening(), 1);
	tell_now(says("web", "frontend", "r2"), 2);
	apply(&w, says("web", "frontend", "r2"));
	assert_int_equal(view().seq, 2);
}

static void is_twin_of(const char *id, const char *other, const char *alert)
{
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_string_equal(v.twin, other);
	assert_string_equal(v.alert, alert);
	assert_int_equal(v.level, LEVEL_URGENT);
	assert_int_equal(v.level_auto, LEVEL_URGENT);
}

/* Each keeps the highest level, names the other, and people are alerted; whoever talks is told. */
static void twins_are_told_of_each_other(void **state)
{
	(void)state;
	struct command up = CMD(
		SESSION_UP, c->identity = "lead", c->role = "supervisor", c->session = "n1/i1/90");
	apply(&w, up);
	apply(&w, opening());
	struct command other = opening();
	other.contact = "0123456789abcdef0001";
	other.level = other.level_alone = LEVEL_URGENT + 1;
	tell_now(other, 1);
	is_twin_of(known, other.contact, "twin");
	is_twin_of(other.contact, known, "twin");
	size_t told = 0;
	for (size_t i = 0; i < w.step.n_outputs; i++)
		told += w.step.outputs[i].kind == OUTPUT_NOTICE &&
			strcmp(field(&w, &w.step.outputs[i], "kind"), "twin") == 0;
	assert_int_equal(told, 2);
	world_check(&w);
}

/* What a person said of one contact lowers no other. */
static void a_twin_of_a_lowered_contact_has_the_level_rules_asked_for(void **state)
{
	(void)state;
	struct contact_view v;
	responder(&w, "ann", "n1/i1/2");
	struct command first = opening(), second = opening();
	first.level = first.level_alone = LEVEL_URGENT + 1;
	apply(&w, first);
	tell_now(accepted("ann"), 1);
	struct command lower = CMD(CONTACT_LEVEL, c->identity = "ann", c->role = "responder",
		c->session = "n1/i1/2", c->contact = known, c->human_level = LEVEL_LOW + 1,
		c->reason = "talked");
	apply(&w, lower);
	assert_true(core_contact(w.core, known, &v));
	assert_int_equal(v.level, LEVEL_LOW);
	second.contact = "0123456789abcdef0001";
	tell_now(second, 2);
	assert_true(core_contact(w.core, second.contact, &v));
	assert_int_equal(v.level, LEVEL_URGENT);
	assert_true(core_contact(w.core, known, &v));
	assert_int_equal(v.level, LEVEL_LOW);
	world_check(&w);
}

/* Somebody must look after it: that it has a twin does not take the place of that. */
static void a_twin_leaves_the_alert_that_runs(void **state)
{
	(void)state;
	apply(&w, opening());
	struct command left = CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend",
		c->session = ISLAND "/7", c->contact = known);
	apply(&w, left);
	assert_string_equal(view().alert, "left");
	struct command second = opening();
	second.contact = "0123456789abcdef0001";
	tell_now(second, 1);
	assert_string_equal(view().alert, "left");
	assert_string_equal(view().twin, second.contact);
}

/* Help is still on its way when everybody else is done: that is what people must see to. */
static void an_open_dispatch_takes_the_place_of_a_twin(void **state)
{
	(void)state;
	responder(&w, "ann", "n1/i1/2");
	apply(&w, opening());
	tell_now(accepted("ann"), 1);
	struct command close = CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
		c->session = "n1/i1/2", c->contact = known, c->disposition = "talked");
	assert_string_equal(field(&w, apply(&w, close), "state"), "wrapup");
	struct command escalate = CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
		c->session = "n1/i1/2", c->contact = known, c->kind = "ems", c->consent = "unable");
	apply(&w, escalate);
	struct command second = opening();
	second.contact = "0123456789abcdef0001";
	tell_now(second, 2);
	assert_string_equal(view().alert, "twin");
	pass(&w, 3600000);
	assert_string_equal(view().state, "review");
	assert_string_equal(view().alert, "dispatch_open");
}

/* Two islands acknowledged the same request, each with a contact of its own: both are kept. */
static void one_reference_two_contacts(void **state)
{
	(void)state;
	struct contact_view v;
	apply(&w, opening());
	struct command other = opening();
	other.contact = "0123456789abcdef0001";
	tell_now(other, 1);
	assert_true(core_contact(w.core, known, &v));
	assert_true(core_contact(w.core, other.contact, &v));
}

static void a_contact_offered_elsewhere_is_with_the_islands_responder(void **state)
{
	(void)state;
	responder(&w, "bob", "n2/i1/1");
	apply(&w, opening());
	assert_string_equal(view().state, "offered");
	tell_now(accepted("ann"), 1);
	assert_non_null(told(&w, OUTPUT_OFFER_GONE, "n2/i1/1", 0));
	assert_string_equal(view().responder, "ann");
}

static void a_contact_accepted_elsewhere_is_with_the_islands_responder(void **state)
{
	(void)state;
	responder(&w, "bob", "n2/i1/1");
	apply(&w, opening());
	const char *offer = field(&w, told(&w, OUTPUT_OFFER_NEW, "n2/i1/1", 0), "offer");
	apply(&w, CMD(OFFER_ACCEPT, c->identity = "bob", c->role = "responder", c->offer = offer));
	assert_string_equal(view().responder, "bob");
	tell_now(says("ann", "responder", "r3"), 1);
	assert_non_null(told(&w, OUTPUT_CONTACT_LEFT, "n2/i1/1", 0));
	assert_string_equal(view().responder, "ann");
	assert_string_equal(view().state, "active");
}

/* The island's node was lost with what it had decided at `there`, the person came to another one. */
static void come_elsewhere(int64_t *there)
{
	*there = w.now;
	pass(&w, 20000);
	apply(&w, CMD(CONTACT_RESUME, c->contact = known, c->identity = "web", c->role = "frontend",
			  c->session = "n2/i1/7"));
}

static void be_served_elsewhere(int64_t *there)
{
	apply(&w, opening());
	come_elsewhere(there);
	responder(&w, "bob", "n2/i1/1");
	const char *offer = field(&w, told(&w, OUTPUT_OFFER_NEW, "n2/i1/1", 0), "offer");
	apply(&w, CMD(OFFER_ACCEPT, c->identity = "bob", c->role = "responder", c->offer = offer));
	assert_string_equal(view().responder, "bob");
}

static struct command closes(const char *who)
{
	return CMD(CONTACT_CLOSE, c->contact = known, c->identity = who, c->role = "responder",
		c->disposition = "resolved");
}

static void who_is_served_elsewhere_since_stays_there(void **state)
{
	int64_t there;
	(void)state;
	be_served_elsewhere(&there);
	tell_at(accepted("ann"), 1, there);
	int64_t seq = view().seq;
	tell_at(says("ann", "responder", "r3"), 2, there);
	assert_int_equal(view().seq, seq + 1);
	assert_non_null(told(&w, OUTPUT_CONTACT_SAID, "n2/i1/1", 0));
	tell_at(CMD(CONTACT_LEVEL, c->contact = known, c->identity = "ann", c->role = "responder",
			c->human_level = LEVEL_LOW + 1, c->reason = "calm"),
		3, there);
	assert_int_equal(view().level, LEVEL_HIGH);
	tell_at(CMD(CONTACT_LEVEL, c->contact = known, c->identity = "ann", c->role = "responder",
			c->human_level = LEVEL_URGENT + 1, c->reason = "plan"),
		4, there);
	assert_int_equal(view().level, LEVEL_URGENT);
	tell_at(CMD(CONTACT_ESCALATE, c->contact = known, c->identity = "ann",
			c->role = "responder", c->kind = "mobile_team", c->reason = "alone"),
		5, there);
	assert_int_equal(view().dispatches_open, 1);
	tell_at(closes("ann"), 6, there);
	assert_string_equal(view().state, "active");
	assert_string_equal(view().responder, "bob");
	tell_at(says("ann", "responder", "r7"), 7, w.now + 1); /* they moved back */
	assert_string_equal(view().responder, "ann");
}

static void who_is_back_since_has_not_left(void **state)
{
	int64_t there;
	(void)state;
	apply(&w, opening());
	come_elsewhere(&there);
	tell_at(CMD(CONTACT_RESUME, c->contact = known, c->identity = "web", c->role = "frontend",
			c->session = ISLAND "/7"),
		1, there);
	tell_at(CMD(CONTACT_LEAVE, c->contact = known, c->identity = "web", c->role = "frontend",
			c->session = ISLAND "/7"),
		2, there);
	assert_string_equal(view().state, "waiting");
	apply(&w, CMD(SESSION_DOWN, c->session = ISLAND "/7"));
	assert_true(view().connected);
}

static void closed_before_they_came_back_they_wait(void **state)
{
	int64_t there;
	(void)state;
	apply(&w, opening());
	come_elsewhere(&there);
	tell_at(accepted("ann"), 1, there);
	assert_string_equal(view().responder, "ann");
	tell_at(closes("ann"), 2, there);
	assert_string_equal(view().state, "waiting");
}

static void who_was_there_is_not_told_again(void **state)
{
	(void)state;
	apply(&w, opening());
	tell_now(accepted("ann"), 1);
	assert_null(told(&w, OUTPUT_CONTACT_CONNECTED, "", 0));
	tell_now(says("ann", "responder", "r3"), 2);
	assert_null(told(&w, OUTPUT_CONTACT_SAID, "", 0));
	struct command close = CMD(CONTACT_CLOSE, c->contact = known, c->identity = "ann",
		c->role = "responder", c->disposition = "resolved");
	tell_now(close, 3);
	assert_null(told(&w, OUTPUT_CONTACT_CLOSED, "", 0));
	assert_string_equal(view().state, "wrapup");
}

static void a_message_of_an_unknown_contact_is_not_lost(void **state)
{
	(void)state;
	supervisor(&w, "sue", "n2/i1/5");
	tell_now(says("ann", "responder", "r3"), 1);
	assert_string_equal(view().responder, "ann");
	assert_int_equal(view().seq, 1);
	assert_string_equal(view().alert, "");
	tell_now(says("web", "frontend", "r4"), 2);
	assert_int_equal(view().seq, 2);
}

/* Whether what had ended was written already when the fact came must not matter to who replays. */
static void what_had_ended_is_taken_in_anew(void **state)
{
	(void)state;
	uint64_t digests[2];
	for (int at_once = 0; at_once < 2; at_once++) {
		world_end(&w);
		world_start(&w);
		tell_now(opening(), 1);
		apply(&w, CMD(CONTACT_CLOSE, c->contact = known, c->identity = "sue",
				  c->role = "supervisor", c->disposition = "resolved",
				  c->reason = "seen"));
		assert_string_equal(view().state, "ended");
		if (!at_once)
			written(&w);
		tell_now(says("web", "frontend", "r9"), 3);
		assert_string_equal(view().state, "waiting");
		assert_int_equal(view().seq, 1);
		written(&w);
		digests[at_once] = core_digest(w.core);
	}
	assert_true(digests[0] == digests[1]);
}

static void what_had_ended_elsewhere_is_opened(void **state)
{
	(void)state;
	for (int at_once = 0; at_once < 2; at_once++) {
		world_end(&w);
		world_start(&w);
		tell_now(says("ann", "responder", "r3"), 1);
		apply(&w, CMD(CONTACT_CLOSE, c->contact = known, c->identity = "sue",
				  c->role = "supervisor", c->disposition = "resolved",
				  c->reason = "seen"));
		pass(&w, 600000);
		assert_string_equal(view().state, "ended");
		if (!at_once)
			written(&w);
		tell_now(opening(), 2);
		assert_string_equal(view().state, "waiting");
	}
}

/* Both islands tell of one message: the contact opened anew is not lower for having heard it before. */
static void what_is_opened_anew_keeps_what_it_showed(void **state)
{
	(void)state;
	struct command said = says("web", "frontend", "r3"), there;
	said.level = said.level_alone = LEVEL_URGENT + 1;
	there = said;
	there.node = "n2";
	there = as_fact(there, 1, w.now);
	there.island = "n2/i1";
	apply(&w, there);
	assert_int_equal(view().level, LEVEL_URGENT);
	apply(&w, CMD(CONTACT_CLOSE, c->contact = known, c->identity = "sue",
			  c->role = "supervisor", c->disposition = "resolved", c->reason = "seen"));
	pass(&w, 600000);
	tell_now(opening(), 1);
	assert_int_equal(view().level, LEVEL_HIGH);
	tell_now(said, 2);
	assert_int_equal(view().level, LEVEL_URGENT);
}

/* Told twice, it does not outweigh the person who lowered it in between. */
static void what_a_person_lowered_is_not_raised_by_a_repeat(void **state)
{
	(void)state;
	struct command said = says("web", "frontend", "r3");
	said.level = said.level_alone = LEVEL_URGENT + 1;
	tell_now(opening(), 1);
	apply(&w, said);
	assert_int_equal(view().level, LEVEL_URGENT);
	apply(&w,
		CMD(CONTACT_LEVEL, c->contact = known, c->identity = "sue", c->role = "supervisor",
			c->human_level = LEVEL_LOW + 1, c->reason = "talked"));
	assert_int_equal(view().level, LEVEL_LOW);
	tell_now(said, 2);
	assert_int_equal(view().level, LEVEL_LOW);
}

static void a_rescue_keeps_its_name(void **state)
{
	(void)state;
	struct dispatch_view v;
	apply(&w, opening());
	struct command escalate = CMD(CONTACT_ESCALATE, c->contact = known, c->identity = "ann",
		c->role = "responder", c->kind = "ems", c->dispatch = "d00000000000000aa");
	tell_now(escalate, 1);
	assert_true(core_find_dispatch(w.core, "d00000000000000aa", &v));
	assert_string_equal(v.contact, known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_unknown_contact_is_inserted_as_it_stands),
		TEST(an_acceptance_told_as_a_fact_is_answered_in_full),
		TEST(a_fact_told_twice_has_no_second_effect),
		TEST(what_came_through_the_inbox_too_counts_once),
		TEST(one_reference_two_contacts),
		TEST(twins_are_told_of_each_other),
		TEST(an_open_dispatch_takes_the_place_of_a_twin),
		TEST(a_twin_of_a_lowered_contact_has_the_level_rules_asked_for),
		TEST(a_twin_leaves_the_alert_that_runs),
		TEST(a_contact_offered_elsewhere_is_with_the_islands_responder),
		TEST(a_contact_accepted_elsewhere_is_with_the_islands_responder),
		TEST(who_is_served_elsewhere_since_stays_there),
		TEST(who_is_back_since_has_not_left),
		TEST(closed_before_they_came_back_they_wait),
		TEST(who_was_there_is_not_told_again),
		TEST(a_message_of_an_unknown_contact_is_not_lost),
		TEST(what_had_ended_is_taken_in_anew),
		TEST(what_had_ended_elsewhere_is_opened),
		TEST(what_is_opened_anew_keeps_what_it_showed),
		TEST(what_a_person_lowered_is_not_raised_by_a_repeat),
		TEST(a_rescue_keeps_its_name),
	};
	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
