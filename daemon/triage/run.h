/*
 * One reading of a text: the three stages in order, the level, and the result for whoever asked.
 */
#ifndef TRIAGE_RUN_H
#define TRIAGE_RUN_H

#include "triaged/triage/triage.h"

/* The message begins at byte said_from of the request's text; spans of the result count from there. */
void run_read(struct ruleset *rules, struct triage_scratch *w, const struct triage_request *request,
	uint32_t said_from, struct triage_result *result);

#endif
