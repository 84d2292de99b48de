/*
 * TLS to Redis: our side of it. The server must show a certificate of one of the given authorities
 * for the name or address it was reached at, or for the name it is expected to have.
 */
#ifndef TRIAGED_STORE_TLS_H
#define TRIAGED_STORE_TLS_H

#include <stdbool.h>

#include "triaged/base/err.h"
#include "triaged/store/store_options.h"

struct bufferevent;
struct event_base;
struct tls;

struct tls *tls_new(const struct store_tls *options, struct err *e) MUST_CHECK;
void tls_free(struct tls **tls);

/* A bufferevent that will do the handshake with host once it is connected. */
struct bufferevent *tls_connection(struct tls *tls, struct event_base *base, const char *host);
bool tls_is(struct bufferevent *bev);
/* Why it failed; false: not known here. */
bool tls_explain(struct bufferevent *bev, struct err *e);
/* As dial_flush(). */
void tls_flush(struct bufferevent *bev, int ms);

#endif
