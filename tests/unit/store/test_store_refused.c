/* The store on a server that is not what it should be: misconfigured, of others, rolled back, full. */
#include "store_world.h"

/* ---- wrong servers ---- */

static void expect_refusal(struct world *w, const char *name, const char *value, const char *why)
{
	w->redis.extra[0] = name;
	w->redis.extra[1] = value;
	redis_start(&w->redis);
	open_peer(w, "a");
	RUN_UNTIL(w->base, strstr(w->a.why, why), 2000);
	run_ms(w->base, 200);
	assert_int_equal(w->a.readies, 0);
}

static void weak_fsync_is_refused(void **state)
{
	expect_refusal(*state, "--appendfsync", "everysec", "not durable");
}

static void no_aof_is_refused(void **state)
{
	expect_refusal(*state, "--appendonly", "no", "not durable");
}

static void eviction_is_refused(void **state)
{
	expect_refusal(*state, "--maxmemory-policy", "allkeys-lru", "noeviction");
}

static void replica_is_refused(void **state)
{
	expect_refusal(*state, "--replicaof", "127.0.0.1 1", "not master");
}

static void password_is_needed(void **state)
{
	expect_refusal(*state, "--requirepass", "secret", "NOAUTH");
}

static void unknown_settings_are_refused(void **state)
{
	struct world *w = *state;
	w->redis.extra[2] = ""; /* the new name of CONFIG: none */
	expect_refusal(w, "--rename-command", "CONFIG", "unknown command");
}

static void wrong_password_is_refused(void **state)
{
	struct world *w = *state;
	w->redis.extra[0] = "--requirepass";
	w->redis.extra[1] = "secret";
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	o.password = "wrong";
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, strstr(w->a.why, "WRONGPASS"), 2000);
	peer_close(&w->a);
	memset(&w->a, 0, sizeof w->a);
	o.password = "secret";
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.epoch == 1, 2000);
}

static void weak_fsync_can_be_accepted(void **state)
{
	struct world *w = *state;
	w->redis.extra[0] = "--appendfsync";
	w->redis.extra[1] = "everysec";
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	o.accept_weak_durability = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 2000);
}

static void newer_data_are_refused(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	redis_ask(&w->redis, "HSET t:{test}:state schema 3");
	open_peer(w, "a");
	RUN_UNTIL(w->base, strstr(w->a.why, "SCHEMA 3"), 2000);
	assert_int_equal(w->a.readies, 0);
	assert_int_equal(count(w, "EXISTS", "lead"), 0);
}

/* ---- lost data ---- */

/* The server loses everything: whoever leads goes on under its epoch and writes it again. */
static void wiped_server_is_written_again(void **state)
{
	struct world *w = *state;
	start_leader(w);
	commit_some(w, 0, 3);
	char instance[64];
	snprintf(instance, sizeof instance, "%s",
		redis_ask(&w->redis, "HGET t:{test}:state instance"));
	assert_string_equal(instance, w->a.instance);
	redis_ask(&w->redis, "FLUSHALL");
	send_commit(w, 3);
	RUN_UNTIL(w->base, w->a.committed == 4 && w->a.rewrites == 1, 3000);
	redis_ask(&w->redis, "FLUSHALL"); /* and with nothing to commit */
	RUN_UNTIL(w->base, w->a.rewrites == 2 && w->a.state == STORE_READY, 3000);
	assert_int_equal(w->a.empties, 2);
	assert_int_equal(w->a.epoch, 1);
	assert_int_equal(w->a.losses, 0);
	assert_true(w->a.reasserts > 0);
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:state instance"), instance);
	commit_some(w, 4, 5);
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:state batch"), "5");
}

static void copy_data(const struct world *w, const char *from, const char *to)
{
	char line[400];
	snprintf(
		line, sizeof line, "cd %s && rm -rf %s && cp -r %s %s", w->redis.dir, to, from, to);
	assert_int_equal(system(line), 0);
}

/* Written: 5 batches, kept as "old", and 7 behind them; then the server is dead. */
static void commit_past_a_copy(struct world *w)
{
	start_leader(w);
	commit_some(w, 0, 5);
	copy_data(w, "appendonlydir", "old");
	commit_some(w, 5, 12);
	redis_kill(&w->redis);
}

static void start_from_the_copy(struct world *w)
{
	copy_data(w, "old", "appendonlydir");
	redis_start(&w->redis);
}

/* A server comes back without the last batches, as a replica does that was promoted too early:
 * they are sent again, in order and once, with everything in them. */
static void rolled_back_server_gets_the_last_batches_again(void **state)
{
	struct world *w = *state;
	commit_past_a_copy(w);
	start_from_the_copy(w);
	assert_int_equal(count(w, "XLEN", "log"), 5);
	RUN_UNTIL(w->base, count(w, "XLEN", "log") == 12, 3000);
	commit_some(w, 12, 14);
	assert_int_equal(count(w, "XLEN", "log"), 14);
	assert_int_equal(count(w, "ZCARD", "q"), 14);
	assert_int_equal(count(w, "XLEN", "out:b"), 14);
	assert_int_equal(w->a.rewrites, 0);
	assert_int_equal(w->a.epoch, 1);
}

/* The same with a batch on its way. */
static void rollback_under_a_pending_batch(void **state)
{
	struct world *w = *state;
	commit_past_a_copy(w);
	send_commit(w, 12);
	start_from_the_copy(w);
	RUN_UNTIL(w->base, w->a.committed == 13, 3000);
	assert_int_equal(count(w, "XLEN", "log"), 13);
}

