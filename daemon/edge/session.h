/*
 * A session: one TLS connection and what we know of its peer.
 *
 *   HANDSHAKE --secured--> OPEN --finish--> FLUSHING --flushed--> LINGERING
 *       |                    |                  |                    |
 *       +------- drop -------+------ drop ------+------- drop -------+--> CLOSED
 *
 * FLUSHING: what was said last is being written; nothing more is read as a request. LINGERING: our
 * side of the connection is closed and what the peer still sends is thrown away, because closing a
 * socket with unread bytes resets the connection and the peer would lose our last words.
 *
 * Owned by its edge. Outside this layer a session is a number; inside it pointers do not outlive a
 * turn of the loop: a CLOSED session stays on the graveyard until the turn ends.
 */
#ifndef TRIAGED_EDGE_SESSION_H
#define TRIAGED_EDGE_SESSION_H

#include <stdint.h>

#include "edge_internal.h"
#include "stream.h"

/* clang-format off */
#define SESSION_STATES(X) X(HANDSHAKE) X(OPEN) X(FLUSHING) X(LINGERING) X(CLOSED)
#define SESSION_STEPS(X)  X(SECURED) X(FINISH) X(FLUSHED) X(DROP)
/* clang-format on */

enum session_state {
#define X(name) SESSION_##name,
	SESSION_STATES(X)
#undef X
		SESSION_STATE_COUNT
};

enum session_step {
#define X(name) SESSION_STEP_##name,
	SESSION_STEPS(X)
#undef X
		SESSION_STEP_COUNT
};

/* A request that waits for its answer. */
struct waiting {
	struct waiting *next;
	uint64_t token;
	int64_t due_ms;
	char id[]; /* JSON text */
};

/* Kept small: an idle session must not cost much beside its TLS state. */
struct session {
	uint64_t id;
	struct edge *edge;
	struct stream stream;
	struct principal *who;     /* reference; NULL before authentication */
	struct session *next;      /* graveyard */
	struct session *to_report; /* list of ended sessions the layer above does not know of yet */
	struct session *younger, *older; /* among handshakes */
	struct source *source;           /* HANDSHAKE: where the peer came from */
	struct waiting *oldest, *newest;
	struct login *login; /* a session.hello being decided; no line is read meanwhile */
	const char *why;     /* the session ended, a constant */
	struct deadline look;
	int64_t phase_ms; /* end of the handshake, of waiting for authentication, of idleness, … */
	int64_t line_ms;  /* end of the line begun; 0: none begun */
	int64_t stall_ms;     /* the peer must have read something by then; 0: nothing to read */
	uint64_t queued;      /* bytes ever given to stream */
	uint64_t stall_read;  /* of them read by the peer when stall_ms was set */
	size_t scanned;       /* of an incomplete line; LINGERING: bytes thrown away */
	int64_t bucket_at_ms; /* bucket is as of then; HANDSHAKE: when the peer came */
	int32_t bucket;       /* thousandths of a request */
	uint16_t unanswered, refused, login_failures;
	uint8_t state;
	uint8_t chosen; /* bits of enum role: the roles this session acts in */
	bool greeted;   /* session.hello succeeded */
};

/* Take over a connected socket. */
void session_accept(struct edge *edge, int fd);

/* The only writer of state. false: the step is not possible in this state; nothing was done. why is
 * a constant. */
bool session_step(struct session *s, enum session_step step, const char *why);

/* Append one or more whole lines. A session whose backlog is over the limit is dropped. */
void session_send(struct session *s, const struct buf *lines);
/* Count a request of a front end that could not be taken; method: what is known of it. */
void session_untaken(struct session *s, const char *method, const struct rpc_error *error);
void session_error(struct session *s, const char *id, const struct rpc_error *error);

/* Look at the deadlines again by then. */
void session_look_by(struct session *s, int64_t at_ms);

/* The peer is who; it acts in roles until it chooses one. Takes a reference. */
void session_identify(struct session *s, struct principal *who, unsigned roles);

/* The end of a turn: tell the layer above, free the dead. */
void session_turn_end(struct edge *edge);

#endif
