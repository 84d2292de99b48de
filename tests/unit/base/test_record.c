#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "triaged/base/record.h"

static void reads_back_what_was_put(void **state)
{
	(void)state;
	struct buf b = { 0 };
	record_puts(&b, "name", "value with\nnewline: and 5:x");
	record_puts(&b, "empty", "");
	record_puti(&b, "number", INT64_MIN);
	record_put(&b, "blob", "\0\x01\n", 3);
	struct record_reader r = { b.data, b.data + b.len };
	struct slice name, value;
	int64_t n;
	assert_int_equal(record_next(&r, &name, &value), 1);
	assert_true(slice_is(name, "name") && slice_is(value, "value with\nnewline: and 5:x"));
	assert_int_equal(record_next(&r, &name, &value), 1);
	assert_true(slice_is(name, "number"));
	assert_int_equal(slice_int(value, &n), 0);
	assert_true(n == INT64_MIN);
	assert_int_equal(record_next(&r, &name, &value), 1);
	assert_true(slice_is(name, "blob") && value.len == 3);
	assert_int_equal(record_next(&r, &name, &value), 0);
	buf_free(&b);
}

static void refuses_what_is_cut_anywhere(void **state)
{
	(void)state;
	struct buf b = { 0 };
	record_puts(&b, "a", "one");
	size_t whole = b.len;
	for (size_t cut = 1; cut < whole; cut++) {
		struct record_reader r = { b.data, b.data + cut };
		struct slice name, value;
		assert_int_equal(record_next(&r, &name, &value), -1);
	}
	buf_free(&b);
}

static void refuses_malformed(void **state)
{
	(void)state;
	static const char *const bad[] = { " 1:x\n", "A 1:x\n", "a x:x\n", "a 1x\n", "a 2:x\n",
		"a 0:x\n", "a 99999999999:x\n", "a :\n",
		"abcdefghijklmnopqrstuvwxyzabcdefg 1:x\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct record_reader r = { bad[i], bad[i] + strlen(bad[i]) };
		struct slice name, value;
		assert_int_equal(record_next(&r, &name, &value), -1);
	}
}

static void whole_integers_only(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "-", "1x", "9223372036854775808",
		"-9223372036854775809", " 1", "+1" };
	int64_t n;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(slice_int((struct slice){ bad[i], strlen(bad[i]) }, &n), -1);
	assert_int_equal(slice_int((struct slice){ "9223372036854775807", 19 }, &n), 0);
	assert_true(n == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_what_was_put),
		cmocka_unit_test(refuses_what_is_cut_anywhere),
		cmocka_unit_test(refuses_malformed),
		cmocka_unit_test(whole_integers_only),
	};
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
