#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "world.h"

/* Each test starts the edge with its own limits. */
static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);
	world_init(w);
	*state = w;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#define LEAVE(id) CALL(id, "contact.leave", "{\"contact\":\"c\"}")

/* ---- deadlines ---- */

static void a_silent_handshake_ends(void **state)
{
	struct world *w = *state;
	w->options.limits.handshake_ms = 100;
	world_start(w);
	int fd = world_connect(w);
	char byte;
	for (int i = 0; i < 1000 && world_counts(w).handshakes == 0; i++)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(world_counts(w).handshakes, 1);
	world_run_ms(w, 160);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	assert_int_equal(world_counts(w).handshakes, 0);
	assert_int_equal(world_counts(w).sessions, 0);
	assert_int_equal(world_counts(w).handshake_failures, 1);
}

static void a_peer_that_does_not_log_in_is_closed(void **state)
{
	struct world *w = *state;
	w->options.limits.first_line_ms = 400;
	world_start(w);
	struct client *c = client_new(w, w->plain);
	int64_t began = now_ms();
	world_run_ms(w, 80);
	ASSERT_HAS(client_ask(c, CALL(1, "session.ping", "{}")), "result"); /* buys no time */
	assert_true(client_is_closed(c));
	assert_in_range(now_ms() - began, 390, 800);
	client_free(c);
}

static void a_known_peer_that_says_nothing_is_closed(void **state)
{
	struct world *w = *state;
	w->options.limits.first_line_ms = 100;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	int64_t began = now_ms();
	assert_true(client_is_closed(c));
	assert_in_range(now_ms() - began, 90, 400);
	client_free(c);
}

static void any_line_keeps_a_session_from_being_idle(void **state)
{
	struct world *w = *state;
	w->options.limits.idle_ms = 400;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	for (int i = 0; i < 7; i++) {
		ASSERT_HAS(client_ask(c, CALL(1, "session.ping", "{}")), "result");
		world_run_ms(w, 80);
		assert_false(c->ended);
	}
	client_send(c, "\n"); /* an empty line is none */
	int64_t began = now_ms();
	assert_true(client_is_closed(c));
	assert_in_range(now_ms() - began, 100, 390);
	world_run_ms(w, 20);
	assert_string_equal(w->why, "idle");
	assert_int_equal(world_counts(w).idle_closed, 1);
	client_free(c);
}

static void a_dripping_line_ends(void **state)
{
	struct world *w = *state;
	w->options.limits.whole_line_ms = 150;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	int64_t began = now_ms();
	while (!c->ended && now_ms() - began < 2000) {
		client_send(c, "x");
		world_run_ms(w, 20);
	}
	assert_in_range(now_ms() - began, 140, 400);
	world_run_ms(w, 20);
	assert_string_equal(w->why, "line_timeout");
	client_free(c);
}

/* The sentence is for a person in a crisis. */
static void staff_is_told_plainly_what_was_not_answered(void **state)
{
	struct world *w = *state;
	w->options.limits.request_ms = 100;
	w->hold = true;
	world_start(w);
	struct pki anna = pki_make(&(struct leaf){ .cn = "x", .uri = "urn:test:anna" }, &w->ca);
	struct client *c = client_with(w, &anna);
	ASSERT_HAS(client_ask(c, CALL(5, "contact.next", "{}")),
		"\"no_answer_in_time\",\"detail\":\"not answered in time: it may still be done\"");
	client_free(c);
	pki_free(&anna);
}

static void a_request_without_an_answer_is_unavailable_once(void **state)
{
	struct world *w = *state;
	w->options.limits.request_ms = 100;
	w->hold = true;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, LEAVE(5)),
		"\"id\":5,\"error\":{\"code\":8,\"message\":\"unavailable\",\"data\":{\"reason\":"
		"\"no_answer_in_time\",\"detail\":\"call the emergency number\"}}");
	edge_result(w->edge, w->session, w->held[0].token, (struct slice){ "{}", 2 });
	world_run_ms(w, 50);
	assert_int_equal(c->in.len, 0);
	assert_false(c->ended);
	client_free(c);
}

