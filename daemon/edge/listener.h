/* A listening TCP socket that hands over connections, many a turn, and can pause. */
#ifndef TRIAGED_EDGE_LISTENER_H
#define TRIAGED_EDGE_LISTENER_H

#include <stdbool.h>

#include "triaged/base/err.h"

struct event_base;
struct listener;

/* fd is non-blocking, with TCP_NODELAY, and the callee's. */
typedef void (*listener_fn)(void *arg, int fd);

struct listener_options {
	const char *address; /* "host:port", port 0: any free one */
	int fd;              /* a bound socket to take instead; -1: none */
	bool shared;         /* other nodes of this machine may listen there, too */
	listener_fn accepted;
	void *arg;
};

struct listener *listener_open(
	struct event_base *base, const struct listener_options *options, struct err *e) MUST_CHECK;
void listener_close(struct listener **listener);
/* Hand over what is connected and waits in the kernel: closing would reset it. */
void listener_take_rest(struct listener *l);

const char *listener_address(const struct listener *l); /* "127.0.0.1:PORT", "[::1]:PORT" */

/* Connections wait in the kernel meanwhile. Both repeat harmlessly; pausing works from accepted. */
void listener_pause(struct listener *l);
void listener_resume(struct listener *l);

#endif
