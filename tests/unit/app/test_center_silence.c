/* A center that follows, on a store that is there, and nothing is heard of who leads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "center_site.h"

#define X "0123456789abcdef0000"
#define Y "0123456789abcdef0001"

/* Long enough for a machine that has other things to do. */
#define ACK_MS 60

static void set_ms(int64_t request_ms, int64_t ack_after_ms)
{
	struct center_options o = {
		.request_ms = request_ms, .ack_after_ms = ack_after_ms, .down_after_ms = 90
	};
	core_options_default(&o.core);
	center_set_options(site.center, &o);
}

static void follow(void)
{
	set_ms(5000, ACK_MS);
	fake.leader = "n2";
	center_store_state(site.center, STORE_READY);
	center_store_lead(site.center, 0, "n2");
	end_append(STORE_OK); /* that the node is there */
}

/* Of the answers given last, for want of one to what waits. */
static void run_until_asked(void)
{
	for (int i = 0; i < 1000 && !fake.asked; i++)
		run_for(1);
	assert_int_equal(fake.asked, 1);
}

static void run_until_answered(int64_t request)
{
	for (int i = 0; i < 1000 && site.answered != request; i++)
		run_for(1);
	assert_int_equal(site.answered, request);
}

/* Asked for, taken by the inbox, and nobody says anything; the node itself may stand still. */
static void go_silent_still(const char *contact, int still_ms)
{
	follow();
	open_another(1, contact, "r1");
	end_append(STORE_OK);
	usleep((useconds_t)still_ms * 1000);
	run_until_asked();
	assert_int_equal(site.answered, 0);
}

static void go_silent(const char *contact)
{
	go_silent_still(contact, 0);
}

/* Who leads answers, or says anything else (request 0). */
static void leader_says(int64_t request)
{
	struct output o = { .kind = OUTPUT_REPLY, .node = "n1", .session = "", .request = request };
	struct buf bytes = { 0 };
	record_puts(&o.fields, "contact", X);
	output_encode(&o, &bytes);
	center_store_output(site.center, bytes.data, bytes.len);
	buf_free(&bytes);
	buf_free(&o.fields);
}

/* The commands of this kind in the inbox, read by whoever leads next. */
static int applied(struct core *core, struct step *step, enum command_kind kind, bool facts)
{
	int n = 0;
	size_t len, at = 0;
	for (; at < fake.inbox.len; at += len) {
		struct command c;
		memcpy(&len, fake.inbox.data + at, sizeof len);
		at += sizeof len;
		char *copy = mem_dup(fake.inbox.data + at, len);
		assert_int_equal(command_decode(copy, len, &c, NULL), 0);
		if (c.command == kind && (c.fact != 0) == facts) {
			core_apply(core, &c, 1000000, step);
			n++;
		}
		free(copy);
	}
	return n;
}

static int applied_facts(void)
{
	struct core_options o;
	struct step step = { 0 };
	core_options_default(&o);
	struct core *core = core_new(&o);
	int n = applied(core, &step, COMMAND_CONTACT_OPEN, true);
	step_free(&step);
	core_free(&core);
	return n;
}

static void expect_one_contact(bool facts_first)
{
	struct core_options o;
	struct contact_view v;
	struct step step = { 0 };
	struct err e;
	core_options_default(&o);
	struct core *core = core_new(&o);
	assert_int_equal(applied(core, &step, COMMAND_CONTACT_OPEN, facts_first), 1);
	assert_int_equal(applied(core, &step, COMMAND_CONTACT_OPEN, !facts_first), 1);
	assert_int_equal(core_waiting(core), 1);
	assert_true(core_contact(core, X, &v));
	assert_string_equal(v.twin, "");
	assert_int_equal(core_check(core, &e), 0);
	step_free(&step);
	core_free(&core);
}

static void a_silent_leader_keeps_nobody_waiting(void **state)
{
	(void)state;
	go_silent(X);
	end_read(STORE_OK);
	run_until_answered(1);
	assert_string_equal(site.contact, X);
	assert_true(site.spooled);
	int before = fake.appends;
	open_another(2, Y, "r2"); /* nobody waits for what is known to be silent */
	run_until_answered(2);
	assert_int_equal(fake.appends, before);
	run_for(150);
	assert_false(center_is_island(site.center)); /* the store is there */
	assert_int_equal(kept(), 2);
	leader_says(1);
	end_append(STORE_OK);
	assert_int_equal(fake.appends, before + 2);
}

