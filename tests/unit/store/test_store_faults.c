/* The store when things break: Redis killed or stopped, replies lost on the way. */
#include "store_world.h"

#include "cut_proxy.h"

static struct proxy proxy;

static int teardown(void **state)
{
	proxy_close(&proxy);
	memset(&proxy, 0, sizeof proxy);
	return world_teardown(state);
}

static void start_behind_proxy(struct world *w)
{
	redis_start(&w->redis);
	proxy_open(&proxy, w->base, &w->redis);
}

static void cut_at(const char *word, enum cut cut)
{
	proxy.word = word;
	proxy.cut = cut;
}

/* ---- kill -9 ---- */

static void commits_are_exactly_once_over_kills(void **state)
{
	struct world *w = *state;
	start_leader(w);
	int sent = 0, kills = 0;
	unsigned random = 7;
	while (kills < 20) {
		send_commit(w, sent++);
		random = random * 1103515245 + 12345;
		if (random / 65536 % 3 == 0) {
			/* some with the command on its way, some without one written */
			if (random / 131072 % 2)
				event_base_loop(w->base, EVLOOP_NONBLOCK);
			usleep(random / 65536 % 400);
			redis_kill(&w->redis);
			kills++;
			run_ms(w->base, 5);
			redis_start(&w->redis);
		}
		RUN_UNTIL(w->base, sent - w->a.committed - w->a.fenced < STORE_COMMITS_MAX, 5000);
	}
	RUN_UNTIL(w->base, w->a.committed + w->a.fenced == sent, 5000);
	assert_int_equal(w->a.fenced, 0);
	assert_int_equal(w->a.committed, sent);
	assert_int_equal(w->a.epoch, 1);
	assert_int_equal(count(w, "XLEN", "log"), sent);
	assert_int_equal(count(w, "ZCARD", "q"), sent);
	assert_int_equal(count(w, "SCARD", "live"), sent);
	assert_int_equal(count(w, "XLEN", "out:b"), sent);
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:m:c%d", sent - 1), "1");
	assert_int_equal(atoi(redis_ask(&w->redis, "HGET t:{test}:state batch")), sent);
}

static void appends_survive_kills(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	open_peer(w, "b");
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 2000);
	store_yield_lead(w->a.store); /* an edge only */
	char word[16];
	for (int i = 0; i < 400; i++) {
		snprintf(word, sizeof word, "%d", i);
		store_append(w->a.store, text(word), 4000, peer_appended, &w->a);
		if (i % 50 == 25) {
			event_base_loop(w->base, EVLOOP_NONBLOCK);
			redis_kill(&w->redis);
			redis_start(&w->redis);
		}
	}
	RUN_UNTIL(w->base, w->a.done + w->a.unavailable == 400, 6000);
	assert_int_equal(w->a.unavailable, 0);
	/* All are there, first copies in order; more copies only where the outcome was unknown. */
	redisContext *c = redis_connect(&w->redis);
	redisReply *r = redisCommand(c, "XRANGE t:{test}:in - +");
	int next = 0;
	for (size_t i = 0; i < r->elements; i++) {
		int n = atoi(r->element[i]->element[1]->element[1]->str);
		assert_true(n <= next);
		next += n == next;
	}
	assert_int_equal(next, 400);
	freeReplyObject(r);
	redisFree(c);
}

/* ---- lost replies ---- */

static void lost_commit_is_decided(void **state)
{
	struct world *w = *state;
	static const enum cut cuts[] = { CUT_BEFORE_SERVER, CUT_BEFORE_REPLY, CUT_SILENT };
	start_behind_proxy(w);
	open_leader(w, proxy.url);
	for (int i = 0; i < 3; i++) {
		cut_at("t1_commit\r", cuts[i]);
		send_commit(w, i);
		RUN_UNTIL(w->base, w->a.committed == i + 1, 3000);
		assert_int_equal(proxy.cuts, i + 1);
		assert_int_equal(count(w, "XLEN", "log"), i + 1);
		assert_int_equal(count(w, "XLEN", "out:b"), i + 1);
	}
	assert_int_equal(w->a.epoch, 1); /* quick enough for the lease */
	assert_int_equal(w->a.losses, 0);
}

