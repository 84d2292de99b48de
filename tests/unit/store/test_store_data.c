/* What is kept how long in a real Redis, and how much of it is loaded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "two_peers.h"

static void trim(struct world *w)
{
	redis_ask(&w->redis, "FCALL t1_trim 1 t:{test}: 1 60000 60000 60000 60000 200");
}

/* Age is what the server's clock says, so the test makes things old by rewriting their stamps. */
static void retention_removes_by_age_only_what_is_over(void **state)
{
	struct world *w = *state;
	open_leader(w);
	redis_ask(&w->redis, "XADD t:{test}:log 1000-1 at 1 c old d old");
	redis_ask(&w->redis, "XADD t:{test}:refs 1000-1 fe old");
	redis_ask(&w->redis, "HSET t:{test}:i:fe old answer");
	redis_ask(&w->redis, "XADD t:{test}:answers 1000-1 a old");
	store_append(w->a.store, text("x"), 2000, peer_appended, &w->a);
	store_append(w->a.store, text("x"), 2000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.n_inbox == 2, 2000);
	char second[64];
	strcpy(second, w->a.position);
	store_append(w->a.store, text("x"), 2000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.n_inbox == 3, 2000);
	struct commit *c = commit_new();
	commit_entity(c, 'c', "over", text("x"));
	commit_contact(c, "over", false, false, 0);
	commit_message(c, "over", text("said"));
	commit_entity(c, 'c', "recent", text("x"));
	commit_contact(c, "recent", false, false, 0);
	commit_entity(c, 'c', "live", text("x"));
	commit_contact(c, "live", true, true, 1);
	commit_entity(c, 'p', "gone", text("x"));
	commit_entity(c, 'p', "known", text("x"));
	commit_ref(c, "fe", "new", text("answer"));
	commit_ledger(c, 5, text("new"), text("new"));
	commit_inbox_position(c, second);
	commit(w, &w->a, c);
	redis_ask(&w->redis, "ZADD t:{test}:ended 1 over");
	redis_ask(&w->redis, "ZADD t:{test}:persons 1 gone");
	for (int i = 0; i < 3; i++)
		trim(w);
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:c:over t:{test}:m:over"), "0");
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:c:recent t:{test}:c:live"), "2");
	assert_string_equal(redis_ask(&w->redis, "ZRANGE t:{test}:ended 0 -1"), "recent");
	assert_string_equal(redis_ask(&w->redis, "ZRANGE t:{test}:persons 0 -1"), "known");
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:p:gone"), "0");
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:i:fe"), "0");
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:log"), "1");
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:refs"), "0");
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:answers"), "1");
	/* the inbox: everything before the committed position, whatever its age */
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:in"), "2");
	assert_string_equal(redis_ask(&w->redis, "SCARD t:{test}:live"), "1");
}

static void retention_is_bounded_and_complete(void **state)
{
	struct world *w = *state;
	open_leader(w);
	for (int i = 0; i < 5; i++) {
		struct commit *c = commit_new();
		for (int j = 0; j < 300; j++) {
			char id[16];
			snprintf(id, sizeof id, "%d", i * 300 + j);
			commit_ledger(c, 1, text(id), text("d"));
			commit_ref(c, "fe", id, text("x"));
			commit_entity(c, 'c', id, text("x"));
			commit_contact(c, id, false, false, 0);
		}
		commit(w, &w->a, c);
	}
	usleep(20000);
	int calls = 0;
	while (atoi(redis_ask(&w->redis, "FCALL t1_trim 1 t:{test}: 1 5 5 5 5 200")) > 0)
		assert_true(++calls < 100);
	assert_in_range(calls, 1500 / 200, 50); /* never much at once */
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:log"), "0");
	assert_string_equal(redis_ask(&w->redis, "ZCARD t:{test}:ended"), "0");
	assert_string_equal(redis_ask(&w->redis, "EXISTS t:{test}:i:fe"), "0");
	assert_string_equal(redis_ask(&w->redis, "DBSIZE"), "5"); /* state lead nodes log refs */
}

