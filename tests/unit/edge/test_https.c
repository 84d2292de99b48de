/* The HTTPS server with TLS clients that behave, and with such that do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "triaged/edge/https.h"
#include "world.h"

struct site {
	struct world w;
	struct https *https;
	struct https_options options;
	int served;
	uint64_t last;
	bool hold; /* answer later */
	char seen[256];
};

static void serve(void *arg, const struct https_request *r)
{
	struct site *s = arg;
	char text[512];
	struct slice token = https_query(r, "token");
	const char *x = https_header(r, "x-test");
	s->served++;
	s->last = r->exchange;
	snprintf(text, sizeof text, "%s %s segment=%s token=%.*s x=%s body=%.*s", r->method,
		r->path, r->segment, (int)token.len, token.data, x ? x : "none", (int)r->body.len,
		r->body.data);
	snprintf(s->seen, sizeof s->seen, "%s", text);
	if (!s->hold)
		https_answer(s->https, r->exchange,
			&(struct https_answer){ .status = 200,
				.type = "text/plain",
				.body = { text, strlen(text) } });
}

static const struct https_route routes[] = {
	{ "POST", "/agency/*/events", 100, serve },
	{ "GET", "/dispatch/*", 0, serve },
};

static void site_init(struct site *s)
{
	struct err e;
	*s = (struct site){ .hold = false };
	world_init(&s->w);
	s->options = (struct https_options){ .address = "127.0.0.1:0",
		.tls = { s->w.cert, s->w.key, NULL, EDGE_TLS_1_3 },
		.limits = { .connections = 20,
			.handshake_ms = 3000,
			.head_ms = 3000,
			.body_ms = 3000,
			.answer_ms = 3000,
			.write_ms = 3000 },
		.routes = routes,
		.n_routes = 2,
		.arg = s };
	s->https = https_open(s->w.base, &s->options, &e);
	assert_non_null(s->https);
	s->w.address = https_address(s->https);
}

static void site_fini(struct site *s)
{
	https_close(&s->https);
	world_fini(&s->w);
}

/* The status of the next answer; the rest of it is in c->line then, its body the last line. */
static int answer(struct client *c)
{
	int status = atoi(client_line(c) + (strlen(c->line) > 9 ? 9 : 0));
	size_t length = 0;
	while (strlen(client_line(c)) > 1)
		if (strncmp(c->line, "Content-Length: ", 16) == 0)
			length = (size_t)atoi(c->line + 16);
	CLIENT_UNTIL(c, c->ended || c->in.len >= length);
	snprintf(c->line, sizeof c->line, "%.*s", (int)length, buf_str(&c->in));
	if (c->in.len >= length)
		buf_drop(&c->in, length);
	return status;
}

static int ask(struct site *s, const char *text)
{
	struct client *c = client_new(&s->w, s->w.plain);
	client_send(c, text);
	int status = answer(c);
	snprintf(s->seen, sizeof s->seen, "%s", c->line);
	client_free(c);
	return status;
}

#define HOST "Host: crisis.example\r\n"

