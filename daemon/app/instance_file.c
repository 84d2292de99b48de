#include "instance_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void path_of(const char *data_dir, const char *suffix, char out[4096])
{
	snprintf(out, 4096, "%s/store_instance%s", data_dir, suffix);
}

int instance_file_read(const char *data_dir, char id[INSTANCE_SIZE], struct err *e)
{
	char path[4096];
	path_of(data_dir, "", path);
	id[0] = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(e, "%s: %s", path, strerror(errno));
	ssize_t n = read(fd, id, INSTANCE_SIZE - 1);
	int error = errno;
	close(fd);
	if (n < 0)
		return err_set(e, "%s: %s", path, strerror(error));
	id[n] = '\0';
	id[strcspn(id, "\n")] = '\0';
	return 0;
}

/* Without it a power cut may bring the name before back. */
static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return result;
}

int instance_file_write(const char *data_dir, const char *id, struct err *e)
{
	char path[4096], fresh[4096], line[INSTANCE_SIZE + 1];
	path_of(data_dir, "", path);
	path_of(data_dir, ".new", fresh);
	int n = snprintf(line, sizeof line, "%s\n", id);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, line, (size_t)n) == n && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!ok || rename(fresh, path) < 0 || sync_dir(data_dir) < 0)
		return err_set(e, "%s: %s", path, strerror(ok ? errno : error));
	return 0;
}
