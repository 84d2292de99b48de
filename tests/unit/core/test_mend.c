/* Stored records that contradict themselves: each is named, and what is loaded holds every
 * invariant, with nobody dropped. */
#include "world.h"

WORLD(w)

#define BYTES(s) ((struct slice){ s, sizeof(s) - 1 })

static void load(enum entity_kind kind, const char *id, struct slice bytes)
{
	struct err e;
	if (core_load(w.core, kind, id, "", bytes, &e) != 0)
		fail_msg("%s: %s", id, e.text);
}

static void named(const char *what)
{
	struct err e = { "" };
	assert_int_equal(core_load_done(w.core, &e), -1);
	if (!strstr(e.text, what))
		fail_msg("wanted %s, got: %s", what, e.text);
}

static void loaded(void)
{
	struct err e = { "" };
	if (core_load_done(w.core, &e) != 0)
		fail_msg("%s", e.text);
}

/* The state goes on: time passes, somebody is served, and the invariants hold. */
static void goes_on(void)
{
	supervisor(&w, "sue", S1);
	apply(&w, CMD(TICK, c->request = 0));
	pass(&w, 3600000);
	responder(&w, "zoe", R3);
	world_check(&w);
}

static const char active[] = "state 6:active\nresponder 3:ann\nchannel 3:sms\nconnected 1:1\n"
			     "session 7:n1/i1/f\nidentity 3:web\n";

static const struct {
	const char *more, *why;
} contradictions[] = {
	{ "state 7:waiting\n", "its state and its responder disagree" },
	{ "state 6:wrapup\ntransfer_state 7:waiting\n", "handed over by nobody" },
	{ "far_role 2:-1\n", "another center" },
	{ "far_role 2:99\n", "another center" },
	{ "far_role 1:1\n", "another center" },
	{ "transfer_state 4:sent\n", "another center" },
	{ "far_role 1:2\n", "another center" },
	{ "transfer_state 6:joined\n", "its guest and its transfer disagree" },
	{ "guest 3:bob\n", "its guest and its transfer disagree" },
	{ "transfer_state 6:joined\nguest 3:ann\n", "its guest and its transfer disagree" },
	{ "transfer_state 7:offered\n", "its state and its offers disagree" },
	{ "transfer_state 7:offered\noffer 24:id 2:o1\nresponder 3:bob\n\n"
	  "offer 24:id 2:o2\nresponder 3:cyd\n\n",
		"several offers below emergency" },
};

static void a_contact_that_contradicts_itself_goes_to_the_supervisors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++) {
		struct buf b = { 0 };
		struct contact_view v;
		world_end(&w);
		world_start(&w);
		buf_adds(&b, active);
		buf_adds(&b, contradictions[i].more);
		load(ENTITY_RESPONDER, "ann", BYTES("presence 5:ready\n"));
		load(ENTITY_RESPONDER, "bob", BYTES("presence 5:ready\n"));
		load(ENTITY_RESPONDER, "cyd", BYTES("presence 5:ready\n"));
		load(ENTITY_CONTACT, "0a", (struct slice){ b.data, b.len });
		named(contradictions[i].why);
		assert_true(core_contact(w.core, "0a", &v));
		assert_string_equal(v.state, "review");
		assert_string_equal(v.alert, "inconsistent");
		assert_string_equal(v.transfer, "");
		assert_string_equal(v.responder, "");
		assert_int_equal(v.offers_open, 0);
		goes_on();
		buf_free(&b);
	}
}

/* What is out of range is brought back into it, and what is left out is worked out again. */
static void values_out_of_range_are_brought_back(void **state)
{
	(void)state;
	struct contact_view v;
	load(ENTITY_CONTACT, "0a",
		BYTES("state 7:waiting\nlevel 3:low\nlevel_auto 6:urgent\nwaited_tier 2:99\n"
		      "widened 2:-7\nconnected 1:1\nprior_level 3:900\nidentity 3:web\n"));
	load(ENTITY_CONTACT, "0b", BYTES("state 5:ended\nidentity 3:web\n"));
	load(ENTITY_RESPONDER, "ann",
		BYTES("after_units 13:9007199254740\nafter_due_ms 8:99999999\nown_capacity 2:-5\n"));
	load(ENTITY_RESPONDER, "bob", BYTES("after_units 1:2\n"));
	loaded();
	assert_true(core_contact(w.core, "0a", &v));
	assert_int_equal(v.level, LEVEL_URGENT);
	assert_int_equal(v.tier, w.options.n_tiers - 1);
	assert_false(v.connected);
	struct responder_view r;
	assert_true(core_responder(w.core, "ann", &r));
	assert_int_equal(r.capacity, 1);
	assert_int_equal(r.load, 1);
	assert_true(core_responder(w.core, "bob", &r));
	assert_int_equal(r.load, 0); /* a rest without an end is none */
	const struct output *o =
		apply(&w, CMD(CONTACT_RESUME, c->contact = "0a", c->identity = "web",
				  c->role = "frontend", c->session = F1));
	assert_string_equal(field(&w, o, "prior_level"), "emergency");
	goes_on();
}

static const char *open_contact = "state 7:waiting\nchannel 3:sms\nidentity 3:web\n";

static const struct {
	const char *bytes, *why, *state;
} dispatches[] = {
	{ "state 8:en_route\ncontact 2:0a\nby 3:Kim\nunit 8:agency:a\ntarget 8:agency:b\n",
		"asked of somebody while somebody has it", "en_route" },
	{ "state 4:held\ncontact 2:0a\nunit 8:agency:a\n", "held, and asked of somebody", "held" },
	{ "state 4:held\ncontact 2:0a\ntarget 8:agency:a\n", "held, and asked of somebody",
		"held" },
	{ "state 4:sent\ncontact 2:0a\n", "under way without a name", "sent" },
};

