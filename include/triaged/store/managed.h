/*
 * The private redis-server of `store.mode = "managed"`: started and supervised by this process on
 * a Unix socket in <dir> (mode 0700), append-only file synced always, no eviction, no TCP port.
 * It outlives a crash of the daemon (the next start finds and uses it) and is stopped in order
 * when the daemon stops.
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

struct managed *managed_start(
	struct event_base *base, const struct managed_options *options, struct err *e) MUST_CHECK;
const char *managed_url(const struct managed *m); /* "unix:…", valid until managed_stop() */
void managed_stop(struct managed **m);            /* SHUTDOWN in order, waits at most 5 s */

#endif
