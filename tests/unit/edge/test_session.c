#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "world.h"

static void a_request_reaches_the_handler_and_its_answer_the_client(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	const char *line =
		client_ask(c, CALL_S("r-1", "contact.open", "{\"ref\":\"a\",\"channel\":\"sms\"}"));
	assert_string_equal(line, "{\"jsonrpc\":\"2.0\",\"id\":\"r-1\",\"result\":"
				  "{\"method\":\"contact.open\",\"role\":\"frontend\"}}");
	assert_int_equal(world_counts(w).sessions, 1);
	client_free(c);
	world_run_ms(w, 50);
	assert_int_equal(w->closed, 1);
	assert_string_equal(w->why, "peer_closed");
	assert_int_equal(world_counts(w).sessions, 0);
}

static void a_notification_reaches_the_client(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	client_ask(c, CALL(1, "contact.leave", "{\"contact\":\"c1\"}"));
	edge_notify(w->edge, w->session, "contact.said", (struct slice){ "{\"a\":1}", 7 });
	assert_string_equal(client_line(c),
		"{\"jsonrpc\":\"2.0\",\"method\":\"contact.said\",\"params\":{\"a\":1}}");
	client_free(c);
}

static void hello_tells_who_and_where(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	const char *line = client_ask(c, HELLO_TOKEN("right", "supervisor"));
	char session[64];
	ASSERT_HAS(line, "\"id\":1,\"result\":{\"session\":\"n1/i1/");
	snprintf(session, sizeof session, "n1/i1/%llu\"", (unsigned long long)w->session);
	ASSERT_HAS(line, session);
	ASSERT_HAS(line, "\"node\":\"n1\",\"center\":\"demo\",\"roles\":[\"supervisor\"]");
	ASSERT_HAS(line, "\"server\":{\"name\":\"triaged\",\"version\":");
	ASSERT_HAS(line, "\"mode\":\"normal\",\"limits\":{\"line_bytes\":65536,"
			 "\"text_bytes\":16384,\"nesting\":16,\"unanswered\":64},\"now\":\"20");
	assert_int_equal(w->opened, 1);
	assert_int_equal(w->opened_role, ROLE_SUPERVISOR);
	ASSERT_HAS(client_ask(c, CALL(2, "board.get", "{}")), "\"role\":\"supervisor\"");
	client_free(c);
}

static void hello_by_certificate_limits_the_session_to_the_role(void **state)
{
	struct world *w = *state;
	struct pki anna = pki_make(&(struct leaf){ .cn = "x", .uri = "urn:test:anna" }, &w->ca);
	struct client *c = client_with(w, &anna);
	ASSERT_HAS(client_ask(c, CALL(1, "contact.next", "{}")), "\"role\":\"responder\"");
	ASSERT_HAS(client_ask(c, CALL(2, "board.get", "{}")), "\"role\":\"supervisor\"");
	ASSERT_HAS(
		client_ask(c, CALL(3, "session.hello", "{\"protocol\":1,\"role\":\"supervisor\"}")),
		"\"roles\":[\"responder\",\"supervisor\"]");
	ASSERT_HAS(client_ask(c, CALL(4, "contact.next", "{}")),
		"\"error\":{\"code\":2,\"message\":\"forbidden\",\"data\":{\"reason\":\"role\","
		"\"detail\":\"allowed for: responder\"}}");
	ASSERT_HAS(client_ask(c, CALL(5, "contact.list", "{}")), "\"role\":\"supervisor\"");
	ASSERT_HAS(
		client_ask(c, CALL(6, "session.hello", "{\"protocol\":1,\"role\":\"responder\"}")),
		"\"id\":6,\"error\":{\"code\":5");
	assert_int_equal(world_counts(w).forbidden, 1);
	assert_int_equal(w->requests, 3);
	client_free(c);
	pki_free(&anna);
}

static void nothing_but_hello_before_authentication(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	ASSERT_HAS(client_ask(c, CALL(1, "board.get", "{}")), "\"id\":1,\"error\":{\"code\":1,");
	ASSERT_HAS(client_ask(c, CALL(2, "contact.open", "{}")), "\"id\":2,\"error\":{\"code\":1,");
	ASSERT_HAS(
		client_ask(c, CALL(3, "session.ping", "{}")), "\"id\":3,\"result\":{\"now\":\"2");
	assert_int_equal(w->requests, 0);
	client_free(c);
	world_run_ms(w, 20);
	assert_int_equal(w->closed, 0); /* nobody it would concern */
}

