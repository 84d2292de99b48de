#include "triaged/privacy/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

int secret_file_check_mode(const struct stat *st, struct err *e)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, "belongs to another user (uid %u)", (unsigned)st->st_uid);
	mode_t open_to = st->st_mode & 077;
	if (st->st_uid == 0 && st->st_gid == 0)
		open_to &= 027;
	if (open_to)
		return err_set(
			e, "mode %04o lets others in: chmod go= it", (unsigned)st->st_mode & 07777);
	return 0;
}

static int read_whole(int fd, void *out, size_t cap, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_set(e, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, "not a regular file");
	if (secret_file_check_mode(&st, e) < 0)
		return -1;
	size_t done = 0;
	while (done < cap) {
		ssize_t n = read(fd, (char *)out + done, cap - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, "%s", strerror(errno));
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (int)done;
}

int secret_file_read(const char *path, void *out, size_t cap, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	int n = read_whole(fd, out, cap, e);
	close(fd);
	return n < 0 ? err_wrap(e, "%s", path) : n;
}

int secret_file_create(const char *path, const void *p, size_t n, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	bool ok = write(fd, p, n) == (ssize_t)n && fsync(fd) == 0;
	int why = errno;
	close(fd);
	if (ok)
		return 0;
	unlink(path); /* a key cut short must not be found at the next start */
	return err_set(e, "%s: %s", path, strerror(why));
}
