/* One connection against a server that misbehaves on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../daemon/store/link.h"
#include "triaged/base/clock.h"

/* Answers the n-th read of a connection with the n-th script; NULL ends: silence from there on. */
struct world {
	struct event_base *base;
	char dir[64], path[80], url[96];
	struct evconnlistener *listener;
	struct bufferevent *clients[64];
	int n_clients, reads;
	const char *script[8];
	bool hang_up; /* behind the last script entry */
	struct link *link;
	int ups, downs, answers, unknowns;
	char why[128];
	bool close_inside, reset_inside;
};

static void on_request(struct bufferevent *bev, void *arg)
{
	struct world *w = arg;
	char sink[4096];
	while (bufferevent_read(bev, sink, sizeof sink) > 0)
		;
	const char *answer = w->reads < 8 ? w->script[w->reads] : NULL;
	w->reads++;
	if (answer)
		bufferevent_write(bev, answer, strlen(answer));
	else if (w->hang_up)
		shutdown(bufferevent_getfd(bev), SHUT_RDWR);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr,
	int len, void *arg)
{
	(void)listener, (void)addr, (void)len;
	struct world *w = arg;
	assert_true(w->n_clients < 64);
	struct bufferevent *bev = bufferevent_socket_new(w->base, fd, BEV_OPT_CLOSE_ON_FREE);
	w->clients[w->n_clients++] = bev;
	w->reads = 0;
	bufferevent_setcb(bev, on_request, NULL, NULL, w);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void on_up(void *arg)
{
	((struct world *)arg)->ups++;
}

static void on_down(void *arg, const char *why)
{
	struct world *w = arg;
	w->downs++;
	snprintf(w->why, sizeof w->why, "%s", why);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	signal(SIGPIPE, SIG_IGN);
	strcpy(w->dir, "/tmp/triaged-link.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s/s", w->dir);
	snprintf(w->url, sizeof w->url, "unix:%s", w->path);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	strcpy(sun.sun_path, w->path);
	w->base = event_base_new();
	w->listener = evconnlistener_new_bind(w->base, on_client, w, LEV_OPT_CLOSE_ON_FREE, 16,
		(struct sockaddr *)&sun, sizeof sun);
	assert_non_null(w->listener);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	link_close(&w->link);
	for (int i = 0; i < w->n_clients; i++)
		bufferevent_free(w->clients[i]);
	evconnlistener_free(w->listener);
	event_base_free(w->base);
	unlink(w->path);
	rmdir(w->dir);
	free(w);
	return 0;
}

static void open_link(struct world *w)
{
	struct link_options o = {
		.url = w->url, .username = "", .password = "", .connect_ms = 200, .command_ms = 200
	};
	struct link_events events = { .arg = w, .up = on_up, .down = on_down };
	struct err e;
	w->link = link_open(w->base, &o, &events, &e);
	assert_non_null(w->link);
}

static void run(struct world *w, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	event_base_loopexit(w->base, &tv);
	event_base_dispatch(w->base);
}

static void on_answer(void *arg, const redisReply *reply)
{
	struct world *w = arg;
	if (reply)
		w->answers++;
	else
		w->unknowns++;
	if (w->close_inside)
		link_close(&w->link);
	else if (w->reset_inside)
		link_reset(w->link, "on purpose");
}

static void send_some(struct world *w, int n)
{
	struct args a = { 0 };
	args_adds(&a, "PING");
	for (int i = 0; i < n; i++)
		link_send(w->link, &a, on_answer, w);
	args_free(&a);
	assert_int_equal(w->answers + w->unknowns, 0);
}

static void bring_up(struct world *w)
{
	w->script[0] = "+PONG\r\n";
	open_link(w);
	run(w, 30);
	assert_int_equal(w->ups, 1);
}

static void answers_come_in_order_and_in_parts(void **state)
{
	struct world *w = *state;
	w->script[1] = "+O";
	bring_up(w);
	send_some(w, 3);
	run(w, 20);
	assert_int_equal(w->answers, 0);
	bufferevent_write(w->clients[0], "K\r\n$3\r\nab", 9);
	run(w, 20);
	assert_int_equal(w->answers, 1);
	bufferevent_write(w->clients[0], "c\r\n-ERR x\r\n", 11);
	run(w, 20);
	assert_int_equal(w->answers, 3);
	run(w, 300); /* idle is not silence */
	assert_int_equal(w->downs, 0);
}

static void garbage_resets(void **state)
{
	struct world *w = *state;
	w->script[1] = "HTTP/1.0 400 Bad Request\r\n";
	bring_up(w);
	send_some(w, 2);
	run(w, 20);
	assert_int_equal(w->unknowns, 2);
	assert_int_equal(w->downs, 1);
	assert_string_equal(w->why, "the answer is not the Redis protocol");
}

static void unasked_answers_reset(void **state)
{
	struct world *w = *state;
	bring_up(w);
	bufferevent_write(w->clients[0], ":1\r\n", 4);
	run(w, 20);
	assert_int_equal(w->downs, 1);
	assert_non_null(strstr(w->why, "nobody asked"));
}

static void silence_is_noticed(void **state)
{
	struct world *w = *state;
	bring_up(w);
	send_some(w, 5);
	struct mono start = mono_now();
	while (w->unknowns == 0 && mono_since_ms(start) < 1000)
		run(w, 5);
	assert_in_range(mono_since_ms(start), 195, 260);
	assert_int_equal(w->unknowns, 5);
	assert_non_null(strstr(w->why, "deadline"));
}

static void silence_at_the_greeting_is_noticed(void **state)
{
	struct world *w = *state;
	open_link(w);
	run(w, 230);
	assert_int_equal(w->ups, 0);
	assert_int_equal(w->downs, 1);
	assert_non_null(strstr(w->why, "deadline"));
}

static void refused_password_is_explained(void **state)
{
	struct world *w = *state;
	w->script[0] = "-WRONGPASS no\r\n";
	open_link(w);
	run(w, 20);
	assert_int_equal(w->ups, 0);
	assert_true(w->downs >= 1);
	assert_string_equal(w->why, "authentication: WRONGPASS no");
}

static void attempts_slow_down(void **state)
{
	struct world *w = *state;
	w->hang_up = true;
	open_link(w);
	run(w, 1500);
	/* 0, 50, 100, 150 … ms apart, a quarter less at most: 7 to 9 attempts */
	assert_in_range(w->n_clients, 6, 10);
	assert_in_range(w->downs, 6, 10);
}

static void closing_and_resetting_inside_a_callback_is_safe(void **state)
{
	struct world *w = *state;
	w->script[1] = "+A\r\n+B\r\n+C\r\n";
	bring_up(w);
	w->reset_inside = true;
	send_some(w, 3);
	run(w, 20);
	assert_int_equal(w->answers, 1);
	assert_int_equal(w->unknowns, 2);
	w->answers = w->unknowns = 0;
	w->reset_inside = false;
	w->close_inside = true;
	run(w, 100);
	assert_true(link_is_up(w->link));
	send_some(w, 3);
	run(w, 20);
	assert_int_equal(w->answers, 1);
	assert_int_equal(w->unknowns, 2);
	assert_null(w->link);
}

static void commands_of_a_link_that_is_down_are_unknown(void **state)
{
	struct world *w = *state;
	open_link(w);
	send_some(w, 2);
	run(w, 10);
	assert_int_equal(w->unknowns, 2);
}

static void huge_answers_are_refused(void **state)
{
	struct world *w = *state;
	w->script[1] = "*1000000000\r\n";
	bring_up(w);
	send_some(w, 1);
	run(w, 20);
	assert_int_equal(w->unknowns, 1);
	assert_int_equal(w->downs, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(answers_come_in_order_and_in_parts),
		T(garbage_resets),
		T(unasked_answers_reset),
		T(silence_is_noticed),
		T(silence_at_the_greeting_is_noticed),
		T(refused_password_is_explained),
		T(attempts_slow_down),
		T(closing_and_resetting_inside_a_callback_is_safe),
		T(commands_of_a_link_that_is_down_are_unknown),
		T(huge_answers_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
