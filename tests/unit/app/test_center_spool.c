/* A center whose store does not answer, and whose spool may fail: what is acknowledged then. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "center_site.h"

/* The core knows the request by its reference; that is no custody. */
static void asked_again_it_is_refused_until_the_spool_has_it(void **state)
{
	(void)state;
	lead();
	broken = true;
	open_contact(1);
	run_for(40);
	assert_int_equal(site.refused, 1);
	run_for(1100); /* tried again by itself, in vain */
	open_contact(2);
	run_for(40);
	assert_int_equal(site.refused, 2);
	assert_int_equal(site.answered, 0);
	assert_int_equal(kept(), 0);
	broken = false;
	run_for(1100);
	assert_int_equal(kept(), 1);
	open_contact(3);
	run_for(40);
	assert_int_equal(site.answered, 3);
	assert_true(site.spooled);
	assert_int_equal(kept(), 1);
}

/* The node knows nothing of the contact, and the center may. */
static void who_decides_alone_does_not_say_no(void **state)
{
	(void)state;
	center_store_state(site.center, STORE_DOWN);
	open_contact(1);
	run_for(60);
	assert_int_equal(site.answered, 1);
	assert_true(center_is_island(site.center));
	struct command c;
	command_init(&c, COMMAND_CONTACT_CLOSE);
	c.node = "n1";
	c.session = "n1/i1/2";
	c.identity = "ann";
	c.role = "responder";
	c.contact = "fedcba98765432100000";
	c.disposition = "resolved";
	c.request = 2;
	center_submit(site.center, &c);
	assert_int_equal(site.refused, 2);
	command_init(&c, COMMAND_OFFER_ACCEPT);
	c.node = "n1";
	c.session = "n1/i1/2";
	c.identity = "ann";
	c.role = "responder";
	c.offer = "o0000020000000397"; /* it may be accepted by now: this is asked again */
	c.ref = "a1";
	c.request = 3;
	center_submit(site.center, &c);
	assert_int_equal(site.refused, 3);
}

/* Its request was given up, and no link went down that would come back. */
static void who_decides_alone_asks_again_until_the_store_takes_it(void **state)
{
	(void)state;
	fake.leader = "n2";
	center_store_state(site.center, STORE_READY);
	center_store_lead(site.center, 0, "n2");
	end_append(STORE_OK); /* that the node is there */
	int before = fake.appends;
	open_contact(1);
	assert_int_equal(fake.appends, before + 1);
	run_for(40);
	assert_int_equal(site.answered, 1);
	assert_true(site.spooled);
	for (int tries = 1; tries < 4; tries++) {
		assert_int_equal(fake.appends, before + tries);
		end_append(STORE_UNAVAILABLE);
		run_for(40);
	}
	assert_int_equal(kept(), 1);
	end_append(STORE_OK); /* behind it the fact is told */
	end_append(STORE_OK);
	assert_int_equal(kept(), 0);
	before = fake.appends;
	run_for(40);
	assert_int_equal(fake.appends, before);
	open_contact(2);
	assert_int_equal(fake.appends, before + 1);
}

/* It led and is on time; who leads now, on which server? The first command it tells them. */
static enum command_kind told_first(uint64_t takeovers, const char *leader)
{
	fake.takeovers = takeovers;
	fake.leader = leader;
	fake.epoch = fake.appends = 0;
	center_store_lead(site.center, 0, leader);
	assert_true(fake.appends > 0);
	return fake.kind;
}

/* A replica that had not all of it may be the master now. */
static void what_was_committed_is_told_where_another_server_took_over(void **state)
{
	(void)state;
	lead();
	open_contact(1);
	run_for(2);
	assert_int_equal(fake.commits, 1);
	fake.commits = 0;
	fake.done[0](fake.arg, COMMIT_OK);
	assert_int_equal(site.answered, 1);
	assert_false(site.spooled);
	assert_int_equal(kept(), 0);
	assert_int_equal(told_first(0, "n2"), COMMAND_NODE_UP);
	assert_int_equal(told_first(1, "n2"), COMMAND_CONTACT_OPEN);
	/* It was not taken: it is told again. */
	end_append(STORE_UNAVAILABLE);
	assert_int_equal(told_first(1, "n3"), COMMAND_CONTACT_OPEN);
	end_append(STORE_OK);
	assert_int_equal(told_first(1, "n2"), COMMAND_NODE_UP);
	/* The same one leads, and what was put into its inbox may be gone. */
	fake.takeovers = 2;
	fake.appends = 0;
	center_store_state(site.center, STORE_DOWN);
	center_store_state(site.center, STORE_READY);
	assert_int_equal(fake.kind, COMMAND_CONTACT_OPEN);
}

