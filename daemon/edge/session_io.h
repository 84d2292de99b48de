/* A session's connection: input, output and deadlines. */
#ifndef TRIAGED_EDGE_SESSION_IO_H
#define TRIAGED_EDGE_SESSION_IO_H

#include "session.h"

/* Begin with the handshake of a connected socket. */
void session_io_start(struct session *s, int fd);
extern const struct stream_events session_stream_events;

/* Act on the deadlines that have passed. */
void session_due(struct session *s, int64_t now_ms);

#endif
