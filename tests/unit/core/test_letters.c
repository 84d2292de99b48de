/* Two centers: a contact goes from north to south by letters that are lost, doubled and late. */
#include "world.h"

struct center {
	struct world w;
	const char *name;
	int64_t number; /* of the last letter taken out */
};

static struct center north, south;
static char own[24], there[24];

static int start(void **state)
{
	(void)state;
	world_start(&north.w);
	world_start(&south.w);
	north.name = "north";
	south.name = "south";
	strcpy(north.w.options.centers, "south west");
	strcpy(south.w.options.centers, "north");
	core_set_options(north.w.core, &north.w.options);
	core_set_options(south.w.core, &south.w.options);
	strcpy(there, "00000000000000000abc");
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&north.w);
	world_end(&south.w);
	return 0;
}

/* The letter of the last step of `from`: the other side takes it `times` times. */
static bool deliver(struct center *from, struct center *to, int times)
{
	const struct output *o = told(&from->w, OUTPUT_LETTER, "", 0);
	if (!o)
		return false;
	struct record_reader r = { buf_str(&o->fields), buf_str(&o->fields) + o->fields.len };
	struct slice n, v, letter = { 0 };
	struct err e;
	while (record_next(&r, &n, &v) == 1) {
		if (slice_is(n, "letter"))
			letter = v;
		if (slice_is(n, "number"))
			assert_int_equal(slice_int(v, &from->number), 0);
	}
	char identity[40];
	snprintf(identity, sizeof identity, "center:%s", from->name);
	struct buf kept = { 0 }, made = { 0 };
	buf_add(&kept, letter.data, letter.len);
	step_clear(&to->w.step);
	for (int i = 0; i < times; i++) {
		struct command c;
		buf_clear(&made);
		buf_add(&made, kept.data, kept.len);
		assert_int_equal(command_decode(made.data, made.len, &c, &e), 0);
		c.identity = identity;
		core_apply(to->w.core, &c, to->w.now, &to->w.step);
		world_check(&to->w);
	}
	buf_free(&kept);
	buf_free(&made);
	return true;
}

static void confirm(struct center *from)
{
	apply(&from->w, CMD(LETTER_SENT, c->letter = from->number, c->request = 0));
}

static const struct output *hand_over(void)
{
	return apply(&north.w, CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder",
				       c->session = R1, c->contact = own, c->center = "south",
				       c->peer = there, c->text = ((struct slice){ "sealed", 6 })));
}

static void serve_in_north(enum level level)
{
	responder(&north.w, "ann", R1);
	snprintf(own, sizeof own, "%s", contact(&north.w, F1, level));
	accept(&north.w, "ann", R1, offer_to(&north.w, R1));
	assert_string_equal(state_of(&north.w, own), "active");
}

static struct contact_view view(struct center *c, const char *id)
{
	struct contact_view v;
	assert_true(core_contact(c->w.core, id, &v));
	return v;
}

static const struct output *person_says(void)
{
	return apply(
		&north.w, CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend",
				  c->session = F1, c->contact = own, c->level = LEVEL_URGENT + 1,
				  c->level_alone = LEVEL_URGENT + 1,
				  c->text = ((struct slice){ "words", 5 })));
}

/* Up to where dan in the south has accepted and north has not heard of it. */
static void accepted_in_south(void)
{
	serve_in_north(LEVEL_HIGH);
	pass(&north.w, 4000);
	south.w.now = north.w.now;
	responder(&south.w, "dan", R2);
	assert_string_equal(field(&north.w, hand_over(), "state"), "sent");
	assert_true(deliver(&north, &south, 1));
	char offer[40];
	snprintf(offer, sizeof offer, "%s", offer_to(&south.w, R2));
	confirm(&north);
	assert_string_equal(field(&south.w, accept(&south.w, "dan", R2, offer), "state"), "active");
}

static void handed_over_only_when_accepted_and_confirmed(void **state)
{
	(void)state;
	accepted_in_south();
	assert_int_equal(view(&south, there).arrived_ms, view(&north, own).arrived_ms);
	assert_string_equal(view(&north, own).responder, "ann");
	assert_true(deliver(&south, &north, 2)); /* a repeated answer is one answer */
	assert_string_equal(view(&north, own).state, "handed");
	assert_non_null(told(&north.w, OUTPUT_CONTACT_CONNECTED, F1, 0));
	assert_string_equal(field(&north.w, told(&north.w, OUTPUT_TRANSFER_UPDATE, R1, 0), "state"),
		"accepted");
	assert_true(deliver(&north, &south, 2));
	confirm(&north);
	confirm(&south);
	/* what is said goes both ways */
	person_says();
	assert_true(deliver(&north, &south, 2));
	confirm(&north);
	assert_int_equal(count_told(&south.w, OUTPUT_CONTACT_SAID, R2), 1);
	assert_int_equal(view(&south, there).level, LEVEL_URGENT);
	apply(&south.w,
		CMD(CONTACT_SAY, c->identity = "dan", c->role = "responder", c->session = R2,
			c->contact = there, c->text = ((struct slice){ "answer", 6 })));
	assert_true(deliver(&south, &north, 1));
	assert_int_equal(count_told(&north.w, OUTPUT_CONTACT_SAID, F1), 1);
	confirm(&south);
	apply(&south.w, CMD(CONTACT_CLOSE, c->identity = "dan", c->role = "responder",
				c->session = R2, c->contact = there, c->disposition = "helped"));
	assert_true(deliver(&south, &north, 2));
	assert_string_equal(
		field(&north.w, told(&north.w, OUTPUT_CONTACT_CLOSED, F1, 0), "outcome"), "helped");
	assert_string_equal(view(&north, own).state, "ended");
}

