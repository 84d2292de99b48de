/* The spool on a real directory, and on disks that fail at the worst moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/crc32c.h"
#include "triaged/store/spool.h"
#include "spool_entry.h"

#define SEGMENT (64 * 1024)

static char dir[64];

/* ---- system calls that fail when told to ---- */

static int write_fails_at, sync_fails_at, allocate_fails_at, short_write_at, calls;
static int fails_for, syncs;
static size_t bytes_written;

static bool due(int at)
{
	return at && calls >= at && calls < at + fails_for;
}

static ssize_t do_write(int fd, const void *p, size_t n, off_t at)
{
	calls++;
	if (due(write_fails_at)) {
		errno = EIO;
		return -1;
	}
	bytes_written += n;
	return pwrite(fd, p, due(short_write_at) && n > 1 ? n / 2 : n, at);
}

static int do_sync(int fd)
{
	calls++;
	syncs++;
	if (due(sync_fails_at)) {
		errno = EIO;
		return -1;
	}
	return fdatasync(fd);
}

static int do_allocate(int fd, off_t size)
{
	calls++;
	return due(allocate_fails_at) ? ENOSPC : ftruncate(fd, size) == 0 ? 0 : errno;
}

static const struct spool_calls calls_that_fail = { do_write, do_sync, do_allocate };

static void fail_at(int *what, int at, int times)
{
	write_fails_at = sync_fails_at = allocate_fails_at = short_write_at = calls = 0;
	if (what)
		*what = at;
	fails_for = times;
}

/* ---- a spool for a test ---- */