static void requests_take_their_route(void **state)
{
	(void)state;
	struct site s;
	site_init(&s);
	assert_int_equal(
		ask(&s, "GET /dispatch/d12?a=b&token=T_-1&token=2 HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_string_equal(s.seen, "GET /dispatch/d12 segment=d12 token=T_-1 x=none body=");
	assert_int_equal(ask(&s, "POST /agency/ems/events HTTP/1.1\r\n" HOST
				 "X-Test: y\r\nContent-Length: 4\r\n\r\nabcd"),
		200);
	assert_string_equal(s.seen, "POST /agency/ems/events segment=ems token= x=y body=abcd");
	site_fini(&s);
}

static void all_else_is_refused(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{ 404, "GET / HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET /dispatch/ HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET /dispatch/a/b HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET /dispatch/..%2fx HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET /dispatch/a.b HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET //dispatch/a HTTP/1.1\r\n" HOST "\r\n" },
		{ 404, "GET /dispatch/0123456789012345678901234567890123456789012345678901234567890"
		       "1234 HTTP/1.1\r\n" HOST "\r\n" },
		{ 405, "POST /dispatch/a HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n" },
		{ 405, "GET /agency/ems/events HTTP/1.1\r\n" HOST "\r\n" },
		{ 411, "POST /agency/ems/events HTTP/1.1\r\n" HOST "\r\n" },
		{ 413, "POST /agency/ems/events HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\n" },
		{ 413, "GET /dispatch/a HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx" },
		{ 417, "POST /agency/ems/events HTTP/1.1\r\n" HOST
		       "Expect: gold\r\nContent-Length: 1\r\n\r\nx" },
		{ 501, "POST /agency/ems/events HTTP/1.1\r\n" HOST
		       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
		{ 505, "GET /dispatch/a HTTP/1.0\r\n\r\n" },
		{ 400, "nonsense\r\n\r\n" },
	};
	struct site s;
	site_init(&s);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status = ask(&s, rows[i].text);
		if (status != rows[i].status)
			fail_msg("%d instead of %d: %s", status, rows[i].status, rows[i].text);
		ASSERT_HAS(s.seen, "\"error\"");
	}
	assert_int_equal(s.served, 0);
	site_fini(&s);
}

static void a_connection_serves_several(void **state)
{
	(void)state;
	struct site s;
	site_init(&s);
	struct client *c = client_new(&s.w, s.w.plain);
	/* Two at once, the second in pieces. */
	client_send(c, "POST /agency/ems/events HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
		       "POST /agency/ems/events HTTP/1.1\r\n" HOST "Content-Len");
	assert_int_equal(answer(c), 200);
	ASSERT_HAS(c->line, "body=ab");
	client_send(c, "gth: 3\r\n\r\nx");
	world_run_ms(&s.w, 30);
	client_send(c, "yz");
	assert_int_equal(answer(c), 200);
	ASSERT_HAS(c->line, "body=xyz");
	client_send(c, "GET /dispatch/a HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	assert_int_equal(answer(c), 200);
	assert_true(client_is_closed(c));
	client_free(c);
	site_fini(&s);
}

static void one_waits_for_its_continue(void **state)
{
	(void)state;
	struct site s;
	site_init(&s);
	struct client *c = client_new(&s.w, s.w.plain);
	client_send(c, "POST /agency/ems/events HTTP/1.1\r\n" HOST
		       "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	assert_int_equal(answer(c), 100);
	client_send(c, "ok");
	assert_int_equal(answer(c), 200);
	client_free(c);
	site_fini(&s);
}

static void an_answer_may_come_later_or_too_late(void **state)
{
	(void)state;
	struct site s;
	site_init(&s);
	s.hold = true;
	struct client *c = client_new(&s.w, s.w.plain);
	client_send(c, "GET /dispatch/a HTTP/1.1\r\n" HOST "\r\n");
	world_run_ms(&s.w, 50);
	assert_int_equal(s.served, 1);
	https_answer(s.https, s.last + 7, &(struct https_answer){ .status = 200 });
	https_answer(s.https, s.last, &(struct https_answer){ .status = 204 });
	https_answer(s.https, s.last, &(struct https_answer){ .status = 200 }); /* once only */
	assert_int_equal(answer(c), 204);
	client_send(c, "GET /dispatch/b HTTP/1.1\r\n" HOST "\r\n");
	world_run_ms(&s.w, 50);
	uint64_t gone = s.last;
	client_free(c);
	world_run_ms(&s.w, 50);
	https_refuse(s.https, gone, 503, "gone"); /* nobody hears it */
	s.options.limits.answer_ms = 50;
	struct err e;
	assert_int_equal(https_reload(s.https, &s.options.limits, &s.options.tls, &e), 0);
	assert_int_equal(ask(&s, "GET /dispatch/a HTTP/1.1\r\n" HOST "\r\n"), 503);
	ASSERT_HAS(s.seen, "no_answer_in_time");
	site_fini(&s);
}

/* A deadline counts for the whole of a head or body, not for the next byte. */
static void who_drips_is_shown_out(void **state)
{
	(void)state;
	static const char *const starts[] = { "GET /dispatch/a HTTP/1.1\r\nX: ",
		"POST /agency/ems/events HTTP/1.1\r\n" HOST "Content-Length: 90\r\n\r\n" };
	struct site s;
	struct err e;
	site_init(&s);
	s.options.limits.head_ms = s.options.limits.body_ms = 200;
	assert_int_equal(https_reload(s.https, &s.options.limits, &s.options.tls, &e), 0);
	for (int i = 0; i < 2; i++) {
		struct client *c = client_new(&s.w, s.w.plain);
		client_send(c, starts[i]);
		for (int n = 0; n < 20 && !c->in.len; n++) {
			world_run_ms(&s.w, 20);
			client_send(c, "x");
		}
		assert_int_equal(answer(c), 408);
		assert_true(client_is_closed(c));
		client_free(c);
	}
	struct client *idle = client_new(&s.w, s.w.plain); /* says nothing at all */
	world_run_ms(&s.w, 300);
	assert_true(client_is_closed(idle));
	assert_int_equal(idle->in.len, 0);
	client_free(idle);
	site_fini(&s);
}

static void a_head_without_end_is_cut(void **state)
{
	(void)state;
	struct site s;
	static char flood[20001];
	site_init(&s);
	memset(flood, 'a', sizeof flood - 1);
	struct client *c = client_new(&s.w, s.w.plain);
	client_send(c, "GET /dispatch/a HTTP/1.1\r\n" HOST "X: ");
	client_send(c, flood);
	assert_int_equal(answer(c), 431);
	assert_true(client_is_closed(c));
	client_free(c);
	site_fini(&s);
}

static void connections_have_a_bound(void **state)
{
	(void)state;
	struct site s;
	struct err e;
	struct https_counts counts;
	struct client *c[3];
	site_init(&s);
	s.options.limits.connections = 2;
	s.options.limits.head_ms = 300;
	assert_int_equal(https_reload(s.https, &s.options.limits, &s.options.tls, &e), 0);
	c[0] = client_new(&s.w, s.w.plain);
	c[1] = client_new(&s.w, s.w.plain);
	https_counts(s.https, &counts);
	assert_int_equal(counts.connections, 2);
	c[2] = client_new(&s.w, s.w.plain); /* served when one of them is gone */
	assert_true(c[2]->connected);
	https_counts(s.https, &counts);
	assert_true(counts.connections <= 2);
	client_send(c[2], "GET /dispatch/a HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(answer(c[2]), 200);
	for (int i = 0; i < 3; i++)
		client_free(c[i]);
	site_fini(&s);
}

static void no_new_ones_while_draining(void **state)
{
	(void)state;
	struct site s;
	site_init(&s);
	struct client *c = client_new(&s.w, s.w.plain);
	https_stop_accepting(s.https);
	client_send(c, "GET /dispatch/a HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(answer(c), 200);
	assert_true(client_is_closed(c));
	client_free(c);
	site_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_take_their_route),
		cmocka_unit_test(all_else_is_refused),
		cmocka_unit_test(a_connection_serves_several),
		cmocka_unit_test(one_waits_for_its_continue),
		cmocka_unit_test(an_answer_may_come_later_or_too_late),
		cmocka_unit_test(who_drips_is_shown_out),
		cmocka_unit_test(a_head_without_end_is_cut),
		cmocka_unit_test(connections_have_a_bound),
		cmocka_unit_test(no_new_ones_while_draining),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
