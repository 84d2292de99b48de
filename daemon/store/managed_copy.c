#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dirent.h>

#include "managed_conf.h"
#include "managed_repair.h"
#include "triaged/base/buf.h"
#include "triaged/base/mem.h"
#include "triaged/store/ledger.h"
#include "triaged/store/managed.h"

#define FILES      "appendonlydir"
#define LOAD_MS    60000 /* some GB */
#define LOOK_MS    20
#define COPY_BYTES 65536

struct managed_copy {
	char dir[32];
	char url[64];
	pid_t pid;
};

static int copy_file(const char *from, const char *to, struct err *e)
{
	char *bytes = mem_zalloc(COPY_BYTES);
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = out < 0 ? -1 : 1;
	while (n > 0 && (n = read(in, bytes, COPY_BYTES)) > 0)
		if (write(out, bytes, (size_t)n) != n)
			n = -1;
	int error = errno;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(bytes);
	return n < 0 ? err_set(e, "%s: %s", from, strerror(error)) : 0;
}

static int copy_files(const char *from, const char *to, struct err *e)
{
	DIR *listing = opendir(from);
	int result = 0;
	if (!listing || mkdir(to, 0700) < 0)
		result = err_set(e, "%s: %s", from, strerror(errno));
	for (struct dirent *d; result == 0 && (d = readdir(listing));) {
		struct buf a = { 0 }, b = { 0 };
		buf_addf(&a, "%s/%s", from, d->d_name);
		buf_addf(&b, "%s/%s", to, d->d_name);
		if (*d->d_name != '.' && !strstr(d->d_name, ".torn-"))
			result = copy_file(a.data, b.data, e);
		buf_free(&a);
		buf_free(&b);
	}
	if (listing)
		closedir(listing);
	return result;
}

static void run_server(const struct managed_copy *c, const char *program)
{
	char conf[64];
	snprintf(conf, sizeof conf, "%s/" MANAGED_CONF, c->dir);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp(program, program, conf, NULL);
	_exit(127);
}

/* It answers, with everything loaded. */
static bool answers(const struct managed_copy *c, struct err *e)
{
	char center[128];
	const struct ledger_options o = { .center = "", .url = c->url, .timeout_ms = LOAD_MS };
	return ledger_only_center(&o, center, e) == 0 || strstr(e->text, "centers");
}

static int start(struct managed_copy *c, const char *program, struct err *e)
{
	c->pid = fork();
	if (c->pid == 0)
		run_server(c, program);
	for (int64_t ms = 0; c->pid > 0 && ms < LOAD_MS; ms += LOOK_MS) {
		if (answers(c, e))
			return 0;
		if (waitpid(c->pid, NULL, WNOHANG) == c->pid) {
			c->pid = 0;
			return err_set(e, "%s does not read these files", program);
		}
		usleep(LOOK_MS * 1000);
	}
	return err_wrap(e, "%s", program);
}

struct managed_copy *managed_copy_open(const struct managed_options *options, struct err *e)
{
	struct managed_copy *c = mem_zalloc(sizeof *c);
	char from[4096], to[64];
	size_t removed;
	struct err ignored;
	snprintf(c->dir, sizeof c->dir, "/tmp/triaged-copy.XXXXXX");
	if (!mkdtemp(c->dir)) {
		err_set(e, "%s: %s", c->dir, strerror(errno));
		free(c);
		return NULL;
	}
	snprintf(c->url, sizeof c->url, "unix:%s/" MANAGED_SOCKET, c->dir);
	snprintf(from, sizeof from, "%s/" FILES, options->dir);
	snprintf(to, sizeof to, "%s/" FILES, c->dir);
	if (copy_files(from, to, e) == 0 && managed_conf_write(c->dir, e) == 0) {
		(void)!managed_repair(
			c->dir, &removed, &ignored); /* nothing is wrong, or it fails below */
		if (start(c, options->program, e) == 0)
			return c;
	}
	managed_copy_close(&c);
	return NULL;
}

const char *managed_copy_url(const struct managed_copy *c)
{
	return c->url;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void managed_copy_close(struct managed_copy **slot)
{
	struct managed_copy *c = *slot;
	*slot = NULL;
	if (!c)
		return;
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	nftw(c->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(c);
}
