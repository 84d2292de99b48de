/* Messages on their way to an agency that answers as a script says, on a real loop and socket. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/outreach/webhook.h"

#define SECRET "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
#define LATE   (-1) /* no answer */
#define LOST   (-2) /* the connection ends without one */

struct house {
	struct event_base *base;
	struct evhttp *http;
	const int *script; /* statuses; the last repeats */
	int asked;
	char ids[64][WEBHOOK_ID_MAX + 1];
	const char *body, *retry_after;
	struct webhooks *w;
	struct webhook_agency agency;
	char url[64];
	struct webhook_options options;
	int done;
	struct webhook_done last;
	char last_id[WEBHOOK_ID_MAX + 1], last_detail[32];
	int verdicts[4];
};

static int slow_names; /* getaddrinfo() takes 3 s */

/* Stands before the library's own: libcurl's threads come here. */
int getaddrinfo(const char *restrict host, const char *restrict port,
	const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	memcpy(&real, &symbol, sizeof real);
	if (!slow_names)
		return real(host, port, hints, found);
	sleep(3);
	return EAI_NONAME;
}

static void verify(struct house *h, struct evhttp_request *r, const char *id)
{
	const struct evkeyvalq *in = evhttp_request_get_input_headers(r);
	const struct webhook_headers headers = { id, evhttp_find_header(in, "webhook-timestamp"),
		evhttp_find_header(in, "webhook-signature") };
	struct evbuffer *body = evhttp_request_get_input_buffer(r);
	size_t n = evbuffer_get_length(body);
	h->verdicts[webhook_verify(&h->agency.secrets, &headers,
		(struct slice){ (const char *)evbuffer_pullup(body, -1), n }, time(NULL))]++;
}

static void on_request(struct evhttp_request *r, void *arg)
{
	struct house *h = arg;
	const char *id = evhttp_find_header(evhttp_request_get_input_headers(r), "webhook-id");
	int status = h->script[0];
	for (int i = 0; i < h->asked && h->script[i]; i++)
		status = h->script[i + 1] ? h->script[i + 1] : status;
	snprintf(h->ids[h->asked++ % 64], sizeof h->ids[0], "%s", id ? id : "");
	verify(h, r, id);
	if (status == LATE)
		return;
	if (status == LOST) {
		evhttp_connection_free(evhttp_request_get_connection(r));
		return;
	}
	if (h->retry_after)
		evhttp_add_header(
			evhttp_request_get_output_headers(r), "Retry-After", h->retry_after);
	struct evbuffer *out = evbuffer_new();
	evbuffer_add(out, h->body, strlen(h->body));
	evhttp_send_reply(r, status, "as the script says", out);
	evbuffer_free(out);
}

static void on_done(void *arg, const struct webhook_done *d)
{
	struct house *h = arg;
	h->done++;
	h->last = *d;
	snprintf(h->last_id, sizeof h->last_id, "%s", d->id);
	snprintf(h->last_detail, sizeof h->last_detail, "%s", d->detail);
}

static void open_house(struct house *h, const int *script)
{
	struct err e;
	*h = (struct house){ .script = script, .body = "" };
	h->base = event_base_new();
	h->http = evhttp_new(h->base);
	struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(h->http, "127.0.0.1", 0);
	assert_non_null(s);
	ev_uint16_t port = 0;
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&a, &n);
	port = (ev_uint16_t)ntohs(a.sin_port);
	evhttp_set_gencb(h->http, on_request, h);
	snprintf(h->url, sizeof h->url, "http://127.0.0.1:%d/hook", port);
	h->options = (struct webhook_options){ .try_ms = 200,
		.total_ms = 2000,
		.retry_ms = 20,
		.retry_max_ms = 100,
		.open_ms = 150,
		.open_after = 100,
		.user_agent = "triaged/test" };
	h->agency = (struct webhook_agency){ .id = "ems", .url = h->url, .ca = "", .plain = true };
	assert_int_equal(webhook_secret_parse(
				 &h->agency.secrets, (struct slice){ SECRET, strlen(SECRET) }, &e),
		0);
	const struct webhook_events events = { h, on_done };
	h->w = webhooks_new(h->base, &h->options, &events, &e);
	assert_non_null(h->w);
	webhooks_set(h->w, &h->options, &h->agency, 1);
}

static void close_house(struct house *h)
{
	webhooks_free(&h->w);
	evhttp_free(h->http);
	event_base_free(h->base);
}

static void send_one(struct house *h, const char *id, int version)
{
	const struct webhook_message m = { .id = id,
		.agency = "ems",
		.dispatch = "d1",
		.version = version,
		.body = { "{\"a\":1}", 7 } };
	webhooks_send(h->w, &m);
}

