/*
 * The edge: TLS listener and line sessions. It terminates TLS, frames lines, speaks JSON-RPC 2.0
 * strictly, authenticates, checks the role table (default deny) and the parameters of each method,
 * and enforces every limit and deadline of a peer. What a request means is decided by the handler
 * above it (verbs), which answers later, by session and token; ids, never pointers, so an answer
 * for a session that is gone is dropped quietly.
 *
 * One event loop; nothing here blocks. Output is buffered per session up to a limit, then the
 * session is closed: a slow reader costs nobody else anything.
 */
#ifndef TRIAGED_EDGE_EDGE_H
#define TRIAGED_EDGE_EDGE_H

#include <stdint.h>

#include "triaged/base/clock.h"
#include "triaged/base/json.h"
#include "triaged/base/record.h"
#include "triaged/core/output.h"
#include "triaged/edge/principal.h"
#include "triaged/edge/verb.h"

struct event_base;
struct edge;

/* JSON-RPC's own error codes, those the core decides, and those only the edge has. */
enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_UNAUTHENTICATED = 1,
	RPC_FORBIDDEN = OUTPUT_ERR_FORBIDDEN,
	RPC_NOT_FOUND = OUTPUT_ERR_NOT_FOUND,
	RPC_STALE = OUTPUT_ERR_STALE,
	RPC_INVALID_STATE = OUTPUT_ERR_INVALID_STATE,
	RPC_RATE_LIMITED = 6,
	RPC_TOO_LARGE = 7,
	RPC_UNAVAILABLE = 8,
	RPC_CONFLICT = OUTPUT_ERR_CONFLICT,
	RPC_BAD_VALUE = OUTPUT_ERR_INVALID_PARAMS,
};

struct rpc_error {
	int code;
	const char *reason; /* word: data.reason */
	const char *detail; /* data.detail or NULL; never a person's words */
	const char *staff;  /* in place of detail for all but front ends, NULL: the same for all */
	const char *field;  /* data.field or NULL */
	int retry_after_ms; /* 0: none */
};

struct edge_limits {
	size_t line_bytes, text_bytes;
	int nesting;
	int unanswered;             /* requests per session without an answer */
	int sessions;               /* open sessions, handshakes included */
	int handshakes;             /* unfinished handshakes at once */
	int handshakes_per_address; /* unfinished ones from one address, others wait; 0: no limit */
	size_t output_backlog_bytes;
	int requests_per_s; /* per session, token bucket with a burst of twice that; 0: none */
	int64_t handshake_ms, first_line_ms, whole_line_ms, idle_ms, write_stall_ms;
	int64_t request_ms; /* an unanswered request is answered `unavailable` after this */
};

/* The protocol's own version numbers (RFC 8446, 4.2.1), which OpenSSL uses too. */
enum { EDGE_TLS_1_2 = 0x0303, EDGE_TLS_1_3 = 0x0304 };

struct edge_tls {
	const char *certificate, *key,
		*client_ca; /* PEM files; client_ca NULL: no client certificates */
	int min_version;    /* EDGE_TLS_1_2 or EDGE_TLS_1_3 */
};

/* Names in a verified client certificate, exact; a name holding NUL is left out by the edge. */
struct certificate_names {
	const char *common_name; /* "" none */
	const char *const *uris, *const *dns;
	size_t n_uris, n_dns;
};

struct edge_request {
	uint64_t session;
	uint64_t token; /* give it back with the answer */
	const struct verb *verb;
	const json_t *params; /* checked against the verb; valid during the call */
	struct principal *who;
	unsigned role; /* the one role under which the verb is allowed; after session.hello the
			  role chosen there */
};

