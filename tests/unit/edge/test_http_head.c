#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/edge/http_head.h"

static char bytes[65536];

static int read_head(const char *text, size_t n, struct http_head *h)
{
	memcpy(bytes, text, n);
	bytes[n] = '\0';
	return http_head_read(bytes, n, h);
}

#define HOST "Host: crisis.example\r\n"

static void a_head_is_read(void **state)
{
	(void)state;
	static const char text[] = "POST /agency/ems/events?a=1&token=x%20 HTTP/1.1\r\n" HOST
				   "Content-Length: 12\r\nWebhook-ID:  a:1 \t\r\nX:\r\n\r\n";
	struct http_head h;
	assert_int_equal(read_head(text, sizeof text - 1, &h), 0);
	assert_string_equal(h.method, "POST");
	assert_string_equal(h.path, "/agency/ems/events");
	assert_string_equal(h.query, "a=1&token=x%20");
	assert_int_equal(h.content_length, 12);
	assert_string_equal(http_head_field(&h, "webhook-id"), "a:1");
	assert_string_equal(http_head_field(&h, "x"), "");
	assert_null(http_head_field(&h, "y"));
	assert_true(h.keep_alive);
	assert_false(h.wants_continue);
}

static void what_can_be_read_in_two_ways_is_refused(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{ 0, "GET / HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
		{ 400, "GET / HTTP/1.1\n" HOST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST ": y\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n" },
		{ 400, "GET  / HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n\r\n" },
		{ 400, "get / HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, " GET / HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "\r\nGET / HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET /\r\n" HOST "\r\n" },
		{ 400, "GET http://crisis.example/ HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET /#x HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET / HTP/1.1\r\n" HOST "\r\n" },
		{ 505, "GET / HTTP/1.0\r\n" HOST "\r\n" },
		{ 505, "GET / HTTP/2\r\n" HOST "\r\n" },
		{ 505, "GET / HTTP/1.1 \r\n" HOST "\r\n" },
		{ 501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n" },
		{ 501, "POST / HTTP/1.1\r\n" HOST
		       "transfer-encoding: x\r\nContent-Length: 1\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST
		       "Content-Length: 1\r\nContent-Length: 1\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n" },
		{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "Webhook-Id: a\r\nwebhook-id: b\r\n\r\n" },
		{ 0, "GET / HTTP/1.1\r\n" HOST "X: a\r\nx: b\r\n\r\n" },
	};
	struct http_head h;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (read_head(rows[i].text, strlen(rows[i].text), &h) != rows[i].status)
			fail_msg("%zu: %s", i, rows[i].text);
}

/* A NUL would end a string before its line does. */
static void a_nul_is_refused_wherever_it_stands(void **state)
{
	(void)state;
	static const char text[] = "GET /path HTTP/1.1\r\n" HOST "X: y\r\n\r\n";
	struct http_head h;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		char spoilt[sizeof text];
		memcpy(spoilt, text, sizeof text);
		spoilt[i] = '\0';
		assert_int_not_equal(read_head(spoilt, sizeof text - 1, &h), 0);
	}
}

/* Cut anywhere it is no head, and reading it harms nothing. */
static void half_a_head_is_none(void **state)
{
	(void)state;
	static const char text[] = "GET /path HTTP/1.1\r\n" HOST "X: y\r\n\r\n";
	struct http_head h;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		char *copy = malloc(n + 1);
		memcpy(copy, text, n);
		copy[n] = '\0';
		assert_int_not_equal(http_head_read(copy, n, &h), 0);
		free(copy);
	}
}

static void sizes_have_bounds(void **state)
{
	(void)state;
	static char text[16384];
	struct http_head h;
	int n = snprintf(
		text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", HTTP_TARGET_MAX - 1, 0);
	assert_int_equal(read_head(text, (size_t)n, &h), 0);
	n = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", HTTP_TARGET_MAX, 0);
	assert_int_equal(read_head(text, (size_t)n, &h), 414);
	for (int fields = HTTP_FIELDS_MAX; fields <= HTTP_FIELDS_MAX + 1; fields++) {
		n = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST);
		for (int i = 1; i < fields; i++)
			n += snprintf(text + n, sizeof text - (size_t)n, "X%d: y\r\n", i);
		n += snprintf(text + n, sizeof text - (size_t)n, "\r\n");
		assert_int_equal(
			read_head(text, (size_t)n, &h), fields > HTTP_FIELDS_MAX ? 431 : 0);
	}
}

static void a_connection_may_be_closed_or_kept(void **state)
{
	(void)state;
	static const char closes[] = "GET / HTTP/1.1\r\n" HOST "Connection: Close\r\n\r\n";
	static const char waits[] = "PUT / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n";
	struct http_head h;
	assert_int_equal(read_head(closes, sizeof closes - 1, &h), 0);
	assert_false(h.keep_alive);
	assert_int_equal(read_head(waits, sizeof waits - 1, &h), 0);
	assert_true(h.wants_continue && h.keep_alive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_read),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(a_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(half_a_head_is_none),
		cmocka_unit_test(sizes_have_bounds),
		cmocka_unit_test(a_connection_may_be_closed_or_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
