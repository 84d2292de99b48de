/* Connections to a Redis address: a bufferevent that is on its way there. */
#ifndef TRIAGED_STORE_DIAL_H
#define TRIAGED_STORE_DIAL_H

#include "url.h"

struct bufferevent;
struct evdns_base;
struct event_base;
struct tls;

struct dialer {
	struct event_base *base;
	struct evdns_base *dns; /* made when a host name must be resolved */
	struct tls *tls;        /* for tls: addresses */
};

struct bufferevent *dial_new(struct dialer *d, const struct url *url);
/* Begin to connect; bev reports the outcome, perhaps before this returns. -1 with errno. */
int dial_start(struct dialer *d, const struct url *url, struct bufferevent *bev) MUST_CHECK;
/* Why it failed; error: the errno it failed with. */
void dial_explain(struct bufferevent *bev, int error, struct err *e);
/* To be called when the connection is established: sets its socket options. */
void dial_done(const struct url *url, struct bufferevent *bev);
/* Send what is queued and let the server take it, for at most ms. Blocks; bev is of no use then. */
void dial_flush(struct bufferevent *bev, int ms);
void dial_fini(struct dialer *d);

#endif
