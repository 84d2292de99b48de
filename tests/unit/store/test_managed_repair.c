/* What of a damaged append-only file is a torn tail, and what is not ours to cut. */
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
#include <unistd.h>

#include "../../../daemon/store/managed_repair.h"

#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC  "*1\r\n$4\r\nEXEC\r\n"
#define SET   "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n"
#define N(s)  (sizeof(s) - 1)

static void expect(const char *aof, size_t n, size_t good, bool torn)
{
	bool is_torn;
	assert_int_equal(managed_readable(aof, n, &is_torn), good);
	assert_int_equal(is_torn, torn);
}

static void test_whole_commands(void **state)
{
	(void)state;
	expect("", 0, 0, true);
	expect(SET SET, N(SET SET), N(SET SET), true);
	expect(MULTI SET SET EXEC, N(MULTI SET SET EXEC), N(MULTI SET SET EXEC), true);
}

/* Cut at every byte, with and without garbage behind. */
static void test_every_torn_tail(void **state)
{
	static const char aof[] = SET MULTI SET SET EXEC SET;
	(void)state;
	for (size_t cut = 0; cut <= N(aof); cut++) {
		char torn[sizeof aof + 40];
		size_t good = cut < N(SET)                          ? 0
			      : cut < N(SET MULTI SET SET EXEC)     ? N(SET)
			      : cut < N(SET MULTI SET SET EXEC SET) ? N(SET MULTI SET SET EXEC)
								    : N(aof);
		memcpy(torn, aof, cut);
		expect(torn, cut, good, true);
		memset(torn + cut, 0, 40);
		expect(torn, cut + 40, good, true);
		memcpy(torn + cut, "\x93*7\x01$9\r\n*3\r\n*\r\n$5\r\nab", 22);
		expect(torn, cut + 22, good, true);
	}
}

static void test_damage_with_commands_behind_is_not_torn(void **state)
{
	static const char single[] = SET "garbage" SET;
	static const char inside[] = SET MULTI "\0\0\0\0" SET EXEC;
	(void)state;
	expect(single, N(single), N(SET), false);
	expect(inside, N(inside), N(SET), false);
}

static void test_log_line(void **state)
{
	(void)state;
	assert_true(
		managed_unreadable("26831:M 21 Nov 2026 22:10:14.327 # Bad file format reading the "
				   "append only file appendonly.aof.1.incr.aof: make a backup"));
	assert_true(managed_unreadable(
		"M # Unexpected end of file reading the append only file appendonly.aof.1.incr.aof. "
		"You can: 1) Make a backup"));
	assert_true(managed_unreadable(
		"M # Unknown command '' reading the append only file appendonly.aof.1.incr.aof"));
	assert_false(
		managed_unreadable("# Unrecoverable error reading the append only file x: EIO"));
	assert_false(managed_unreadable("# Can't open the append only file: Permission denied"));
	assert_false(managed_unreadable(""));
}

/* ---- files ---- */

static char dir[] = "/tmp/trrepXXXXXX";

static void put(const char *name, const char *bytes, size_t n)
{
	char path[300];
	snprintf(path, sizeof path, "%s/appendonlydir/%s", dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void expect_file(const char *name, const char *bytes, size_t n)
{
	char path[300], got[1000];
	snprintf(path, sizeof path, "%s/appendonlydir/%s", dir, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof got, f), n);
	assert_memory_equal(got, bytes, n);
	fclose(f);
}

static int set_up(void **state)
{
	char path[300];
	(void)state;
	strcpy(dir, "/tmp/trrepXXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/appendonlydir", dir);
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	char command[300];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static const char manifest[] = "file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type h\n"
			       "file a.2.incr.aof seq 2 type i\n";

static void test_tail_is_set_aside(void **state)
{
	struct err e = { "" };
	size_t removed;
	(void)state;
	put("appendonly.aof.manifest", manifest, N(manifest));
	put("a.2.incr.aof", SET MULTI SET "\0\0\0", N(SET MULTI SET "\0\0\0"));
	assert_int_equal(managed_repair(dir, &removed, &e), 0);
	assert_int_equal(removed, N(MULTI SET "\0\0\0"));
	expect_file("a.2.incr.aof", SET, N(SET));
	char name[64];
	snprintf(name, sizeof name, "a.2.incr.aof.torn-%zu-0", N(SET));
	expect_file(name, MULTI SET "\0\0\0", N(MULTI SET "\0\0\0"));
	put("a.2.incr.aof", SET "again", N(SET "again"));
	assert_int_equal(managed_repair(dir, &removed, &e), 0);
	snprintf(name, sizeof name, "a.2.incr.aof.torn-%zu-1", N(SET));
	expect_file(name, "again", 5);
}

static void test_other_damage_is_left_alone(void **state)
{
	struct err e = { "" };
	size_t removed;
	(void)state;
	assert_int_equal(managed_repair(dir, &removed, &e), -1); /* no manifest */
	assert_non_null(strstr(e.text, "appendonly.aof.manifest"));
	put("appendonly.aof.manifest", manifest, N(manifest));
	assert_int_equal(managed_repair(dir, &removed, &e), -1); /* no file */
	put("a.2.incr.aof", SET "garbage" SET, N(SET "garbage" SET));
	assert_int_equal(managed_repair(dir, &removed, &e), -1);
	assert_non_null(strstr(e.text, "damaged at byte"));
	expect_file("a.2.incr.aof", SET "garbage" SET, N(SET "garbage" SET));
	put("a.2.incr.aof", SET, N(SET)); /* nothing wrong with it */
	assert_int_equal(managed_repair(dir, &removed, &e), -1);
	expect_file("a.2.incr.aof", SET, N(SET));
	put("appendonly.aof.manifest", "file ../x seq 1 type i\n", 23);
	assert_int_equal(managed_repair(dir, &removed, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_commands),
		cmocka_unit_test(test_every_torn_tail),
		cmocka_unit_test(test_damage_with_commands_behind_is_not_torn),
		cmocka_unit_test(test_log_line),
		cmocka_unit_test_setup_teardown(test_tail_is_set_aside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_damage_is_left_alone, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
