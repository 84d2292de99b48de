/* What the files of the transport share. */
#ifndef TRIAGED_EDGE_EDGE_INTERNAL_H
#define TRIAGED_EDGE_EDGE_INTERNAL_H

#include <openssl/ssl.h>

#include "triaged/edge/edge.h"
#include "deadlines.h"
#include "sources.h"
#include "session_table.h"
#include "stream.h"

struct listener;
struct login;
struct session;

struct edge {
	struct event_base *base;
	struct edge_events events;
	char *node, *incarnation, *center;
	char *address;
	struct edge_limits limits;
	SSL_CTX *tls;
	struct streams streams;
	struct listener *listener; /* NULL: draining */
	struct session_table table;
	struct deadlines deadlines;
	struct sources sources;
	struct session *oldest_handshake, *youngest_handshake;
	struct login *logins;
	struct session *graveyard, *to_report;
	struct event *turn_end;
	struct buf out; /* scratch for one answer */
	struct edge_counts counts;
	struct edge_untaken untaken;
	uint64_t last_token, last_ticket;
};

int limits_check(const struct edge_limits *limits, struct err *e) MUST_CHECK;

/* One line that came, without its end. Secrets in it are overwritten. */
void edge_line(struct session *s, char *text, size_t n);

/* session.hello, answered now or later. Secrets in r are overwritten. */
struct rpc_request;
void edge_hello(struct session *s, struct rpc_request *r);
void login_due(struct session *s, int64_t now_ms);
int64_t login_due_ms(const struct login *login);
void login_forget(struct session *s); /* the session ends */

#endif
