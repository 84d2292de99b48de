/* The spool on directories that are not as they should be, and what it does when the system says
 * no: files that cannot be read, allocated or synced, jobs that nobody runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spool_entry.h"
#include "triaged/store/spool.h"

#define SEGMENT (64 * 1024)

static char dir[64];

/* ---- the system, in front of the C library's ---- */

static int read_error, no_fallocate, fsync_error, write_result, write_errno, writes_fail;

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	errno = read_error;
	return read_error ? -1 : syscall(SYS_pread64, fd, p, n, at);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (writes_fail && writes_fail-- == 1) {
		errno = write_errno;
		return write_result;
	}
	return syscall(SYS_pwrite64, fd, p, n, at);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	errno = no_fallocate;
	return no_fallocate ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, n);
}

int fsync(int fd)
{
	errno = fsync_error;
	return fsync_error ? -1 : (int)syscall(SYS_fsync, fd);
}

/* The n-th write from now on says this. */
static void write_says(int n, int result, int error)
{
	writes_fail = n;
	write_result = result;
	write_errno = error;
}

/* ---- a spool for a test ---- */

static int clear_dir(void **state)
{
	(void)state;
	char path[400];
	read_error = no_fallocate = fsync_error = writes_fail = 0;
	DIR *d = opendir(dir);
	for (struct dirent *x; d && (x = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s", dir, x->d_name);
		if (unlink(path) != 0)
			(void)rmdir(path);
	}
	if (d)
		closedir(d);
	return 0;
}

static struct spool_options options(void)
{
	return (struct spool_options){ .dir = dir, .segment_bytes = SEGMENT, .segments = 2 };
}

static struct spool *open_with(const struct spool_options *o)
{
	struct err e = { "" };
	struct spool *s = spool_open(o, &e);
	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static struct spool *open_spool(void)
{
	struct spool_options o = options();
	return open_with(&o);
}

static void path_of(int number, char path[400])
{
	snprintf(path, 400, "%s/%016x.spool", dir, number);
}

static bool exists(int number)
{
	char path[400];
	path_of(number, path);
	return access(path, F_OK) == 0;
}

static void note(void *arg, bool ok)
{
	*(int *)arg = ok ? 1 : -1;
}

static bool add(struct spool *s, int i)
{
	char text[2048];
	size_t n = entry_text(i, text);
	return spool_add(s, SPOOL_GO_ON, (struct slice){ text, n }) != 0;
}

static bool keep(struct spool *s, int from, int to)
{
	int result = 0;
	for (int i = from; i < to; i++)
		assert_true(add(s, i));
	spool_sync(s, note, &result);
	assert_int_not_equal(result, 0);
	return result > 0;
}

static int count(struct spool *s, uint64_t behind)
{
	struct spool_entry entry;
	struct err e;
	int n = 0;
	while (spool_read(s, behind, &entry, &e) == 1) {
		behind = entry.sequence;
		n++;
	}
	return n;
}

static struct spool_counts counts(const struct spool *s)
{
	struct spool_counts c;
	spool_count(s, &c);
	return c;
}

/* ---- what it is opened with ---- */

static void cannot_open(struct spool_options o, const char *why)
{
	struct err e = { "" };
	assert_null(spool_open(&o, &e));
	if (!strstr(e.text, why))
		fail_msg("wanted %s, got: %s", why, e.text);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	struct spool_options o = options();
	o.segment_bytes = SEGMENT - 1;
	cannot_open(o, "64 KiB");
	o.segment_bytes = 64 * 1024 * 1024 + 1;
	cannot_open(o, "64 MiB");
	o.segment_bytes = SEGMENT;
	o.segments = 1;
	cannot_open(o, "two at least");
	o.segments = 2;
	o.dir = "/proc/nowhere/at/all";
	cannot_open(o, "/proc/nowhere");
	o.dir = "/proc/self/status"; /* there is something, and it is no directory */
	cannot_open(o, "/proc/self/status");
	struct spool *none = NULL;
	spool_close(&none);
}

static void a_directory_that_is_missing_is_made(void **state)
{
	(void)state;
	char path[400];
	struct spool_options o = options();
	snprintf(path, sizeof path, "%s/new", dir);
	o.dir = path;
	struct spool *s = open_with(&o);
	assert_true(keep(s, 0, 1));
	assert_int_equal(count(s, 0), 1);
	spool_close(&s);
	char command[512];
	for (int i = 1; i <= 3; i++) {
		snprintf(command, sizeof command, "%s/%016x.spool", path, i);
		unlink(command);
	}
	assert_int_equal(rmdir(path), 0);
}

/* Only what is named as a segment and is a file is one; the rest is none of ours. */
static void other_files_are_left_alone(void **state)
{
	(void)state;
	static const char *const names[] = { "notes.txt", "1.spool", "0000000000000000.spool",
		"0000000000000009.spoolx", "00000000000000009.spool", "000000000000000g.spool" };
	char path[400];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		FILE *f = fopen(path, "w");
		fputs("ours", f);
		fclose(f);
	}
	path_of(7, path);
	assert_int_equal(mkdir(path, 0700), 0);
	path_of(8, path);
	assert_int_equal(mkfifo(path, 0600), 0);
	struct spool *s = open_spool();
	assert_int_equal(counts(s).entries, 0);
	assert_true(keep(s, 0, 2));
	assert_int_equal(count(s, 0), 2);
	spool_close(&s);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		assert_int_equal(access(path, F_OK), 0);
	}
}