/* Turn the loop until n messages are decided or ms are over. */
static void wait_for(struct house *h, int n, int64_t ms)
{
	struct mono begin = mono_now();
	while (h->done < n && mono_since_ms(begin) < ms) {
		const struct timeval tick = { 0, 5000 };
		event_base_loopexit(h->base, &tick);
		event_base_dispatch(h->base);
	}
}

static void wait_until_asked(struct house *h, int n)
{
	for (int i = 0; i < 600 && h->asked < n; i++)
		wait_for(h, INT_MAX, 1);
	assert_int_equal(h->asked, n);
}

static void all_ids_are(const struct house *h, const char *id)
{
	for (int i = 0; i < h->asked; i++)
		assert_string_equal(h->ids[i], id);
}

static void taken_at_once(void **state)
{
	(void)state;
	static const int script[] = { 204, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	send_one(&h, "d1:ems:1", 1); /* under way already */
	wait_for(&h, 2, 300);
	assert_int_equal(h.done, 1);
	assert_int_equal(h.asked, 1);
	assert_int_equal(h.last.result, WEBHOOK_ACCEPTED);
	assert_string_equal(h.last_id, "d1:ems:1");
	assert_int_equal(h.verdicts[WEBHOOK_GENUINE], 1);
	close_house(&h);
}

static void tried_under_the_same_id_until_taken(void **state)
{
	(void)state;
	static const int script[] = { 500, LOST, LATE, 503, 429, 302, 200, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 3000);
	assert_int_equal(h.last.result, WEBHOOK_ACCEPTED);
	/* libcurl itself repeats a request whose kept connection ended without a byte. */
	assert_in_range(h.last.tries, 6, 7);
	assert_int_equal(h.asked, 7);
	assert_int_equal(h.verdicts[WEBHOOK_GENUINE], 7);
	all_ids_are(&h, "d1:ems:1");
	close_house(&h);
}

static void a_page_of_a_gateway_is_no_answer(void **state)
{
	(void)state;
	static const int script[] = { 200, 0 };
	struct house h;
	open_house(&h, script);
	h.body = "<html>welcome to the hotel</html>";
	h.options.total_ms = 300;
	webhooks_set(h.w, &h.options, &h.agency, 1);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 2000);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_string_equal(h.last_detail, "http 200");
	assert_true(h.asked > 2);
	close_house(&h);
}

static void refused_is_not_tried_again(void **state)
{
	(void)state;
	static const int script[] = { 403, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 1000);
	assert_int_equal(h.last.result, WEBHOOK_REFUSED);
	assert_string_equal(h.last_detail, "http 403");
	assert_int_equal(h.asked, 1);
	close_house(&h);
}

static void silence_is_unknown_in_its_time(void **state)
{
	(void)state;
	static const int script[] = { LATE, 0 };
	struct house h;
	open_house(&h, script);
	h.options.total_ms = 500;
	webhooks_set(h.w, &h.options, &h.agency, 1);
	send_one(&h, "d1:ems:1", 1);
	struct mono begin = mono_now();
	wait_for(&h, 1, 3000);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_string_equal(h.last_detail, "timeout");
	assert_in_range(mono_since_ms(begin), 450, 900);
	close_house(&h);
}

static void an_agency_may_ask_for_patience(void **state)
{
	(void)state;
	static const int script[] = { 429, 200, 0 };
	struct house h;
	open_house(&h, script);
	h.retry_after = "3600";
	h.options.retry_max_ms = 300;
	webhooks_set(h.w, &h.options, &h.agency, 1);
	struct mono begin = mono_now();
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 2000);
	assert_int_equal(h.last.result, WEBHOOK_ACCEPTED);
	assert_in_range(mono_since_ms(begin), 280, 600);
	close_house(&h);
}

static void a_newer_version_ends_the_older(void **state)
{
	(void)state;
	static const int script[] = { LATE, 200, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 60);
	assert_int_equal(h.asked, 1);
	send_one(&h, "d1:ems:2", 2);
	wait_for(&h, 2, 1000);
	assert_int_equal(h.done, 2);
	assert_int_equal(h.asked, 2);
	assert_string_equal(h.ids[1], "d1:ems:2");
	close_house(&h);
}