static void a_dispatch_that_contradicts_itself_alarms_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dispatches / sizeof dispatches[0]; i++) {
		struct dispatch_view d;
		world_end(&w);
		world_start(&w);
		load(ENTITY_CONTACT, "0a", (struct slice){ open_contact, strlen(open_contact) });
		load(ENTITY_DISPATCH, "d1",
			(struct slice){ dispatches[i].bytes, strlen(dispatches[i].bytes) });
		named(dispatches[i].why);
		assert_true(core_find_dispatch(w.core, "d1", &d));
		assert_string_equal(d.state, dispatches[i].state);
		assert_string_equal(d.target, "");
		supervisor(&w, "sue", S1);
		watch(&w, 0);
		assert_non_null(told(&w, OUTPUT_NOTICE, S1, 0));
		goes_on();
	}
}

static void what_a_dispatch_lacks_to_go_on_is_given_to_it(void **state)
{
	(void)state;
	struct dispatch_view d;
	load(ENTITY_CONTACT, "0a", (struct slice){ open_contact, strlen(open_contact) });
	load(ENTITY_DISPATCH, "d1", BYTES("state 4:held\ncontact 2:0a\n"));
	load(ENTITY_DISPATCH, "d2", BYTES("contact 2:0a\nalert_due_ms 5:77777\n"));
	load(ENTITY_DISPATCH, "d3", BYTES("state 6:failed\ncontact 2:0a\ntarget 6:nobody\n"));
	loaded();
	assert_true(core_find_dispatch(w.core, "d1", &d));
	assert_true(d.place_open); /* somebody has to say that it may go */
	goes_on();
}

/* Its contact is not here any more: it is named, and goes on until people end it. */
static void a_dispatch_without_its_contact_is_named(void **state)
{
	(void)state;
	struct dispatch_view d;
	load(ENTITY_DISPATCH, "d1", BYTES("contact 2:0a\n"));
	load(ENTITY_DISPATCH, "d2", BYTES("contact 2:0b\nstate 5:ended\n"));
	load(ENTITY_DISPATCH, "d3", BYTES("drill_due_ms 8:99999999\n"));
	named("d1: its contact is gone");
	assert_true(core_find_dispatch(w.core, "d1", &d));
	assert_true(d.open);
}

static const struct {
	const char *dispatch, *team;
} strangers[] = {
	{ NULL, "dispatch 2:d1\n" },
	{ NULL, "has 1:1\n" },
	{ "contact 2:0a\nstate 5:ended\ntarget 8:team:red\n", "dispatch 2:d1\n" },
	{ "contact 2:0a\ntarget 9:team:blue\n", "dispatch 2:d1\n" },
	{ "contact 2:0a\ntarget 8:team:red\n", "dispatch 2:d1\nhas 1:1\n" },
};

static void a_team_unknown_to_its_dispatch_is_free(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
		struct team_view t;
		size_t at = 0;
		world_end(&w);
		world_start(&w);
		load(ENTITY_CONTACT, "0a", (struct slice){ open_contact, strlen(open_contact) });
		if (strangers[i].dispatch)
			load(ENTITY_DISPATCH, "d1",
				(struct slice){
					strangers[i].dispatch, strlen(strangers[i].dispatch) });
		load(ENTITY_TEAM, "red",
			(struct slice){ strangers[i].team, strlen(strangers[i].team) });
		named("team red: its dispatch does not know of it");
		assert_true(core_next_team(w.core, &at, &t));
		assert_string_equal(t.dispatch, "");
		assert_string_equal(t.state, "gone");
		goes_on();
	}
}

/* What a person lowered stays lowered; facts of an older version end without a line feed. */
static void what_fits_is_loaded_as_it_stands(void **state)
{
	(void)state;
	struct contact_view v;
	load(ENTITY_CONTACT, "0a",
		BYTES("state 7:waiting\nlevel 3:low\nlevel_auto 6:urgent\nlowered 1:1\n"
		      "identity 3:web\nfacts 3:b 1\n"));
	load(ENTITY_TEAM, "red",
		BYTES("presence 5:ready\nconnected 1:1\nidentity 3:red\nrole 7:partner\n"
		      "session 9:n1/i1/red\n"));
	loaded();
	apply(&w, CMD(CONTACT_SAY, c->contact = "0a", c->identity = "web", c->role = "frontend",
			  c->session = F1, c->level = 1, c->level_alone = 1,
			  c->facts = ((struct slice){ "a 1\nc 1", 7 })));
	assert_true(core_contact(w.core, "0a", &v));
	assert_int_equal(v.level, LEVEL_LOW);
	assert_int_equal(v.facts.len, 12);
	assert_memory_equal(v.facts.data, "a 1\nb 1\nc 1\n", 12);
	goes_on();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_contact_that_contradicts_itself_goes_to_the_supervisors),
		TEST(values_out_of_range_are_brought_back),
		TEST(a_dispatch_that_contradicts_itself_alarms_on),
		TEST(what_a_dispatch_lacks_to_go_on_is_given_to_it),
		TEST(a_dispatch_without_its_contact_is_named),
		TEST(a_team_unknown_to_its_dispatch_is_free),
		TEST(what_fits_is_loaded_as_it_stands),
	};
	return cmocka_run_group_tests_name("mend", tests, NULL, NULL);
}
