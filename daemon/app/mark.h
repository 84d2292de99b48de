/*
 * Marks: entries of the ledger that are not commands but tell the conditions under which the commands
 * after them were decided. A mark is written when a node begins to lead and when a reload changes
 * the core's options; with it a replay knows the options and can prove that it has the same state.
 *
 * In the ledger's fields: at; c = record of mark ("lead" or "options"); d = record of node, version,
 * state (core_digest), options (core_options_encode). The entry of a command begins with "command".
 */
#ifndef TRIAGED_APP_MARK_H
#define TRIAGED_APP_MARK_H

#include "triaged/core/core.h"
#include "triaged/store/store.h"

enum mark_kind { MARK_LEAD, MARK_OPTIONS };

struct mark {
	enum mark_kind kind;
	char node[64], version[32];
	uint64_t state; /* digest of the core before the next command */
	struct core_options options;
};

/* Have the core forget now everything that is past its retention time. Core and store otherwise do so
 * gradually and at different times, on which the state of a mark must not depend. */
void mark_settle(struct core *core, int64_t now_ms, struct step *step);

void mark_commit(struct commit *batch, int64_t at_ms, const struct mark *m);
/* The two records of its entry. */
void mark_encode(const struct mark *m, struct buf *command, struct buf *decisions);

bool mark_is(struct slice command); /* a mark rather than a command */
int mark_decode(
	struct slice command, struct slice decisions, struct mark *m, struct err *e) MUST_CHECK;

#endif
