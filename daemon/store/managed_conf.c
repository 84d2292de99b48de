#include "managed_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/buf.h"

static const char settings[] =
	"# Written by triaged at each start of the server; changes made here are lost.\n"
	"port 0\n"
	"unixsocket \"%1$s/" MANAGED_SOCKET "\"\n"
	"unixsocketperm 700\n"
	"dir \"%1$s\"\n"
	"logfile \"%1$s/" MANAGED_LOG "\"\n"
	"loglevel notice\n"
	"daemonize no\n"
	"databases 1\n"
	"# Every answer means: on the disk.\n"
	"appendonly yes\n"
	"appendfsync always\n"
	"no-appendfsync-on-rewrite no\n"
	"# Redis would cut a torn tail inside a transaction: managed_repair.h does it between two.\n"
	"aof-load-truncated no\n"
	"auto-aof-rewrite-percentage 100\n"
	"auto-aof-rewrite-min-size 64mb\n"
	"save \"\"\n"
	"# Nothing is ever dropped to make room.\n"
	"maxmemory-policy noeviction\n"
	"enable-debug-command no\n"
	"enable-module-command no\n"
	"enable-protected-configs no\n"
	"latency-monitor-threshold 100\n";

static int write_file(const char *path, const struct buf *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	ssize_t n = write(fd, text->data, text->len);
	int error = n < 0 ? errno : ENOSPC;
	if (close(fd) < 0 || n != (ssize_t)text->len)
		return err_set(e, "%s: %s", path, strerror(error));
	return 0;
}

int managed_conf_write(const char *dir, struct err *e)
{
	if (strpbrk(dir, "\"\\\n"))
		return err_set(e, "%s: quotes and backslashes are not allowed in this path", dir);
	struct buf text = { 0 }, path = { 0 }, fresh = { 0 };
	buf_addf(&text, settings, dir);
	buf_addf(&path, "%s/" MANAGED_CONF, dir);
	buf_addf(&fresh, "%s.new", path.data);
	int result = write_file(fresh.data, &text, e);
	if (result == 0 && rename(fresh.data, path.data) < 0)
		result = err_set(e, "%s: %s", path.data, strerror(errno));
	buf_free(&text);
	buf_free(&path);
	buf_free(&fresh);
	return result;
}