/* The origin decides: who accepted what was taken back is told so, and nobody has it twice. */
static void cancelled_while_it_was_accepted(void **state)
{
	(void)state;
	accepted_in_south();
	step_clear(&north.w.step);
	struct step kept = south.w.step; /* its answer is under way */
	south.w.step = (struct step){ 0 };
	const struct output *o =
		apply(&north.w, CMD(TRANSFER_CANCEL, c->identity = "ann", c->role = "responder",
					c->session = R1, c->contact = own));
	assert_string_equal(field(&north.w, o, "state"), "ended");
	assert_true(deliver(&north, &south, 1));
	assert_string_equal(field(&south.w, told(&south.w, OUTPUT_CONTACT_LEFT, R2, 0), "why"),
		"transfer_cancelled");
	assert_string_equal(state_of(&south.w, there), "ended");
	confirm(&north);
	step_free(&south.w.step);
	south.w.step = kept;
	assert_true(deliver(&south, &north, 1)); /* the answer that crossed it */
	assert_string_equal(view(&north, own).responder, "ann");
	assert_string_equal(view(&north, own).transfer, "");
	assert_true(deliver(&north, &south, 1)); /* cancelled, once more: of no effect */
	assert_string_equal(view(&north, own).state, "active");
}

static void a_silent_center_is_told_of_and_the_contact_is_served_on(void **state)
{
	(void)state;
	serve_in_north(LEVEL_EMERGENCY);
	hand_over();
	int letters = 0;
	for (int i = 0; i < 30; i++) {
		watch(&north.w, 10000);
		letters += count_told(&north.w, OUTPUT_LETTER, "");
	}
	assert_true(letters >= 5); /* asked for again until it is there */
	assert_string_equal(view(&north, own).alert, "transfer_pending");
	assert_string_equal(view(&north, own).responder, "ann");
	assert_string_equal(view(&north, own).transfer, "sent");
	apply(&north.w, CMD(TRANSFER_CANCEL, c->identity = "ann", c->role = "responder",
				c->session = R1, c->contact = own));
	assert_string_equal(view(&north, own).alert, "");
	assert_string_equal(field(&north.w, hand_over(), "state"), "sent"); /* and tried again */
}

static void what_the_other_center_closes_untaken_is_declined(void **state)
{
	(void)state;
	serve_in_north(LEVEL_HIGH);
	hand_over();
	assert_true(deliver(&north, &south, 1));
	confirm(&north);
	apply(&south.w,
		CMD(CONTACT_CLOSE, c->identity = "sue", c->role = "supervisor", c->session = S1,
			c->contact = there, c->disposition = "full", c->reason = "nobody here"));
	assert_true(deliver(&south, &north, 1));
	assert_string_equal(
		field(&north.w, told(&north.w, OUTPUT_TRANSFER_UPDATE, R1, 0), "why"), "declined");
	assert_string_equal(view(&north, own).responder, "ann");
}

static void who_may_not_be_asked(void **state)
{
	(void)state;
	serve_in_north(LEVEL_HIGH);
	struct command asked = CMD(CONTACT_TRANSFER, c->identity = "ann", c->role = "responder",
		c->session = R1, c->contact = own, c->center = "east", c->peer = there,
		c->text = ((struct slice){ "sealed", 6 }));
	assert_string_equal(field(&north.w, apply(&north.w, asked), "reason"), "no_such_center");
	asked.center = "south";
	asked.warm = 1;
	assert_string_equal(field(&north.w, apply(&north.w, asked), "reason"), "warm_inside_only");
	/* a letter from nobody, and one about somebody else's contact */
	struct command forged = CMD(TRANSFER_SAID, c->identity = "web", c->role = "frontend",
		c->contact = own, c->transfer = "t1");
	assert_string_equal(field(&north.w, apply(&north.w, forged), "code"), "3");
	forged.identity = "center:south";
	assert_string_equal(field(&north.w, apply(&north.w, forged), "code"), "3");
}

#define PAIR(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR(handed_over_only_when_accepted_and_confirmed),
		PAIR(cancelled_while_it_was_accepted),
		PAIR(a_silent_center_is_told_of_and_the_contact_is_served_on),
		PAIR(what_the_other_center_closes_untaken_is_declined),
		PAIR(who_may_not_be_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
