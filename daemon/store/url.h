/* Where a Redis server listens: "unix:PATH", "tcp:HOST:PORT" ("tcp:[::1]:6379" for IPv6) or, with
 * TLS, "tls:HOST:PORT". */
#ifndef TRIAGED_STORE_URL_H
#define TRIAGED_STORE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#define URL_TEXT_SIZE 280

struct url {
	bool is_unix, is_tls;
	char host[256]; /* or the socket's path (at most 107 bytes, the kernel's limit) */
	int port;
};

int url_parse(const char *text, struct url *u, struct err *e) MUST_CHECK;

/* As servers tell each other's addresses: host and port apart, TLS or not as like has it. */
int url_from(const struct url *like, const char *host, size_t n, int64_t port, struct url *u,
	struct err *e) MUST_CHECK;
bool url_equal(const struct url *a, const struct url *b);
const char *url_text(const struct url *u, char out[URL_TEXT_SIZE]); /* for people */

#endif