static void whoever_leads_next_has_one_contact_of_it(void **state)
{
	(void)state;
	go_silent(X);
	end_read(STORE_OK);
	run_until_answered(1);
	leader_says(0);
	expect_one_contact(false);
	expect_one_contact(true);
}

static void while_the_leader_is_heard_its_answer_is_waited_for(void **state)
{
	(void)state;
	follow();
	set_ms(5000, 400);
	open_contact(1);
	end_append(STORE_OK);
	for (int i = 0; i < 50; i++) {
		run_for(10);
		leader_says(0);
	}
	assert_int_equal(fake.asked, 0);
	assert_int_equal(site.answered, 0);
	leader_says(1);
	run_for(500); /* nothing waits: silence says nothing */
	assert_int_equal(fake.asked, 0);
	assert_int_equal(kept(), 0);
}

static void heard_while_answers_are_read_it_is_not_silent(void **state)
{
	(void)state;
	go_silent(X);
	leader_says(1);
	end_read(STORE_OK);
	run_for(2 * ACK_MS);
	assert_false(site.spooled);
	assert_int_equal(kept(), 0);
}

static void a_store_that_reads_nothing_holds_nobody_up(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	end_read(STORE_UNAVAILABLE); /* too late, and of no use */
}

/* The node that died had opened X under this reference, and its answer was lost with it. */
static void expect_first_answer(void)
{
	struct buf fields = { 0 }, ref = { 0 };
	record_puts(&fields, "contact", X);
	record_puts(&ref, "command", "contact.open");
	record_puti(&ref, "at_ms", 999000);
	record_puti(&ref, "fingerprint", 7);
	record_put(&ref, "fields", fields.data, fields.len);
	fake.answer(fake.answers_arg, 'i', "web", "r1", (struct slice){ ref.data, ref.len });
	end_read(STORE_OK);
	run_until_answered(1);
	buf_free(&ref);
	buf_free(&fields);
	assert_string_equal(site.contact, X);
	assert_int_equal(kept(), 0); /* nothing new has happened */
}

static void asked_again_in_silence_it_is_answered_as_the_first_time(void **state)
{
	(void)state;
	go_silent(Y);
	expect_first_answer();
}

static void having_stood_still_itself_it_reads_before_it_decides(void **state)
{
	(void)state;
	go_silent_still(Y, 3 * ACK_MS);
	expect_first_answer();
}

static void hand_over(const struct command *c)
{
	struct buf bytes = { 0 };
	command_encode(c, true, &bytes);
	fake.answer(fake.answers_arg, '+', "", "", (struct slice){ bytes.data, bytes.len });
	buf_free(&bytes);
}

/* It stands in the inbox from another node, and X is what whoever leads next makes of it. */
static void what_the_inbox_has_already_is_opened_once(void **state)
{
	struct command c;
	(void)state;
	go_silent(Y);
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.node = "n3";
	c.incarnation = "i3";
	c.session = "n3/i3/1";
	c.identity = "web";
	c.role = "frontend";
	c.contact = X;
	c.channel = "chat";
	c.lang = "en";
	c.ref = "r1";
	c.fingerprint = 7;
	c.level = c.level_alone = LEVEL_LOW + 1;
	c.request = 5;
	hand_over(&c);
	c.node = "n1"; /* what waits here is in the inbox as well: it is still to be decided */
	c.incarnation = "i1";
	c.contact = Y;
	c.ref = "r2";
	c.request = 1;
	hand_over(&c);
	end_read(STORE_OK);
	run_until_answered(1);
	assert_string_equal(site.contact, X);
	assert_int_equal(kept(), 0);
}

static void who_takes_the_lead_over_answers_while_the_state_is_loaded(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	fake.slow_load = true;
	fake.epoch = 2;
	fake.leader = "n1";
	center_store_lead(site.center, 2, "n1");
	open_another(2, Y, "r2");
	run_until_answered(2);
	assert_true(site.spooled);
	assert_false(center_is_leading(site.center));
	fake.loaded(site.center, STORE_OK);
	assert_true(center_is_leading(site.center));
	assert_int_equal(kept(), 2);
}