static void a_login_nobody_decides_is_unavailable(void **state)
{
	struct world *w = *state;
	w->options.limits.request_ms = 100;
	world_start(w);
	struct client *c = client_new(w, w->plain);
	ASSERT_HAS(
		client_ask(c,
			CALL(1, "session.hello",
				"{\"protocol\":1,\"role\":\"admin\",\"user\":\"u\",\"password\":\"p\"}")),
		"\"code\":8,");
	assert_true(client_is_closed(c));
	client_free(c);
}

/* ---- sizes ---- */

static void a_line_over_the_limit_is_an_error_and_the_end(void **state)
{
	struct world *w = *state;
	w->options.limits.line_bytes = 2000;
	w->options.limits.text_bytes = 1000;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	char line[2100] = LEAVE(1);
	memset(line + strlen(line), ' ', sizeof line - 1 - strlen(line));
	line[2000] = '\0';
	ASSERT_HAS(client_ask(c, line), "\"id\":1,\"result\"");
	line[2000] = ' ';
	line[2001] = '\0';
	ASSERT_HAS(client_ask(c, line),
		"\"id\":1,\"error\":{\"code\":7,\"message\":\"too large\",\"data\":{\"reason\":"
		"\"line_too_long\"}}");
	assert_true(client_is_closed(c));
	assert_int_equal(world_counts(w).over_limit, 1);
	client_free(c);
}

/* The peer goes on sending long after we have had enough: it still reads why. */
static void the_last_error_is_not_lost_to_a_reset(void **state)
{
	struct world *w = *state;
	w->options.limits.line_bytes = 2000;
	w->options.limits.text_bytes = 1000;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	static char flood[500000];
	memset(flood, 'x', sizeof flood - 1);
	client_send(c, flood);
	ASSERT_HAS(client_line(c), "\"code\":7,");
	client_free(c);
}

static void a_text_over_the_limit_is_an_error_only(void **state)
{
	struct world *w = *state;
	w->options.limits.text_bytes = 4;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, CALL(1, "contact.say",
					 "{\"ref\":\"r\",\"contact\":\"c\",\"text\":\"12345\"}")),
		"\"code\":7,\"message\":\"too large\",\"data\":{\"reason\":\"text_too_long\",\"field\":"
		"\"text\"}");
	ASSERT_HAS(client_ask(c, CALL(1, "contact.say",
					 "{\"ref\":\"r\",\"contact\":\"c\",\"text\":\"1234\"}")),
		"\"result\"");
	client_free(c);
}

/* ---- numbers ---- */

static void more_unanswered_requests_than_allowed(void **state)
{
	struct world *w = *state;
	w->options.limits.unanswered = 3;
	w->hold = true;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	for (int i = 0; i < 6; i++)
		client_send(c, LEAVE(1) "\n");
	for (int i = 0; i < 3; i++)
		ASSERT_HAS(client_line(c), "\"code\":6,\"message\":\"rate limited\",\"data\":{"
					   "\"reason\":\"unanswered\"}");
	assert_int_equal(w->requests, 3);
	assert_false(c->ended);
	edge_result(w->edge, w->session, w->held[0].token, (struct slice){ "{}", 2 });
	ASSERT_HAS(client_line(c), "\"result\":{}");
	client_send(c, LEAVE(2) "\n"); /* one has become free */
	world_run_ms(w, 50);
	assert_int_equal(w->requests, 4);
	for (int i = 0; i < 10; i++)
		client_send(c, LEAVE(3) "\n");
	const char *line;
	do
		line = client_line(c);
	while (*line && !strstr(line, "flood"));
	ASSERT_HAS(line, "\"reason\":\"flood\"");
	assert_true(client_is_closed(c));
	assert_int_equal(w->requests, 4);
	client_free(c);
}

static void a_rate_is_held_but_a_person_is_never_refused_for_it(void **state)
{
	struct world *w = *state;
	w->options.limits.requests_per_s = 10;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	for (int i = 0; i < 20; i++)
		ASSERT_HAS(client_ask(c, CALL(1, "session.ping", "{}")), "result");
	const char *line = client_ask(c, CALL(2, "session.ping", "{}"));
	ASSERT_HAS(line, "\"id\":2,\"error\":{\"code\":6");
	ASSERT_HAS(line, "\"reason\":\"rate\",\"retry_after_ms\":");
	long wait = strtol(strstr(line, "after_ms\":") + 10, NULL, 10);
	assert_in_range(wait, 1, 100);
	ASSERT_HAS(client_ask(c, CALL(3, "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\"}")),
		"\"id\":3,\"result\"");
	ASSERT_HAS(client_ask(c, CALL(4, "session.ping", "{}")), "\"code\":6");
	world_run_ms(w, 120);
	ASSERT_HAS(client_ask(c, CALL(5, "session.ping", "{}")), "\"id\":5,\"result\"");
	client_free(c);
}

