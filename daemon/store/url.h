/* Where a Redis server listens: "unix:PATH" or "tcp:HOST:PORT" ("tcp:[::1]:6379" for IPv6). */
#ifndef TRIAGED_STORE_URL_H
#define TRIAGED_STORE_URL_H

#include <stdbool.h>

#include "triaged/base/err.h"

struct url {
	bool is_unix;
	char host[256]; /* or the socket's path (at most 107 bytes, the kernel's limit) */
	int port;
};

int url_parse(const char *text, struct url *u, struct err *e) MUST_CHECK;

#endif
