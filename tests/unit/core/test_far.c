/* A contact at another center, and one that came from there: letters as they may come, and what
 * becomes of it here meanwhile. */
#include "world.h"

static struct world w;
static char own[32], transfer[32];

#define SLICE(s)   ((struct slice){ s, sizeof(s) - 1 })
#define DAY_MS     ((int64_t)24 * 60 * 60 * 1000)
#define PEER       "00000000000000000abc"
#define FROM_SOUTH "center:south"

static int start(void **state)
{
	(void)state;
	world_start(&w);
	strcpy(w.options.centers, "south west");
	core_set_options(w.core, &w.options);
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct contact_view view(void)
{
	struct contact_view v;
	if (!core_contact(w.core, own, &v))
		fail_msg("the contact is gone");
	return v;
}

static struct command letter(enum command_kind kind)
{
	struct command it;
	command_init(&it, kind);
	it.identity = FROM_SOUTH;
	it.contact = own;
	it.transfer = transfer;
	it.peer = PEER;
	it.name = "Dan";
	it.channel = "transfer";
	return it;
}

static struct command of(const char *who, const char *role, enum command_kind kind)
{
	struct command it;
	command_init(&it, kind);
	it.request = 1;
	it.identity = who;
	it.role = role;
	it.contact = own;
	it.kind = "ems";
	it.consent = "yes";
	it.text = SLICE("sealed");
	it.peer = PEER;
	return it;
}

static void serve(void)
{
	strcpy(own, contact(&w, F1, LEVEL_LOW));
	accept(&w, "ann", R1, offer_to(&w, R1));
}

static const struct output *hand_over(const char *center)
{
	struct command it = of("ann", "responder", COMMAND_CONTACT_TRANSFER);
	it.center = center;
	const struct output *o = apply(&w, it);
	strcpy(transfer, view().transfer_id);
	return o;
}

static void handed(void)
{
	serve();
	assert_string_equal(field(&w, hand_over("south"), "state"), "sent");
	apply(&w, letter(COMMAND_TRANSFER_ANSWER));
	assert_string_equal(view().state, "handed");
}

/* The kind of the newest letter to south that waits, with what it says. */
static const char *newest_letter(const char *name)
{
	static char value[64];
	struct record_reader in = { buf_str(&w.step.decisions),
		buf_str(&w.step.decisions) + w.step.decisions.len };
	struct slice n, v;
	value[0] = '\0';
	while (record_next(&in, &n, &v) == 1)
		if (slice_is(n, name))
			snprintf(value, sizeof value, "%.*s", (int)v.len, v.data);
	return value;
}

static void a_day_of_silence_is_told_of(void **state)
{
	(void)state;
	handed();
	pass(&w, DAY_MS - 1);
	assert_string_equal(view().alert, "");
	pass(&w, 1);
	assert_string_equal(view().alert, "transfer_silent");
	apply(&w, of("sue", "supervisor", COMMAND_ALERT_ACK));
	pass(&w, DAY_MS);
	assert_string_equal(view().alert, "transfer_silent");
	assert_string_equal(view().alert_by, "sue"); /* the same silence */
	assert_string_equal(view().state, "handed");
}

static void who_leaves_has_left_there_too(void **state)
{
	(void)state;
	handed();
	apply(&w, of("web", "frontend", COMMAND_CONTACT_LEAVE));
	assert_non_null(strstr(newest_letter("letter"), "south transfer.over " PEER " left"));
	assert_string_equal(view().state, "ended");
	assert_string_equal(view().disposition, "transferred");
}

static void whose_connection_is_gone_is_told_there(void **state)
{
	(void)state;
	handed();
	apply(&w, CMD(SESSION_DOWN, c->session = F1));
	w.now += w.options.person_grace_ms;
	apply(&w, CMD(TICK, c->request = 0));
	assert_non_null(strstr(newest_letter("letter"), "south transfer.over " PEER " gone"));
	assert_string_equal(
		view().state, "handed"); /* they may come back, and say when it is over */
}

static void ended_there_while_the_grace_runs_it_is_over(void **state)
{
	(void)state;
	handed();
	apply(&w, CMD(SESSION_DOWN, c->session = F1));
	struct command over = letter(COMMAND_TRANSFER_OVER);
	over.result = "helped";
	apply(&w, over);
	assert_string_equal(view().state, "ended");
	written(&w);
	pass(&w, w.options.person_grace_ms); /* nothing fires for what is gone */
	world_check(&w);
}

static void words_of_the_person_go_there(void **state)
{
	(void)state;
	handed();
	apply(&w, of("web", "frontend", COMMAND_CONTACT_SAY));
	assert_non_null(strstr(newest_letter("letter"), "south transfer.said"));
	struct command answer = of("web", "frontend", COMMAND_CONTACT_ANSWER);
	answer.text = (struct slice){ 0 };
	answer.answers = SLICE("sealed");
	answer.instrument = "x";
	apply(&w, answer);
	assert_non_null(strstr(newest_letter("letter"), "south transfer.said"));
}

/* Who asked for help sees it through. */
static void a_rescue_asked_for_meanwhile_keeps_it_here(void **state)
{
	(void)state;
	serve();
	hand_over("south");
	apply(&w, of("ann", "responder", COMMAND_CONTACT_ESCALATE));
	apply(&w, letter(COMMAND_TRANSFER_ANSWER));
	assert_string_equal(view().state, "active");
	assert_string_equal(view().responder, "ann");
	assert_string_equal(
		field(&w, told(&w, OUTPUT_TRANSFER_UPDATE, R1, 0), "why"), "dispatch_open");
	assert_string_equal(field(&w, hand_over("south"), "reason"), "dispatch_open");
}

static void a_rescue_asked_for_behind_it_stays_ours(void **state)
{
	(void)state;
	handed();
	apply(&w, of("sue", "supervisor", COMMAND_CONTACT_ESCALATE));
	apply(&w, letter(COMMAND_TRANSFER_OVER));
	assert_string_equal(view().state, "review");
	assert_string_equal(view().alert, "dispatch_open");
}

static void a_supervisor_may_end_what_is_there(void **state)
{
	(void)state;
	handed();
	struct command close = of("sue", "supervisor", COMMAND_CONTACT_CLOSE);
	close.disposition = "other";
	close.reason = "x";
	apply(&w, close);
	assert_non_null(strstr(newest_letter("letter"), "south transfer.over " PEER " other"));
	assert_string_equal(view().state, "ended");
	assert_string_equal(field(&w, apply(&w, letter(COMMAND_TRANSFER_OVER)), "code"), "");
}

/* ---- from there ---- */

static void opened(int64_t arrived_ms)
{
	strcpy(own, PEER);
	strcpy(transfer, "t0000000000000099");
	struct command open = letter(COMMAND_TRANSFER_OPEN);
	open.peer = "0b";
	open.level = open.level_alone = LEVEL_HIGH + 1;
	open.arrived_ms = arrived_ms;
	open.lang = "en";
	apply(&w, open);
}

static void its_wait_began_where_it_came_from(void **state)
{
	(void)state;
	opened(w.now - 5000);
	assert_int_equal(view().arrived_ms, w.now - 5000);
	world_end(&w);
	start(NULL);
	opened(w.now + 5000); /* a clock that is ahead worsens no place */
	assert_int_equal(view().arrived_ms, w.now);
	world_end(&w);
	start(NULL);
	opened(0);
	assert_int_equal(view().arrived_ms, w.now);
}

static void what_came_from_a_center_goes_to_no_other(void **state)
{
	(void)state;
	opened(0);
	accept(&w, "ann", R1, offer_to(&w, R1));
	assert_string_equal(view().state, "active");
	assert_string_equal(field(&w, hand_over("west"), "reason"), "came_from_a_center");
}

static void letters_out_of_turn_are_refused(void **state)
{
	(void)state;
	struct command it;
	handed();
	it = letter(COMMAND_TRANSFER_SETTLE);
	it.request = 1;
	it.result = "cancelled";
	assert_string_equal(field(&w, apply(&w, it), "reason"), "not_asked");
	world_end(&w);
	start(NULL);
	serve();
	hand_over("south");
	it = letter(COMMAND_TRANSFER_SAID);
	it.request = 1;
	assert_string_equal(field(&w, apply(&w, it), "reason"), "not_confirmed");
}

static void answered_again_they_hear_another_name(void **state)
{
	(void)state;
	handed();
	pass(&w, DAY_MS / 2);
	struct command again = letter(COMMAND_TRANSFER_ANSWER);
	again.name = "Eve";
	apply(&w, again);
	assert_string_equal(field(&w, told(&w, OUTPUT_CONTACT_CONNECTED, F1, 0), "alias"), "Eve");
	pass(&w, DAY_MS - 1); /* heard of: the silence begins anew */
	assert_string_equal(view().alert, "");
}

/* A rescue runs on, whoever served them has closed it: words from there put it into the line. */
static void words_from_there_bring_it_back_from_review(void **state)
{
	(void)state;
	opened(0);
	accept(&w, "ann", R1, offer_to(&w, R1));
	struct command it = of("ann", "responder", COMMAND_CONTACT_CLOSE);
	it.disposition = "helped";
	apply(&w, it);
	apply(&w, of("ann", "responder", COMMAND_CONTACT_ESCALATE));
	pass(&w, w.options.wrap_ms[LEVEL_HIGH]);
	assert_string_equal(view().state, "review");
	it = letter(COMMAND_TRANSFER_SAID);
	it.level = it.level_alone = LEVEL_URGENT + 1;
	apply(&w, it); /* answers: no words, and a level all the same */
	assert_string_not_equal(view().state, "review");
	assert_int_equal(view().level, LEVEL_URGENT);
}

/* To each center one letter at a time, in their order. */
static void centers_do_not_wait_for_each_other(void **state)
{
	(void)state;
	serve();
	hand_over("south");
	const struct output *o = told(&w, OUTPUT_LETTER, "", 0);
	int64_t south = strtoll(field(&w, o, "number"), NULL, 10);
	struct command cancel = of("ann", "responder", COMMAND_TRANSFER_CANCEL);
	apply(&w, cancel); /* behind it */
	assert_null(told(&w, OUTPUT_LETTER, "", 0));
	serve();
	hand_over("west");
	o = told(&w, OUTPUT_LETTER, "", 0);
	assert_string_equal(field(&w, o, "center"), "west");
	int64_t west = strtoll(field(&w, o, "number"), NULL, 10);
	assert_int_equal(core_letter(w.core), south);
	watch(&w, w.options.send_silence_ms);
	assert_int_equal(count_told(&w, OUTPUT_LETTER, ""), 2); /* the first of each, again */
	apply(&w, CMD(LETTER_SENT, c->letter = west));
	assert_null(told(&w, OUTPUT_LETTER, "", 0));
	apply(&w, CMD(LETTER_SENT, c->letter = west)); /* said twice */
	assert_false(w.step.changed);
	apply(&w, CMD(LETTER_SENT, c->letter = south));
	o = told(&w, OUTPUT_LETTER, "", 0);
	assert_string_equal(field(&w, o, "center"), "south");
	apply(&w, CMD(LETTER_SENT, c->letter = strtoll(field(&w, o, "number"), NULL, 10)));
	assert_int_equal(core_letter(w.core), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_day_of_silence_is_told_of),
		TEST(who_leaves_has_left_there_too),
		TEST(whose_connection_is_gone_is_told_there),
		TEST(ended_there_while_the_grace_runs_it_is_over),
		TEST(words_of_the_person_go_there),
		TEST(a_rescue_asked_for_meanwhile_keeps_it_here),
		TEST(a_rescue_asked_for_behind_it_stays_ours),
		TEST(a_supervisor_may_end_what_is_there),
		TEST(its_wait_began_where_it_came_from),
		TEST(what_came_from_a_center_goes_to_no_other),
		TEST(letters_out_of_turn_are_refused),
		TEST(answered_again_they_hear_another_name),
		TEST(words_from_there_bring_it_back_from_review),
		TEST(centers_do_not_wait_for_each_other),
	};
	return cmocka_run_group_tests_name("far", tests, NULL, NULL);
}