static void garbage_counts_against_the_rate(void **state)
{
	struct world *w = *state;
	w->options.limits.requests_per_s = 10;
	w->options.limits.unanswered = 5;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	for (int i = 0; i < 40; i++)
		client_send(c, "garbage\n");
	const char *line;
	int errors = 0;
	while (*(line = client_line(c)) && !strstr(line, "flood"))
		errors++;
	ASSERT_HAS(line, "flood");
	assert_in_range(errors, 24, 27);
	assert_true(client_is_closed(c));
	client_free(c);
}

static void sessions_over_the_limit_are_refused(void **state)
{
	struct world *w = *state;
	w->options.limits.sessions = 2;
	world_start(w);
	struct client *a = client_with(w, &w->frontend), *b = client_with(w, &w->frontend);
	struct client *c = client_with(w, &w->frontend);
	assert_false(c->connected);
	assert_int_equal(world_counts(w).refused, 1);
	client_free(a);
	world_run_ms(w, 20);
	client_free(c);
	c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, LEAVE(1)), "result");
	client_free(b);
	client_free(c);
}

static void silent_peers_cannot_hold_the_door_shut(void **state)
{
	struct world *w = *state;
	w->options.limits.handshakes = 2;
	w->options.limits.handshake_ms = 1000;
	world_start(w);
	int silent[5];
	int64_t began = now_ms();
	for (int i = 0; i < 5; i++)
		silent[i] = world_connect(w);
	struct client *c = client_with(w, &w->frontend);
	assert_true(c->connected);
	ASSERT_HAS(client_ask(c, LEAVE(1)), "result");
	/* At most two at once, each pair a fifth of the time for a handshake. */
	assert_in_range(now_ms() - began, 300, 900);
	assert_in_range(world_counts(w).handshakes, 0, 2);
	for (int i = 0; i < 5; i++)
		close(silent[i]);
	client_free(c);
}

static void one_address_does_not_keep_others_out(void **state)
{
	struct world *w = *state;
	w->options.limits.handshakes_per_address = 2;
	w->options.limits.handshake_ms = 4000;
	world_start(w);
	int silent[5];
	int64_t began = now_ms();
	for (int i = 0; i < 5; i++)
		silent[i] = world_connect_from(w, "127.0.0.2");
	world_run_ms(w, 20);
	assert_int_equal(world_counts(w).handshakes, 2); /* three wait */
	struct client *c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, LEAVE(1)), "result");
	assert_in_range(now_ms() - began, 0, 600);
	/* Those that waited get their turn: as long as one waits, a place is held for a fifth of the
	 * time for a handshake. */
	world_run_ms(w, 1000);
	assert_int_equal(world_counts(w).handshakes, 2);
	assert_int_equal(world_counts(w).handshake_failures, 2);
	world_run_ms(w, 1000);
	assert_int_equal(world_counts(w).handshakes, 2);
	assert_int_equal(world_counts(w).handshake_failures, 3);
	for (int i = 0; i < 5; i++)
		close(silent[i]);
	client_free(c);
}

static void who_waited_is_served(void **state)
{
	struct world *w = *state;
	w->options.limits.handshakes_per_address = 1;
	w->options.limits.handshake_ms = 500;
	world_start(w);
	int silent = world_connect(w);
	world_run_ms(w, 20);
	struct client *c = client_with(w, &w->frontend); /* of the same address */
	assert_true(c->connected);
	ASSERT_HAS(client_ask(c, LEAVE(1)), "result");
	/* It waits for nobody when it has a session already. */
	int again = world_connect(w);
	ASSERT_HAS(client_ask(c, LEAVE(2)), "result");
	client_free(c);
	close(silent);
	close(again);
}