struct edge_events {
	void *arg;
	/* session.hello succeeded: the session acts in this one role from now on. A session identified
	 * by its certificate may send requests without session.hello, in any of its roles; its first
	 * request then comes without opened(). */
	void (*opened)(void *arg, uint64_t session, struct principal *who, unsigned role);
	/* A request other than session.*. Answer now or later, exactly once. */
	void (*request)(void *arg, const struct edge_request *r);
	/* An authenticated session takes no more requests and answers. Never from inside a call into
	 * the edge, but at the end of the turn of the loop. */
	void (*closed)(void *arg, uint64_t session, const char *why);
	/* Returns a reference or NULL. */
	struct principal *(*by_certificate)(void *arg, const struct certificate_names *names);
	struct principal *(*by_token)(void *arg, const char *token);
	/* Slow (scrypt): runs elsewhere and calls edge_login_done() on the loop. The strings are only
	 * valid during the call. */
	void (*by_password)(void *arg, uint64_t ticket, const char *user, const char *password,
		const char *totp);
	/* Asked by edge_close_revoked(). false: the client was removed or changed by a reload. */
	bool (*still_valid)(void *arg, const struct principal *who);
	/* For session.hello's answer: normal, island or draining. */
	const char *(*mode)(void *arg);
	/* data.detail of `unavailable` answers made by the edge itself, to front ends: for people */
	const char *(*unavailable_text)(void *arg);
};

/* Event priority of new connections and handshakes, if the event base has at least three (0 is the
 * highest; of three, libevent gives everything else the middle one). */
#define EDGE_STRANGER_PRIORITY 2

struct edge_options {
	const char *node, *incarnation, *center;
	const char *address; /* "host:port"; NULL when a listening socket is passed */
	int listen_fd;       /* socket activation; -1: none */
	bool shared_address; /* other nodes of this machine may listen there, too */
	struct edge_limits limits;
	struct edge_tls tls;
};

struct edge *edge_open(struct event_base *base, const struct edge_options *options,
	const struct edge_events *events, struct err *e) MUST_CHECK;
/* Sessions end at once and are not reported. */
void edge_close(struct edge **edge);

/* "127.0.0.1:PORT" really bound. */
const char *edge_address(const struct edge *edge);

/* Reload: build a new TLS context first (edge_tls_check says what is wrong without touching
 * anything); new sessions use it. Limits apply to new lines. On -1 nothing has changed. */
int edge_tls_check(const struct edge_tls *tls, struct err *e) MUST_CHECK;
int edge_reload(struct edge *edge, const struct edge_limits *limits, const struct edge_tls *tls,
	struct err *e) MUST_CHECK;
/* Close the sessions whose principal is not still_valid() any more, after flushing them. To be called
 * after a reload has been answered, because whoever asked for it may be one of them. */
void edge_close_revoked(struct edge *edge);

void edge_stop_accepting(struct edge *edge); /* drain: the listener closes, sessions go on */

/* who is borrowed; NULL: refused. Tickets of sessions that are gone are ignored. */
void edge_login_done(struct edge *edge, uint64_t ticket, struct principal *who);

/* Answers and notifications: json is the text of `result` or `params`. Unknown sessions and tokens
 * are ignored. */
void edge_result(struct edge *edge, uint64_t session, uint64_t token, struct slice json);
void edge_error(struct edge *edge, uint64_t session, uint64_t token, const struct rpc_error *error);
void edge_notify(struct edge *edge, uint64_t session, const char *method, struct slice json);
/* After flushing. why: a constant, given back by closed(). */
void edge_disconnect(struct edge *edge, uint64_t session, const char *why);

struct edge_counts {
	int sessions, handshakes;
	uint64_t accepted, refused, handshake_failures, lines, errors, forbidden, rate_limited,
		unknown_params, slow_readers, idle_closed, over_limit;
};
void edge_counts(const struct edge *edge, struct edge_counts *counts);

/* What front ends said of people and could not be taken as it stood: unreadable, too long, or with a
 * wrong parameter. Each was told so; somebody in need may be behind it all the same. */
struct edge_untaken {
	uint64_t count;
	struct mono at; /* the last one */
	char what[160]; /* client, method, reason, parameter: nobody's words */
};
const struct edge_untaken *edge_untaken(const struct edge *edge);

#endif
