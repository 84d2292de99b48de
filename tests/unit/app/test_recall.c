/* What a node keeps of what it acknowledged, and when it is told again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/app/recall.h"

static void add(struct recall *r, int64_t first, int64_t last, uint64_t server)
{
	for (int64_t i = first; i <= last; i++) {
		struct command c;
		struct buf bytes = { 0 };
		command_init(&c, COMMAND_CONTACT_OPEN);
		c.fact = i;
		command_encode(&c, true, &bytes);
		recall_add(r, (struct slice){ buf_str(&bytes), bytes.len }, server);
		buf_free(&bytes);
	}
}

static const char *from(const struct recall *r, uint64_t *at)
{
	static char out[256];
	struct slice bytes;
	*out = '\0';
	while (recall_next(r, at, &bytes)) {
		struct command c;
		char copy[256];
		assert_true(bytes.len < sizeof copy);
		memcpy(copy, bytes.data, bytes.len);
		assert_int_equal(command_decode(copy, bytes.len, &c, NULL), 0);
		snprintf(out + strlen(out), sizeof out - strlen(out), "%d ", (int)c.fact);
	}
	return out;
}

static const char *all(const struct recall *r)
{
	uint64_t at = 0;
	return from(r, &at);
}

static void it_is_due_where_another_server_is(void **state)
{
	(void)state;
	struct recall r = { 0 };
	assert_false(recall_is_due(&r, 1));
	add(&r, 1, 2, 0);
	assert_false(recall_is_due(&r, 0));
	assert_true(recall_is_due(&r, 1));
	recall_taken(&r, 1);
	add(&r, 3, 3, 1);
	assert_false(recall_is_due(&r, 1));
	assert_true(recall_is_due(&r, 2));
	uint64_t at = 0;
	assert_string_equal(from(&r, &at), "1 2 3 ");
	add(&r, 4, 4, 1);
	assert_string_equal(from(&r, &at), "4 ");
	recall_free(&r);
}

/* The new server has what was told to it, and not yet what the one before had. */
static void it_stays_due_while_only_what_came_later_was_taken(void **state)
{
	(void)state;
	struct recall r = { 0 };
	add(&r, 1, 2, 0);
	add(&r, 3, 4, 1);
	assert_true(recall_is_due(&r, 1));
	assert_string_equal(all(&r), "1 2 3 4 ");
	recall_taken(&r, 1);
	assert_false(recall_is_due(&r, 1));
	assert_true(recall_is_due(&r, 2));
	recall_free(&r);
}

/* What counts is how long the server had it, not how long there was none. */
static void what_was_taken_long_before_the_server_was_lost_is_forgotten(void **state)
{
	(void)state;
	struct recall r = { 0 };
	struct mono lost = mono_now();
	add(&r, 1, 3, 0);
	r.items[0].at.us = lost.us - (RECALL_MS + 1) * (int64_t)1000;
	r.items[1].at.us = lost.us - (RECALL_MS - 1) * (int64_t)1000;
	recall_lost(&r, 0, lost);
	assert_true(recall_is_due(&r, 1));
	assert_string_equal(all(&r), "2 3 ");
	recall_free(&r);
}

/* Servers that are lost before they were told all of it: it is owed to the one that stays. */
static void what_was_never_told_whole_does_not_grow_old(void **state)
{
	(void)state;
	struct recall r = { 0 };
	struct mono lost = mono_now();
	add(&r, 1, 2, 0);
	recall_lost(&r, 0, lost);
	assert_true(recall_is_due(&r, 1));
	lost.us += 2 * RECALL_MS * (int64_t)1000;
	recall_lost(&r, 1, lost);
	assert_true(recall_is_due(&r, 2));
	add(&r, 3, 3, 2);
	assert_string_equal(all(&r), "1 2 3 ");
	recall_taken(&r, 2);
	lost.us += 2 * RECALL_MS * (int64_t)1000;
	recall_lost(&r, 2, lost);
	assert_false(recall_is_due(&r, 3));
	recall_free(&r);
}

static void it_stays_bounded(void **state)
{
	(void)state;
	struct recall r = { 0 };
	uint64_t at = 0, before = 0;
	size_t n = 0;
	for (int64_t i = 1; r.dropped < 1000; i++, n++)
		add(&r, i, i, 0);
	assert_true(r.bytes <= RECALL_BYTES);
	assert_true(r.cap <= 2 * n);
	struct slice bytes;
	for (; recall_next(&r, &at, &bytes); before = at)
		assert_true(at > before);
	assert_int_equal(at, n);
	recall_free(&r);
	assert_int_equal(r.bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_due_where_another_server_is),
		cmocka_unit_test(it_stays_due_while_only_what_came_later_was_taken),
		cmocka_unit_test(what_was_taken_long_before_the_server_was_lost_is_forgotten),
		cmocka_unit_test(what_was_never_told_whole_does_not_grow_old),
		cmocka_unit_test(it_stays_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