static void a_circuit_opens_and_closes(void **state)
{
	(void)state;
	static const int script[] = { 500, 500, 500, 500, 200, 0 };
	struct house h;
	struct webhook_state s;
	open_house(&h, script);
	h.options.open_after = 3;
	h.options.open_ms = 400;
	webhooks_set(h.w, &h.options, &h.agency, 1);
	send_one(&h, "d1:ems:1", 1);
	wait_until_asked(&h, 3);
	wait_for(&h, 1, 50);
	assert_true(webhooks_at(h.w, 0, &s));
	assert_string_equal(s.circuit, "open");
	assert_string_equal(s.detail, "http 500");
	assert_int_equal(s.waiting, 1);
	for (int i = 2; i < 10; i++) { /* what waits together does not knock together */
		char id[16];
		snprintf(id, sizeof id, "d1:x:%d", i);
		const struct webhook_message m = { id, "ems", id, 1, { "{}", 2 } };
		webhooks_send(h.w, &m);
	}
	wait_until_asked(&h, 4);
	wait_for(&h, 9, 100);
	assert_int_equal(h.asked, 4); /* one probe */
	wait_for(&h, 9, 2000);
	assert_int_equal(h.done, 9);
	assert_true(webhooks_at(h.w, 0, &s));
	assert_string_equal(s.circuit, "closed");
	assert_int_equal(s.accepted, 9);
	assert_int_equal(s.waiting, 0);
	assert_false(webhooks_at(h.w, 1, &s));
	close_house(&h);
}

static void an_agency_that_is_gone_is_unknown(void **state)
{
	(void)state;
	static const int script[] = { 500, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 30);
	webhooks_set(h.w, &h.options, NULL, 0);
	wait_for(&h, 1, 1000);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_string_equal(h.last_detail, "no such agency");
	close_house(&h);
}

static void what_is_too_long_is_not_sent(void **state)
{
	(void)state;
	static const int script[] = { 200, 0 };
	static const char big[WEBHOOK_BODY_MAX + 1];
	static char answer[WEBHOOK_ANSWER_MAX + 2];
	struct house h;
	open_house(&h, script);
	const struct webhook_message m = { "d1:ems:1", "ems", "d1", 1, { big, sizeof big } };
	webhooks_send(h.w, &m);
	wait_for(&h, 1, 500);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_int_equal(h.asked, 0);
	memset(answer, ' ', sizeof answer - 1); /* nor is what answers too long read */
	h.body = answer;
	h.options.try_ms = h.options.total_ms = 1000;
	h.options.retry_ms = h.options.retry_max_ms = 5000; /* one try */
	webhooks_set(h.w, &h.options, &h.agency, 1);
	send_one(&h, "d1:ems:2", 2);
	wait_for(&h, 2, 4000);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_string_equal(h.last_detail, "answer too long");
	close_house(&h);
}

/* The loop serves people in crisis: a name server that says nothing may not hold it up. */
static void a_silent_name_server_stops_nobody(void **state)
{
	(void)state;
	static const int script[] = { 200, 0 };
	struct house h;
	open_house(&h, script);
	slow_names = 1;
	h.options.total_ms = 250;
	h.agency.url = "https://ems.example/hook";
	webhooks_set(h.w, &h.options, &h.agency, 1);
	struct mono begin = mono_now();
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 2500);
	assert_int_equal(h.last.result, WEBHOOK_UNKNOWN);
	assert_in_range(mono_since_ms(begin), 200, 1000);
	begin = mono_now();
	close_house(&h);
	assert_true(mono_since_ms(begin) < 500);
	slow_names = 0;
}

static void another_node_sends_what_is_dropped(void **state)
{
	(void)state;
	static const int script[] = { LATE, 204, 0 };
	struct house h;
	struct webhook_state s;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 50);
	webhooks_drop(h.w);
	wait_for(&h, 1, 300);
	assert_int_equal(h.done, 0);
	assert_int_equal(h.asked, 1);
	assert_true(webhooks_at(h.w, 0, &s));
	assert_int_equal(s.waiting, 0);
	send_one(&h, "d1:ems:1", 1); /* it leads again */
	wait_for(&h, 1, 500);
	assert_int_equal(h.last.result, WEBHOOK_ACCEPTED);
	close_house(&h);
}

static void freed_in_the_middle(void **state)
{
	(void)state;
	static const int script[] = { LATE, 0 };
	struct house h;
	open_house(&h, script);
	send_one(&h, "d1:ems:1", 1);
	wait_for(&h, 1, 50);
	close_house(&h);
	assert_int_equal(h.done, 0);
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_at_once),
		cmocka_unit_test(tried_under_the_same_id_until_taken),
		cmocka_unit_test(a_page_of_a_gateway_is_no_answer),
		cmocka_unit_test(refused_is_not_tried_again),
		cmocka_unit_test(silence_is_unknown_in_its_time),
		cmocka_unit_test(an_agency_may_ask_for_patience),
		cmocka_unit_test(a_newer_version_ends_the_older),
		cmocka_unit_test(a_circuit_opens_and_closes),
		cmocka_unit_test(an_agency_that_is_gone_is_unknown),
		cmocka_unit_test(what_is_too_long_is_not_sent),
		cmocka_unit_test(a_silent_name_server_stops_nobody),
		cmocka_unit_test(another_node_sends_what_is_dropped),
		cmocka_unit_test(freed_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
