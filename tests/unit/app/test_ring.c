#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/app/ring.h"

static char base[] = "/tmp/triaged-ring-XXXXXX";
static char dir[64];
static const struct wrapper mine = { { 1 }, "00000000000000aa", "center" };
static const struct wrapper theirs = { { 2 }, "00000000000000bb", "center" };
static const unsigned char seal[KEY_BYTES] = { 3 }, pseudonym[KEY_BYTES] = { 4 };

static const char *in_dir(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void lay(struct ring *ring, const struct wrapper *w, const char *name,
	const unsigned char key[KEY_BYTES])
{
	char check[WRAP_CHECK_SIZE], field[64];
	unsigned char wrapped[WRAP_SIZE];
	wrap_check(key, check);
	ring_put(ring, name, (struct slice){ check, strlen(check) });
	wrap_key(w, name, key, wrapped);
	snprintf(field, sizeof field, "%s:%s", name, w->holder);
	ring_put(ring, field, (struct slice){ (char *)wrapped, WRAP_SIZE });
}

static struct keys *fresh_keys(void)
{
	struct keys *keys;
	assert_int_equal(keys_open(dir, true, &keys, NULL), 0);
	assert_true(keys_any_fresh(keys));
	return keys;
}

static void the_first_node_has_everything_to_share(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, NULL), RING_SAME);
	assert_true(keys_any_fresh(keys));
	assert_true(ring_lacks(ring, &mine, keys));
	keys_free(&keys);
}

static void fresh_keys_become_the_centers(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	lay(ring, &mine, "seal-0007", seal);
	lay(ring, &mine, "pseudonym", pseudonym);
	ring_put(ring, "from-a-later-version", (struct slice){ "?", 1 });
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, NULL), RING_SAME);
	assert_memory_equal(keys_seal(keys, 7), seal, KEY_BYTES);
	assert_null(keys_seal(keys, 1));
	assert_memory_equal(keys_pseudonym(keys), pseudonym, KEY_BYTES);
	assert_false(ring_lacks(ring, &mine, keys));
	assert_true(ring_lacks(ring, &theirs, keys)); /* a renewed TLS key */
	keys_free(&keys);
	assert_int_equal(keys_open(dir, false, &keys, NULL), 0);
	assert_memory_equal(keys_seal(keys, 7), seal, KEY_BYTES);
	keys_free(&keys);
}

static void keys_in_use_are_never_replaced(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	struct err e;
	unsigned char before[KEY_BYTES];
	assert_int_equal(keys_settle(keys, dir, NULL), 0);
	memcpy(before, keys_seal(keys, 1), KEY_BYTES);
	lay(ring, &mine, "seal-0001", seal);
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, &e), RING_FOREIGN);
	assert_non_null(strstr(e.text, "seal-0001 of this node is another key"));
	assert_memory_equal(keys_seal(keys, 1), before, KEY_BYTES);
	keys_free(&keys);
}

static void the_same_keys_need_no_wrap(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	struct key_view key;
	for (size_t i = 0; keys_at(keys, i, &key); i++)
		lay(ring, &theirs, key.name, key.bytes);
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, NULL), RING_SAME);
	assert_false(keys_any_fresh(keys));
	assert_true(ring_lacks(ring, &mine, keys));
	keys_free(&keys);
}

static void what_cannot_be_unwrapped_is_foreign(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	struct err e;
	lay(ring, &theirs, "seal-0001", seal);
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, &e), RING_FOREIGN);
	assert_non_null(strstr(e.text, "no node with this tls.key"));
	ring_put(ring, "seal-0001:00000000000000aa", (struct slice){ "junk", 4 });
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, &e), RING_FOREIGN);
	assert_non_null(strstr(e.text, "not a wrapped key"));
	lay(ring, &mine, "seal-0001", pseudonym);
	char check[WRAP_CHECK_SIZE];
	wrap_check(seal, check);
	ring_put(ring, "seal-0001", (struct slice){ check, strlen(check) });
	assert_int_equal(ring_adopt(ring, &mine, keys, dir, &e), RING_FOREIGN);
	assert_non_null(strstr(e.text, "does not fit its check value"));
	assert_true(keys_any_fresh(keys));
	keys_free(&keys);
}

static void a_directory_that_is_not_ours_is_not_written(void **state)
{
	struct ring *ring = *state;
	struct keys *keys = fresh_keys();
	assert_int_equal(keys_settle(keys, dir, NULL), 0);
	lay(ring, &mine, "seal-0002", seal);
	assert_int_equal(ring_adopt(ring, &mine, keys, NULL, NULL), RING_SAME);
	assert_int_equal(keys_newest_seal(keys), 2);
	assert_int_equal(access(in_dir("seal-0002.key"), F_OK), -1);
	keys_free(&keys);
}

static int setup(void **state)
{
	struct ring *ring = calloc(1, sizeof *ring);
	ring_init(ring);
	*state = ring;
	strcpy(base + strlen(base) - 6, "XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof dir, "%s/keys", base);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "seal-0001.key", "seal-0001.new", "seal-0007.key",
		"pseudonym.key", "pseudonym.new" };
	ring_fini(*state);
	free(*state);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in_dir(names[i]));
	return rmdir(dir) || rmdir(base);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_node_has_everything_to_share),
		TEST(fresh_keys_become_the_centers),
		TEST(keys_in_use_are_never_replaced),
		TEST(the_same_keys_need_no_wrap),
		TEST(what_cannot_be_unwrapped_is_foreign),
		TEST(a_directory_that_is_not_ours_is_not_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
