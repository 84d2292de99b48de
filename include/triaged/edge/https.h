/*
 * A small HTTPS server for programs of other houses: HTTP/1.1 over TLS, exact paths and methods,
 * hard limits, one deadline for each phase of a connection. One request of a connection at a time;
 * it is answered now or later, by its number: an answer for a peer that is gone is dropped.
 *
 *   HANDSHAKE ─▶ HEAD ─▶ BODY ─▶ ANSWER ─▶ WRITE ─▶ HEAD …  (kept alive)
 *       └──────────┴───────┴────────┴────────┴────▶ LINGER ─▶ gone
 *
 * The parser is ours because the server in libevent has neither a deadline for a whole request nor
 * a bound on connections, and a history of overflows in what strangers send.
 */
#ifndef TRIAGED_EDGE_HTTPS_H
#define TRIAGED_EDGE_HTTPS_H

#include <stdint.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"
#include "triaged/edge/edge.h"

struct https;

#define HTTPS_SEGMENT_SIZE 65

/* Valid during the call. */
struct https_request {
	uint64_t exchange; /* give it back with the answer */
	const char *method, *path, *query;
	char segment[HTTPS_SEGMENT_SIZE]; /* what stood for "*" in the route */
	struct slice body;
	const void *head;
};

/* The value of a header by its lower-case name; NULL when absent. */
const char *https_header(const struct https_request *r, const char *name);
/* The value of "name=" in the query, not decoded; len 0 when absent. */
struct slice https_query(const struct https_request *r, const char *name);

/* path: exact but for one segment "*", which is a word of A-Z a-z 0-9 _ -. */
struct https_route {
	const char *method, *path;
	size_t body_max; /* 0: no body is taken */
	void (*serve)(void *arg, const struct https_request *r);
};

struct https_limits {
	int connections;
	/* deadlines of the phases above; head_ms counts between two requests too */
	int64_t handshake_ms, head_ms, body_ms, answer_ms, write_ms;
};

struct https_options {
	const char *address; /* "host:port" */
	bool shared_address; /* other nodes of this machine may listen there, too */
	struct edge_tls tls;
	struct https_limits limits;
	const struct https_route *routes; /* borrowed for good */
	size_t n_routes;
	void *arg;
};

struct https *https_open(
	struct event_base *base, const struct https_options *options, struct err *e) MUST_CHECK;
void https_close(struct https **https);               /* connections end at once */
const char *https_address(const struct https *https); /* really bound */
int https_reload(struct https *https, const struct https_limits *limits, const struct edge_tls *tls,
	struct err *e) MUST_CHECK;
void https_stop_accepting(struct https *https); /* drain: what is under way goes on */

struct https_answer {
	int status;
	const char *type; /* content-type; NULL: no body */
	struct slice body;
	int retry_after_s; /* the header Retry-After; 0: none */
};

void https_answer(struct https *https, uint64_t exchange, const struct https_answer *a);
/* status with {"error": reason}. */
void https_refuse(struct https *https, uint64_t exchange, int status, const char *reason);

struct https_counts {
	int connections;
	uint64_t accepted, requests, refused, failed_handshakes, late;
};
void https_counts(const struct https *https, struct https_counts *counts);

#endif
