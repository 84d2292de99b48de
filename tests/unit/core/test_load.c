/* Records that cannot be read or contradict themselves: named, and nobody is lost over them. */
#include "world.h"

WORLD(w)

#define BYTES(s) ((struct slice){ s, sizeof(s) - 1 })

static void load(enum entity_kind kind, const char *id, struct slice bytes, int want)
{
	struct err e;
	assert_int_equal(core_load(w.core, kind, id, "", bytes, &e), want);
}

static void done(int want)
{
	struct err e;
	assert_int_equal(core_load_done(w.core, &e), want);
	supervisor(&w, "sue", S1);
	world_check(&w);
	pass(&w, 86400000);
	responder(&w, "ann", R1);
}

static void an_unreadable_record_leaves_nothing_behind(void **state)
{
	(void)state;
	load(ENTITY_CONTACT, "0a", BYTES("state 7:waiting\nlevel 5:wrong\n"), -1);
	load(ENTITY_CONTACT, "0b", BYTES("state 7:offered\noffer 3:x\n"), -1);
	load(ENTITY_CONTACT, "0c", BYTES("state 7:waiting"), -1);
	load(ENTITY_CONTACT, "0d",
		BYTES("state 7:offered\noffer 24:id 2:o1\nresponder 3:ann\n\nlevel 1:x\n"), -1);
	load(ENTITY_DISPATCH, "d1", BYTES("state 4:gone\n"), -1);
	load(ENTITY_MESSAGE, "0a", BYTES("seq 1:1\n"), -1);
	load(ENTITY_RESPONDER, "ann", BYTES("presence 5:ready\n"), 0);
	done(0);
	assert_string_equal(state_of(&w, "0a"), "");
}

static void a_contradiction_goes_to_the_supervisors(void **state)
{
	(void)state;
	load(ENTITY_CONTACT, "0a", BYTES("state 6:active\nidentity 3:web\narrived_ms 4:1000\n"), 0);
	load(ENTITY_CONTACT, "0b", BYTES("state 7:offered\nidentity 3:web\n"), 0);
	load(ENTITY_CONTACT, "0c", BYTES("identity 3:web\n"), 0);
	load(ENTITY_CONTACT, "0d", BYTES("state 6:review\nidentity 3:web\n"), 0);
	load(ENTITY_CONTACT, "0e", BYTES("state 7:waiting\nresponder 3:ann\n"), 0);
	load(ENTITY_RESPONDER, "ann", BYTES("presence 4:away\n"), 0);
	done(-1);
	const char *ids[] = { "0a", "0b", "0c", "0d", "0e" };
	struct contact_view v;
	for (size_t i = 0; i < 5; i++) {
		assert_true(core_contact(w.core, ids[i], &v));
		assert_string_equal(v.state, "review");
		assert_string_equal(v.alert, "inconsistent");
	}
}

static void an_unknown_responder_is_a_lost_one(void **state)
{
	(void)state;
	load(ENTITY_CONTACT, "0a", BYTES("state 6:active\nresponder 3:zoe\nchannel 3:sms\n"), 0);
	done(-1);
	assert_string_equal(state_of(&w, "0a"), "offered"); /* to ann by now */
}

static void fields_of_a_newer_node_are_skipped(void **state)
{
	(void)state;
	load(ENTITY_CONTACT, "0a",
		BYTES("state 7:waiting\nchannel 4:chat\nmood 4:good\nlevel 3:low\n"), 0);
	done(0);
	assert_string_equal(state_of(&w, "0a"), "offered");
}

static void count_counters(void *arg, const struct entity_write *write)
{
	*(int *)arg += write->kind == ENTITY_COUNTERS;
}

static void time_is_written_when_asked_for(void **state)
{
	(void)state;
	int counters = 0;
	w.now += 60000;
	apply(&w, CMD(TICK, c->request = 0));
	core_take_dirty(w.core, count_counters, &counters);
	assert_int_equal(counters, 0);
	core_keep_time(w.core);
	core_take_dirty(w.core, count_counters, &counters);
	assert_int_equal(counters, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_unreadable_record_leaves_nothing_behind),
		TEST(a_contradiction_goes_to_the_supervisors),
		TEST(an_unknown_responder_is_a_lost_one),
		TEST(fields_of_a_newer_node_are_skipped),
		TEST(time_is_written_when_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
