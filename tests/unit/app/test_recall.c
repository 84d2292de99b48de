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

/* Facts first..last as one journal, of which so many are acknowledged. */
static void add(struct recall *r, int64_t first, int64_t last, size_t acknowledged)
{
	struct journal j = { 0 };
	for (int64_t i = first; i <= last; i++) {
		struct command c;
		command_init(&c, COMMAND_CONTACT_OPEN);
		c.fact = i;
		journal_add(&j, SPOOL_BEGIN, &c);
	}
	recall_add(r, &j, acknowledged);
	journal_free(&j);
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

static void what_only_the_spool_has_is_not_recalled(void **state)
{
	(void)state;
	struct recall r = { 0 };
	assert_false(recall_is_due(&r, 1));
	add(&r, 1, 3, 2);
	assert_false(recall_is_due(&r, 1));
	assert_string_equal(all(&r), "");
	recall_taken(&r, 0);
	add(&r, 4, 4, 1);
	assert_string_equal(all(&r), "1 2 ");
	recall_free(&r);
}

static void it_is_due_where_another_server_is(void **state)
{
	(void)state;
	struct recall r = { 0 };
	add(&r, 1, 2, 2);
	recall_taken(&r, 0);
	assert_false(recall_is_due(&r, 0));
	assert_true(recall_is_due(&r, 1));
	add(&r, 3, 3, 1);
	recall_taken(&r, 1); /* who took the last has those before it */
	assert_false(recall_is_due(&r, 1));
	assert_true(recall_is_due(&r, 2));
	uint64_t at = 0;
	assert_string_equal(from(&r, &at), "1 2 3 ");
	add(&r, 4, 4, 1);
	recall_taken(&r, 1);
	assert_string_equal(from(&r, &at), "4 ");
	recall_free(&r);
}

static void it_stays_bounded(void **state)
{
	(void)state;
	struct recall r = { 0 };
	uint64_t at = 0, before = 0;
	size_t n = 0;
	for (int64_t i = 1; r.dropped < 1000; i++, n++) {
		add(&r, i, i, 1);
		recall_taken(&r, 0);
	}
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
		cmocka_unit_test(what_only_the_spool_has_is_not_recalled),
		cmocka_unit_test(it_is_due_where_another_server_is),
		cmocka_unit_test(it_stays_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
