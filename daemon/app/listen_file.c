#include "listen_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/json_text.h"

static void path_of(const char *data_dir, const char *suffix, char out[4096])
{
	snprintf(out, 4096, "%s/listen.json%s", data_dir, suffix);
}

int listen_file_write(const char *data_dir, const char *line, const char *https, struct err *e)
{
	char path[4096], fresh[4096];
	struct buf json = { 0 };
	path_of(data_dir, "", path);
	path_of(data_dir, ".new", fresh);
	jtext_open(&json, '{');
	jtext_put_str(&json, "line", line);
	if (*https) {
		jtext_put_str(&json, "https", https);
	}
	jtext_put_int(&json, "pid", getpid());
	jtext_close(&json, '}');
	buf_adds(&json, "\n");
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int ok = fd >= 0 && write(fd, json.data, json.len) == (ssize_t)json.len;
	if (fd >= 0)
		close(fd);
	buf_free(&json);
	if (!ok || rename(fresh, path) != 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	return 0;
}

void listen_file_remove(const char *data_dir)
{
	char path[4096];
	path_of(data_dir, "", path);
	unlink(path);
}
