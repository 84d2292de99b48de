#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../../daemon/edge/memory.h"
#include "../../../daemon/edge/pending.h"
#include "triaged/edge/verb.h"

static struct slice text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static void facts_unite_and_go_with_the_session(void **state)
{
	(void)state;
	struct memory m = { 0 };
	memory_init(&m, 1, 2);
	memory_add(&m, "c1", 7, text("s a\ns b\n"));
	memory_add(&m, "c1", 8, text("s b\ns c\n"));
	assert_true(slice_is(memory_facts(&m, "c1"), "s a\ns b\ns c\n"));
	assert_int_equal(memory_facts(&m, "c2").len, 0);
	memory_add(&m, "c2", 7, text("s x\n"));
	memory_forget_session(&m, 7);
	assert_int_equal(memory_facts(&m, "c2").len, 0);
	assert_true(memory_facts(&m, "c1").len > 0); /* it moved on to session 8 */
	memory_fini(&m);
}

/* The person's session and the responder's hold it together. */
static void facts_stay_while_anybody_serves_the_contact(void **state)
{
	(void)state;
	struct memory m = { 0 };
	memory_init(&m, 1, 2);
	memory_add(&m, "c1", 1, text("s a\n"));
	memory_engage(&m, "c1", 2);
	memory_forget_session(&m, 2);
	assert_int_equal(m.engaged, 0);
	assert_true(slice_is(memory_facts(&m, "c1"), "s a\n"));
	for (uint64_t session = 3; session < 9; session++) /* reconnects nobody saw ending */
		memory_add(&m, "c1", session, text(""));
	memory_forget_session(&m, 8);
	assert_true(memory_facts(&m, "c1").len > 0);
	for (uint64_t session = 1; session < 8; session++)
		memory_forget_session(&m, session);
	assert_int_equal(memory_facts(&m, "c1").len, 0);
	memory_fini(&m);
}

static void conversations_are_counted_once(void **state)
{
	(void)state;
	struct memory m = { 0 };
	memory_init(&m, 1, 2);
	memory_add(&m, "waiting", 1, text(""));
	assert_int_equal(m.engaged, 0);
	memory_engage(&m, "c1", 1); /* the person's side and the responder's on one node */
	memory_engage(&m, "c1", 2);
	memory_engage(&m, "c2", 3);
	assert_int_equal(m.engaged, 2);
	memory_forget(&m, "c1");
	memory_forget(&m, "c1");
	memory_forget_session(&m, 3);
	assert_int_equal(m.engaged, 0);
	memory_fini(&m);
}

/* An answer to an earlier incarnation of the node must not find a request of this one. */
static void numbers_of_two_incarnations_do_not_meet(void **state)
{
	(void)state;
	struct pending_table a, b;
	json_t *params = json_object();
	struct edge_request r = { .params = params, .verb = verb_at(VERB_CONTACT_NEXT) };
	pending_init(&a, (const uint64_t[3]){ 1, 2, 0x123456789abcdefull });
	pending_init(&b, (const uint64_t[3]){ 3, 4, 0xfedcba987654321full });
	for (int i = 0; i < 100; i++)
		assert_null(pending_get(&b, pending_add(&a, &r)->number));
	pending_fini(&a);
	pending_fini(&b);
	json_decref(params);
}

static void an_answer_finds_its_request_once(void **state)
{
	(void)state;
	struct pending_table t;
	json_t *params = json_pack("{s:s}", "contact", "c1");
	struct edge_request r = {
		.session = 5, .token = 6, .params = params, .verb = verb_at(VERB_CONTACT_CLOSE)
	};
	pending_init(&t, (const uint64_t[3]){ 1, 2, 0 });
	int64_t first = pending_add(&t, &r)->number, second = pending_add(&t, &r)->number;
	assert_true(first > 0 && second != first);
	struct pending *p = pending_take(&t, first);
	assert_string_equal(p->contact, "c1");
	assert_true(p->session == 5 && p->token == 6);
	pending_free(p);
	assert_null(pending_take(&t, first));
	assert_non_null(pending_get(&t, second));
	pending_fini(&t);
	json_decref(params);
}

