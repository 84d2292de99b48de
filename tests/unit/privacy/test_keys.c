#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "triaged/privacy/keys.h"

static char base[] = "/tmp/triaged-keys-XXXXXX";
static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static mode_t mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void refused(const char *message)
{
	struct keys *keys = NULL;
	struct err e;
	assert_int_equal(keys_open(dir, false, &keys, &e), -1);
	if (!strstr(e.text, message))
		fail_msg("wanted: %s\ngot: %s", message, e.text);
	assert_null(keys);
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void move(const char *from, const char *to)
{
	char old[128];
	snprintf(old, sizeof old, "%s", in_dir(from));
	assert_int_equal(rename(old, in_dir(to)), 0);
}

static void the_first_start_makes_keys_that_the_next_finds(void **state)
{
	(void)state;
	struct keys *a, *b;
	struct err e;
	refused("No such file");
	assert_int_equal(keys_open(dir, true, &a, &e), 0);
	assert_int_equal(mode_of(dir), 0700);
	assert_int_equal(mode_of(in_dir("seal-0001.new")), 0600);
	assert_int_equal(mode_of(in_dir("pseudonym.new")), 0600);
	assert_int_equal(keys_open(dir, true, &b, &e), 0);
	assert_int_equal(keys_newest_seal(a), 1);
	assert_memory_equal(keys_seal(a, 1), keys_seal(b, 1), KEY_BYTES);
	assert_memory_equal(keys_pseudonym(a), keys_pseudonym(b), KEY_BYTES);
	assert_memory_not_equal(keys_seal(a, 1), keys_pseudonym(a), KEY_BYTES);
	assert_null(keys_seal(a, 2));
	assert_true(keys_any_fresh(b));
	assert_int_equal(keys_settle(b, dir, &e), 0);
	assert_false(keys_any_fresh(b));
	assert_int_equal(mode_of(in_dir("seal-0001.key")), 0600);
	assert_int_equal(mode_of(in_dir("pseudonym.key")), 0600);
	keys_free(&a);
	keys_free(&b);
	keys_free(&b);
}

static void a_new_key_seals_and_the_old_stays(void **state)
{
	(void)state;
	struct keys *keys;
	struct err e;
	uint32_t id;
	assert_int_equal(keys_add_seal(dir, &id, &e), 0);
	assert_int_equal(id, 2);
	assert_int_equal(keys_open(dir, false, &keys, &e), 0);
	assert_int_equal(keys_newest_seal(keys), 2);
	assert_non_null(keys_seal(keys, 1));
	assert_memory_not_equal(keys_seal(keys, 1), keys_seal(keys, 2), KEY_BYTES);
	keys_free(&keys);
}

static void a_fresh_key_gives_way_to_the_centers(void **state)
{
	(void)state;
	static const unsigned char theirs[KEY_BYTES] = { 7, 1 }, more[KEY_BYTES] = { 7, 2 };
	struct keys *keys;
	struct key_view view;
	assert_int_equal(unlink(in_dir("seal-0001.key")), 0);
	assert_int_equal(unlink(in_dir("seal-0002.key")), 0);
	assert_int_equal(keys_open(dir, true, &keys, NULL), 0);
	assert_true(keys_find(keys, "seal-0001", &view) && view.fresh);
	assert_true(keys_find(keys, "pseudonym", &view) && !view.fresh);
	put("seal-0001.tmp", "left behind", 0600);
	assert_int_equal(keys_adopt(keys, dir, "seal-0001", theirs, NULL), 0);
	assert_int_equal(keys_adopt(keys, dir, "seal-0003", more, NULL), 0);
	assert_int_equal(keys_adopt(keys, NULL, "seal-0002", more, NULL), 0);
	assert_memory_equal(keys_seal(keys, 1), theirs, KEY_BYTES);
	assert_int_equal(keys_newest_seal(keys), 3);
	assert_false(keys_any_fresh(keys));
	keys_free(&keys);
	assert_int_equal(mode_of(in_dir("seal-0001.key")), 0600);
	assert_int_equal(access(in_dir("seal-0001.new"), F_OK), -1);
	assert_int_equal(access(in_dir("seal-0001.tmp"), F_OK), -1);
	assert_int_equal(keys_open(dir, false, &keys, NULL), 0);
	assert_memory_equal(keys_seal(keys, 1), theirs, KEY_BYTES);
	assert_memory_equal(keys_seal(keys, 3), more, KEY_BYTES);
	assert_null(keys_seal(keys, 2));
	keys_free(&keys);
	move("seal-0003.key", "seal-0002.key");
}

static void a_fresh_key_the_center_has_not_is_dropped(void **state)
{
	(void)state;
	static const unsigned char theirs[KEY_BYTES] = { 7, 9 };
	struct keys *keys;
	move("seal-0001.key", "seal-0001.new");
	assert_int_equal(keys_open(dir, false, &keys, NULL), 0);
	assert_int_equal(keys_adopt(keys, NULL, "seal-0009", theirs, NULL), 0);
	assert_int_equal(keys_drop_fresh_seals(keys, dir, NULL), 0);
	assert_null(keys_seal(keys, 1));
	assert_non_null(keys_seal(keys, 2));
	assert_int_equal(keys_newest_seal(keys), 9);
	keys_free(&keys);
	assert_int_equal(access(in_dir("seal-0001.new"), F_OK), -1);
	move("seal-0002.key", "seal-0001.key");
	uint32_t id;
	assert_int_equal(keys_add_seal(dir, &id, NULL), 0);
}

static void names_of_keys(void **state)
{
	(void)state;
	static const char *const good[] = { "pseudonym", "seal-0001", "seal-9999" };
	static const char *const bad[] = { "", "seal-0000", "seal-1", "seal-00001", "seal-+001",
		"seal- 001", "../x", "pseudonym.key", "seal-000a" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(keys_is_name(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(keys_is_name(bad[i]));
}

static void files_that_others_can_read_are_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(in_dir("seal-0001.key"), 0604), 0);
	refused("seal-0001.key: mode 0604 lets others in");
	assert_int_equal(chmod(in_dir("seal-0001.key"), 0660), 0);
	refused("lets others in");
	assert_int_equal(chmod(in_dir("seal-0001.key"), 0600), 0);
	assert_int_equal(chmod(dir, 0707), 0);
	refused("lets others in");
	assert_int_equal(chmod(dir, 0700), 0);
}

static void malformed_keys_are_refused(void **state)
{
	(void)state;
	put("seal-0003.key", "0123", 0600);
	refused("seal-0003.key: not a key");
	put("seal-0003.key", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\n",
		0600);
	refused("lower-case hex");
	put("seal-0003.key", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nx",
		0600);
	refused("not a key");
	assert_int_equal(unlink(in_dir("seal-0003.key")), 0);
	put("seal-old.key", "ignored", 0600);
	struct keys *keys;
	assert_int_equal(keys_open(dir, false, &keys, NULL), 0);
	keys_free(&keys);
	unlink(in_dir("seal-old.key"));
}

static void a_child_process_has_no_keys(void **state)
{
	(void)state;
	struct keys *keys;
	static const unsigned char zero[KEY_BYTES];
	int status;
	assert_int_equal(keys_open(dir, false, &keys, NULL), 0);
	const unsigned char *key = keys_pseudonym(keys);
	pid_t pid = fork();
	if (pid == 0)
		_exit(memcmp(key, zero, KEY_BYTES) == 0 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	keys_free(&keys);
}

static void no_missing_key_is_made_silently(void **state)
{
	(void)state;
	assert_int_equal(unlink(in_dir("pseudonym.key")), 0);
	refused("pseudonym.key: No such file");
	put("pseudonym.key", "", 0600);
	refused("not a key");
	assert_int_equal(unlink(in_dir("seal-0001.key")), 0);
	assert_int_equal(unlink(in_dir("seal-0002.key")), 0);
	refused("holds no sealing key");
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof dir, "%s/keys", base);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(in_dir("pseudonym.key"));
	return rmdir(dir) || rmdir(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_start_makes_keys_that_the_next_finds),
		cmocka_unit_test(a_new_key_seals_and_the_old_stays),
		cmocka_unit_test(a_fresh_key_gives_way_to_the_centers),
		cmocka_unit_test(a_fresh_key_the_center_has_not_is_dropped),
		cmocka_unit_test(names_of_keys),
		cmocka_unit_test(files_that_others_can_read_are_refused),
		cmocka_unit_test(malformed_keys_are_refused),
		cmocka_unit_test(a_child_process_has_no_keys),
		cmocka_unit_test(no_missing_key_is_made_silently),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
