/* Pieces of query answers; see triaged/edge/query.h. */
#ifndef TRIAGED_EDGE_QUERY_PARTS_H
#define TRIAGED_EDGE_QUERY_PARTS_H

#include "triaged/edge/query.h"

/* Rescues: dispatch.list, dispatch.nearest, team.list. false: another method. */
bool query_rescue(
	const struct core *core, const char *method, struct slice params, struct buf *out);
/* The members of an open dispatch, as lists and the board show it. */
void query_dispatch_line(const struct core *core, const struct dispatch_view *v, struct buf *out);

void query_board(const struct query_context *q, struct buf *out);

#endif
