/* Commands of a batch in the form in which the spool would keep them, in order. */
#ifndef TRIAGED_APP_JOURNAL_H
#define TRIAGED_APP_JOURNAL_H

#include <stdbool.h>

#include "triaged/core/command.h"
#include "triaged/store/spool.h"

struct journal {
	struct buf bytes;
	size_t count;
};

/* Whether an island has to tell of this command later, and how much room it may take. Sessions
 * are announced again by their nodes; offers and the passing of time are decided anew. */
bool journal_wants(const struct command *c, enum spool_use *use);

void journal_add(struct journal *j, enum spool_use use, const struct command *fact);
/* Walk: size_t at = 0; while (journal_next(j, &at, &use, &entry)). */
bool journal_next(const struct journal *j, size_t *at, enum spool_use *use, struct slice *entry);
/* Append all of j to `into`, which leaves j empty. */
void journal_move(struct journal *into, struct journal *j);
void journal_drop(struct journal *j, size_t n); /* the first n */
void journal_clear(struct journal *j);          /* the memory is kept, what people wrote is not */
void journal_free(struct journal *j);

#endif