/* Two on their way: whatever is lost of both, each is applied once, in order. */
static void lost_commits_are_decided_in_order(void **state)
{
	struct world *w = *state;
	static const enum cut cuts[] = { CUT_BEFORE_SERVER, CUT_BEFORE_REPLY, CUT_SILENT };
	start_behind_proxy(w);
	open_leader(w, proxy.url);
	for (int i = 0; i < 3; i++) {
		cut_at("t1_commit\r", cuts[i]);
		send_commit(w, 2 * i);
		send_commit(w, 2 * i + 1);
		RUN_UNTIL(w->base, w->a.committed == 2 * i + 2, 3000);
		assert_int_equal(proxy.cuts, i + 1);
		assert_int_equal(count(w, "XLEN", "log"), 2 * i + 2);
		assert_int_equal(count(w, "XLEN", "out:b"), 2 * i + 2);
	}
	assert_int_equal(w->a.epoch, 1);
	assert_int_equal(w->a.fenced, 0);
}

/* Neither of two is applied when another leads, and the second not without the first. */
static void fenced_commits_fall_together(void **state)
{
	struct world *w = *state;
	start_leader(w);
	redis_ask(&w->redis, "HSET t:{test}:lead epoch 7 node other");
	send_commit(w, 0);
	send_commit(w, 1);
	RUN_UNTIL(w->base, w->a.fenced == 2, 3000);
	assert_int_equal(w->a.committed, 0);
	assert_int_equal(count(w, "XLEN", "log"), 0);
	RUN_UNTIL(w->base, w->a.epoch == 0, 3000);
}

