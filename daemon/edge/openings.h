/*
 * Which contact a request was given lately. A front end that had no answer asks again under its
 * reference, and whoever decides may not know of the first time yet: it names the same contact, so
 * that the two are one wherever and in whatever order they are decided.
 */
#ifndef TRIAGED_EDGE_OPENINGS_H
#define TRIAGED_EDGE_OPENINGS_H

#include <stdint.h>

#include "triaged/core/command.h"

#define OPENINGS_MAX 16384 /* the newest of those that meet in a place stays */
#define OPENINGS_MS  600000

struct opening;

struct openings {
	uint64_t seed[2];
	struct opening *table;
};

void openings_init(struct openings *o, uint64_t seed0, uint64_t seed1);
void openings_fini(struct openings *o);
/* The id of the same request (identity, ref, fingerprint) before; else `id` becomes that. A request
 * without a reference has none. */
void openings_name(struct openings *o, const struct command *c, char id[24]);

#endif
