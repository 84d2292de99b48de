/*
 * One blocking TLS connection that carries lines. Every call has a deadline; nothing waits for
 * ever. The daemon's certificate is always verified, its name included.
 */
#ifndef TRIAGECTL_STREAM_H
#define TRIAGECTL_STREAM_H

#include <stddef.h>

#include "triaged/base/err.h"

struct stream;

struct stream_options {
	const char *address;           /* host:port, [host]:port */
	const char *certificate, *key; /* PEM files; NULL: no client certificate */
	const char *ca;                /* PEM file; NULL: the system's authorities */
	int timeout_ms;                /* for connecting and handshake */
};

/* NULL with e saying what did not work: the name, the port, which certificate and why. */
struct stream *stream_open(const struct stream_options *options, struct err *e) MUST_CHECK;
void stream_close(struct stream **s);

int stream_write(
	struct stream *s, const char *p, size_t n, int timeout_ms, struct err *e) MUST_CHECK;

enum stream_result { STREAM_LINE, STREAM_TIMEOUT, STREAM_LOST };

/* The next line without its LF, valid until the next call. TIMEOUT keeps what has arrived so far. */
enum stream_result stream_line(
	struct stream *s, int timeout_ms, const char **line, size_t *n, struct err *e) MUST_CHECK;

#endif