static void lost_append_is_repeated(void **state)
{
	struct world *w = *state;
	start_behind_proxy(w);
	open_leader(w, proxy.url);
	cut_at("XADD", CUT_BEFORE_REPLY);
	store_append(w->a.store, text("twice"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 1 && w->a.n_inbox == 2, 3000);
	cut_at("XADD", CUT_BEFORE_SERVER);
	store_append(w->a.store, text("once"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 2 && w->a.n_inbox == 3, 3000);
	assert_string_equal(w->a.inbox[2], "once");
	assert_int_equal(w->a.unavailable, 0);
}

/* Whoever asked hears of it as soon as the connection is gone, and decides anew. */
static void what_is_told_here_is_not_repeated(void **state)
{
	struct world *w = *state;
	start_behind_proxy(w);
	open_leader(w, proxy.url);
	cut_at("XADD", CUT_BEFORE_REPLY);
	store_append_here(w->a.store, text("one"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.unavailable == 1, 1000);
	RUN_UNTIL(w->base, w->a.state == STORE_READY && w->a.n_inbox == 1, 3000);
	cut_at("XADD", CUT_BEFORE_SERVER);
	store_append_here(w->a.store, text("two"), 3000, peer_appended, &w->a);
	store_append(w->a.store, text("three"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.unavailable == 2, 1000);
	RUN_UNTIL(w->base, w->a.done == 1 && w->a.n_inbox == 2, 3000);
	assert_string_equal(w->a.inbox[1], "three");
	store_append_here(w->a.store, text("four"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 2 && w->a.n_inbox == 3, 3000);
	assert_int_equal(w->a.unavailable, 2);
}

static void lost_load_comes_again(void **state)
{
	struct world *w = *state;
	start_behind_proxy(w);
	cut_at("t1_load\r", CUT_BEFORE_REPLY);
	open_leader(w, proxy.url);
	assert_int_equal(proxy.cuts, 1);
	assert_int_equal(w->a.losses, 1);
	assert_int_equal(w->a.epoch, 2);
}

/* The answer to the attempt to lead is lost: the lease is ours without our knowing. */
static void lost_lease_answer_starts_a_new_epoch(void **state)
{
	struct world *w = *state;
	start_behind_proxy(w);
	cut_at("t1_lead\r", CUT_BEFORE_REPLY);
	open_leader(w, proxy.url);
	assert_int_equal(proxy.cuts, 1);
	assert_int_equal(w->a.epoch, 2);
}

/* ---- stopped ---- */

/* This process stood still past the end of its lease, and nobody else took it: the renewal that was
 * due goes out before the loss is noticed. Batches numbered anew in the old epoch would be taken
 * for ones applied long ago, and acknowledged unwritten. */
static void batches_behind_a_lost_lease_are_written(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	o.lease_ms = 300;
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads > 0, 3000);
	for (int i = 1; i <= 3; i++) {
		send_commit(w, i);
		RUN_UNTIL(w->base, w->a.committed == i, 1000);
	}
	int leads = w->a.leads, losses = w->a.losses;
	usleep(600000);
	RUN_UNTIL(w->base, w->a.losses > losses && w->a.leads > leads, 3000);
	send_commit(w, 4);
	RUN_UNTIL(w->base, w->a.committed == 4, 1000);
	assert_int_equal(count(w, "SCARD", "live"), 4);
}

static void stopped_server_is_noticed(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	o.command_ms = 300;
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads == 1, 3000);
	kill(w->redis.pid, SIGSTOP);
	struct mono stopped = mono_now();
	store_append(w->a.store, text("now"), 200, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.unavailable == 1, 1000);
	assert_in_range(mono_since_ms(stopped), 190, 290);
	RUN_UNTIL(w->base, w->a.state == STORE_DOWN, 1000);
	assert_in_range(mono_since_ms(stopped), 290, 600);
	assert_non_null(strstr(w->a.why, "deadline"));
	store_append(w->a.store, text("while down"), 5000, peer_appended, &w->a);
	/* The lease of 900 ms is not renewed: this node leads no more before it ends. */
	RUN_UNTIL(w->base, w->a.epoch == 0, 1500);
	assert_true(mono_since_ms(stopped) < 900);
	kill(w->redis.pid, SIGCONT);
	RUN_UNTIL(w->base, w->a.done == 1 && w->a.loads == 2, 3000);
	assert_int_equal(w->a.epoch, 1); /* nobody led in between */
}

static void absent_server_is_explained(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	redis_kill(&w->redis);
	open_peer(w, "a");
	store_append(w->a.store, text("x"), 100, peer_appended, &w->a);
	assert_int_equal(w->a.unavailable, 0);
	RUN_UNTIL(w->base, w->a.unavailable == 1, 1000);
	const char *why;
	assert_int_equal(store_status(w->a.store, &why), STORE_DOWN);
	assert_string_equal(why, "Connection refused");
	redis_start(&w->redis);
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 1500);
}

/* ---- take-over ---- */

/* The leader is gone without a word (its process killed): another node leads within 5 s. */
static void killed_leader_is_replaced(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	pid_t leader = fork();
	if (leader == 0) {
		struct event_base *base = event_base_new();
		struct peer *p = calloc(1, sizeof *p);
		struct store_options o = peer_options(w->redis.url, "a");
		o.lease_ms = 3000;
		p->load_on_lead = true;
		peer_open(p, base, &o);
		run_ms(base, 20000);
		_exit(0);
	}
	for (int i = 0; i < 300 && count(w, "EXISTS", "lead") == 0; i++)
		usleep(10000);
	struct store_options o = peer_options(w->redis.url, "b");
	o.lease_ms = 3000;
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	run_ms(w->base, 1200); /* the leader renews meanwhile */
	assert_int_equal(w->a.epoch, 0);
	kill(leader, SIGKILL);
	waitpid(leader, NULL, 0);
	struct mono killed = mono_now();
	RUN_UNTIL(w->base, w->a.loads == 1, 5000);
	assert_true(mono_since_ms(killed) < 5000);
	print_message("take-over after %d ms\n", (int)mono_since_ms(killed));
	assert_int_equal(w->a.epoch, 2);
	RUN_UNTIL(w->base, *w->a.lost_nodes, 4000);
	assert_string_equal(w->a.lost_nodes, "a/one;");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, teardown)
	const struct CMUnitTest tests[] = {
		T(commits_are_exactly_once_over_kills),
		T(appends_survive_kills),
		T(lost_commit_is_decided),
		T(lost_commits_are_decided_in_order),
		T(fenced_commits_fall_together),
		T(lost_append_is_repeated),
		T(what_is_told_here_is_not_repeated),
		T(lost_load_comes_again),
		T(lost_lease_answer_starts_a_new_epoch),
		T(batches_behind_a_lost_lease_are_written),
		T(stopped_server_is_noticed),
		T(absent_server_is_explained),
		T(killed_leader_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
