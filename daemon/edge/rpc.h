/* JSON-RPC 2.0, strictly: one request a line, no batches, no client notifications. */
#ifndef TRIAGED_EDGE_RPC_H
#define TRIAGED_EDGE_RPC_H

#include "triaged/base/buf.h"
#include "triaged/edge/edge.h"

/* Ids longer than this are refused: they are kept with every waiting request. */
#define RPC_ID_MAX 128

struct rpc_request {
	json_t *root;                /* owned: rpc_request_fini() */
	char id[6 * RPC_ID_MAX + 3]; /* its JSON text, "null" when it could not be read */
	const char *method;          /* in root */
	json_t *params;              /* in root; always an object */
};

/* 0, or -1 with fault set (its strings are constant, or point into e) and r->id as far as the
 * request's id could be read. Free r in both cases. */
int rpc_read(const char *line, size_t n, int max_depth, struct rpc_request *r,
	struct rpc_error *fault, struct err *e) MUST_CHECK;
void rpc_request_fini(struct rpc_request *r);

/* The id of a line that is no whole JSON, or "null". */
void rpc_scan_id(const char *line, size_t n, char *id, size_t size);

/* Append one line. id and json are JSON text. */
void rpc_add_result(struct buf *out, const char *id, const char *json, size_t n);
void rpc_add_error(struct buf *out, const char *id, const struct rpc_error *error);
void rpc_add_notification(struct buf *out, const char *method, const char *json, size_t n);

#endif
