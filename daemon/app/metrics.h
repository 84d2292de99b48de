/*
 * What node.status and the board say, as Prometheus reads it (text format 0.0.4): one list of names
 * for people and for monitoring. No word of a person, no identity, no contact is in it.
 *
 * Every node tells of itself; the center's numbers come from the node that leads it, the waits as a
 * histogram by level, since the tail is what matters.
 */
#ifndef TRIAGED_APP_METRICS_H
#define TRIAGED_APP_METRICS_H

#include "triaged/base/buf.h"
#include "triaged/core/core.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* status: answer of node.status. board: answer of board.get, waits of the core; both len 0 and NULL
 * where another node leads. */
void metrics_write(
	struct slice status, struct slice board, const struct core_waits *waits, struct buf *out);

#endif
