/*
 * One TLS connection to the daemon that sends and receives lines.
 */
#ifndef LOADGEN_PEER_H
#define LOADGEN_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "../../../daemon/edge/stream.h"

struct peer {
	bool connected; /* or on the way to it */
	struct stream stream;
	struct streams *streams; /* with peer_stream_events */
	SSL_CTX *tls;
	void *arg;
	void (*on_up)(void *arg);                               /* handshake done */
	void (*on_line)(void *arg, const char *line, size_t n); /* without the line feed */
	void (*on_down)(void *arg); /* connection gone; connected is already false */
};

/* A client context for certificate and key files; cert NULL: no client certificate. Exits with a
 * message when the files are no good: nothing can be measured then. */
SSL_CTX *peer_tls(const char *ca, const char *cert, const char *key);

void peer_tls_free(SSL_CTX **tls);

/* For streams_init(); arg is the struct peer. */
extern const struct stream_events peer_stream_events;

/* Start connecting to 127.0.0.1:port. -1 when no socket could be had. */
int peer_connect(struct peer *p, int port);
void peer_write(struct peer *p, const char *bytes, size_t n);
void peer_drop(struct peer *p); /* without on_down */

/* A connected (blocking connect on loopback), non-blocking socket; -1. */
int peer_socket(int port);

#endif
