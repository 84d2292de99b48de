/*
 * What the shadow has seen of rulesets beside the ones in force: how often each would have rated
 * otherwise, by the digest of its files.
 */
#ifndef TRIAGED_APP_COMPARISON_H
#define TRIAGED_APP_COMPARISON_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/level.h"

struct comparison;

/* The one of that digest in a list that begins as NULL; made when there is none. */
struct comparison *comparison_of(struct comparison **all, const char *digest);
void comparisons_free(struct comparison **all);

void comparison_add(
	struct comparison *t, const char *contact, enum level active, enum level staged);
void comparison_skip(struct comparison *t); /* a triage it could not be tried with */

uint64_t comparison_dropped(const struct comparison *t); /* triages it would have rated lower */

/* Append {since, triages, same, raised, dropped, skipped, pairs, recent} as a JSON object; NULL: of
 * none. */
void comparison_show(const struct comparison *t, struct buf *out);

#endif