/* ---- reading ---- */

static void a_segment_that_cannot_be_read_stays_for_people(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	struct spool_entry entry;
	struct err e = { "" };
	assert_true(keep(s, 0, 3));
	read_error = EIO;
	assert_int_equal(spool_read(s, 0, &entry, &e), -1);
	assert_non_null(strstr(e.text, "0000000000000001.spool"));
	spool_close(&s);
	s = open_spool();
	assert_int_equal(counts(s).damaged, 1 + 1 + 1); /* none of the three segments is known */
	assert_int_equal(counts(s).entries, 0);
	assert_true(exists(1));
	spool_close(&s);
	read_error = 0;
	s = open_spool();
	assert_int_equal(counts(s).entries, 3);
	spool_close(&s);
}

static void a_segment_that_changes_under_it_is_named(void **state)
{
	(void)state;
	char path[400];
	struct spool *s = open_spool();
	struct spool_entry entry;
	struct err e = { "" };
	assert_true(keep(s, 0, 3));
	path_of(1, path);
	assert_int_equal(truncate(path, 10), 0);
	assert_int_equal(spool_read(s, 0, &entry, &e), -1);
	assert_non_null(strstr(e.text, "segment 1 has changed"));
	assert_int_equal(truncate(path, 0), 0); /* and its end is not waited for */
	assert_int_equal(spool_read(s, 1, &entry, &e), -1);
	spool_close(&s);
}

static void an_end_cut_off_is_told(void **state)
{
	(void)state;
	char path[400];
	struct spool *s = open_spool();
	assert_true(keep(s, 0, 3));
	spool_close(&s);
	path_of(1, path);
	assert_int_equal(truncate(path, 60), 0); /* in the middle of the second */
	s = open_spool();
	assert_int_equal(counts(s).torn, 1);
	assert_int_equal(counts(s).entries, 1);
	assert_int_equal(counts(s).damaged, 0);
	spool_close(&s);
}

/* ---- writing ---- */

static void a_file_system_that_cannot_allocate_gets_zeros(void **state)
{
	(void)state;
	struct stat st;
	char path[400];
	no_fallocate = EOPNOTSUPP;
	struct spool *s = open_spool();
	path_of(2, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, SEGMENT);
	assert_true(st.st_blocks * 512 >= SEGMENT); /* no hole */
	assert_true(keep(s, 0, 3));
	assert_int_equal(count(s, 0), 3);
	assert_true(spool_grows(s));
	spool_close(&s);
}

