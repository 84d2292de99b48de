#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);
	world_init(w);
	world_start(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_fini(*state);
	free(*state);
	return 0;
}

static void a_request_reaches_the_handler_and_its_answer_the_client(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	const char *line =
		client_ask(c, CALL("r-1", "contact.open", "{\"ref\":\"a\",\"channel\":\"sms\"}"));
	assert_string_equal(line, "{\"jsonrpc\":\"2.0\",\"id\":\"r-1\",\"result\":"
				  "{\"method\":\"contact.open\",\"role\":\"frontend\"}}");
	assert_int_equal(world_counts(w).sessions, 1);
	assert_string_equal(edge_principal(w->edge, w->session)->name, "sms-gw");
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

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_request_reaches_the_handler_and_its_answer_the_client),
		T(a_notification_reaches_the_client),
		T(hello_tells_who_and_where),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
