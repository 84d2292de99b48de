#include "managed_repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/buf.h"

#define AOF_DIR        "appendonlydir"
#define MANIFEST       "appendonly.aof.manifest"
#define NAME_MAX_BYTES 256

/* ---- what is a command ---- */

struct reader {
	const char *at, *end;
};

/* "*12\r\n": the number behind mark, or -1. */
static long take_number(struct reader *r, char mark)
{
	char *stop;
	const char *line_end = memchr(r->at, '\n', (size_t)(r->end - r->at));
	if (!line_end || r->at == line_end || *r->at != mark || r->at[1] < '0' || r->at[1] > '9')
		return -1;
	long value = strtol(r->at + 1, &stop, 10);
	if (stop + 1 != line_end || *stop != '\r')
		return -1;
	r->at = line_end + 1;
	return value;
}

static bool take_word(struct reader *r, const char **word, size_t *n)
{
	long length = take_number(r, '$');
	if (length < 0 || r->end - r->at < 2 || length > r->end - r->at - 2)
		return false;
	*word = r->at;
	*n = (size_t)length;
	r->at += length + 2;
	return memcmp(r->at - 2, "\r\n", 2) == 0;
}

/* One whole command, its first word told; false: r is where it was. */
static bool take_command(struct reader *r, const char **name, size_t *name_len)
{
	struct reader start = *r;
	long words = take_number(r, '*');
	bool whole = words > 0 && take_word(r, name, name_len);
	for (long i = 1; whole && i < words; i++) {
		const char *word;
		size_t n;
		whole = take_word(r, &word, &n);
	}
	if (!whole)
		*r = start;
	return whole;
}

static bool is(const char *name, size_t n, const char *what)
{
	return n == strlen(what) && strncasecmp(name, what, n) == 0;
}

static bool any_command_in(const char *from, const char *end)
{
	const char *name;
	size_t n;
	while (from < end && (from = memchr(from, '*', (size_t)(end - from)))) {
		struct reader r = { from, end };
		if (take_command(&r, &name, &n))
			return true;
		from++;
	}
	return false;
}

size_t managed_readable(const char *aof, size_t n, bool *torn)
{
	struct reader r = { aof, aof + n };
	const char *good = aof, *name;
	bool open = false; /* inside a transaction */
	size_t name_len;
	while (take_command(&r, &name, &name_len)) {
		open = (open || is(name, name_len, "MULTI")) && !is(name, name_len, "EXEC");
		if (!open)
			good = r.at;
	}
	*torn = r.at == r.end || !any_command_in(r.at + 1, r.end);
	return (size_t)(good - aof);
}

/* ---- files ---- */

bool managed_unreadable(const char *log_line)
{
	/* The last is of a command whose name, between quotes, was torn. */
	return strstr(log_line, "Bad file format reading the append only file") ||
	       strstr(log_line, "Unexpected end of file reading the append only file") ||
	       strstr(log_line, "' reading the append only file");
}

/* The file that is appended to: the last of type i in the manifest. */
static int current_name(const char *path, char name[NAME_MAX_BYTES], struct err *e)
{
	char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return err_set(e, "%s: %s", path, strerror(error));
	text[n] = '\0';
	*name = '\0';
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char file[NAME_MAX_BYTES], type;
		if (sscanf(line, "file %255s seq %*s type %c", file, &type) == 2 && type == 'i')
			memcpy(name, file, sizeof file);
	}
	if (!*name || strchr(name, '/'))
		return err_set(e, "%s names no file that is appended to", path);
	return 0;
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	return result;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t some = write(fd, p, n);
		if (some < 0)
			return -1;
		p += some;
		n -= (size_t)some;
	}
	return 0;
}

/* A copy on the disk before anything is cut off. */
static int set_aside(const char *path, const char *dir, const char *tail, size_t n, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	int result = write_all(fd, tail, n) < 0 || fsync(fd) < 0 || sync_dir(dir) < 0 ? -1 : 0;
	int error = errno;
	close(fd);
	return result == 0 ? 0 : err_set(e, "%s: %s", path, strerror(error));
}

static void name_tail(struct buf *path, const char *aof, size_t offset)
{
	for (int i = 0;; i++) { /* a crash between the copy and the cut left one behind */
		buf_clear(path);
		buf_addf(path, "%s.torn-%zu-%d", aof, offset, i);
		if (access(path->data, F_OK) < 0)
			return;
	}
}

static int cut(int fd, const char *aof, const char *dir, size_t *removed, struct err *e)
{
	struct stat st;
	struct buf aside = { 0 };
	bool torn;
	if (fstat(fd, &st) < 0)
		return err_set(e, "%s: %s", aof, strerror(errno));
	size_t size = (size_t)st.st_size;
	char *data = mmap(NULL, size ? size : 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_set(e, "%s: %s", aof, strerror(errno));
	size_t good = managed_readable(data, size, &torn);
	*removed = size - good;
	name_tail(&aside, aof, good);
	int result = 0;
	if (!torn || *removed == 0)
		result = err_set(e,
			"%s is damaged at byte %zu of %zu, with whole commands behind it", aof,
			good, size);
	else if (set_aside(aside.data, dir, data + good, size - good, e) < 0)
		result = -1;
	else if (ftruncate(fd, (off_t)good) < 0 || fsync(fd) < 0)
		result = err_set(e, "%s: %s", aof, strerror(errno));
	munmap(data, size ? size : 1);
	buf_free(&aside);
	return result;
}

int managed_repair(const char *dir, size_t *removed, struct err *e)
{
	struct buf sub = { 0 }, path = { 0 };
	char name[NAME_MAX_BYTES];
	buf_addf(&sub, "%s/" AOF_DIR, dir);
	buf_addf(&path, "%s/" MANIFEST, sub.data);
	int result = current_name(path.data, name, e);
	if (result == 0) {
		buf_clear(&path);
		buf_addf(&path, "%s/%s", sub.data, name);
		int fd = open(path.data, O_RDWR | O_CLOEXEC);
		result = fd < 0 ? err_set(e, "%s: %s", path.data, strerror(errno))
				: cut(fd, path.data, sub.data, removed, e);
		if (fd >= 0)
			close(fd);
	}
	buf_free(&sub);
	buf_free(&path);
	return result;
}
