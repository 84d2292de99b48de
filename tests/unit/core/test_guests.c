/* Who has handed a contact over and is still there: a guest, of one conversation or of several. */
#include "world.h"

WORLD(w)

static char ids[3][32];

static void hand_over(const char *id)
{
	apply(&w, CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = id, c->responder = "bob", c->warm = 1,
			  c->text = ((struct slice){ "x", 1 })));
	accept(&w, "bob", R2, offer_to(&w, R2));
}

static struct contact_view view(int i)
{
	struct contact_view v;
	if (!core_contact(w.core, ids[i], &v))
		fail_msg("no contact %s", ids[i]);
	return v;
}

static int load(const char *id)
{
	struct responder_view v;
	return core_responder(w.core, id, &v) ? v.load : -1;
}

/* ann is the guest of bob in three conversations, handed over in another order than they began. */
static void three_conversations(void)
{
	static const int order[] = { 1, 2, 0 };
	responder(&w, "ann", R1);
	for (int i = 0; i < 3; i++) {
		strcpy(ids[i], contact(&w, F1, LEVEL_LOW));
		accept(&w, "ann", R1, offer_to(&w, R1));
	}
	responder(&w, "bob", R2);
	for (int i = 0; i < 3; i++)
		hand_over(ids[order[i]]);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(view(i).responder, "bob");
		assert_string_equal(view(i).guest, "ann");
	}
	assert_int_equal(load("ann"), 3); /* as long as they are there */
}

static void done(int i)
{
	apply(&w, CMD(TRANSFER_DONE, c->identity = "ann", c->role = "responder", c->session = R1,
			  c->contact = ids[i]));
	assert_string_equal(view(i).guest, "");
	assert_string_equal(view(i).responder, "bob");
}

static void they_leave_one_after_the_other(void **state)
{
	(void)state;
	static const int orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 0, 2 } };
	for (int k = 0; k < 3; k++) {
		world_end(&w);
		world_start(&w);
		w.options.wrap_ms[LEVEL_LOW] = 0; /* and rest behind none of them */
		core_set_options(w.core, &w.options);
		three_conversations();
		for (int i = 0; i < 3; i++) {
			done(orders[k][i]);
			assert_int_equal(load("ann"), 2 - i);
		}
	}
}

/* Whoever is there hears that it has become more urgent, and has as much to do with it. */
static void a_raise_is_told_to_the_guest_too(void **state)
{
	(void)state;
	three_conversations();
	done(0);
	done(1);
	apply(&w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend", c->session = F1,
			  c->contact = ids[2], c->level = LEVEL_EMERGENCY + 1,
			  c->level_alone = LEVEL_EMERGENCY + 1,
			  c->text = ((struct slice){ "x", 1 })));
	assert_string_equal(
		field(&w, told(&w, OUTPUT_CONTACT_RAISED, R1, 0), "level"), "emergency");
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_RAISED, R2, 0), "contact"), ids[2]);
	assert_int_equal(count_told(&w, OUTPUT_CONTACT_RAISED, ""), 2);
	assert_int_equal(load("ann"), 3);
}

static void a_lost_guest_has_left_all_of_them(void **state)
{
	(void)state;
	three_conversations();
	apply(&w, CMD(SESSION_DOWN, c->session = R1));
	for (int i = 0; i < 3; i++) {
		assert_string_equal(view(i).guest, "");
		assert_string_equal(view(i).responder, "bob");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(they_leave_one_after_the_other),
		TEST(a_raise_is_told_to_the_guest_too),
		TEST(a_lost_guest_has_left_all_of_them),
	};
	return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}