/* The spool had it first, and let go of it. */
static void what_the_spool_had_is_told_where_another_server_took_over(void **state)
{
	(void)state;
	lead();
	open_contact(1);
	run_for(40);
	assert_true(site.spooled);
	assert_int_equal(kept(), 1);
	take_commits();
	assert_int_equal(kept(), 0);
	assert_int_equal(told_first(1, "n2"), COMMAND_CONTACT_OPEN);
}

static void escalate(int64_t request, const char *reason)
{
	struct command c;
	command_init(&c, COMMAND_CONTACT_ESCALATE);
	c.node = "n1";
	c.session = "n1/i1/2";
	c.identity = "sue";
	c.role = "supervisor";
	c.contact = "0123456789abcdef0000";
	c.kind = "mobile_team";
	c.consent = "yes";
	c.reason = reason;
	c.request = request;
	center_submit(site.center, &c);
	run_for(40);
	assert_int_equal(site.answered, request);
}

static void expect_fact(uint64_t *at, enum command_kind kind, bool named)
{
	struct spool_entry entry;
	struct command fact;
	struct err e;
	assert_int_equal(spool_read(site.spool, *at, &entry, &e), 1);
	assert_int_equal(command_decode(entry.data, entry.bytes.len, &fact, &e), 0);
	assert_int_equal(fact.command, kind);
	assert_int_equal(*fact.dispatch != '\0', named);
	*at = entry.sequence;
}

/* Elsewhere it may be over by then: a new one must not bear its name. */
static void a_rescue_is_named_where_it_is_asked_for_and_not_where_it_is_changed(void **state)
{
	(void)state;
	uint64_t at = 0;
	lead();
	open_contact(1);
	run_for(40);
	escalate(2, "danger");
	escalate(3, "more danger");
	expect_fact(&at, COMMAND_CONTACT_OPEN, false);
	expect_fact(&at, COMMAND_CONTACT_ESCALATE, true);
	expect_fact(&at, COMMAND_CONTACT_ESCALATE, false);
}

/* When the store becomes late, more may be on its way to it than the spool has room for. */
static void more_than_there_is_room_for_goes_one_group_after_the_other(void **state)
{
	char contact[32], ref[8];
	(void)state;
	lead();
	for (int i = 1; i <= 50; i++) {
		snprintf(contact, sizeof contact, "0123456789abcdef%04x", i);
		snprintf(ref, sizeof ref, "m%d", i);
		open_another(i, contact, ref);
	}
	run_for(40);
	assert_int_equal(site.refused, 0);
	assert_int_equal(site.answered, 50);
	assert_int_equal(kept(), 50);
}

/* Late already: room for those who come is allocated while others are written. */
static void who_comes_faster_than_room_is_allocated_is_taken(void **state)
{
	char contact[32], ref[8];
	(void)state;
	lead();
	for (int i = 1; i <= 100; i++) {
		snprintf(contact, sizeof contact, "0123456789abcdef%04x", i);
		snprintf(ref, sizeof ref, "m%d", i);
		open_another(i, contact, ref);
		if (i % 10 == 0)
			run_for(i == 10 ? 12 : 1);
	}
	for (int i = 0; i < 50 && kept() < 100; i++)
		run_for(100);
	assert_int_equal(site.refused, 0);
	assert_int_equal(kept(), 100);
}

/* An earlier life was killed over and over before the spool let go of what it had told. */
static void facts_that_change_nothing_hold_nobody_up(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(spool_add(site.spool, SPOOL_GO_ON, (struct slice){ "?", 1 }) > 0);
	spool_sync(site.spool, NULL, NULL);
	lead();
	open_contact(1);
	run_for(40);
	assert_int_equal(site.answered, 1);
}

