#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "triaged/outreach/callback.h"

static int read_text(const char *text, struct callback *c, struct err *e)
{
	return callback_read((struct slice){ text, strlen(text) }, c, e);
}

static void each_kind_is_read(void **state)
{
	(void)state;
	struct callback c;
	struct err e;
	assert_int_equal(read_text("{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"d12\","
				   "\"by\":\"Officer 3, señal\"}}",
				 &c, &e),
		0);
	assert_int_equal(c.kind, CALLBACK_ACK);
	assert_string_equal(c.dispatch, "d12");
	assert_string_equal(c.by, "Officer 3, señal");
	callback_free(&c);
	assert_int_equal(read_text("{\"type\":\"dispatch.decline\",\"data\":{\"dispatch\":\"d12\","
				   "\"reason\":\"no crew\"}}",
				 &c, &e),
		0);
	assert_string_equal(c.reason, "no crew");
	callback_free(&c);
	assert_int_equal(
		read_text("{\"type\":\"dispatch.status\",\"specversion\":\"1.0\","
			  "\"data\":{\"dispatch\":\"d12\",\"status\":\"en_route\",\"by\":null}}",
			&c, &e),
		0);
	assert_string_equal(c.status, "en_route");
	assert_string_equal(c.by, "");
	callback_free(&c);
	assert_int_equal(read_text("{\"type\":\"dispatch.outcome\",\"data\":{\"dispatch\":\"d12\","
				   "\"outcome\":\"with_person\"}}",
				 &c, &e),
		0);
	assert_string_equal(buf_str(&c.outcome), "\"with_person\"");
	callback_free(&c);
	assert_int_equal(read_text("{\"type\":\"dispatch.outcome\",\"data\":{\"dispatch\":\"d12\","
				   "\"outcome\":{\"result\":\"cleared\"}}}",
				 &c, &e),
		0);
	assert_string_equal(buf_str(&c.outcome), "{\"result\":\"cleared\"}");
	assert_string_equal(c.result, "cleared");
	callback_free(&c);
}

static void what_is_wrong_is_named_and_not_repeated(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "", "JSON" },
		{ "[]", "object" },
		{ "{}", "type" },
		{ "{\"type\":7}", "type" },
		{ "{\"type\":\"dispatch.send\",\"data\":{}}", "type" },
		{ "{\"type\":\"dispatch.ack\"}", "data" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"by\":\"x\"}}", "dispatch" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"d1\"}}", "by" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"d1\",\"by\":\"\"}}", "by" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"d1\",\"by\":\"a\\nb\"}}",
			"by" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"../d1\",\"by\":\"x\"}}",
			"dispatch" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":12,\"by\":\"x\"}}",
			"dispatch" },
		{ "{\"type\":\"dispatch.decline\",\"data\":{\"dispatch\":\"d1\"}}", "reason" },
		{ "{\"type\":\"dispatch.status\",\"data\":{\"dispatch\":\"d1\",\"status\":\"on "
		  "the way\"}}",
			"status" },
		{ "{\"type\":\"dispatch.outcome\",\"data\":{\"dispatch\":\"d1\",\"outcome\":[]}}",
			"outcome" },
		{ "{\"type\":\"dispatch.outcome\",\"data\":{\"dispatch\":\"d1\",\"outcome\":\"\"}}",
			"outcome" },
		{ "{\"type\":\"dispatch.ack\",\"data\":{\"dispatch\":\"d1\",\"dispatch\":\"d2\"}}",
			"" },
	};
	struct callback c;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { "" };
		assert_int_equal(read_text(rows[i][0], &c, &e), -1);
		callback_free(&c);
		if (!strstr(e.text, rows[i][1]) && i > 0)
			fail_msg("%zu: %s", i, e.text);
		assert_null(strstr(e.text, "on the way"));
	}
}

static void a_body_has_a_bound(void **state)
{
	(void)state;
	static char big[CALLBACK_BODY_MAX + 2];
	struct callback c;
	struct err e;
	memset(big, ' ', sizeof big - 1);
	assert_int_equal(read_text(big, &c, &e), -1);
	assert_non_null(strstr(e.text, "longer"));
	callback_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_read),
		cmocka_unit_test(what_is_wrong_is_named_and_not_repeated),
		cmocka_unit_test(a_body_has_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