/* The server's data are from before this lead: what was loaded then is not there either. */
static void data_older_than_the_lead_are_written_again(void **state)
{
	struct world *w = *state;
	start_leader(w);
	commit_some(w, 0, 1);
	copy_data(w, "appendonlydir", "old");
	store_yield_lead(w->a.store);
	store_compete_lead(w->a.store);
	RUN_UNTIL(w->base, w->a.epoch == 2 && w->a.loads == 2, 3000);
	commit_some(w, 1, 3);
	redis_kill(&w->redis);
	start_from_the_copy(w);
	RUN_UNTIL(w->base, w->a.rewrites == 1, 3000);
	assert_int_equal(w->a.empties, 0);
	assert_int_equal(w->a.epoch, 2);
	commit_some(w, 3, 4);
}

static void another_data_set_is_not_touched(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	redis_ask(&w->redis, "HSET t:{test}:state schema 1 instance theirs");
	struct store_options o = peer_options(w->redis.url, "a");
	o.instance = "ours";
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, strstr(w->a.why, "another set (theirs)"), 2000);
	run_ms(w->base, 300);
	assert_int_equal(w->a.readies, 0);
	assert_string_equal(redis_ask(&w->redis, "DBSIZE"), "1");
}

/* Nobody is there who could write it again: after a while the center begins anew. */
static void empty_data_set_is_begun_anew_with_a_warning(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	o.instance = "ours";
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, strstr(w->a.warning, "awaited"), 2000);
	run_ms(w->base, 900);
	assert_int_equal(w->a.epoch, 0);
	RUN_UNTIL(w->base, w->a.epoch == 1, 3000);
	assert_non_null(strstr(w->a.warning, "began anew"));
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:state instance"), "ours");
}

/* A new master's clock is behind: what it writes is read all the same. */
static void reader_is_not_passed_by_a_slow_clock(void **state)
{
	struct world *w = *state;
	start_leader(w);
	redis_ask(&w->redis, "XADD t:{test}:in 99999999999999-7 b early");
	RUN_UNTIL(w->base, w->a.n_inbox == 1, 2000);
	redis_ask(&w->redis, "DEL t:{test}:in");
	redis_kill(&w->redis);
	redis_start(&w->redis);
	RUN_UNTIL(w->base, w->a.readies == 2, 3000);
	store_append(w->a.store, text("late"), 2000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.n_inbox == 2, 3000);
	assert_string_equal(w->a.inbox[1], "late");
}

/* Full memory is a refusal, told as such, and over when there is room again. */
static void full_memory_is_explained(void **state)
{
	struct world *w = *state;
	start_leader(w);
	redis_ask(&w->redis, "CONFIG SET maxmemory 1");
	store_append(w->a.store, text("x"), 300, peer_appended, &w->a);
	send_commit(w, 1);
	RUN_UNTIL(w->base, w->a.unavailable == 1, 1000);
	RUN_UNTIL(w->base, strncmp(w->a.why, "OOM", 3) == 0, 2000);
	int readies = w->a.readies;
	run_ms(w->base, 500);
	assert_int_equal(w->a.readies, readies); /* no flapping */
	redis_ask(&w->redis, "CONFIG SET maxmemory 0");
	RUN_UNTIL(w->base, w->a.committed == 1, 3000);
	assert_int_equal(count(w, "XLEN", "log"), 1);
	assert_int_equal(count(w, "XLEN", "in"), 0);
}

/* A key of a wrong type stops the commit as a whole, with the reason, and costs nothing else. */
static void foreign_key_stops_the_whole_commit(void **state)
{
	struct world *w = *state;
	static const char *const keys[] = { "log", "m:c5", "out:b", "q", "live", "ended" };
	start_leader(w);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		redis_ask(&w->redis, "DEL t:{test}:%s", keys[i]);
		redis_ask(&w->redis, "SET t:{test}:%s foreign", keys[i]);
		int decided = w->a.committed, keys_before = atoi(redis_ask(&w->redis, "DBSIZE"));
		send_commit(w, 5);
		send_commit(w, 6); /* waits for it */
		RUN_UNTIL(w->base, strstr(w->a.why, "WRONGTYPE"), 3000);
		assert_int_equal(w->a.committed, decided);
		assert_int_equal(atoi(redis_ask(&w->redis, "DBSIZE")), keys_before);
		redis_ask(&w->redis, "DEL t:{test}:%s", keys[i]);
		RUN_UNTIL(w->base, w->a.committed + w->a.fenced == decided + 2, 3000);
		RUN_UNTIL(w->base, w->a.epoch != 0, 3000);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(weak_fsync_is_refused),
		T(no_aof_is_refused),
		T(eviction_is_refused),
		T(replica_is_refused),
		T(password_is_needed),
		T(unknown_settings_are_refused),
		T(wrong_password_is_refused),
		T(weak_fsync_can_be_accepted),
		T(newer_data_are_refused),
		T(wiped_server_is_written_again),
		T(rolled_back_server_gets_the_last_batches_again),
		T(rollback_under_a_pending_batch),
		T(data_older_than_the_lead_are_written_again),
		T(another_data_set_is_not_touched),
		T(empty_data_set_is_begun_anew_with_a_warning),
		T(reader_is_not_passed_by_a_slow_clock),
		T(full_memory_is_explained),
		T(foreign_key_stops_the_whole_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
