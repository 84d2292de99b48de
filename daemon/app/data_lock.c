#include "data_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int take(int fd, const char *incarnation, char previous[DATA_LOCK_NAME_SIZE])
{
	size_t n = strlen(incarnation);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -1;
	ssize_t before = pread(fd, previous, DATA_LOCK_NAME_SIZE - 1, 0);
	if (before < 0)
		return -1;
	previous[before] = '\0';
	previous[strcspn(previous, " \n")] = '\0';
	if (ftruncate(fd, 0) < 0 || pwrite(fd, incarnation, n, 0) != (ssize_t)n)
		return -1;
	return 0;
}

int data_lock_take(const char *data_dir, const char *incarnation,
	char previous[DATA_LOCK_NAME_SIZE], struct err *e)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/lock", data_dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	if (take(fd, incarnation, previous) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(e, "another triaged runs in %s", data_dir);
	else
		err_set(e, "%s: %s", path, strerror(errno));
	close(fd);
	return -1;
}
