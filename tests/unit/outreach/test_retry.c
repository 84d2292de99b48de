#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../../daemon/outreach/judge.h"
#include "../../../daemon/outreach/retry.h"

static void waits_double_up_to_a_bound(void **state)
{
	(void)state;
	static const int64_t longest[] = { 500, 1000, 2000, 4000, 8000, 10000, 10000 };
	for (int n = 1; n <= 7; n++) {
		assert_int_equal(retry_wait_ms(n, 500, 10000, 0), longest[n - 1]);
		int64_t least = retry_wait_ms(n, 500, 10000, UINT32_MAX);
		assert_in_range(least, longest[n - 1] / 2, longest[n - 1] / 2 + 1);
		int64_t middle = retry_wait_ms(n, 500, 10000, UINT32_MAX / 2);
		assert_in_range(middle, least, longest[n - 1]);
	}
	assert_int_equal(retry_wait_ms(1000000, 1, INT64_MAX / 2, 0), INT64_MAX / 2);
}

/* Every state with every event. */
static void a_circuit_opens_probes_and_closes(void **state)
{
	(void)state;
	struct breaker b = { .state = CIRCUIT_CLOSED };
	for (int i = 0; i < 2; i++) {
		assert_true(breaker_admit(&b, 100));
		breaker_report(&b, false, 3, 1000, 100);
		assert_int_equal(b.state, CIRCUIT_CLOSED);
	}
	breaker_report(&b, true, 3, 1000, 110);
	assert_int_equal(b.failures, 0);
	for (int i = 0; i < 3; i++)
		breaker_report(&b, false, 3, 1000, 200);
	assert_int_equal(b.state, CIRCUIT_OPEN);
	assert_int_equal(b.opened_ms, 200);
	assert_false(breaker_admit(&b, 1199));
	breaker_report(&b, false, 3, 1000, 700); /* a late failure moves nothing */
	breaker_give_up(&b, 700);
	assert_int_equal(b.probe_ms, 1200);
	assert_true(breaker_admit(&b, 1200));
	assert_int_equal(b.state, CIRCUIT_PROBING);
	assert_false(breaker_admit(&b, 5000)); /* one at a time */
	breaker_report(&b, false, 3, 1000, 1300);
	assert_int_equal(b.state, CIRCUIT_OPEN);
	assert_int_equal(b.opened_ms, 200);
	assert_int_equal(b.probe_ms, 2300);
	assert_true(breaker_admit(&b, 2300));
	breaker_give_up(&b, 2310);
	assert_int_equal(b.state, CIRCUIT_OPEN);
	assert_true(breaker_admit(&b, 2310));
	breaker_report(&b, true, 3, 1000, 2320);
	assert_int_equal(b.state, CIRCUIT_CLOSED);
	assert_int_equal(b.failures, 0);
	assert_true(breaker_admit(&b, 2320));
	breaker_give_up(&b, 2330);
	assert_int_equal(b.state, CIRCUIT_CLOSED);
	for (int i = 0; i < 3; i++)
		breaker_report(&b, false, 3, 1000, 3000);
	breaker_report(&b, true, 3, 1000, 3001); /* one that went before it opened came through */
	assert_int_equal(b.state, CIRCUIT_CLOSED);
}

static void unknown_is_neither_yes_nor_no(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum webhook_result result;
	} rows[] = {
		{ 200, "", WEBHOOK_ACCEPTED },
		{ 204, "", WEBHOOK_ACCEPTED },
		{ 202, "{}", WEBHOOK_ACCEPTED },
		{ 200, "{\"accepted\":true,\"dispatch\":\"d1\"}", WEBHOOK_ACCEPTED },
		{ 200, "{\"accepted\":false}", WEBHOOK_REFUSED },
		{ 200, "{\"dispatch\":\"d2\"}", WEBHOOK_UNKNOWN },
		{ 200, "<html>sign in</html>", WEBHOOK_UNKNOWN },
		{ 200, "OK", WEBHOOK_UNKNOWN },
		{ 200, "[]", WEBHOOK_UNKNOWN },
		{ 200, "{\"accepted\":", WEBHOOK_UNKNOWN },
		{ 400, "", WEBHOOK_REFUSED },
		{ 401, "", WEBHOOK_REFUSED },
		{ 404, "", WEBHOOK_REFUSED },
		{ 408, "", WEBHOOK_UNKNOWN },
		{ 410, "", WEBHOOK_REFUSED },
		{ 425, "", WEBHOOK_UNKNOWN },
		{ 429, "", WEBHOOK_UNKNOWN },
		{ 499, "", WEBHOOK_REFUSED },
		{ 500, "", WEBHOOK_UNKNOWN },
		{ 503, "{\"accepted\":true}", WEBHOOK_UNKNOWN },
		{ 301, "", WEBHOOK_UNKNOWN },
		{ 100, "", WEBHOOK_UNKNOWN },
		{ 0, "", WEBHOOK_UNKNOWN },
		{ 0, "{}", WEBHOOK_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			judge_answer(rows[i].status,
				(struct slice){ rows[i].body, strlen(rows[i].body) }, "d1"),
			rows[i].result);
}

static void only_safe_addresses_are_taken(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		int plain, result;
	} rows[] = {
		{ "https://ems.example/hook", 0, 0 },
		{ "https://ems.example:8443/hook?center=north", 0, 0 },
		{ "http://ems.example/hook", 0, -1 },
		{ "http://ems.example/hook", 1, -1 },
		{ "http://127.0.0.1:80/hook", 0, -1 },
		{ "http://127.0.0.1:80/hook", 1, 0 },
		{ "http://[::1]:80/", 1, 0 },
		{ "http://localhost/", 1, 0 },
		{ "http://127.0.0.1.example/", 1, -1 },
		{ "http://127.0.0.1@ems.example/", 1, -1 },
		{ "https://user:word@ems.example/", 0, -1 },
		{ "https://ems.example/#part", 0, -1 },
		{ "ftp://ems.example/", 1, -1 },
		{ "file:///etc/passwd", 1, -1 },
		{ "ems.example", 0, -1 },
		{ "https://", 0, -1 },
		{ "", 0, -1 },
	};
	struct err e;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(webhook_url_check(rows[i].url, rows[i].plain, &e), rows[i].result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_up_to_a_bound),
		cmocka_unit_test(a_circuit_opens_probes_and_closes),
		cmocka_unit_test(unknown_is_neither_yes_nor_no),
		cmocka_unit_test(only_safe_addresses_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
