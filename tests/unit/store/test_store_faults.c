/* The store when things break: Redis killed, stopped, misconfigured; replies lost on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sys/un.h>

#include "redis_fixture.h"

/* ---- a proxy that cuts connections ---- */

enum cut { CUT_NONE, CUT_BEFORE_SERVER, CUT_BEFORE_REPLY, CUT_SILENT };

/* On the next command that contains `word`: lose it, lose its reply, or answer nothing. */
struct proxy {
	struct event_base *base;
	struct evconnlistener *listener;
	const struct redis *redis;
	char path[96], url[112];
	enum cut cut;
	const char *word;
	int cuts;
	struct pair *pairs;
};

struct pair {
	struct proxy *proxy;
	struct bufferevent *client, *server;
	bool armed, silent;
	struct pair *next;
};

static void pair_close(struct pair *p)
{
	if (p->client)
		bufferevent_free(p->client);
	if (p->server)
		bufferevent_free(p->server);
	p->client = p->server = NULL;
}

static bool meets(struct evbuffer *in, const char *word)
{
	struct evbuffer_ptr at = evbuffer_search(in, word, strlen(word), NULL);
	return at.pos >= 0;
}

static void from_client(struct bufferevent *bev, void *arg)
{
	struct pair *p = arg;
	struct proxy *x = p->proxy;
	struct evbuffer *in = bufferevent_get_input(bev);
	if (x->cut != CUT_NONE && meets(in, x->word)) {
		enum cut cut = x->cut;
		x->cut = CUT_NONE;
		x->cuts++;
		if (cut == CUT_BEFORE_SERVER) {
			pair_close(p);
			return;
		}
		p->armed = cut == CUT_BEFORE_REPLY;
		p->silent = cut == CUT_SILENT;
	}
	evbuffer_add_buffer(bufferevent_get_output(p->server), in);
}

static void from_server(struct bufferevent *bev, void *arg)
{
	struct pair *p = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	if (p->armed)
		pair_close(p);
	else if (p->silent)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		evbuffer_add_buffer(bufferevent_get_output(p->client), in);
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		pair_close(arg);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr,
	int len, void *arg)
{
	(void)listener, (void)addr, (void)len;
	struct proxy *x = arg;
	struct pair *p = calloc(1, sizeof *p);
	p->proxy = x;
	p->next = x->pairs;
	x->pairs = p;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	strcpy(sun.sun_path, x->redis->socket);
	p->client = bufferevent_socket_new(x->base, fd, BEV_OPT_CLOSE_ON_FREE);
	p->server = bufferevent_socket_new(x->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(p->client, from_client, NULL, on_end, p);
	bufferevent_setcb(p->server, from_server, NULL, on_end, p);
	bufferevent_socket_connect(p->server, (struct sockaddr *)&sun, sizeof sun);
	bufferevent_enable(p->client, EV_READ | EV_WRITE);
	if (p->server)
		bufferevent_enable(p->server, EV_READ | EV_WRITE);
}

static void proxy_open(struct proxy *x, struct event_base *base, const struct redis *redis)
{
	x->base = base;
	x->redis = redis;
	snprintf(x->path, sizeof x->path, "%s/proxy", redis->dir);
	snprintf(x->url, sizeof x->url, "unix:%s", x->path);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	strcpy(sun.sun_path, x->path);
	x->listener = evconnlistener_new_bind(
		base, on_client, x, LEV_OPT_CLOSE_ON_FREE, 64, (struct sockaddr *)&sun, sizeof sun);
	assert_non_null(x->listener);
}

static void proxy_close(struct proxy *x)
{
	while (x->pairs) {
		struct pair *p = x->pairs;
		x->pairs = p->next;
		pair_close(p);
		free(p);
	}
	if (x->listener)
		evconnlistener_free(x->listener);
}

/* ---- world ---- */

struct world {
	struct event_base *base;
	struct redis redis;
	struct proxy proxy;
	struct peer a;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->base = event_base_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	if (w->a.store)
		peer_close(&w->a);
	proxy_close(&w->proxy);
	redis_remove(&w->redis);
	event_base_free(w->base);
	free(w);
	return 0;
}

static void open_leader(struct world *w, const char *url)
{
	struct store_options o = peer_options(url, "a");
	o.lease_ms = 3000;
	w->a.load_on_lead = true;
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.loads > 0, 3000);
}

static void send_commit(struct world *w, int i)
{
	struct commit *c = commit_new();
	char id[16], score[32];
	snprintf(id, sizeof id, "c%d", i);
	snprintf(score, sizeof score, "%d", i);
	commit_entity(c, 'c', id, text(score));
	commit_contact(c, id, true, true, i);
	commit_ledger(c, i, text(id), text("x"));
	commit_message(c, id, text("hello"));
	commit_output(c, "b", text(id));
	store_commit(w->a.store, &c, peer_committed, &w->a);
}

static int count(const struct world *w, const char *verb, const char *key)
{
	return atoi(redis_ask(&w->redis, "%s t:{test}:%s", verb, key));
}

/* ---- kill -9 ---- */

