#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_open(int fd, size_t max, struct buf *out, struct err *e)
{
	char block[65536];
	size_t before = out->len;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_set(e, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, "%s", strerror(EISDIR));
	if (!S_ISREG(st.st_mode))
		return err_set(e, "not a regular file");
	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, "%s", strerror(errno));
		buf_add(out, block, (size_t)n);
		if (out->len - before > max)
			return err_set(e, "larger than %zu bytes", max);
	}
	return 0;
}

int text_file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is opened, and refused */
	int rc;

	if (fd < 0)
		return err_set(e, "%s", strerror(errno));
	rc = read_open(fd, max, out, e);
	close(fd);
	return rc;
}
