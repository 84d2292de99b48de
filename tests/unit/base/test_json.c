#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "triaged/base/clock.h"
#include "triaged/base/json.h"
#include "triaged/base/json_text.h"

static void refuses_what_strict_json_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "{", "{\"a\":1,\"a\":2}", "{} x",
		"{\"a\":\"\\u0000\"}", "\"\xff\"", "\"\xc0\x80\"", "{\"a\":01}", "{'a':1}", "[1,]",
		"nul", "\"\\ud800\"", "99999999999999999999", "[[[[1]]]]" };
	struct err e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		json_t *v = json_parse(bad[i], strlen(bad[i]), 3, &e);
		if (v)
			fail_msg("accepted: %s", bad[i]);
		assert_true(strlen(e.text) > 0);
	}
}

static void nesting_inside_strings_does_not_count(void **state)
{
	(void)state;
	const char *text = "{\"a\":\"[[[[[[\\\"[[[\"}";
	json_t *v = json_parse(text, strlen(text), 2, NULL);
	assert_non_null(v);
	json_decref(v);
}

/* Whatever is written reads back as the same by the other library. */
static void written_text_reads_back(void **state)
{
	(void)state;
	static const char hostile[] =
		"q\"b\\n\nt\tc\x01 \xc3\xa9 \xf0\x9f\x98\x80 \xff\xc0\x80\xed\xa0\x80";
	struct buf b = { 0 };
	jtext_open(&b, '{');
	jtext_name(&b, "text");
	jtext_strn(&b, hostile, sizeof hostile - 1);
	jtext_name(&b, "words");
	jtext_words(&b, " a  b c ", 8);
	jtext_name(&b, "none");
	jtext_words(&b, "", 0);
	jtext_name(&b, "lines");
	jtext_lines(&b, "one\n\ntwo");
	jtext_name(&b, "seconds");
	jtext_seconds(&b, -1500);
	jtext_put_bool(&b, "truth", true);
	jtext_close(&b, '}');
	struct err e;
	json_t *v = json_parse(b.data, b.len, 4, &e);
	if (!v)
		fail_msg("%s: %s", e.text, b.data);
	const char *text = json_string_value(json_object_get(v, "text"));
	assert_memory_equal(text, hostile, 19);
	assert_non_null(strstr(text, "\xef\xbf\xbd"));
	assert_int_equal(json_array_size(json_object_get(v, "words")), 3);
	assert_int_equal(json_array_size(json_object_get(v, "none")), 0);
	assert_int_equal(json_array_size(json_object_get(v, "lines")), 2);
	assert_true(json_real_value(json_object_get(v, "seconds")) == -1.5);
	json_decref(v);
	buf_free(&b);
}

static void members_say_when_there_is_nothing(void **state)
{
	(void)state;
	struct buf b = { 0 };
	jtext_open(&b, '{');
	jtext_put_str(&b, "s", "x");
	jtext_put_int(&b, "i", -1);
	jtext_put_count(&b, "n", 7);
	jtext_put_words(&b, "w", "a b");
	jtext_put_time(&b, "at", 1000);
	jtext_put_time(&b, "never", 0);
	jtext_put_seconds(&b, "for", 0);
	jtext_put_seconds(&b, "unknown", -1);
	jtext_close(&b, '}');
	assert_string_equal(buf_str(&b),
		"{\"s\":\"x\",\"i\":-1,\"n\":7,\"w\":[\"a\",\"b\"],"
		"\"at\":\"1970-01-01T00:00:01.000Z\",\"never\":null,\"for\":0,\"unknown\":null}");
	buf_free(&b);
}

/* Every hour of 70 years, leap years and century included, against the C library. */
static void times_agree_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t s = -86400 * 366; s < (int64_t)86400 * 366 * 70; s += 3600 * 7 + 1) {
		char ours[TIME_TEXT_SIZE], theirs[TIME_TEXT_SIZE];
		time_t t = (time_t)s;
		struct tm tm;
		gmtime_r(&t, &tm);
		strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%S.007Z", &tm);
		assert_string_equal(time_text(s * 1000 + 7, ours), theirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_strict_json_refuses),
		cmocka_unit_test(nesting_inside_strings_does_not_count),
		cmocka_unit_test(written_text_reads_back),
		cmocka_unit_test(members_say_when_there_is_nothing),
		cmocka_unit_test(times_agree_with_the_c_library),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
