/*
 * One TLS connection to the daemon that sends and receives lines.
 */
#ifndef LOADGEN_PEER_H
#define LOADGEN_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct bufferevent;
typedef struct ssl_ctx_st SSL_CTX;

struct peer {
	struct bufferevent *bev; /* NULL: not connected */
	struct event_base *base;
	SSL_CTX *tls;
	void *arg;
	void (*on_up)(void *arg);                               /* handshake done */
	void (*on_line)(void *arg, const char *line, size_t n); /* without the line feed */
	void (*on_down)(void *arg); /* connection gone; bev is already NULL */
};

/* A client context for certificate and key files; cert NULL: no client certificate. Exits with a
 * message when the files are no good: nothing can be measured then. */
SSL_CTX *peer_tls(const char *ca, const char *cert, const char *key);

void peer_tls_free(SSL_CTX **tls);

/* Start connecting to 127.0.0.1:port. -1 when no socket could be had. */
int peer_connect(struct peer *p, int port);
void peer_write(struct peer *p, const char *bytes, size_t n);
void peer_drop(struct peer *p); /* without on_down */

/* A connected (blocking connect on loopback), non-blocking socket; -1. */
int peer_socket(int port);

#endif