static void take_over_loads_everything_once(void **state)
{
	struct world *w = *state;
	open_leader(w);
	for (int i = 0; i < 10; i++) {
		struct commit *c = commit_new();
		for (int j = 0; j < 500; j++) {
			char id[16];
			snprintf(id, sizeof id, "%d", i * 500 + j);
			commit_entity(c, 'c', id, text(id));
			commit_contact(c, id, true, true, i * 500 + j);
			commit_entity(c, 'p', id, text(id));
			commit_ref(c, "fe", id, text("answer"));
		}
		commit(w, &w->a, c);
	}
	assert_string_equal(redis_ask(&w->redis, "ZCARD t:{test}:q"), "5000");
	store_yield_lead(w->a.store);
	w->a.load_on_lead = false;
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, w->b.epoch == 2, 3000);
	struct mono start = mono_now();
	store_load(w->b.store, peer_count_one, peer_loaded, &w->b);
	RUN_UNTIL(w->base, w->b.loads == 1, 5000);
	assert_int_equal(w->b.n_loaded['c'], 5000);
	assert_int_equal(w->b.n_loaded['p'], 5000);
	assert_int_equal(w->b.n_loaded['i'], 5000);
	print_message("15000 records loaded in %d ms\n", (int)mono_since_ms(start));
}

static struct {
	char answers[2048], commands[64];
	int n_answers, n_commands, done;
} seen;

static void on_recent(void *arg, char kind, const char *id, const char *ref, struct slice bytes)
{
	(void)arg;
	char one[64];
	int n = snprintf(one, sizeof one, "%s/%s=%.*s ", id, ref, (int)bytes.len, bytes.data);
	if (kind == 'i' && seen.n_answers++ < 3)
		strncat(seen.answers, one, (size_t)n);
	if (kind == '+' && ++seen.n_commands)
		strncat(seen.commands, bytes.data, bytes.len);
}

static void on_recent_done(void *arg, enum store_result result)
{
	(void)arg;
	assert_int_equal(result, STORE_OK);
	seen.done++;
}

/* Of a node that follows: the last answers first, and of the inbox what is not committed. */
static void what_is_recent_is_read_without_leading(void **state)
{
	struct world *w = *state;
	open_leader(w);
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->b, w->base, &o);
	RUN_UNTIL(w->base, store_status(w->b.store, &(const char *){ 0 }) == STORE_READY, 3000);
	for (int i = 1; i <= 3; i++) {
		store_append(w->b.store,
			text(i == 1      ? "1"
				: i == 2 ? "2"
					 : "3"),
			2000, peer_appended, &w->b);
		RUN_UNTIL(w->base, w->a.n_inbox == i, 2000);
		if (i != 1)
			continue;
		struct commit *c = commit_new();
		commit_inbox_position(c, w->a.position);
		commit_ref(c, "fe", "r1", text("one"));
		commit(w, &w->a, c);
	}
	for (int i = 0; i < 600; i++) {
		struct commit *c = commit_new();
		char ref[16];
		snprintf(ref, sizeof ref, "s%d", i);
		commit_ref(c, "fe", ref, text("x"));
		commit(w, &w->a, c);
	}
	store_recent(w->b.store, 60000, on_recent, on_recent_done, NULL);
	RUN_UNTIL(w->base, seen.done == 1, 3000);
	assert_int_equal(seen.n_answers, 601); /* every page */
	assert_string_equal(seen.answers, "fe/s599=x fe/s598=x fe/s597=x ");
	assert_string_equal(seen.commands, "23");
	seen.n_answers = 0;
	store_recent(w->b.store, 1, on_recent, on_recent_done, NULL);
	RUN_UNTIL(w->base, seen.done == 2, 3000);
	assert_in_range(seen.n_answers, 1, 512); /* not all of them */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(retention_removes_by_age_only_what_is_over),
		T(retention_is_bounded_and_complete),
		T(take_over_loads_everything_once),
		T(what_is_recent_is_read_without_leading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
