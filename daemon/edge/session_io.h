/* A session's connection: what comes in, what was written, what did not happen in time. */
#ifndef TRIAGED_EDGE_SESSION_IO_H
#define TRIAGED_EDGE_SESSION_IO_H

#include "session.h"

void session_io_start(struct session *s);
void session_pause(struct session *s);  /* read no further line */
void session_resume(struct session *s); /* also those that came meanwhile */

/* Act on the deadlines that have passed. */
void session_due(struct session *s, int64_t now_ms);

#endif
