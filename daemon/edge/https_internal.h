/* What the files of the HTTPS server share. */
#ifndef EDGE_HTTPS_INTERNAL_H
#define EDGE_HTTPS_INTERNAL_H

#include <openssl/ssl.h>

#include "triaged/base/buf.h"
#include "triaged/base/map.h"
#include "triaged/edge/https.h"
#include "deadlines.h"
#include "http_head.h"

struct bufferevent;
struct listener;

enum conn_state {
	CONN_HANDSHAKE,
	CONN_HEAD,
	CONN_BODY,
	CONN_ANSWER,
	CONN_WRITE,
	CONN_LINGER,
	CONN_GONE
};

struct conn {
	uint64_t exchange; /* of the request being served; 0: none */
	struct https *https;
	struct bufferevent *bev;
	enum conn_state state; /* conn_enter() only */
	struct deadline due;
	struct buf bytes; /* the head, as http_head_read() left it */
	struct http_head head;
	const struct https_route *route;
	char segment[HTTPS_SEGMENT_SIZE];
	bool keep;        /* another request may follow */
	size_t discarded; /* while it lingers */
	struct conn *next;
};

struct https {
	struct event_base *base;
	SSL_CTX *tls;
	struct listener *listener; /* NULL: draining */
	char *address;
	struct https_limits limits;
	const struct https_route *routes;
	size_t n_routes;
	void *arg;
	struct conn *all, *graveyard;
	struct deadlines deadlines;
	struct event *turn_end;
	uint64_t last_exchange;
	struct https_counts counts;
};

/* A new connection. */
void conn_accept(struct https *https, int fd);
/* The only writer of state. */
void conn_enter(struct conn *c, enum conn_state state);
/* The deadline of its state has passed. */
void conn_late(struct conn *c);
/* Write an answer; the request is over. */
void conn_answer(struct conn *c, const struct https_answer *a);
void conn_refuse(struct conn *c, int status, const char *reason);

/* Which route a request takes: 0 with c->route set, or 404, 405. */
int https_find_route(struct conn *c);

#endif
