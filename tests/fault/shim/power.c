/*
 * Preloaded into the daemon and its Redis: keeps a journal of what a power cut could undo below the
 * directory POWER_ROOT. One line a fact, appended to POWER_JOURNAL with one write, tabs between:
 *
 *   exists path size          opened, was there before
 *   create path               made by open or fopen
 *   sync path size            this much was there when an fsync that succeeded began
 *   syncdir path              an fsync of a directory succeeded
 *   over path offset old-hex  bytes that were there before were overwritten (not through stdio)
 *   rename from to kept       kept: a link to what was at `to`, or -
 *   unlink path kept
 *
 * Each sync takes POWER_SYNC_US longer, as on a slow disk, so that cuts fall into it. Syncs of
 * files whose path holds POWER_LIE count for nothing: a disk that lies.
 * Links to what was replaced or removed go to POWER_KEEP, on the same file system. tests/fault/power.py
 * reads the journal. Writes through a mapping and duplicated descriptors are not followed.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real_##name())
#define LOOK_UP(name)                                                                              \
	static void *real_##name(void)                                                             \
	{                                                                                          \
		static void *p;                                                                    \
		if (!p)                                                                            \
			p = dlsym(RTLD_NEXT, #name);                                               \
		return p;                                                                          \
	}

LOOK_UP(open)
LOOK_UP(openat)
LOOK_UP(fopen)
LOOK_UP(close)
LOOK_UP(fsync)
LOOK_UP(fdatasync)
LOOK_UP(write)
LOOK_UP(writev)
LOOK_UP(pwrite)
LOOK_UP(renameat)
LOOK_UP(unlinkat)

#define WATCHED_MAX 65536

static bool watched[WATCHED_MAX]; /* regular files below the root */

static const char *root(void)
{
	static const char *r;
	if (!r)
		r = getenv("POWER_ROOT");
	return r ? r : "/nowhere";
}

static bool below_root(const char *path)
{
	size_t n = strlen(root());
	return strncmp(path, root(), n) == 0 && (path[n] == '/' || path[n] == '\0');
}

__attribute__((format(printf, 1, 2))) static void journal(const char *fmt, ...)
{
	static int fd = -1;
	char line[2 * PATH_MAX + 2 * 65536];
	int error = errno;
	va_list ap;
	if (fd < 0) {
		const char *file = getenv("POWER_JOURNAL");
		fd = file ? REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
		/* Out of the way of programs that expect low numbers or close them. */
		int high = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 900) : -1;
		if (high >= 0) {
			REAL(close)(fd);
			fd = high;
		}
	}
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (fd < 0 || n >= (int)sizeof line || REAL(write)(fd, line, (size_t)n) != n)
		abort(); /* a journal with a hole proves nothing */
	errno = error;
}

static const char *path_of_fd(int fd, char *out)
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = '\0';
	return out;
}

/* dir: a descriptor or AT_FDCWD. */
static const char *full_path(int dir, const char *path, char *out)
{
	char base[PATH_MAX] = "";
	if (*path == '/')
		return path;
	if (dir != AT_FDCWD)
		path_of_fd(dir, base);
	else if (!getcwd(base, sizeof base))
		return path;
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	snprintf(out, PATH_MAX, "%.2000s/%.2000s", base, path);
	return out;
}

/* ---- opening and closing ---- */

static bool there(const char *path, struct stat *st)
{
	return lstat(path, st) == 0;
}