static void add_fact(int number)
{
	struct command c;
	struct buf bytes = { 0 };
	char contact[32], ref[32];
	snprintf(contact, sizeof contact, "0123456789abcdef%04x", number);
	snprintf(ref, sizeof ref, "fact-%d", number);
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.identity = "web";
	c.role = "frontend";
	c.contact = contact;
	c.channel = "chat";
	c.lang = "en";
	c.ref = ref;
	c.fingerprint = 7;
	c.level = c.level_alone = LEVEL_LOW + 1;
	c.island = "n1/i0";
	c.fact = number;
	c.decided_ms = 1000000;
	command_encode(&c, true, &bytes);
	assert_true(spool_add(site.spool, SPOOL_GO_ON,
			    (struct slice){ buf_str(&bytes), bytes.len }) > 0);
	buf_free(&bytes);
}

/* Intake waits for the facts, but not for a store that is gone again. */
static void a_store_lost_in_the_middle_of_the_facts_holds_nobody_up(void **state)
{
	(void)state;
	for (int i = 1; i <= 300; i++) {
		add_fact(i);
		if (i % 50 == 0)
			spool_sync(site.spool, NULL, NULL);
	}
	win_lead();
	center_store_caught_up(site.center);
	open_another(1, "0123456789abcdefffff", "new");
	open_another(2, "0123456789abcdef0007", "fact-7");
	run_for(60);
	assert_true(center_is_late(site.center));
	assert_int_equal(site.answered, 2);
	assert_true(site.spooled);
	assert_int_equal(kept(), 301);
	take_commits();
	assert_int_equal(kept(), 0);
}

static void spool_facts(int n)
{
	for (int i = 1; i <= n; i++)
		add_fact(i);
	spool_sync(site.spool, NULL, NULL);
	assert_int_equal(kept(), n);
}

static void commit_one(void)
{
	for (int i = 0; i < 1000 && fake.commits == 0; i++)
		run_for(1);
	assert_int_equal(fake.commits, 1);
	fake.commits--;
	fake.done[0](fake.arg, COMMIT_OK);
}

/* Killed in between, the next life does not begin with the first one again. */
static void the_spool_lets_go_while_facts_are_told(void **state)
{
	(void)state;
	spool_facts(20);
	win_lead();
	center_store_caught_up(site.center);
	commit_one();
	assert_int_equal(kept(), 12);
	commit_one();
	assert_int_equal(kept(), 4);
	commit_one();
	assert_int_equal(kept(), 0);
}

/* Commits that were on their way before do not have them. */
static void the_spool_keeps_what_is_in_the_next_commit(void **state)
{
	(void)state;
	spool_facts(20);
	win_lead();
	run_for(2);
	assert_int_equal(fake.commits, 1); /* that it leads */
	center_store_caught_up(site.center);
	assert_int_equal(fake.commits, 2);
	fake.done[0](fake.arg, COMMIT_OK);
	assert_int_equal(kept(), 20);
	fake.done[0](fake.arg, COMMIT_OK);
	assert_int_equal(kept(), 12);
}

/* Numbers of the facts that were told since the last time, "-" for anything else. */
static const char *told(void)
{
	static char out[256];
	size_t len;
	*out = '\0';
	for (const char *p = fake.inbox.data; p && p < fake.inbox.data + fake.inbox.len; p += len) {
		struct command c;
		memcpy(&len, p, sizeof len);
		p += sizeof len;
		char *copy = mem_dup(p, len);
		assert_int_equal(command_decode(copy, len, &c, NULL), 0);
		size_t used = strlen(out);
		if (c.fact)
			snprintf(out + used, sizeof out - used, "%d ", (int)c.fact);
		else
			snprintf(out + used, sizeof out - used, "- ");
		free(copy);
	}
	buf_clear(&fake.inbox);
	return out;
}

static void end_appends(int n, enum store_result result)
{
	while (n-- > 0)
		end_append(result);
}

/* An earlier life had said them, and who took the first of them is replaced by one that may lack
 * them: a later one before them would make them look told. */
