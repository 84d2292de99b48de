/*
 * The private redis-server of `store.mode = "managed"`: started and supervised by this process on
 * a Unix socket in <dir> (mode 0700), append-only file synced always, no eviction, no TCP port.
 *
 * It outlives a crash of the daemon: the next start finds and uses it. There is never a second
 * one, because a server holds a lock on <dir>/server.lock as long as it lives; and one daemon
 * uses a directory at a time (<dir>/daemon.lock). When it dies, a full disk included, it is
 * started again at once, then ever more slowly up to once in 5 s. It is stopped in order when the
 * daemon stops.
 */
#ifndef TRIAGED_STORE_MANAGED_H
#define TRIAGED_STORE_MANAGED_H

#include "triaged/base/err.h"

struct event_base;
struct managed;

struct managed_options {
	const char *dir;     /* absolute; made with mode 0700 when missing */
	const char *program; /* path or name of redis-server */
};

/* The server is running or coming up behind the caller's loop; a store on managed_url() connects
 * as soon as it listens. NULL when the directory cannot be used or the program not be run. */
struct managed *managed_start(
	struct event_base *base, const struct managed_options *options, struct err *e) MUST_CHECK;
const char *managed_url(const struct managed *m); /* "unix:…", valid until managed_stop() */
/* Why the server is not running, from its exit and its log; "" when it runs. */
const char *managed_trouble(const struct managed *m);
void managed_stop(struct managed **m); /* asks it to end in order, waits at most 5 s */

/*
 * What a managed server that cannot be started left behind, for tools: a copy of its files in a
 * directory of its own, with a server that only this process can reach. The files stay as they are.
 */
struct managed_copy;
struct managed_copy *managed_copy_open(
	const struct managed_options *options, struct err *e) MUST_CHECK;
const char *managed_copy_url(const struct managed_copy *c);
void managed_copy_close(struct managed_copy **c); /* ends the server and removes the copy */

#endif