static void the_course_becomes_facts(void **state)
{
	(void)state;
	struct memory m = { 0 };
	struct buf record = { 0 };
	memory_init(&m, 1, 2);
	record_puts(&record, "contact", "c1");
	record_puti(&record, "reconnects", 2);
	record_puts(&record, "prior_level", "urgent");
	memory_add(&m, "c1", 7, text("s x\n"));
	memory_add_course(&m, "c1", 7, (struct slice){ record.data, record.len });
	assert_true(
		slice_is(memory_facts(&m, "c1"), "a prior_level urgent\na reconnects 2\ns x\n"));
	assert_int_equal(memory_heard(&m, "c1", 7, 10000), -1);
	assert_int_equal(memory_heard(&m, "c1", 7, 75999), 65);
	assert_int_equal(memory_heard(&m, "c1", 7, 1000), 0); /* a clock set back */
	buf_free(&record);
	memory_fini(&m);
}

static bool before_is(
	const struct memory *m, uint64_t session, int64_t now_ms, int64_t n, const char *expected)
{
	struct buf before = { 0 };
	int64_t found = memory_before(m, "c1", session, now_ms, &before);
	bool same = found == n && strcmp(buf_str(&before), expected) == 0;
	buf_free(&before);
	return same;
}

static void short_messages_are_kept_a_while(void **state)
{
	(void)state;
	const int64_t minute = 60000;
	struct memory m = { 0 };
	memory_init(&m, 1, 2);
	assert_true(before_is(&m, 7, 0, 0, ""));
	memory_said(&m, "c1", 7, "r1", text("the pills"), 0);
	memory_said(&m, "c1", 7, "r2", text("all gone."), minute);
	assert_true(before_is(&m, 7, 11 * minute, 2, "the pills, all gone. "));
	memory_said(&m, "c1", 7, "r1", text("the pills"), 2 * minute); /* sent again */
	assert_true(before_is(&m, 7, 3 * minute, 2, "the pills, all gone. "));
	assert_true(before_is(&m, 7, 11 * minute + 1, 0, ""));
	assert_true(before_is(&m, 8, 2 * minute, 0, "")); /* another session has not heard them */
	memory_said(&m, "c1", 8, "r3", text("hello"), 2 * minute);
	assert_true(before_is(&m, 8, 2 * minute, 1, "hello, "));
	memory_said(&m, "c1", 8, "r4", text("later"), 13 * minute);
	assert_true(before_is(&m, 8, 13 * minute, 1, "later, "));
	memory_unsaid(&m, "c1");
	assert_true(before_is(&m, 8, 13 * minute, 0, ""));
	memory_unsaid(&m, "c2");
	memory_said(&m, "c1", 8, "r5", text("again"), 13 * minute);
	memory_forget_session(&m, 8);
	memory_forget_session(&m, 7);
	assert_true(before_is(&m, 8, 13 * minute, 0, ""));
	memory_fini(&m);
}

static void only_so_much_is_kept(void **state)
{
	(void)state;
	struct memory m = { 0 };
	char ref[8], words[161];
	memset(words, 'a', sizeof words - 1);
	words[160] = '\0';
	memory_init(&m, 1, 2);
	for (int i = 0; i < 10; i++) {
		snprintf(ref, sizeof ref, "r%d", i);
		memory_said(&m, "c1", 7, ref, text(ref), 0);
	}
	assert_true(before_is(&m, 7, 0, 8, "r2, r3, r4, r5, r6, r7, r8, r9, "));
	memory_said(&m, "c1", 7, "whole", text(words), 0);
	struct buf before = { 0 };
	assert_int_equal(memory_before(&m, "c1", 7, 0, &before), 1);
	assert_int_equal(before.len, 162);
	buf_free(&before);
	char longer[162];
	snprintf(longer, sizeof longer, "b%s", words);
	memory_said(&m, "c1", 7, "long", text(longer), 0);
	assert_true(
		before_is(&m, 7, 0, 0, "")); /* it is no piece, and what was before it is past */
	memory_said(&m, "c1", 7, "next", text("ok"), 0);
	assert_true(before_is(&m, 7, 0, 1, "ok, "));
	memory_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_messages_are_kept_a_while),
		cmocka_unit_test(only_so_much_is_kept),
		cmocka_unit_test(the_course_becomes_facts),
		cmocka_unit_test(facts_unite_and_go_with_the_session),
		cmocka_unit_test(facts_stay_while_anybody_serves_the_contact),
		cmocka_unit_test(conversations_are_counted_once),
		cmocka_unit_test(an_answer_finds_its_request_once),
		cmocka_unit_test(numbers_of_two_incarnations_do_not_meet),
	};
	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
