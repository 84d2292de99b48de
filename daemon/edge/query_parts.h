/* Pieces of query answers; see triaged/edge/query.h. */
#ifndef TRIAGED_EDGE_QUERY_PARTS_H
#define TRIAGED_EDGE_QUERY_PARTS_H

#include "triaged/edge/query.h"

void query_board(const struct query_context *q, struct buf *out);

#endif
