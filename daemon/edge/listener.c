#include "listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/edge/edge.h"

#define BACKLOG       4096 /* a restart brings everybody back at once; the kernel caps it */
#define ACCEPT_A_TURN 64   /* then the sessions that we have get their turn */
#define RETRY_MS      100  /* after running out of descriptors */

struct listener {
	int fd;
	struct event *readable, *retry;
	bool paused;
	listener_fn accepted;
	void *arg;
	char address[NI_MAXHOST + NI_MAXSERV + 4];
};

static void out_of_descriptors(struct listener *l)
{
	int why = errno;
	struct timeval in = { 0, RETRY_MS * 1000 };
	LOG(WARNING, "edge.accept", LOG_S("address", l->address), LOG_S("error", strerror(why)),
		LOG_I("retry_ms", RETRY_MS));
	event_del(l->readable);
	evtimer_add(l->retry, &in);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct listener *l = arg;
	for (int i = 0; i < ACCEPT_A_TURN && !l->paused; i++) {
		int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (peer >= 0) {
			l->accepted(l->arg, peer);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			   errno == ENOMEM) {
			out_of_descriptors(l);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct listener *l = arg;
	if (!l->paused)
		event_add(l->readable, NULL);
}

/* "host:port", "[host]:port" or ":port" into its parts. */
static int split_address(const char *address, char *host, size_t size, const char **port)
{
	const char *colon = strrchr(address, ':');
	if (!colon || !colon[1])
		return -1;
	size_t n = (size_t)(colon - address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n >= size)
		return -1;
	memcpy(host, address, n);
	host[n] = '\0';
	*port = colon + 1;
	return 0;
}

static int bind_one(const struct addrinfo *a, int shared)
{
	int one = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, a->ai_protocol);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, sizeof shared) == 0 &&
		bind(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static int bind_address(const char *address, bool shared, struct err *e)
{
	char host[NI_MAXHOST];
	const char *port;
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	if (split_address(address, host, sizeof host, &port) < 0)
		return err_set(e, "listen address %s is not host:port", address);
	int gai = getaddrinfo(*host ? host : NULL, port, &hints, &found);
	if (gai != 0)
		return err_set(e, "listen address %s: %s", address, gai_strerror(gai));
	int fd = -1;
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = bind_one(a, shared);
	if (fd < 0)
		err_set(e, "cannot listen on %s: %s", address, strerror(errno));
	freeaddrinfo(found);
	return fd;
}

/* Accepted sockets inherit these. A peer whose machine or network is gone is noticed within 15 s
 * (three unanswered heartbeats of 5 s), so that nobody counts as present who is not. */
static void set_peer_options(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 5 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 5 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 3 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 15000 },
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			sizeof options[i].value);
}

static void name_address(struct listener *l)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	char host[NI_MAXHOST], port[NI_MAXSERV];
	if (getsockname(l->fd, (struct sockaddr *)&a, &n) < 0 ||
		getnameinfo((struct sockaddr *)&a, n, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(
		l->address, sizeof l->address, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

struct listener *listener_open(
	struct event_base *base, const struct listener_options *options, struct err *e)
{
	const char *address = options->address;
	int fd = options->fd;
	if (fd < 0)
		fd = bind_address(address, options->shared, e);
	if (fd < 0)
		return NULL;
	set_peer_options(fd);
	if (evutil_make_socket_nonblocking(fd) < 0 || listen(fd, BACKLOG) < 0) {
		err_set(e, "cannot listen on %s: %s", address ? address : "the passed socket",
			strerror(errno));
		close(fd);
		return NULL;
	}
	struct listener *l = mem_zalloc(sizeof *l);
	l->fd = fd;
	l->accepted = options->accepted;
	l->arg = options->arg;
	name_address(l);
	l->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, l);
	l->retry = evtimer_new(base, on_retry, l);
	event_priority_set(l->readable, EDGE_STRANGER_PRIORITY); /* refused by a base with fewer */
	CHECK(l->readable && l->retry && event_add(l->readable, NULL) == 0);
	return l;
}

void listener_close(struct listener **listener)
{
	struct listener *l = *listener;
	*listener = NULL;
	if (!l)
		return;
	event_free(l->readable);
	event_free(l->retry);
	close(l->fd);
	free(l);
}

void listener_take_rest(struct listener *l)
{
	int peer;
	while ((peer = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		l->accepted(l->arg, peer);
}

const char *listener_address(const struct listener *l)
{
	return l->address;
}

void listener_pause(struct listener *l)
{
	if (!l->paused)
		event_del(l->readable);
	l->paused = true;
}

void listener_resume(struct listener *l)
{
	if (l->paused && !evtimer_pending(l->retry, NULL))
		event_add(l->readable, NULL);
	l->paused = false;
}
