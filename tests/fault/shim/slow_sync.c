/*
 * Preloaded into servers that are compared: each sync takes SYNC_US longer, as on a disk that has
 * to reach its medium before it answers.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int sync_late(long call, int fd)
{
	const char *us = getenv("SYNC_US");
	long more = us ? atol(us) : 0;
	struct timespec t = { .tv_sec = more / 1000000, .tv_nsec = more % 1000000 * 1000 };
	int result = (int)syscall(call, fd), cause = errno;

	nanosleep(&t, NULL);
	errno = cause;
	return result;
}

int fsync(int fd)
{
	return sync_late(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return sync_late(SYS_fdatasync, fd);
}