static void a_wrong_role_or_center_is_forbidden(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	ASSERT_HAS(client_ask(c, HELLO_TOKEN("right", "admin")),
		"\"error\":{\"code\":2,\"message\":\"forbidden\",\"data\":{\"reason\":\"role\"");
	ASSERT_HAS(
		client_ask(c,
			CALL(2, "session.hello",
				"{\"protocol\":1,\"role\":\"supervisor\",\"token\":\"right\",\"center\":"
				"\"other\"}")),
		"\"field\":\"center\"");
	ASSERT_HAS(
		client_ask(c,
			CALL(3, "session.hello",
				"{\"protocol\":1,\"role\":\"supervisor\",\"token\":\"right\",\"center\":"
				"\"demo\"}")),
		"\"result\":{\"session\"");
	assert_int_equal(world_counts(w).forbidden, 2);
	client_free(c);
}

static void hello_needs_whole_credentials(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	ASSERT_HAS(client_ask(c, CALL(1, "session.hello",
					 "{\"protocol\":1,\"role\":\"admin\",\"user\":\"u\"}")),
		"\"code\":-32602,\"message\":\"invalid params\",\"data\":{\"reason\":"
		"\"credentials_incomplete\",\"field\":\"password\"}");
	ASSERT_HAS(
		client_ask(c,
			CALL(2, "session.hello",
				"{\"protocol\":1,\"role\":\"admin\",\"user\":\"u\",\"password\":\"p\","
				"\"token\":\"t\"}")),
		"\"field\":\"token\"");
	ASSERT_HAS(client_ask(c, CALL(3, "session.hello", "{\"protocol\":2,\"role\":\"admin\"}")),
		"\"field\":\"protocol\"");
	client_free(c);
}

static void three_wrong_logins_end_the_session_slowly(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	for (int i = 0; i < 3; i++) {
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		ASSERT_HAS(client_ask(c, i == 1 ? CALL(1, "session.hello",
							  "{\"protocol\":1,\"role\":\"admin\"}")
						: HELLO_TOKEN("wrong", "admin")),
			"\"error\":{\"code\":1,\"message\":\"unauthenticated\",\"data\":{\"reason\":"
			"\"credentials\"}}");
		clock_gettime(CLOCK_MONOTONIC, &b);
		long ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
		assert_in_range(ms, 195, 2000);
	}
	assert_true(client_is_closed(c));
	client_free(c);
}

static void a_password_is_decided_elsewhere(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	client_send(
		c, CALL(1, "session.hello",
			   "{\"protocol\":1,\"role\":\"responder\",\"user\":\"anna\",\"password\":"
			   "\"secret\",\"totp\":\"123456\"}") "\n");
	client_send(c, CALL(2, "contact.next", "{}") "\n"); /* waits for the decision */
	CLIENT_UNTIL(c, *w->user);
	assert_string_equal(w->user, "anna");
	assert_string_equal(w->password, "secret");
	assert_string_equal(w->totp, "123456");
	assert_int_equal(w->requests, 0);
	struct principal *who = world_principal("anna", ROLE_RESPONDER);
	edge_login_done(w->edge, w->ticket + 1, who); /* nobody's ticket */
	assert_int_equal(w->opened, 0);
	edge_login_done(w->edge, w->ticket, who);
	assert_int_equal(w->opened, 1);
	ASSERT_HAS(client_line(c), "\"id\":1,\"result\":{\"session\"");
	ASSERT_HAS(client_line(c), "\"id\":2,\"result\":{\"method\":\"contact.next\"");
	edge_login_done(w->edge, w->ticket, who); /* too late to matter */
	assert_int_equal(w->opened, 1);
	client_free(c);
	world_run_ms(w, 20);
	assert_int_equal(who->refs, 1);
	principal_unref(&who);
}

static void a_refused_password_is_an_error(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	client_send(
		c, CALL(1, "session.hello",
			   "{\"protocol\":1,\"role\":\"responder\",\"user\":\"anna\",\"password\":"
			   "\"wrong\"}") "\n");
	CLIENT_UNTIL(c, *w->user);
	edge_login_done(w->edge, w->ticket, NULL);
	struct principal *who = world_principal("anna", ROLE_RESPONDER);
	edge_login_done(w->edge, w->ticket, who); /* once refused stays refused */
	ASSERT_HAS(client_line(c), "\"id\":1,\"error\":{\"code\":1,");
	ASSERT_HAS(client_ask(c, CALL(2, "contact.next", "{}")), "\"code\":1,");
	client_free(c);
	principal_unref(&who);
}

static void a_peer_that_leaves_while_its_login_is_decided(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, w->plain);
	client_send(
		c, CALL(1, "session.hello",
			   "{\"protocol\":1,\"role\":\"responder\",\"user\":\"anna\",\"password\":"
			   "\"p\"}") "\n");
	CLIENT_UNTIL(c, *w->user);
	edge_close(&w->edge);
	world_start(w);
	edge_login_done(w->edge, w->ticket, NULL);
	client_free(c);
}