static struct spool *open_spool(void)
{
	struct err e;
	struct spool_options o = {
		.dir = dir, .segment_bytes = SEGMENT, .segments = 2, .calls = &calls_that_fail
	};
	struct spool *s = spool_open(&o, &e);
	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static int clear_dir(void **state)
{
	(void)state;
	char path[400];
	DIR *d = opendir(dir);
	for (struct dirent *x; d && (x = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s", dir, x->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	fail_at(NULL, 0, 0);
	return 0;
}

static int files(void)
{
	int n = 0;
	DIR *d = opendir(dir);
	for (struct dirent *x; (x = readdir(d));)
		n += x->d_name[0] != '.';
	closedir(d);
	return n;
}

static void note(void *arg, bool ok)
{
	*(int *)arg = ok ? 1 : -1;
}

static bool add(struct spool *s, enum spool_use use, int i)
{
	char text[2048];
	size_t n = entry_text(i, text);
	return spool_add(s, use, (struct slice){ text, n }) != 0;
}

static bool keep(struct spool *s, int from, int to)
{
	int result = 0;
	for (int i = from; i < to; i++)
		assert_true(add(s, SPOOL_GO_ON, i));
	spool_sync(s, note, &result);
	assert_int_not_equal(result, 0);
	return result > 0;
}

/* Everything on disk, in order: the numbers from..to-1. */
static void expect(struct spool *s, uint64_t behind, int from, int to)
{
	struct spool_entry entry;
	struct err e;
	char text[2048];
	int more, i = from;
	while ((more = spool_read(s, behind, &entry, &e)) == 1) {
		size_t n = entry_text(i++, text);
		assert_int_equal(entry.bytes.len, n);
		assert_memory_equal(entry.bytes.data, text, n);
		assert_true(entry.sequence > behind);
		behind = entry.sequence;
	}
	if (more < 0)
		fail_msg("%s", e.text);
	assert_int_equal(i, to);
}

static struct spool_counts counts(const struct spool *s)
{
	struct spool_counts c;
	spool_count(s, &c);
	return c;
}

/* ---- a job that takes its time ---- */

static struct {
	void (*run)(void *job), (*done)(void *job);
	void *job;
} later;

static int put_off(void *arg, void (*run)(void *job), void (*done)(void *job), void *job)
{
	(void)arg;
	later.run = run;
	later.done = done;
	later.job = job;
	return 0;
}

static void do_it_now(void)
{
	later.run(later.job);
	later.done(later.job);
}

/* ---- tests ---- */

/* A life that was killed may have written and not synced it; it counts as kept from now on. */
static void what_is_read_at_the_start_is_synced_first(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	assert_true(keep(s, 0, 3));
	spool_close(&s);
	syncs = 0;
	s = open_spool();
	expect(s, 0, 0, 3);
	assert_int_equal(syncs, 1);
	spool_close(&s);
}

/* The kernel forgets what a sync could not write: the next sync alone would say yes without it. */
static void what_could_not_be_synced_at_the_start_is_written_anew(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	assert_true(keep(s, 0, 3));
	spool_close(&s);
	fail_at(&sync_fails_at, 1, 2); /* and the first write behind it */
	write_fails_at = sync_fails_at;
	syncs = 0;
	bytes_written = 0;
	s = open_spool();
	expect(s, 0, 0, 3);
	assert_int_equal(syncs, 2);
	assert_int_equal(bytes_written, SEGMENT);
	spool_close(&s);
}

/* Whoever asks then must not take what is there for nothing. */
static void what_is_kept_can_be_read_while_a_group_is_written(void **state)
{
	(void)state;
	struct err e;
	struct spool_options o = {
		.dir = dir, .segment_bytes = SEGMENT, .segments = 2, .submit = put_off
	};
	struct spool *s = spool_open(&o, &e);
	int result = 0;
	assert_non_null(s);
	for (int i = 0; i < 5; i++)
		assert_true(add(s, SPOOL_GO_ON, i));
	spool_sync(s, note, &result);
	expect(s, 0, 0, 0);
	do_it_now();
	assert_int_equal(result, 1);
	do_it_now(); /* allocates */
	for (int i = 5; i < 9; i++)
		assert_true(add(s, SPOOL_GO_ON, i));
	spool_sync(s, note, &result);
	expect(s, 0, 0, 5);
	later.run(later.job);
	expect(s, 0, 0, 5); /* not confirmed yet */
	later.done(later.job);
	expect(s, 0, 0, 9);
	spool_close(&s);
}

/* To allocate takes a disk as long as to write: nobody waits for what comes behind them. */
static void who_waits_for_a_group_waits_for_no_allocation(void **state)
{
	(void)state;
	struct err e;
	struct spool_options o = {
		.dir = dir, .segment_bytes = SEGMENT, .segments = 2, .submit = put_off
	};
	struct spool *s = spool_open(&o, &e);
	int result = 0, next = 0;
	assert_non_null(s);
	assert_int_equal(files(), 2);
	assert_true(add(s, SPOOL_GO_ON, 0));
	spool_sync(s, note, &result);
	do_it_now();
	assert_int_equal(result, 1);
	assert_int_equal(files(), 2);
	assert_true(add(s, SPOOL_GO_ON, 1));
	spool_sync(s, note, &next);
	do_it_now();
	assert_int_equal(files(), 3);
	assert_int_equal(next, 0);
	do_it_now();
	assert_int_equal(next, 1);
	expect(s, 0, 0, 2);
	spool_close(&s);
}

static void the_checksum_is_the_one_of_the_standard(void **state)
{
	(void)state;
	char zeros[32] = { 0 };
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
	assert_int_equal(crc32c(0, zeros, 32), 0x8a9136aau);
	assert_int_equal(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283u);
}

/* Eight bytes at once where the processor can, one after the other where it cannot. */
static void the_checksum_is_the_same_at_once_and_byte_by_byte(void **state)
{
	(void)state;
	char bytes[1000];
	uint32_t one_by_one = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i >> 3);
	for (size_t i = 0; i < sizeof bytes; i++) {
		assert_int_equal(crc32c(0, bytes, i), one_by_one);
		one_by_one = crc32c(one_by_one, bytes + i, 1);
	}
	assert_int_equal(crc32c(0, bytes, sizeof bytes), one_by_one);
}

static void what_is_kept_comes_back(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	for (int i = 0; i < 400; i += 20)
		assert_true(keep(s, i, i + 20));
	expect(s, 0, 0, 400);
	spool_close(&s);
	s = open_spool();
	assert_int_equal(counts(s).entries, 400);
	assert_int_equal(counts(s).damaged + counts(s).torn, 0);
	assert_true(keep(s, 400, 410));
	expect(s, 0, 0, 410);
	expect(s, 399, 399, 410);
	spool_close(&s);
}

static void what_is_released_is_gone(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	for (int i = 0; i < 400; i += 20)
		assert_true(keep(s, i, i + 20));
	assert_true(files() > 4);
	spool_release(s, 390);
	expect(s, 390, 390, 400);
	spool_release(s, 400);
	assert_int_equal(counts(s).entries, 0);
	assert_int_equal(files(), 2);
	spool_close(&s);
	s = open_spool();
	expect(s, 0, 0, 0);
	assert_true(keep(s, 1, 2));
	expect(s, 0, 1, 2);
	spool_close(&s);
}

static void a_beginning_leaves_room_for_the_ends(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	fail_at(&allocate_fails_at, 1, 1000000); /* the disk is full from now on */
	int begun = 0, ended = 0, result;
	while (add(s, SPOOL_BEGIN, 1)) {
		begun++;
		spool_sync(s, note, &result);
		assert_int_equal(result, 1);
	}
	assert_true(begun >= 3);
	assert_false(spool_has_room(s, SPOOL_BEGIN, 100));
	for (int i = 0; i < begun; i++) {
		for (int said = 0; said < 4; said++)
			assert_true(keep(s, 5, 6));
	}
	while (add(s, SPOOL_GO_ON, 6)) {
		spool_sync(s, note, &result);
		assert_int_equal(result, 1);
	}
	for (; ended < begun; ended++) {
		char end[4000] = "the end of one";
		assert_true(spool_add(s, SPOOL_END, (struct slice){ end, sizeof end }) != 0);
		spool_sync(s, note, &result);
		assert_int_equal(result, 1);
	}
	spool_close(&s);
}

static void many_beginnings_get_the_room_they_need(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	int result;
	for (int i = 0; i < 200; i++) {
		assert_true(add(s, SPOOL_BEGIN, i));
		spool_sync(s, note, &result);
		assert_int_equal(result, 1);
	}
	assert_true(counts(s).free_bytes > 200 * 16384);
	spool_release(s, counts(s).last);
	expect(s, counts(s).last, 0, 0);
	spool_close(&s);
}

static void a_full_disk_fails_before_anything_is_promised(void **state)
{
	(void)state;
	fail_at(&allocate_fails_at, 1, 1000000);
	struct spool *s = open_spool();
	assert_false(spool_has_room(s, SPOOL_BEGIN, 10));
	assert_false(add(s, SPOOL_END, 1));
	fail_at(NULL, 0, 0);
	spool_maintain(s);
	assert_true(keep(s, 1, 2));
	expect(s, 0, 1, 2);
	spool_close(&s);
}

/* Whatever single call fails, a confirmed entry is there afterwards and one that was refused does
 * no harm; and the segment that failed is never written again. */
static void no_single_failure_loses_a_confirmed_entry(void **state)
{
	(void)state;
	int *const kinds[] = { &write_fails_at, &sync_fails_at, &allocate_fails_at,
		&short_write_at };
	for (size_t kind = 0; kind < 4; kind++) {
		for (int at = 1; at < 40; at++) {
			clear_dir(NULL);
			struct spool *s = open_spool();
			fail_at(kinds[kind], at, 1);
			for (int i = 0; i < 60; i += 5)
				assert_true(keep(s, i, i + 5));
			expect(s, 0, 0, 60);
			spool_close(&s);
			s = open_spool();
			expect(s, 0, 0, 60);
			assert_int_equal(counts(s).damaged, 0);
			spool_close(&s);
		}
	}
}

static void a_disk_that_fails_for_long_says_so_and_recovers(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	assert_true(keep(s, 0, 5));
	fail_at(&sync_fails_at, 1, 1000000);
	assert_false(keep(s, 100, 105));
	assert_true(counts(s).failed);
	assert_true(counts(s).failures > 1);
	fail_at(NULL, 0, 0);
	assert_true(keep(s, 5, 10));
	assert_false(counts(s).failed);
	expect(s, 0, 0, 10);
	spool_close(&s);
}

static void a_damaged_file_gives_what_it_can(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	char path[400];
	assert_true(keep(s, 0, 10));
	spool_close(&s);
	snprintf(path, sizeof path, "%s/%016x.spool", dir, 1);
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, 30, SEEK_SET), 0);
	fputc('X', f);
	fclose(f);
	s = open_spool();
	assert_int_equal(counts(s).damaged, 1);
	assert_int_equal(counts(s).entries, 9);
	expect(s, 1, 1, 10);
	spool_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checksum_is_the_one_of_the_standard),
		cmocka_unit_test(the_checksum_is_the_same_at_once_and_byte_by_byte),
		cmocka_unit_test_setup(what_is_kept_comes_back, clear_dir),
		cmocka_unit_test_setup(what_is_released_is_gone, clear_dir),
		cmocka_unit_test_setup(a_beginning_leaves_room_for_the_ends, clear_dir),
		cmocka_unit_test_setup(many_beginnings_get_the_room_they_need, clear_dir),
		cmocka_unit_test_setup(a_full_disk_fails_before_anything_is_promised, clear_dir),
		cmocka_unit_test_setup(no_single_failure_loses_a_confirmed_entry, clear_dir),
		cmocka_unit_test_setup(a_disk_that_fails_for_long_says_so_and_recovers, clear_dir),
		cmocka_unit_test_setup(
			what_is_kept_can_be_read_while_a_group_is_written, clear_dir),
		cmocka_unit_test_setup(who_waits_for_a_group_waits_for_no_allocation, clear_dir),
		cmocka_unit_test_setup(what_is_read_at_the_start_is_synced_first, clear_dir),
		cmocka_unit_test_setup(
			what_could_not_be_synced_at_the_start_is_written_anew, clear_dir),
		cmocka_unit_test_setup(a_damaged_file_gives_what_it_can, clear_dir),
	};
	snprintf(dir, sizeof dir, "%s/spool-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	int failed = cmocka_run_group_tests_name("spool", tests, NULL, NULL);
	clear_dir(NULL);
	rmdir(dir);
	return failed;
}
