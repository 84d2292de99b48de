/* The center's keyring in a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

struct world {
	struct event_base *base;
	struct redis redis;
	struct peer a;
	char read[512]; /* "field=value;" sorted by nobody */
	int done, unavailable, published, conflicts;
};

static void on_field(void *arg, const char *field, struct slice value)
{
	struct world *w = arg;
	size_t at = strlen(w->read);
	snprintf(w->read + at, sizeof w->read - at, "%s=%.*s/%zu;", field, (int)value.len,
		value.data, value.len);
}

static void on_read(void *arg, enum store_result result)
{
	struct world *w = arg;
	w->done++;
	w->unavailable += result != STORE_OK;
}

static void on_published(void *arg, enum publish_result result)
{
	struct world *w = arg;
	w->done++;
	w->published += result == PUBLISH_OK;
	w->conflicts += result == PUBLISH_CONFLICT;
	w->unavailable += result == PUBLISH_UNAVAILABLE;
}

static void read_ring(struct world *w)
{
	int before = w->done;
	w->read[0] = '\0';
	store_keyring_read(w->a.store, on_field, on_read, w);
	assert_int_equal(w->done, before); /* never from inside the call */
	RUN_UNTIL(w->base, w->done > before, 3000);
}

static void publish(struct world *w, const struct store_key *keys, size_t n)
{
	int before = w->done;
	store_keyring_publish(w->a.store, keys, n, on_published, w);
	RUN_UNTIL(w->base, w->done > before, 3000);
}

static void what_was_published_is_read(void **state)
{
	struct world *w = *state;
	const struct store_key keys[] = {
		{ "seal-0001", "aa", "f1", { "x\0\r\n", 4 } },
		{ "pseudonym", "bb", "f1", { "y", 1 } },
	};
	read_ring(w);
	assert_string_equal(w->read, "");
	publish(w, keys, 2);
	publish(w, keys, 2);
	assert_int_equal(w->published, 2);
	read_ring(w);
	assert_non_null(strstr(w->read, "seal-0001=aa/2;"));
	assert_non_null(strstr(w->read, "seal-0001:f1=x"));
	assert_non_null(strstr(w->read, "/4;"));
	assert_non_null(strstr(w->read, "pseudonym=bb/2;pseudonym:f1=y/1;"));
	assert_string_equal(redis_ask(&w->redis, "HLEN t:{test}:keys"), "4");
}

static void another_key_of_that_name_is_refused_whole(void **state)
{
	struct world *w = *state;
	const struct store_key first[] = { { "pseudonym", "bb", "f1", { "y", 1 } } };
	const struct store_key second[] = {
		{ "seal-0001", "aa", "f2", { "x", 1 } },
		{ "pseudonym", "cc", "f2", { "z", 1 } },
	};
	const struct store_key third[] = { { "pseudonym", "bb", "f2", { "z", 1 } } };
	publish(w, first, 1);
	publish(w, second, 2);
	assert_int_equal(w->conflicts, 1);
	assert_string_equal(redis_ask(&w->redis, "HLEN t:{test}:keys"), "2");
	publish(w, third, 1); /* the same key for another holder */
	assert_int_equal(w->published, 2);
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:keys pseudonym:f1"), "y");
	assert_string_equal(redis_ask(&w->redis, "HGET t:{test}:keys pseudonym:f2"), "z");
}

static void a_broken_keyring_is_unavailable_not_empty(void **state)
{
	struct world *w = *state;
	const struct store_key keys[] = { { "pseudonym", "bb", "f1", { "y", 1 } } };
	redis_ask(&w->redis, "SET t:{test}:keys something");
	read_ring(w);
	publish(w, keys, 1);
	assert_int_equal(w->unavailable, 2);
	redis_kill(&w->redis);
	read_ring(w);
	assert_int_equal(w->unavailable, 3);
}

static void the_lead_comes_back_after_yielding(void **state)
{
	struct world *w = *state;
	RUN_UNTIL(w->base, w->a.epoch == 1, 3000);
	store_yield_lead(w->a.store);
	assert_int_equal(w->a.epoch, 0);
	run_ms(w->base, 1500);
	assert_int_equal(w->a.epoch, 0);
	store_compete_lead(w->a.store);
	RUN_UNTIL(w->base, w->a.epoch == 2, 3000);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->base = event_base_new();
	redis_start(&w->redis);
	struct store_options o = peer_options(w->redis.url, "a");
	peer_open(&w->a, w->base, &o);
	const char *why;
	RUN_UNTIL(w->base, store_status(w->a.store, &why) == STORE_READY, 3000);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	peer_close(&w->a);
	redis_remove(&w->redis);
	event_base_free(w->base);
	free(w);
	return 0;
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_published_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_key_of_that_name_is_refused_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_broken_keyring_is_unavailable_not_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_lead_comes_back_after_yielding, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