static void bye_is_answered_and_ends_the_session(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	client_send(c, CALL(1, "session.bye", "{}") "\n" CALL(2, "session.ping", "{}") "\n");
	assert_string_equal(client_line(c), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
	assert_true(client_is_closed(c));
	world_run_ms(w, 20);
	assert_int_equal(c->in.len, 0);
	assert_string_equal(w->why, "bye");
	client_free(c);
	world_run_ms(w, 50);
	assert_int_equal(world_counts(w).sessions, 0);
}

static void every_bad_line_is_an_error_and_the_session_goes_on(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "hello", "\"id\":null,\"error\":{\"code\":-32700" },
		{ "{\"id\":4,\"a\":1,\"a\":1}", "\"id\":4,\"error\":{\"code\":-32700" },
		{ "[]", "\"id\":null,\"error\":{\"code\":-32600" },
		{ CALL_S("x", "no.such", "{}"), "\"id\":\"x\",\"error\":{\"code\":-32601" },
		{ CALL(1, "contact.open", "{\"ref\":\"r\",\"channel\":\"owl\"}"),
			"\"code\":-32602,\"message\":\"invalid params\",\"data\":{\"reason\":"
			"\"not_one_of\",\"detail\":\"sms chat voice email walk_in transfer\","
			"\"field\":\"channel\"}" },
		{ CALL(1, "contact.open", "[]"), "\"code\":-32602" },
		{ "\n\r\n" CALL(2, "session.ping", "{}") "\r", "\"id\":2,\"result\"" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ASSERT_HAS(client_ask(c, cases[i].line), cases[i].said);
	ASSERT_HAS(client_ask(c, CALL(9, "contact.leave", "{\"contact\":\"c\",\"what\":1}")),
		"\"id\":9,\"result\"");
	struct edge_counts counts = world_counts(w);
	assert_int_equal(counts.errors, 6);
	assert_int_equal(counts.unknown_params, 1);
	assert_int_equal(counts.lines, 8); /* empty ones are not lines */
	client_free(c);
}

static void answers_may_come_in_any_order_and_only_once(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	w->hold = true;
	client_send(c, CALL(1, "contact.leave", "{\"contact\":\"a\"}") "\n" //
		CALL(2, "contact.leave", "{\"contact\":\"b\"}") "\n"        //
		CALL(3, "contact.leave", "{\"contact\":\"c\"}") "\n");
	CLIENT_UNTIL(c, w->requests == 3);
	assert_int_equal(w->requests, 3);
	const struct slice json = { "{}", 2 };
	edge_result(w->edge, w->session, w->held[1].token, json);
	edge_result(w->edge, w->session, w->held[1].token, json);
	edge_result(w->edge, w->session + 1, w->held[0].token, json);
	edge_error(w->edge, w->session, w->held[2].token,
		&(struct rpc_error){ .code = RPC_STALE, .reason = "gone" });
	edge_result(w->edge, w->session, w->held[0].token, json);
	ASSERT_HAS(client_line(c), "\"id\":2,\"result\":{}");
	ASSERT_HAS(client_line(c), "\"id\":3,\"error\":{\"code\":4");
	ASSERT_HAS(client_line(c), "\"id\":1,\"result\":{}");
	assert_int_equal(c->in.len, 0);
	client_free(c);
}

static void an_answer_for_a_session_that_is_gone_is_dropped(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	w->hold = true;
	client_send(c, CALL(1, "contact.leave", "{\"contact\":\"a\"}") "\n");
	CLIENT_UNTIL(c, w->requests == 1);
	client_free(c);
	world_run_ms(w, 50);
	uint64_t gone = w->session;
	edge_result(w->edge, gone, w->held[0].token, (struct slice){ "{}", 2 });
	edge_notify(w->edge, gone, "notice", (struct slice){ "{}", 2 });
	edge_disconnect(w->edge, gone, "test");
	c = client_with(w, &w->frontend); /* takes the place of the first, under another number */
	client_send(c, CALL(2, "contact.leave", "{\"contact\":\"a\"}") "\n");
	CLIENT_UNTIL(c, w->requests == 2);
	assert_true(w->session != gone);
	edge_result(w->edge, gone, w->held[1].token, (struct slice){ "{}", 2 });
	world_run_ms(w, 20);
	assert_int_equal(c->in.len, 0);
	client_free(c);
}

static void disconnect_flushes_first(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	client_ask(c, CALL(1, "contact.leave", "{\"contact\":\"a\"}"));
	static char big[300000];
	memset(big, ' ', sizeof big);
	big[0] = '1';
	edge_notify(w->edge, w->session, "notice", (struct slice){ big, sizeof big });
	edge_disconnect(w->edge, w->session, "replaced");
	assert_int_equal(w->closed, 0); /* not from inside the call */
	assert_true(client_is_closed(c));
	world_run_ms(w, 20);
	assert_true(c->in.len > sizeof big && c->in.data[c->in.len - 1] == '\n');
	assert_int_equal(w->closed, 1);
	assert_string_equal(w->why, "replaced");
	client_free(c);
}

static void a_reload_closes_the_revoked_only(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	struct client *stranger = client_new(w, w->plain);
	struct err e = { "" };
	client_ask(c, CALL(1, "contact.leave", "{\"contact\":\"a\"}"));
	assert_int_equal(edge_reload(w->edge, &w->options.limits, &w->options.tls, &e), 0);
	edge_close_revoked(w->edge);
	ASSERT_HAS(client_ask(c, CALL(2, "session.ping", "{}")), "\"id\":2,\"result\"");
	w->revoke = true;
	struct edge_tls bad = w->options.tls;
	bad.certificate = "/nonexistent.pem";
	assert_int_equal(edge_reload(w->edge, &w->options.limits, &bad, &e), -1);
	ASSERT_HAS(e.text, "/nonexistent.pem");
	ASSERT_HAS(client_ask(c, CALL(3, "session.ping", "{}")), "\"id\":3,\"result\"");
	assert_int_equal(edge_reload(w->edge, &w->options.limits, &w->options.tls, &e), 0);
	edge_close_revoked(w->edge);
	assert_true(client_is_closed(c));
	world_run_ms(w, 20);
	assert_string_equal(w->why, "revoked");
	ASSERT_HAS(client_ask(stranger, CALL(4, "session.ping", "{}")), "\"id\":4,\"result\"");
	client_free(c);
	client_free(stranger);
}

static void draining_keeps_the_sessions(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	struct sockaddr_storage a;
	int n = sizeof a, fd = socket(AF_INET, SOCK_STREAM, 0);
	edge_stop_accepting(w->edge);
	evutil_parse_sockaddr_port(edge_address(w->edge), (struct sockaddr *)&a, &n);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, (socklen_t)n), -1);
	close(fd);
	ASSERT_HAS(client_ask(c, CALL(1, "session.ping", "{}")), "\"id\":1,\"result\"");
	client_free(c);
	world_run_ms(w, 20);
}

