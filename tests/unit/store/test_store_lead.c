/* Leases of leaders and nodes against a real Redis, and which function library is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "two_peers.h"

static void yield_and_close_hand_over_at_once(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, w->b.state == STORE_READY, 2000);
	store_yield_lead(w->a.store);
	assert_int_equal(w->a.epoch, 0);
	RUN_UNTIL(w->base, w->b.epoch == 2, 400);
	run_ms(w->base, 1200);
	assert_int_equal(w->a.leads, 1); /* it competes no more, but knows who leads */
	assert_string_equal(w->a.leader, "b");
	assert_string_equal(store_leader(w->b.store), "b");
	struct commit *c = commit_new();
	commit_output(c, "b", text("too late"));
	commit(w, &w->a, c);
	assert_int_equal(w->a.fenced, 1);
}

/* The loop of the leader stands still, as under SIGSTOP: it is fenced when it comes back. */
static void paused_leader_is_fenced(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct event_base *other = event_base_new();
	struct store_options o = peer_options(w->redis.url, "b");
	w->b.load_on_lead = true;
	peer_open(&w->b, other, &o);
	struct mono paused = mono_now();
	RUN_UNTIL(other, w->b.loads == 1, 5000);
	assert_true(mono_since_ms(paused) < 5000);
	assert_int_equal(w->b.epoch, 2);
	/* The leader has not noticed: its loop has not run since. */
	assert_int_equal(w->a.epoch, 1);
	struct commit *c = commit_new();
	commit_entity(c, 'c', "ghost", text("must not be"));
	commit_contact(c, "ghost", true, true, 1);
	store_commit(w->a.store, &c, peer_committed, &w->a);
	RUN_UNTIL(w->base, w->a.fenced == 1, 2000);
	assert_int_equal(w->a.epoch, 0);
	assert_true(w->a.losses >= 1); /* the loss, and the news of who leads now */
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:c:ghost"), "0");
	assert_string_equal(redis_ask(&w->redis, "ZCARD t:{test}:q"), "0");
	peer_close(&w->b);
	event_base_free(other);
}

static void lost_node_is_reported_to_who_has_loaded(void **state)
{
	struct world *w = *state;
	struct event_base *other = event_base_new();
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, other, &o);
	RUN_UNTIL(other, w->b.epoch > 0, 3000);
	o.node = "a";
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.epoch > 0, 5000); /* b stands still: its leases end */
	run_ms(w->base, 1000);
	assert_string_equal(w->a.lost_nodes, "");
	store_load(w->a.store, peer_loaded_one, peer_loaded, &w->a);
	RUN_UNTIL(w->base, *w->a.lost_nodes, 3000);
	assert_string_equal(w->a.lost_nodes, "b/one;");
	peer_close(&w->b);
	event_base_free(other);
}

static void lost_node_is_reported_until_committed(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct event_base *other = event_base_new();
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, other, &o);
	RUN_UNTIL(other, w->b.state == STORE_READY, 2000);
	RUN_UNTIL(w->base, *w->a.lost_nodes, 3000);
	assert_string_equal(w->a.lost_nodes, "b/one;");
	run_ms(w->base, 700);
	assert_string_equal(w->a.lost_nodes, "b/one;");
	struct commit *c = commit_new();
	commit_node_gone(c, "b", "one");
	commit(w, &w->a, c);
	assert_string_equal(redis_ask(&w->redis, "ZRANGE t:{test}:nodes 0 -1"), "a one");
	/* It was only paused: it learns that it was counted as gone. */
	RUN_UNTIL(other, w->b.reasserts == 1, 2000);
	assert_string_equal(redis_ask(&w->redis, "ZCARD t:{test}:nodes"), "2");
	/* Back and gone again, while the same epoch leads: that is news. */
	RUN_UNTIL(w->base, strcmp(w->a.lost_nodes, "b/one;b/one;") == 0, 3000);
	assert_int_equal(w->a.losses, 0);
	peer_close(&w->b);
	assert_string_equal(redis_ask(&w->redis, "ZRANGE t:{test}:nodes 0 -1"), "a one");
	event_base_free(other);
}

static const char *lead_call(const struct world *w, const char *node, int held, int compete)
{
	return redis_ask(
		&w->redis, "FCALL t1_lead 1 t:{test}: %s one 60000 %d 0 2 %d", node, held, compete);
}

/* Commands of a connection given up long ago may still reach the server. */
static void late_lease_commands_change_nothing(void **state)
{
	struct world *w = *state;
	open_leader(w); /* loads the functions */
	peer_close(&w->a);
	memset(&w->a, 0, sizeof w->a);
	assert_int_equal(strncmp(lead_call(w, "a", 0, 1), "2 1 a ", 6), 0);
	assert_int_equal(strncmp(lead_call(w, "a", 0, 1), "3 1 a ", 6), 0); /* it lost track */
	assert_int_equal(strncmp(lead_call(w, "a", 2, 1), "3 0 a ", 6), 0); /* late */
	assert_int_equal(strncmp(lead_call(w, "a", 3, 1), "3 1 a ", 6), 0);
	assert_int_equal(strncmp(lead_call(w, "b", 0, 1), "3 0 a ", 6), 0);
	assert_string_equal(redis_ask(&w->redis, "FCALL t1_yield 1 t:{test}: a one 2"), "0");
	assert_int_equal(strncmp(lead_call(w, "a", 3, 1), "3 1 a ", 6), 0);
	assert_string_equal(redis_ask(&w->redis, "FCALL t1_yield 1 t:{test}: a one 3"), "1");
	assert_int_equal(strncmp(lead_call(w, "a", 3, 1), "3 0  0 ", 7), 0); /* late again */
	assert_int_equal(strncmp(lead_call(w, "a", 0, 0), "3 0  0 ", 7), 0); /* asks only */
	assert_int_equal(strncmp(lead_call(w, "b", 0, 1), "4 1 b ", 6), 0);
	/* a lease written before the server's clock was set back ends a term from now at the latest */
	redis_ask(&w->redis, "HSET t:{test}:lead until_ms 99999999999999 term_ms 60000");
	const char *answer = lead_call(w, "a", 0, 1);
	assert_int_equal(strncmp(answer, "4 0 b 60000 ", 12), 0);
}

static const char newer_library[] = "#!lua name=triaged1\n"
				    "redis.register_function{function_name='t1_ver', "
				    "callback=function() return %d end, flags={'no-writes'}}\n";

static void load_library(struct world *w, int build)
{
	char code[512];
	snprintf(code, sizeof code, newer_library, build);
	redis_ask(&w->redis, "FUNCTION LOAD REPLACE %s", code);
}

static void older_library_is_replaced_and_newer_kept(void **state)
{
	struct world *w = *state;
	load_library(w, 0);
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 2000);
	peer_close(&w->a);
	memset(&w->a, 0, sizeof w->a);
	load_library(w, 1000000);
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, strstr(w->a.why, "Function not found"), 2000);
	assert_string_equal(redis_ask(&w->redis, "FCALL t1_ver 0"), "1000000");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(yield_and_close_hand_over_at_once),
		T(paused_leader_is_fenced),
		T(lost_node_is_reported_to_who_has_loaded),
		T(lost_node_is_reported_until_committed),
		T(late_lease_commands_change_nothing),
		T(older_library_is_replaced_and_newer_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
