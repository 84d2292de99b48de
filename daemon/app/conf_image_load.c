
#include "conf_image.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "triaged/base/clock.h"

/*
 * The child has one thread, whatever the parent had: nothing below may need a lock that another
 * thread held. malloc is safe across fork in glibc; the log, OpenSSL and the loop are not used.
 */
__attribute__((noreturn)) static void child(const char *path, int out, int timeout_ms)
{
	signal(SIGALRM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm((unsigned)timeout_ms / 1000 + 2); /* in case the parent is gone */
	const struct rlimit no_core = { 0, 0 };
	setrlimit(RLIMIT_CORE, &no_core); /* a core file would hold secrets of the configuration */
	if (out != 3)
		dup2(out, 3);
	close_range(4, ~0u, 0); /* no socket of the daemon stays open in here */
	struct buf image = { 0 };
	conf_image_write(path, &image);
	for (size_t done = 0; done < image.len;) {
		ssize_t n = write(3, image.data + done, image.len - done);
		if (n < 0 && errno != EINTR)
			_exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	_exit(0);
}

/* 0 at the end of the child's output, -1 with e set when it took too long or too much. */
static int collect(int in, int timeout_ms, struct buf *image, struct err *e)
{
	struct mono start = mono_now();
	for (;;) {
		int64_t left = timeout_ms - mono_since_ms(start);
		if (left <= 0)
			return err_set(e, "reading it took more than %d ms", timeout_ms);
		struct pollfd p = { .fd = in, .events = POLLIN };
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return err_set(e, "poll: %s", strerror(errno));
		if (!p.revents)
			continue;
		char chunk[65536];
		ssize_t n = read(in, chunk, sizeof chunk);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_set(e, "read: %s", strerror(errno));
		if (n > 0)
			buf_add(image, chunk, (size_t)n);
		if (image->len > CONF_IMAGE_MAX)
			return err_set(e, "it is too large");
	}
}

static int reap(pid_t pid, struct err *e)
{
	int status;
	pid_t got;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return 0; /* somebody else reaped it; a missing end record would still be seen */
	if (WIFSIGNALED(status))
		return err_set(e, "the reading process was ended by signal %d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return err_set(e, "the reading process failed with status %d", WEXITSTATUS(status));
	return 0;
}

int conf_image_load(const char *path, int timeout_ms, struct buf *image, struct err *e)
{
	int ends[2];
	if (pipe(ends) < 0)
		return err_set(e, "pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid < 0) {
		err_set(e, "fork: %s", strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0)
		child(path, ends[1], timeout_ms);
	close(ends[1]);
	int rc = collect(ends[0], timeout_ms, image, e);
	close(ends[0]);
	if (rc < 0) {
		kill(pid, SIGKILL);
		(void)reap(pid, NULL);
		return -1;
	}
	return reap(pid, e);
}