static void a_lead_lost_while_it_is_loaded_changes_nothing(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	fake.slow_load = true;
	center_store_lead(site.center, 2, "n1");
	center_store_lead(site.center, 0, "n3");
	fake.loaded(site.center, STORE_UNAVAILABLE);
	open_another(2, Y, "r2");
	run_until_answered(2);
	assert_false(center_is_leading(site.center));
	leader_says(0);
	end_append(STORE_OK);
	assert_int_equal(applied_facts(), 2);
}

static void without_the_store_silence_becomes_an_island(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	center_store_state(site.center, STORE_DOWN);
	run_for(150);
	assert_true(center_is_island(site.center));
	center_store_state(site.center, STORE_READY);
	assert_false(center_is_island(site.center));
}

/* A server that falls silent is noticed late; what counts is since when nothing has come back. */
static void a_loss_that_is_noticed_late_counts_from_its_beginning(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	fake.lost_since = mono_now();
	fake.lost_since.us -= 10 * 1000 * 1000;
	assert_false(center_is_island(site.center));
	center_store_state(site.center, STORE_DOWN);
	assert_true(center_is_island(site.center));
}

static void in_silence_a_broken_spool_refuses_nobody(void **state)
{
	(void)state;
	go_silent(X);
	run_until_answered(1);
	broken = true;
	open_another(2, Y, "r2");
	run_for(10);
	assert_int_equal(site.refused, 2); /* it is not known how much of it the disk has */
	open_another(3, Y, "r2");
	run_for(10);
	assert_int_equal(site.refused, 2); /* who leads will answer */
}

/* It asks again and again whether somebody leads, should the first question be lost. */
static void in_silence_it_goes_on_asking_who_leads(void **state)
{
	struct command last;
	size_t len = 0, at = 0;
	(void)state;
	go_silent(X);
	set_ms(250, ACK_MS);
	run_until_answered(1);
	int before = fake.appends;
	run_for(350);
	assert_int_equal(fake.appends, before + 1);
	while (at < fake.inbox.len) {
		memcpy(&len, fake.inbox.data + at, sizeof len);
		at += sizeof len + len;
	}
	char *copy = mem_dup(fake.inbox.data + at - len, len);
	assert_int_equal(command_decode(copy, len, &last, NULL), 0);
	struct core_options o;
	core_options_default(&o);
	struct core *core = core_new(&o);
	struct step step = { 0 };
	core_apply(core, &last, 1000000, &step);
	assert_int_equal(step.n_outputs, 1);
	assert_string_equal(step.outputs[0].node, "n1");
	step_free(&step);
	core_free(&core);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_silent_leader_keeps_nobody_waiting, begin, end),
		cmocka_unit_test_setup_teardown(
			whoever_leads_next_has_one_contact_of_it, begin, end),
		cmocka_unit_test_setup_teardown(
			while_the_leader_is_heard_its_answer_is_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(
			heard_while_answers_are_read_it_is_not_silent, begin, end),
		cmocka_unit_test_setup_teardown(
			a_store_that_reads_nothing_holds_nobody_up, begin, end),
		cmocka_unit_test_setup_teardown(
			asked_again_in_silence_it_is_answered_as_the_first_time, begin, end),
		cmocka_unit_test_setup_teardown(
			having_stood_still_itself_it_reads_before_it_decides, begin, end),
		cmocka_unit_test_setup_teardown(
			what_the_inbox_has_already_is_opened_once, begin, end),
		cmocka_unit_test_setup_teardown(
			who_takes_the_lead_over_answers_while_the_state_is_loaded, begin, end),
		cmocka_unit_test_setup_teardown(
			a_lead_lost_while_it_is_loaded_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			without_the_store_silence_becomes_an_island, begin, end),
		cmocka_unit_test_setup_teardown(
			a_loss_that_is_noticed_late_counts_from_its_beginning, begin, end),
		cmocka_unit_test_setup_teardown(
			in_silence_a_broken_spool_refuses_nobody, begin, end),
		cmocka_unit_test_setup_teardown(in_silence_it_goes_on_asking_who_leads, begin, end),
	};
	return cmocka_run_group_tests_name("center_silence", tests, NULL, NULL);
}
