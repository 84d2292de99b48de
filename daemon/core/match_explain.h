/* Why this responder, and why not the others. */
#ifndef CORE_MATCH_EXPLAIN_H
#define CORE_MATCH_EXPLAIN_H

#include "contact.h"
#include "rank.h"

/* What a search found. */
struct pick {
	struct responder *best, *second;
	struct rank_key best_key, second_key;
	int candidates;
};

/* Keep the explanation of an offer about to be made on the contact. */
void match_record(
	struct core *core, struct contact *c, const struct pick *pick, enum rank_step step);
/* Counts of responders that may not serve c now, by reason. */
void match_refusals(const struct core *core, const struct contact *c, struct buf *out);

#endif
