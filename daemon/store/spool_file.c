#include "spool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool_record.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

/* So many segments may fail one after another before a group is given up. */
#define ATTEMPTS 2
/* What an earlier life wrote may be acknowledged again, and nobody waits yet. */
#define SECURE_ATTEMPTS 8

/* ---- system calls ---- */

/* A file system that cannot allocate gets zeros written. */
static int allocate(int fd, off_t size)
{
	static const char zeros[64 * 1024];
	if (fallocate(fd, 0, 0, size) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return errno;
	for (off_t at = 0; at < size;) {
		size_t n = sizeof zeros < (size_t)(size - at) ? sizeof zeros : (size_t)(size - at);
		ssize_t done = pwrite(fd, zeros, n, at);
		if (done <= 0)
			return done < 0 ? errno : ENOSPC;
		at += done;
	}
	return 0;
}

const struct spool_calls spool_system_calls = { pwrite, fdatasync, allocate };

/* ---- files ---- */

static void path_of(const char *dir, uint64_t number, struct buf *path)
{
	buf_addf(path, "%s/%016" PRIx64 ".spool", dir, number);
}

int segment_open(const char *dir, const char *name, struct segment *s)
{
	char *end;
	struct stat st;
	struct buf path = { 0 };
	uint64_t number = strtoull(name, &end, 16);
	if (end != name + 16 || strcmp(end, ".spool") != 0 || number == 0)
		return -1;
	path_of(dir, number, &path);
	int fd = open(buf_str(&path), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	buf_free(&path);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*s = (struct segment){ .number = number, .fd = fd, .size = st.st_size };
	return 0;
}

/* What a sync failed to write the next one does not try again: it has to be written anew. */
int segment_secure(
	const struct segment *s, const struct spool_calls *calls, const struct buf *content)
{
	for (int attempt = 0; attempt < SECURE_ATTEMPTS; attempt++) {
		size_t done = 0;

		while (attempt > 0 && done < content->len) {
			ssize_t got = calls->write(
				s->fd, content->data + done, content->len - done, (off_t)done);

			if (got <= 0)
				break;
			done += (size_t)got;
		}
		if ((attempt == 0 || done == content->len) && calls->sync(s->fd) == 0)
			return 0;
	}
	return -1;
}

static int sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	return rc;
}

void segment_remove(const char *dir, struct segment *s)
{
	struct buf path = { 0 };
	path_of(dir, s->number, &path);
	unlink(buf_str(&path));
	sync_directory(dir); /* or a power cut brings back, lives later, what was long told */
	buf_free(&path);
	close(s->fd);
	s->fd = -1;
}

int segment_read(const struct segment *s, struct buf *out, struct err *e)
{
	int64_t end = s->written ? s->written : s->size; /* in an earlier life: who knows */
	buf_clear(out);
	while ((int64_t)out->len < end) {
		size_t n = (size_t)end - out->len;
		ssize_t got = pread(s->fd, buf_room(out, n), n, (off_t)out->len);
		if (got < 0)
			return err_set(e, "%016" PRIx64 ".spool: %s", s->number, strerror(errno));
		if (got == 0)
			break;
		out->len += (size_t)got;
	}
	return 0;
}

/* ---- a group ---- */

static int fail(struct group *g, const char *what, int error)
{
	g->failures++;
	snprintf(g->why, sizeof g->why, "%s: %s", what, strerror(error));
	return -1;
}

/* A segment of zeros, known to the directory before anything is written to it. */
static int add_segment(struct group *g)
{
	struct buf path = { 0 };
	struct segment s = { .number = g->next_number, .size = g->segment_bytes };
	path_of(g->dir, s.number, &path);
	s.fd = open(buf_str(&path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	buf_free(&path);
	if (s.fd < 0)
		return fail(g, "new segment", errno);
	g->next_number++;
	int error = g->calls->allocate(s.fd, s.size);
	if (error == 0 && (fsync(s.fd) != 0 || sync_directory(g->dir) != 0))
		error = errno;
	if (error != 0) {
		segment_remove(g->dir, &s);
		return fail(g, "new segment", error);
	}
	g->segments = mem_resize(g->segments, g->n + 1, sizeof *g->segments);
	g->segments[g->n++] = s;
	return 0;
}

/* As many whole records from `from` on as fit the room; their bytes, and the last sequence. */
static size_t whole_records(const struct buf *records, size_t from, int64_t room, uint64_t *last)
{
	struct spool_record r;
	size_t n = 0, size;
	while (from + n < records->len) {
		size = spool_record_at(records->data + from + n, records->len - from - n, &r);
		if (size == 0 || (int64_t)(n + size) > room)
			break;
		*last = r.sequence;
		n += size;
	}
	return n;
}

static int write_whole(struct group *g, struct segment *s, const char *p, size_t n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = g->calls->write(
			s->fd, p + done, n - done, (off_t)(s->written + (int64_t)done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail(g, "write", got < 0 ? errno : ENOSPC);
		done += (size_t)got;
	}
	return g->calls->sync(s->fd) == 0 ? 0 : fail(g, "fdatasync", errno);
}

/* The segment to write to: the last one in use, or the next behind it; -1: none. */
static ssize_t usable(struct group *g, size_t from, size_t *n, uint64_t *last)
{
	size_t i = g->n;
	while (i > 0 && g->segments[i - 1].written == 0)
		i--;
	for (i -= i > 0;; i++) {
		if (i == g->n && add_segment(g) < 0)
			return -1;
		struct segment *s = &g->segments[i];
		*n = s->dead ? 0 : whole_records(&g->records, from, s->size - s->written, last);
		if (*n > 0)
			return (ssize_t)i;
	}
}

static int write_records(struct group *g)
{
	size_t at = 0, n;
	uint64_t last = 0;
	while (at < g->records.len) {
		ssize_t i = usable(g, at, &n, &last);
		if (i < 0)
			return -1;
		struct segment *s = &g->segments[i];
		if (write_whole(g, s, g->records.data + at, n) < 0) {
			s->dead = true;
			if (g->failures >= ATTEMPTS)
				return -1;
			at = 0; /* nothing of this group counts yet: all of it goes elsewhere */
			continue;
		}
		s->written += (int64_t)n;
		s->last = last;
		at += n;
	}
	return 0;
}

void group_run(struct group *g)
{
	struct mono begin = mono_now();
	g->ok = write_records(g) == 0;
	g->took_us = mono_now().us - begin.us;
	size_t ahead = 0;
	for (size_t i = 0; i < g->n; i++)
		ahead += !g->segments[i].dead && g->segments[i].written == 0;
	while (ahead < g->wanted && add_segment(g) == 0)
		ahead++;
}
