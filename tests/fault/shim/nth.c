/*
 * Preloaded: the Nth call of one kind fails, once. NTH_CALL names the kind (below), NTH_N counts from
 * 1 in processes whose name is NTH_PROGRAM, NTH_ERRNO is what the call says. When the call was
 * reached, the file NTH_REACHED is made, and names the program or library that made it; a run without
 * this file was the last. A process that ends in order writes how many calls it made to NTH_TOTAL.
 *
 * The kind "memory" is malloc and its family; others fail system calls of that name and those that
 * do the same work.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Called in the first microseconds of a process, too: nothing here may ask for memory. */
static const char *chosen; /* NULL: this process is not meant */
static long nth;
static int error_number;
static atomic_long calls;

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);

__attribute__((constructor)) static void begin(void)
{
	const char *program = getenv("NTH_PROGRAM"), *n = getenv("NTH_N");
	const char *number = getenv("NTH_ERRNO");
	if (!program || strcmp(program, program_invocation_short_name) != 0)
		return;
	nth = n ? atol(n) : 0;
	error_number = number ? atoi(number) : EIO;
	chosen = getenv("NTH_CALL");
}

/* Ended in order: how many calls of the kind there were. */
__attribute__((destructor)) static void end(void)
{
	const char *file = getenv("NTH_TOTAL");
	char text[32];
	if (!chosen || !file)
		return;
	int n = snprintf(text, sizeof text, "%ld", atomic_load(&calls));
	long fd = syscall(SYS_openat, AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	syscall(SYS_write, fd, text, n);
	syscall(SYS_close, fd);
}

static void note_caller(const void *caller)
{
	const char *file = getenv("NTH_REACHED");
	Dl_info where;
	if (!file)
		return;
	long fd = syscall(SYS_openat, AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	const char *name = dladdr(caller, &where) && where.dli_fname ? where.dli_fname : "unknown";
	if (syscall(SYS_write, fd, name, strlen(name)) < 0)
		abort();
	syscall(SYS_close, fd);
}

static bool fails_for(const char *kind, const void *caller)
{
	if (!chosen || strcmp(chosen, kind) != 0 || atomic_fetch_add(&calls, 1) + 1 != nth)
		return false;
	note_caller(caller);
	errno = strcmp(kind, "memory") == 0 ? ENOMEM : error_number;
	return true;
}

#define fails(kind) fails_for(kind, __builtin_return_address(0))

/* ---- memory ---- */

void *malloc(size_t n)
{
	return fails("memory") ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails("memory") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails("memory") ? NULL : __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return fails("memory") ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
	if (fails("memory"))
		return ENOMEM;
	*out = __libc_memalign(align, n);
	return *out ? 0 : ENOMEM;
}

/* ---- system calls ---- */

ssize_t read(int fd, void *p, size_t n)
{
	return fails("read") ? -1 : syscall(SYS_read, fd, p, n);
}

ssize_t readv(int fd, const struct iovec *v, int n)
{
	return fails("read") ? -1 : syscall(SYS_readv, fd, v, n);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	return fails("read") ? -1 : syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return fails("write") ? -1 : syscall(SYS_write, fd, p, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	return fails("write") ? -1 : syscall(SYS_writev, fd, v, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	return fails("write") ? -1 : syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

int fsync(int fd)
{
	return fails("sync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails("sync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t n)
{
	return fails("write") ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

static int open_any(int dir, const char *path, int flags, va_list ap, const void *caller)
{
	mode_t mode = 0;
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
		mode = va_arg(ap, mode_t);
	return fails_for("open", caller) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		int fd = open_any(AT_FDCWD, path, flags, ap, __builtin_return_address(0));         \
		va_end(ap);                                                                        \
		return fd;                                                                         \
	}
#define OPENAT(name)                                                                               \
	int name(int dir, const char *path, int flags, ...)                                        \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		int fd = open_any(dir, path, flags, ap, __builtin_return_address(0));              \
		va_end(ap);                                                                        \
		return fd;                                                                         \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	return fails("open") ? NULL : real(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

int rename(const char *from, const char *to)
{
	return fails("rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails("rename") ? -1 : (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
}

int accept4(int fd, struct sockaddr *restrict a, socklen_t *restrict n, int flags)
{
	return fails("accept") ? -1 : (int)syscall(SYS_accept4, fd, a, n, flags);
}

int socket(int family, int type, int protocol)
{
	return fails("socket") ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

int connect(int fd, const struct sockaddr *a, socklen_t n)
{
	return fails("connect") ? -1 : (int)syscall(SYS_connect, fd, a, n);
}

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
	return fails("random") ? -1 : syscall(SYS_getrandom, p, n, flags);
}

int getentropy(void *p, size_t n)
{
	return fails("random") ? -1 : (syscall(SYS_getrandom, p, n, 0) == (long)n ? 0 : -1);
}