static void no_room_for_zeros_is_no_segment(void **state)
{
	(void)state;
	static const int results[][2] = { { -1, ENOSPC }, { 0, 0 } };
	for (int i = 0; i < 2; i++) {
		clear_dir(NULL);
		no_fallocate = EOPNOTSUPP;
		write_says(1, results[i][0], results[i][1]);
		struct spool *s = open_spool();
		assert_false(spool_grows(s));
		assert_int_equal(counts(s).failures, 1);
		assert_false(exists(1)); /* half a segment is none */
		spool_close(&s);
	}
	no_fallocate = ENOSPC;
	struct spool *s = open_spool();
	assert_false(spool_grows(s));
	no_fallocate = 0;
	spool_maintain(s);
	assert_true(spool_grows(s));
	spool_close(&s);
}

static void a_segment_its_directory_may_not_know_is_none(void **state)
{
	(void)state;
	fsync_error = EIO;
	struct spool *s = open_spool();
	assert_false(spool_grows(s));
	assert_false(spool_has_room(s, SPOOL_END, 1));
	fsync_error = 0;
	spool_maintain(s);
	assert_true(keep(s, 0, 1));
	spool_close(&s);
}

/* Somebody else's file is never written over. */
static void a_segment_of_that_name_is_not_taken(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	char path[400];
	path_of(3, path);
	FILE *f = fopen(path, "w");
	fputs("ours", f);
	fclose(f);
	assert_true(keep(s, 0, 1));
	assert_false(spool_grows(s));
	f = fopen(path, "r");
	assert_int_equal(fgetc(f), 'o');
	fclose(f);
	spool_close(&s);
}

static void a_write_that_is_interrupted_goes_on(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	write_says(1, -1, EINTR);
	assert_true(keep(s, 0, 3));
	assert_int_equal(counts(s).failures, 0);
	write_says(1, 0, 0);        /* nothing was written: the disk is full */
	assert_true(keep(s, 3, 6)); /* into another segment */
	assert_int_equal(counts(s).failures, 1);
	assert_int_equal(count(s, 0), 6);
	spool_close(&s);
}

static void no_segment_to_write_to_is_said(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	int result = 0;
	assert_true(add(s, 0));
	no_fallocate = ENOSPC;
	write_says(1, -1, EIO);
	spool_sync(s, note, &result);
	assert_int_equal(result, 1); /* in the second segment */
	assert_true(add(s, 1));
	write_says(1, -1, EIO);
	spool_sync(s, note, &result);
	assert_int_equal(result, -1); /* there is no third */
	assert_true(counts(s).failed);
	assert_int_equal(count(s, 0), 1);
	spool_close(&s);
}

static void an_entry_longer_than_any_is_refused(void **state)
{
	(void)state;
	struct spool *s = open_spool();
	static char text[SEGMENT * 20];
	assert_int_equal(spool_add(s, SPOOL_END, (struct slice){ text, sizeof text }), 0);
	assert_true(keep(s, 0, 1));
	spool_close(&s);
}

/* ---- jobs ---- */

static struct {
	void (*run)(void *job), (*done)(void *job);
	void *job;
	int jobs;
	bool none;
} later;

static int put_off(void *arg, void (*run)(void *job), void (*done)(void *job), void *job)
{
	(void)arg;
	if (later.none)
		return -1;
	later.run = run;
	later.done = done;
	later.job = job;
	later.jobs++;
	return 0;
}

static struct spool *open_for_later(void)
{
	struct spool_options o = options();
	memset(&later, 0, sizeof later);
	o.submit = put_off;
	return open_with(&o);
}

static void a_job_that_nobody_takes_keeps_nothing(void **state)
{
	(void)state;
	struct spool *s = open_for_later();
	int result = 0;
	later.none = true;
	assert_true(add(s, 0));
	spool_sync(s, note, &result);
	assert_int_equal(result, -1);
	assert_true(counts(s).failed);
	assert_int_equal(count(s, 0), 0);
	later.none = false;
	assert_true(add(s, 1));
	spool_sync(s, note, &result);
	later.run(later.job);
	later.done(later.job);
	assert_int_equal(result, 1);
	assert_int_equal(count(s, 0), 1);
	spool_close(&s);
}

/* Whoever ends in the middle of a group loses nothing that was said to be kept. */
static void closed_while_a_job_is_done_it_is_read_again(void **state)
{
	(void)state;
	struct spool *s = open_for_later();
	int result = 0;
	assert_true(add(s, 0));
	spool_sync(s, note, &result);
	later.run(later.job);
	spool_close(&s);
	assert_int_equal(result, 0); /* nobody was told */
	s = open_spool();
	assert_int_equal(counts(s).entries, 1);
	spool_close(&s);
}

