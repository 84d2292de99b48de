/* The parameters of a request against its verb's table. */
#ifndef TRIAGED_EDGE_VERB_CHECK_H
#define TRIAGED_EDGE_VERB_CHECK_H

#include "triaged/edge/verb.h"

struct verb_fault {
	int code;           /* enum rpc_code */
	const char *reason; /* word */
	const char *detail; /* the words that a PARAM_ENUM may be; otherwise NULL */
	char field[96];     /* "location.lat"; a name of our tables, never one of the peer's */
};

/*
 * 0, or -1 with the first fault in the order of the table. Optional parameters given as null are
 * taken out of params, so what a handler finds there is what was said. unknown counts parameters
 * that no table names; they are left alone.
 */
int verb_check(const struct verb *verb, json_t *params, size_t text_bytes, struct verb_fault *fault,
	unsigned *unknown) MUST_CHECK;

#endif