static void what_the_spool_let_go_of_is_told_where_another_server_took_over(void **state)
{
	(void)state;
	spool_facts(12);
	fake.leader = "n2";
	center_store_state(site.center, STORE_READY);
	center_store_lead(site.center, 0, "n2");
	assert_string_equal(told(), "1 2 3 4 5 6 7 8 ");
	assert_int_equal(fake.here, 8); /* not sent again by the store, ahead of those before */
	end_appends(7, STORE_OK);
	assert_int_equal(kept(), 12);
	end_appends(1, STORE_OK);
	assert_int_equal(kept(), 4);
	assert_string_equal(told(), "9 10 11 12 ");
	end_appends(4, STORE_UNAVAILABLE);
	center_store_state(site.center, STORE_DOWN);
	fake.takeovers = 1;
	center_store_state(site.center, STORE_READY);
	assert_string_equal(told(), "1 2 3 4 5 6 7 8 ");
	end_appends(8, STORE_OK);
	assert_int_equal(kept(), 4);
	assert_string_equal(told(), "9 10 11 12 ");
	end_appends(4, STORE_OK);
	assert_int_equal(kept(), 0);
	assert_string_equal(told(), "- ");
	center_store_state(site.center, STORE_DOWN);
	center_store_state(site.center, STORE_READY);
	assert_string_equal(told(), "");
	center_store_state(site.center, STORE_DOWN);
	fake.takeovers = 2;
	center_store_state(site.center, STORE_READY);
	assert_string_equal(told(), "1 2 3 4 5 6 7 8 ");
}

/* The commit with which the spool lets go may bring what came later. */
static void what_is_recalled_is_in_order(void **state)
{
	(void)state;
	lead();
	open_contact(1);
	run_for(40);
	assert_int_equal(kept(), 1);
	open_another(2, "0123456789abcdef0002", "r2");
	fake.commits--;
	fake.done[0](fake.arg, COMMIT_OK);
	assert_false(center_is_late(site.center));
	assert_int_equal(kept(), 1);
	commit_one();
	assert_int_equal(site.answered, 2);
	assert_int_equal(kept(), 0);
	told();
	(void)told_first(1, "n2");
	assert_string_equal(told(), "1 2 ");
}

/* South has taken a contact that is not known here: it is told so. */
static void another_center_hears_of_it_as_soon_as_the_store_has_it(void **state)
{
	struct command c;
	(void)state;
	lead();
	command_init(&c, COMMAND_TRANSFER_ANSWER);
	c.identity = "center:south";
	c.ref = "letter-1";
	c.contact = "0123456789abcdef0000";
	c.peer = "0123456789abcdef0001";
	c.transfer = "t1";
	c.result = "accepted";
	center_submit(site.center, &c);
	run_for(40);
	assert_true(center_is_late(site.center));
	assert_int_equal(site.letters, 0);
	take_commits();
	assert_int_equal(site.letters, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			asked_again_it_is_refused_until_the_spool_has_it, begin, end),
		cmocka_unit_test_setup_teardown(
			a_rescue_is_named_where_it_is_asked_for_and_not_where_it_is_changed, begin,
			end),
		cmocka_unit_test_setup_teardown(
			more_than_there_is_room_for_goes_one_group_after_the_other, begin, end),
		cmocka_unit_test_setup_teardown(
			who_comes_faster_than_room_is_allocated_is_taken, begin_slow, end),
		cmocka_unit_test_setup_teardown(
			facts_that_change_nothing_hold_nobody_up, begin, end),
		cmocka_unit_test_setup_teardown(
			a_store_lost_in_the_middle_of_the_facts_holds_nobody_up, begin, end),
		cmocka_unit_test_setup_teardown(the_spool_lets_go_while_facts_are_told, begin, end),
		cmocka_unit_test_setup_teardown(
			the_spool_keeps_what_is_in_the_next_commit, begin, end),
		cmocka_unit_test_setup_teardown(
			what_the_spool_let_go_of_is_told_where_another_server_took_over, begin,
			end),
		cmocka_unit_test_setup_teardown(what_is_recalled_is_in_order, begin, end),
		cmocka_unit_test_setup_teardown(
			another_center_hears_of_it_as_soon_as_the_store_has_it, begin, end),
		cmocka_unit_test_setup_teardown(who_decides_alone_does_not_say_no, begin, end),
		cmocka_unit_test_setup_teardown(
			who_decides_alone_asks_again_until_the_store_takes_it, begin, end),
		cmocka_unit_test_setup_teardown(
			what_was_committed_is_told_where_another_server_took_over, begin, end),
		cmocka_unit_test_setup_teardown(
			what_the_spool_had_is_told_where_another_server_took_over, begin, end),
	};
	return cmocka_run_group_tests_name("center_spool", tests, NULL, NULL);
}