static void what_is_released_meanwhile_goes_afterwards(void **state)
{
	(void)state;
	struct spool *s = open_for_later();
	int result = 0;
	assert_true(add(s, 0));
	spool_sync(s, note, &result);
	later.run(later.job);
	later.done(later.job);
	int jobs = later.jobs; /* allocates */
	spool_maintain(s);     /* one at a time */
	assert_int_equal(later.jobs, jobs);
	spool_release(s, 1);
	spool_release(s, 1); /* said twice */
	assert_int_equal(counts(s).entries, 0);
	assert_true(exists(1));
	later.run(later.job);
	later.done(later.job);
	assert_false(exists(1));
	assert_int_equal(counts(s).released, 1);
	spool_release(s, 99); /* more than there is */
	assert_int_equal(counts(s).entries, 0);
	spool_close(&s);
}

/* ---- as others see it ---- */

static int seen;

static void see(void *arg, char *bytes, size_t n)
{
	char text[2048];
	(void)arg;
	assert_int_equal(n, entry_text(seen, text));
	assert_memory_equal(bytes, text, n);
	seen++;
}

static void others_see_every_entry_in_order_and_change_nothing(void **state)
{
	(void)state;
	struct err e = { "" };
	struct spool *s = open_spool();
	for (int i = 0; i < 400; i += 20)
		assert_true(keep(s, i, i + 20));
	assert_true(exists(3));
	seen = 0;
	assert_int_equal(spool_look(dir, see, NULL, &e), 0);
	assert_int_equal(seen, 400);
	assert_int_equal(count(s, 0), 400);
	read_error = EIO;
	seen = 0;
	assert_int_equal(spool_look(dir, see, NULL, &e), -1);
	assert_int_equal(seen, 0);
	assert_non_null(strstr(e.text, ".spool"));
	spool_close(&s);
	clear_dir(NULL);
	assert_int_equal(spool_look(dir, see, NULL, &e), 0);
	assert_int_equal(spool_look("/proc/nowhere", see, NULL, &e), -1);
	assert_non_null(strstr(e.text, "/proc/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_makes_no_sense_is_refused, clear_dir),
		cmocka_unit_test_setup(a_directory_that_is_missing_is_made, clear_dir),
		cmocka_unit_test_setup(other_files_are_left_alone, clear_dir),
		cmocka_unit_test_setup(a_segment_that_cannot_be_read_stays_for_people, clear_dir),
		cmocka_unit_test_setup(a_segment_that_changes_under_it_is_named, clear_dir),
		cmocka_unit_test_setup(an_end_cut_off_is_told, clear_dir),
		cmocka_unit_test_setup(a_file_system_that_cannot_allocate_gets_zeros, clear_dir),
		cmocka_unit_test_setup(no_room_for_zeros_is_no_segment, clear_dir),
		cmocka_unit_test_setup(a_segment_its_directory_may_not_know_is_none, clear_dir),
		cmocka_unit_test_setup(a_segment_of_that_name_is_not_taken, clear_dir),
		cmocka_unit_test_setup(a_write_that_is_interrupted_goes_on, clear_dir),
		cmocka_unit_test_setup(no_segment_to_write_to_is_said, clear_dir),
		cmocka_unit_test_setup(an_entry_longer_than_any_is_refused, clear_dir),
		cmocka_unit_test_setup(a_job_that_nobody_takes_keeps_nothing, clear_dir),
		cmocka_unit_test_setup(closed_while_a_job_is_done_it_is_read_again, clear_dir),
		cmocka_unit_test_setup(what_is_released_meanwhile_goes_afterwards, clear_dir),
		cmocka_unit_test_setup(
			others_see_every_entry_in_order_and_change_nothing, clear_dir),
	};
	snprintf(dir, sizeof dir, "%s/spool-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	int failed = cmocka_run_group_tests_name("spool and its disk", tests, NULL, NULL);
	clear_dir(NULL);
	rmdir(dir);
	return failed;
}