static void opened(int fd, const char *path, bool was_there, off_t size, bool truncated)
{
	struct stat st;
	if (fd < 0 || fd >= WATCHED_MAX || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	watched[fd] = true;
	if (was_there && !truncated)
		journal("exists\t%s\t%lld\n", path, (long long)size);
	else
		journal("create\t%s\n", path);
}

static int open_any(int dir, const char *name, int flags, mode_t mode)
{
	char buffer[PATH_MAX];
	struct stat st = { 0 };
	const char *path = full_path(dir, name, buffer);
	bool inside = below_root(path) && (flags & O_ACCMODE) != O_RDONLY;
	bool was_there = inside && there(path, &st);
	int fd = REAL(openat)(dir, name, flags, mode);
	if (fd >= 0 && fd < WATCHED_MAX)
		watched[fd] = false;
	if (inside)
		opened(fd, path, was_there, st.st_size, flags & O_TRUNC);
	return fd;
}

#define MODE_ARGUMENT                                                                              \
	mode_t mode = 0;                                                                           \
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {                                 \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode = va_arg(ap, mode_t);                                                         \
		va_end(ap);                                                                        \
	}

int open(const char *path, int flags, ...)
{
	MODE_ARGUMENT
	return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_ARGUMENT
	return open_any(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	MODE_ARGUMENT
	return open_any(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	MODE_ARGUMENT
	return open_any(dir, path, flags, mode);
}

FILE *fopen(const char *name, const char *mode)
{
	char buffer[PATH_MAX];
	struct stat st = { 0 };
	const char *path = full_path(AT_FDCWD, name, buffer);
	bool inside = below_root(path) && *mode != 'r';
	bool was_there = inside && there(path, &st);
	FILE *f = REAL(fopen)(name, mode);
	if (f && inside) {
		opened(fileno(f), path, was_there, st.st_size, *mode == 'w');
		watched[fileno(f)] = false; /* stdio does not come by here */
	}
	return f;
}

FILE *fopen64(const char *name, const char *mode)
{
	return fopen(name, mode);
}

int close(int fd)
{
	if (fd >= 0 && fd < WATCHED_MAX)
		watched[fd] = false;
	return REAL(close)(fd);
}

/* ---- writing over what is there ---- */

static void before_write(int fd, off_t at, size_t n)
{
	static __thread char hex[2 * 65536 + 1];
	unsigned char old[65536];
	char path[PATH_MAX];
	struct stat st;
	if (fstat(fd, &st) < 0)
		return;
	if (at < 0)
		at = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
	for (off_t end = at + (off_t)n < st.st_size ? at + (off_t)n : st.st_size; at < end;) {
		size_t want = (size_t)(end - at) < sizeof old ? (size_t)(end - at) : sizeof old;
		int readable = REAL(open)(path_of_fd(fd, path), O_RDONLY | O_CLOEXEC);
		ssize_t got = readable < 0 ? -1 : pread(readable, old, want, at);
		if (readable >= 0)
			REAL(close)(readable);
		if (got <= 0)
			abort();
		for (ssize_t i = 0; i < got; i++)
			snprintf(hex + 2 * i, 3, "%02x", old[i]);
		journal("over\t%s\t%lld\t%s\n", path, (long long)at, hex);
		at += got;
	}
}

static bool is_watched(int fd)
{
	return fd >= 0 && fd < WATCHED_MAX && watched[fd];
}

ssize_t write(int fd, const void *p, size_t n)
{
	if (is_watched(fd))
		before_write(fd, -1, n);
	return REAL(write)(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (is_watched(fd))
		before_write(fd, at, n);
	return REAL(pwrite)(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	return pwrite(fd, p, n, at);
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
	size_t n = 0;
	for (int i = 0; i < count; i++)
		n += v[i].iov_len;
	if (is_watched(fd))
		before_write(fd, -1, n);
	return REAL(writev)(fd, v, count);
}

/* ---- syncing ---- */

static int synced(int fd, int (*sync)(int))
{
	char path[PATH_MAX];
	struct stat before;
	int known = fstat(fd, &before);
	const char *slow = getenv("POWER_SYNC_US"), *lie = getenv("POWER_LIE");
	if (slow)
		usleep((useconds_t)atoi(slow));
	int result = sync(fd);
	if (result == 0 && known == 0 && below_root(path_of_fd(fd, path))) {
		if (S_ISDIR(before.st_mode))
			journal("syncdir\t%s\n", path);
		else if (S_ISREG(before.st_mode) && !(lie && strstr(path, lie)))
			journal("sync\t%s\t%lld\n", path, (long long)before.st_size);
	}
	return result;
}

int fsync(int fd)
{
	return synced(fd, REAL(fsync));
}

int fdatasync(int fd)
{
	return synced(fd, REAL(fdatasync));
}

/* ---- names ---- */

/* A link to the file at path in POWER_KEEP, or "-" when there is none. */
static const char *keep(const char *path, char *out)
{
	static unsigned n;
	struct stat st;
	const char *dir = getenv("POWER_KEEP");
	if (!there(path, &st) || !S_ISREG(st.st_mode))
		return "-";
	snprintf(out, PATH_MAX, "%s/%d-%u", dir ? dir : "/nowhere", (int)getpid(), n++);
	if (link(path, out) < 0)
		abort();
	return out;
}

static int rename_any(int from_dir, const char *from, int to_dir, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX], kept[PATH_MAX];
	const char *f = full_path(from_dir, from, a), *t = full_path(to_dir, to, b);
	if (!below_root(t))
		return REAL(renameat)(from_dir, from, to_dir, to);
	const char *k = keep(t, kept);
	int result = REAL(renameat)(from_dir, from, to_dir, to);
	if (result == 0)
		journal("rename\t%s\t%s\t%s\n", f, t, k);
	return result;
}

int rename(const char *from, const char *to)
{
	return rename_any(AT_FDCWD, from, AT_FDCWD, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return rename_any(from_dir, from, to_dir, to);
}

static int unlink_any(int dir, const char *name, int flags)
{
	char a[PATH_MAX], kept[PATH_MAX];
	const char *path = full_path(dir, name, a);
	if (!below_root(path) || flags)
		return REAL(unlinkat)(dir, name, flags);
	const char *k = keep(path, kept);
	int result = REAL(unlinkat)(dir, name, flags);
	if (result == 0)
		journal("unlink\t%s\t%s\n", path, k);
	return result;
}

int unlink(const char *path)
{
	return unlink_any(AT_FDCWD, path, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	return unlink_any(dir, path, flags);
}