/* Answers and ends of all kinds from inside the handler: nothing it uses may be gone. */
static void world_disconnecting_request(void *arg, const struct edge_request *r)
{
	struct world *w = arg;
	edge_disconnect(w->edge, r->session, "handler");
	edge_result(w->edge, r->session, r->token, (struct slice){ "{}", 2 });
	assert_string_equal(r->who->name, "sms-gw");
	w->requests++;
}

static void a_handler_may_end_its_session(void **state)
{
	struct world *w = *state;
	struct err e;
	edge_close(&w->edge);
	const struct edge_events events = { .arg = w,
		.request = world_disconnecting_request,
		.closed = world_closed,
		.by_certificate = world_by_certificate };
	w->edge = edge_open(w->base, &w->options, &events, &e);
	struct client *c = client_with(w, &w->frontend);
	client_send(c, CALL(1, "contact.leave", "{\"contact\":\"a\"}") "\n" //
		CALL(2, "contact.leave", "{\"contact\":\"b\"}") "\n");
	assert_true(client_is_closed(c));
	world_run_ms(w, 20);
	assert_int_equal(w->requests, 1);
	assert_int_equal(w->closed, 1);
	client_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(a_request_reaches_the_handler_and_its_answer_the_client),
		T(a_notification_reaches_the_client),
		T(hello_tells_who_and_where),
		T(hello_by_certificate_limits_the_session_to_the_role),
		T(nothing_but_hello_before_authentication),
		T(a_wrong_role_or_center_is_forbidden),
		T(hello_needs_whole_credentials),
		T(three_wrong_logins_end_the_session_slowly),
		T(a_password_is_decided_elsewhere),
		T(a_refused_password_is_an_error),
		T(a_peer_that_leaves_while_its_login_is_decided),
		T(bye_is_answered_and_ends_the_session),
		T(every_bad_line_is_an_error_and_the_session_goes_on),
		T(answers_may_come_in_any_order_and_only_once),
		T(an_answer_for_a_session_that_is_gone_is_dropped),
		T(disconnect_flushes_first),
		T(a_reload_closes_the_revoked_only),
		T(draining_keeps_the_sessions),
		T(a_handler_may_end_its_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