static void commits_are_exactly_once_over_kills(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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
	struct store_options o = peer_options(w->redis.url, "b");
	peer_open(&w->a, w->base, &o);
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
	redis_start(&w->redis);
	proxy_open(&w->proxy, w->base, &w->redis);
	open_leader(w, w->proxy.url);
	for (int i = 0; i < 3; i++) {
		w->proxy.word = "t1_commit\r";
		w->proxy.cut = cuts[i];
		send_commit(w, i);
		RUN_UNTIL(w->base, w->a.committed == i + 1, 3000);
		assert_int_equal(w->proxy.cuts, i + 1);
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
	redis_start(&w->redis);
	proxy_open(&w->proxy, w->base, &w->redis);
	open_leader(w, w->proxy.url);
	for (int i = 0; i < 3; i++) {
		w->proxy.word = "t1_commit\r";
		w->proxy.cut = cuts[i];
		send_commit(w, 2 * i);
		send_commit(w, 2 * i + 1);
		RUN_UNTIL(w->base, w->a.committed == 2 * i + 2, 3000);
		assert_int_equal(w->proxy.cuts, i + 1);
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
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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
	redis_start(&w->redis);
	proxy_open(&w->proxy, w->base, &w->redis);
	open_leader(w, w->proxy.url);
	w->proxy.word = "XADD";
	w->proxy.cut = CUT_BEFORE_REPLY;
	store_append(w->a.store, text("twice"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 1 && w->a.n_inbox == 2, 3000);
	w->proxy.cut = CUT_BEFORE_SERVER;
	store_append(w->a.store, text("once"), 3000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 2 && w->a.n_inbox == 3, 3000);
	assert_string_equal(w->a.inbox[2], "once");
	assert_int_equal(w->a.unavailable, 0);
}

static void lost_load_comes_again(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	proxy_open(&w->proxy, w->base, &w->redis);
	w->proxy.word = "t1_load\r";
	w->proxy.cut = CUT_BEFORE_REPLY;
	open_leader(w, w->proxy.url);
	assert_int_equal(w->proxy.cuts, 1);
	assert_int_equal(w->a.losses, 1);
	assert_int_equal(w->a.epoch, 2);
}

/* The answer to the attempt to lead is lost: the lease is ours without our knowing. */
static void lost_lease_answer_starts_a_new_epoch(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	proxy_open(&w->proxy, w->base, &w->redis);
	w->proxy.word = "t1_lead\r";
	w->proxy.cut = CUT_BEFORE_REPLY;
	open_leader(w, w->proxy.url);
	assert_int_equal(w->proxy.cuts, 1);
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
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
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

/* ---- wrong servers ---- */

static void expect_refusal(struct world *w, const char *name, const char *value, const char *why)
{
	w->redis.extra[0] = name;
	w->redis.extra[1] = value;
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
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
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, strstr(w->a.why, "SCHEMA 3"), 2000);
	assert_int_equal(w->a.readies, 0);
	assert_int_equal(count(w, "EXISTS", "lead"), 0);
}

/* ---- lost data ---- */

static void commit_some(struct world *w, int from, int to)
{
	for (int i = from; i < to; i++) {
		int decided = w->a.committed + w->a.fenced;
		send_commit(w, i);
		RUN_UNTIL(w->base, w->a.committed + w->a.fenced == decided + 1, 5000);
	}
	assert_int_equal(w->a.fenced, 0);
}

/* The server loses everything: whoever leads goes on under its epoch and writes it again. */
static void wiped_server_is_written_again(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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

/* A server comes back without the last batches, as a replica does that was promoted too early:
 * they are sent again, in order and once, with everything in them. */
static void rolled_back_server_gets_the_last_batches_again(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
	commit_some(w, 0, 5);
	copy_data(w, "appendonlydir", "old");
	commit_some(w, 5, 12);
	redis_kill(&w->redis);
	copy_data(w, "old", "appendonlydir");
	redis_start(&w->redis);
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
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
	commit_some(w, 0, 5);
	copy_data(w, "appendonlydir", "old");
	commit_some(w, 5, 12);
	redis_kill(&w->redis);
	send_commit(w, 12);
	copy_data(w, "old", "appendonlydir");
	redis_start(&w->redis);
	RUN_UNTIL(w->base, w->a.committed == 13, 3000);
	assert_int_equal(count(w, "XLEN", "log"), 13);
}

/* The server's data are from before this lead: what was loaded then is not there either. */
static void data_older_than_the_lead_are_written_again(void **state)
{
	struct world *w = *state;
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
	commit_some(w, 0, 1);
	copy_data(w, "appendonlydir", "old");
	store_yield_lead(w->a.store);
	store_compete_lead(w->a.store);
	RUN_UNTIL(w->base, w->a.epoch == 2 && w->a.loads == 2, 3000);
	commit_some(w, 1, 3);
	redis_kill(&w->redis);
	copy_data(w, "old", "appendonlydir");
	redis_start(&w->redis);
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
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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
	redis_start(&w->redis);
	open_leader(w, w->redis.url);
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
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(commits_are_exactly_once_over_kills),
		T(appends_survive_kills),
		T(lost_commit_is_decided),
		T(lost_commits_are_decided_in_order),
		T(fenced_commits_fall_together),
		T(lost_append_is_repeated),
		T(lost_load_comes_again),
		T(lost_lease_answer_starts_a_new_epoch),
		T(batches_behind_a_lost_lease_are_written),
		T(stopped_server_is_noticed),
		T(absent_server_is_explained),
		T(killed_leader_is_replaced),
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
