#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"
#include "../../../daemon/edge/session.h"

/* Steps that are not in possible (bits) change nothing. */
static void refuses_all_but(struct session *s, unsigned possible)
{
	enum session_state before = s->state;
	for (int step = 0; step < SESSION_STEP_COUNT; step++) {
		if (possible & (1u << step))
			continue;
		assert_false(session_step(s, (enum session_step)step, "test"));
		assert_int_equal(s->state, before);
	}
}

#define BIT(step) (1u << SESSION_STEP_##step)

static struct session *only_session(struct world *w)
{
	struct session *s = w->edge->table.slots[w->edge->table.used - 1].session;
	assert_non_null(s);
	return s;
}

static void every_state_refuses_the_steps_it_does_not_have(void **state)
{
	struct world *w = *state;
	int fd = world_connect(w);
	world_run_ms(w, 20);
	struct session *s = only_session(w);
	assert_int_equal(s->state, SESSION_HANDSHAKE);
	refuses_all_but(s, BIT(SECURED) | BIT(FINISH) | BIT(DROP));
	assert_true(session_step(s, SESSION_STEP_DROP, "test"));
	assert_int_equal(s->state, SESSION_CLOSED);
	refuses_all_but(s, 0);
	close(fd);
	world_run_ms(w, 20);
	assert_int_equal(world_counts(w).sessions, 0);

	struct client *c = client_with(w, &w->frontend);
	world_run_ms(w, 20);
	s = only_session(w);
	assert_int_equal(s->state, SESSION_OPEN);
	refuses_all_but(s, BIT(FINISH) | BIT(DROP));
	struct buf line = { 0 };
	buf_adds(&line, "x\n");
	session_send(s, &line); /* so that FLUSHING lasts until the next turn */
	buf_free(&line);
	assert_true(session_step(s, SESSION_STEP_FINISH, "test"));
	assert_int_equal(s->state, SESSION_FLUSHING);
	refuses_all_but(s, BIT(FLUSHED) | BIT(DROP));
	assert_true(session_step(s, SESSION_STEP_FLUSHED, "test"));
	assert_int_equal(s->state, SESSION_LINGERING);
	refuses_all_but(s, BIT(DROP));
	assert_true(session_step(s, SESSION_STEP_DROP, "test"));
	refuses_all_but(s, 0);
	client_free(c);
	world_run_ms(w, 20);
	assert_int_equal(world_counts(w).sessions, 0);
	assert_int_equal(world_counts(w).handshakes, 0);
}

static void a_peer_that_does_not_close_is_dropped_after_a_second(void **state)
{
	struct world *w = *state;
	struct client *c = client_with(w, &w->frontend);
	world_run_ms(w, 20);
	bufferevent_disable(c->bev, EV_READ); /* it will not see our end */
	struct session *s = only_session(w);
	assert_true(session_step(s, SESSION_STEP_FINISH, "test"));
	assert_int_equal(s->state, SESSION_LINGERING);
	world_run_ms(w, 200);
	assert_int_equal(world_counts(w).sessions, 1);
	world_run_ms(w, 1000);
	assert_int_equal(world_counts(w).sessions, 0);
	client_free(c);
}

static void a_number_never_finds_the_successor(void **state)
{
	(void)state;
	struct session_table t = { .used = 0 };
	struct session sessions[2], *a = &sessions[0], *b = &sessions[1];
	uint64_t one = session_table_add(&t, a);
	assert_true(one != 0 && one < 1ull << 53);
	assert_ptr_equal(session_table_find(&t, one), a);
	assert_null(session_table_find(&t, 0));
	assert_null(session_table_find(&t, one + 1));
	session_table_remove(&t, one);
	assert_null(session_table_find(&t, one));
	session_table_remove(&t, one); /* nothing */
	uint64_t two = session_table_add(&t, b);
	assert_int_equal(t.used, 1);
	assert_null(session_table_find(&t, one));
	assert_ptr_equal(session_table_find(&t, two), b);
	for (int i = 0; i < 1000; i++)
		session_table_add(&t, a);
	assert_ptr_equal(session_table_find(&t, two), b);
	session_table_fini(&t);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(every_state_refuses_the_steps_it_does_not_have),
		T(a_peer_that_does_not_close_is_dropped_after_a_second),
		cmocka_unit_test(a_number_never_finds_the_successor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
