#include "triaged/store/managed.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "managed_conf.h"
#include "managed_repair.h"
#include "triaged/base/buf.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

#define STOP_MS 5000

/* Waits before a start: none first, then doubling. A server that ran this long was healthy. */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS   5000
#define HEALTHY_MS       10000

/* While a server holds the lock and does not listen yet. */
#define LOOK_MS 50

struct managed {
	struct event_base *base;
	char *dir, *program, *url;
	int daemon_lock;
	pid_t pid;  /* 0: none */
	int pid_fd; /* readable when the server has ended */
	struct event *ended;
	struct event *retry;
	struct mono started;
	int64_t backoff_ms;
	char trouble[512];
};

extern char **environ;

static char *path_in(const struct managed *m, const char *name)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s/%s", m->dir, name);
	return b.data;
}

/* An open descriptor that holds the lock, or -1 with errno. */
static int lock_file(const struct managed *m, const char *name)
{
	char *path = path_in(m, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(path);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void after(struct managed *m, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	event_add(m->retry, &tv);
}

/* ---- the end of a server ---- */

/* The last line of the server's log: it says there why it gives up. */
static void last_log_line(const struct managed *m, char *out, size_t size)
{
	char *path = path_in(m, MANAGED_LOG);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	*out = '\0';
	if (fd < 0)
		return;
	off_t end = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, out, size - 1, end > (off_t)size - 1 ? end - (off_t)size + 1 : 0);
	close(fd);
	n = n < 0 ? 0 : n;
	while (n > 0 && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	const char *line = strrchr(out, '\n');
	if (line)
		memmove(out, line + 1, strlen(line + 1) + 1);
}

static void explain(struct managed *m, bool ours, int status)
{
	char line[1024], how[32] = "status unknown";
	last_log_line(m, line, sizeof line);
	if (ours && WIFSIGNALED(status))
		snprintf(how, sizeof how, "signal %d", WTERMSIG(status));
	else if (ours)
		snprintf(how, sizeof how, "status %d", WEXITSTATUS(status));
	snprintf(m->trouble, sizeof m->trouble, "redis-server (%d) ended, %s; its log: %s",
		(int)m->pid, how, line);
}

/* What a power cut leaves behind stops every further start; true: it is out of the way. */
static bool repaired(struct managed *m)
{
	struct err e;
	size_t removed;
	if (!managed_unreadable(m->trouble))
		return false;
	if (managed_repair(m->dir, &removed, &e) < 0) {
		LOG(ERROR, "managed.damaged", LOG_S("why", e.text));
		memcpy(m->trouble, e.text, sizeof m->trouble);
		return false;
	}
	LOG(WARNING, "managed.torn_tail_set_aside", LOG_S("dir", m->dir), LOG_I("bytes", removed));
	return true;
}

static void forget(struct managed *m)
{
	if (m->ended)
		event_free(m->ended);
	m->ended = NULL;
	close(m->pid_fd);
	m->pid = 0;
}

static void on_ended(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct managed *m = arg;
	int status = 0;
	/* One found running at our start is not our child: then its status is not known. */
	bool ours = waitpid(m->pid, &status, WNOHANG) == m->pid;
	explain(m, ours, status);
	forget(m);
	if (repaired(m) || mono_since_ms(m->started) > HEALTHY_MS)
		m->backoff_ms = 0;
	LOG(ERROR, "managed.ended", LOG_S("why", m->trouble), LOG_I("again_in_ms", m->backoff_ms));
	after(m, m->backoff_ms);
	m->backoff_ms = m->backoff_ms ? m->backoff_ms * 2 : BACKOFF_FIRST_MS;
	if (m->backoff_ms > BACKOFF_MAX_MS)
		m->backoff_ms = BACKOFF_MAX_MS;
}

static int watch(struct managed *m, pid_t pid, struct err *e)
{
	int fd = pidfd_open(pid, 0);
	if (fd < 0)
		return err_set(e, "watching process %d: %s", (int)pid, strerror(errno));
	m->pid = pid;
	m->pid_fd = fd;
	m->started = mono_now();
	m->trouble[0] = '\0';
	m->ended = event_new(m->base, fd, EV_READ, on_ended, m);
	CHECK(m->ended && event_add(m->ended, NULL) == 0);
	return 0;
}

/* ---- starting and adopting ---- */

/* The server gets clean signals, a session of its own and no descriptor of ours but the lock. */
static int spawn(const struct managed *m, int lock, pid_t *pid)
{
	char *conf = path_in(m, MANAGED_CONF);
	char *argv[] = { m->program, conf, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, lock, 3);
	posix_spawn_file_actions_addclosefrom_np(&actions, 4);
	int error = posix_spawnp(pid, m->program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	free(conf);
	return error;
}

static int start_server(struct managed *m, int lock, struct err *e)
{
	pid_t pid;
	if (managed_conf_write(m->dir, e) < 0)
		return -1;
	int error = spawn(m, lock, &pid);
	if (error)
		return err_set(e, "cannot run %s: %s", m->program, strerror(error));
	LOG(NOTICE, "managed.started", LOG_I("pid", pid));
	return watch(m, pid, e);
}

/* The process that listens on the socket, 0 when none does. */
static pid_t listener(const struct managed *m)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t size = sizeof peer;
	char *path = path_in(m, MANAGED_SOCKET);
	memcpy(addr.sun_path, path, strlen(path)); /* its length was checked at the start */
	free(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(fd >= 0);
	bool found = connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0 &&
		     getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
	close(fd);
	return found ? peer.pid : 0;
}

/* Start a server, or find the one that holds the lock. */
static int attempt(struct managed *m, struct err *e)
{
	int lock = lock_file(m, "server.lock");
	if (lock >= 0) {
		int result = start_server(m, lock, e);
		close(lock);
		return result;
	}
	if (errno != EWOULDBLOCK)
		return err_set(e, "%s/server.lock: %s", m->dir, strerror(errno));
	pid_t pid = listener(m);
	if (!pid) {
		err_set(e, "a server holds %s/server.lock and does not listen yet", m->dir);
		memcpy(m->trouble, e->text, sizeof m->trouble);
		after(m, LOOK_MS);
		return 0;
	}
	LOG(NOTICE, "managed.adopted", LOG_I("pid", pid));
	return watch(m, pid, e);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct managed *m = arg;
	struct err e;
	if (attempt(m, &e) == 0)
		return;
	memcpy(m->trouble, e.text, sizeof m->trouble);
	LOG(ERROR, "managed.start", LOG_S("why", e.text));
	after(m, BACKOFF_MAX_MS);
}

static int prepare_dir(struct managed *m, struct err *e)
{
	struct stat st;
	if (*m->dir != '/')
		return err_set(e, "%s: the directory must be absolute", m->dir);
	if (strlen(m->url) - strlen("unix:") >= sizeof((struct sockaddr_un *)0)->sun_path)
		return err_set(e, "%s: the path is too long for a socket", m->dir);
	if (mkdir(m->dir, 0700) < 0 && errno != EEXIST)
		return err_set(e, "%s: %s", m->dir, strerror(errno));
	if (stat(m->dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, "%s: not a directory of this user", m->dir);
	if ((st.st_mode & 077) != 0 && chmod(m->dir, 0700) < 0)
		return err_set(e, "%s: %s", m->dir, strerror(errno));
	m->daemon_lock = lock_file(m, "daemon.lock");
	if (m->daemon_lock < 0)
		return err_set(e, "%s/daemon.lock: %s", m->dir,
			errno == EWOULDBLOCK ? "another daemon uses this directory"
					     : strerror(errno));
	return 0;
}

struct managed *managed_start(
	struct event_base *base, const struct managed_options *options, struct err *e)
{
	struct managed *m = mem_zalloc(sizeof *m);
	m->base = base;
	m->daemon_lock = -1;
	m->dir = mem_strdup(options->dir);
	m->program = mem_strdup(options->program);
	struct buf url = { 0 };
	buf_addf(&url, "unix:%s/" MANAGED_SOCKET, m->dir);
	m->url = url.data;
	m->retry = evtimer_new(base, on_retry, m);
	CHECK(m->retry);
	if (prepare_dir(m, e) < 0 || attempt(m, e) < 0)
		managed_stop(&m);
	return m;
}

const char *managed_url(const struct managed *m)
{
	return m->url;
}

const char *managed_trouble(const struct managed *m)
{
	return m->trouble;
}

static void stop_server(struct managed *m)
{
	struct pollfd p = { .fd = m->pid_fd, .events = POLLIN };
	if (pidfd_send_signal(m->pid_fd, SIGTERM, NULL, 0) < 0 || poll(&p, 1, STOP_MS) == 0)
		LOG(WARNING, "managed.left_running", LOG_I("pid", m->pid));
	else
		waitpid(m->pid, NULL, WNOHANG);
	forget(m);
}

void managed_stop(struct managed **slot)
{
	struct managed *m = *slot;
	*slot = NULL;
	if (!m)
		return;
	if (m->pid)
		stop_server(m);
	event_free(m->retry);
	if (m->daemon_lock >= 0)
		close(m->daemon_lock);
	free(m->dir);
	free(m->program);
	free(m->url);
	free(m);
}