static void too_many_waiting_are_refused(void **state)
{
	struct world *w = *state;
	int silent[8];
	w->options.limits.handshakes_per_address = 1;
	w->options.limits.sessions = 12; /* a quarter and one may wait */
	world_start(w);
	for (int i = 0; i < 8; i++)
		silent[i] = world_connect(w);
	world_run_ms(w, 20);
	assert_int_equal(world_counts(w).handshakes, 1);
	assert_int_equal(world_counts(w).refused, 3);
	for (int i = 0; i < 8; i++)
		close(silent[i]);
}

static void a_full_house_shows_out_the_silent(void **state)
{
	struct world *w = *state;
	w->options.limits.sessions = 2;
	w->options.limits.handshake_ms = 500;
	world_start(w);
	int one = world_connect(w), two = world_connect(w);
	world_run_ms(w, 150);
	struct client *c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, LEAVE(1)), "result");
	assert_int_equal(world_counts(w).sessions, 2);
	client_free(c);
	close(one);
	close(two);
}

/* ---- slow readers ---- */

static void stop_reading(struct client *c)
{
	int small = 4096;
	setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	bufferevent_disable(c->bev, EV_READ);
}

static void notify_much(struct world *w, int times)
{
	static char big[100000];
	memset(big, ' ', sizeof big);
	big[0] = '1';
	for (int i = 0; i < times; i++) {
		edge_notify(w->edge, w->session, "notice", (struct slice){ big, sizeof big });
		world_run_ms(w, 2);
	}
}

static void a_backlog_over_the_limit_ends_the_session(void **state)
{
	struct world *w = *state;
	w->options.limits.output_backlog_bytes = 200000;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	client_ask(c, LEAVE(1));
	stop_reading(c);
	notify_much(w, 120);
	assert_int_equal(w->closed, 1);
	assert_string_equal(w->why, "slow_reader");
	assert_int_equal(world_counts(w).slow_readers, 1);
	assert_int_equal(world_counts(w).sessions, 0);
	client_free(c);
}

static void a_reader_that_stalls_ends_the_session(void **state)
{
	struct world *w = *state;
	w->options.limits.output_backlog_bytes = 1 << 28;
	w->options.limits.write_stall_ms = 100;
	world_start(w);
	struct client *c = client_with(w, &w->frontend);
	client_ask(c, LEAVE(1));
	stop_reading(c);
	notify_much(w, 80);
	world_run_ms(w, 300);
	assert_int_equal(w->closed, 1);
	assert_string_equal(w->why, "write_stall");
	client_free(c);
}

static void limits_that_make_no_sense_are_refused(void **state)
{
	struct world *w = *state;
	const struct edge_events none = { .arg = NULL };
	struct err e = { "" };
	w->options.limits.handshakes = 0;
	assert_null(edge_open(w->base, &w->options, &none, &e));
	ASSERT_HAS(e.text, "handshakes");
	w->options.limits.handshakes = 1;
	w->options.limits.text_bytes = w->options.limits.line_bytes + 1;
	assert_null(edge_open(w->base, &w->options, &none, &e));
	ASSERT_HAS(e.text, "text_bytes");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(a_silent_handshake_ends),
		T(a_peer_that_does_not_log_in_is_closed),
		T(a_known_peer_that_says_nothing_is_closed),
		T(any_line_keeps_a_session_from_being_idle),
		T(a_dripping_line_ends),
		T(a_request_without_an_answer_is_unavailable_once),
		T(staff_is_told_plainly_what_was_not_answered),
		T(a_login_nobody_decides_is_unavailable),
		T(a_line_over_the_limit_is_an_error_and_the_end),
		T(the_last_error_is_not_lost_to_a_reset),
		T(a_text_over_the_limit_is_an_error_only),
		T(more_unanswered_requests_than_allowed),
		T(a_rate_is_held_but_a_person_is_never_refused_for_it),
		T(garbage_counts_against_the_rate),
		T(sessions_over_the_limit_are_refused),
		T(silent_peers_cannot_hold_the_door_shut),
		T(one_address_does_not_keep_others_out),
		T(who_waited_is_served),
		T(too_many_waiting_are_refused),
		T(a_full_house_shows_out_the_silent),
		T(a_backlog_over_the_limit_ends_the_session),
		T(a_reader_that_stalls_ends_the_session),
		T(limits_that_make_no_sense_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
