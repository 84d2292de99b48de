/*
 * Which contact id a contact.open was given lately. A front end without an answer repeats the request
 * under its reference, perhaps before whoever decides knows of the first one. Both get the same contact
 * id here, so that they make one contact, wherever and in whatever order they are decided.
 */
#ifndef TRIAGED_EDGE_OPENINGS_H
#define TRIAGED_EDGE_OPENINGS_H

#include <stdint.h>

#include "triaged/core/command.h"

#define OPENINGS_MAX 16384 /* slots of a hash table; a newer entry replaces an older one */
#define OPENINGS_MS  600000

struct opening;

struct openings {
	uint64_t seed[2];
	struct opening *table;
};

void openings_init(struct openings *o, uint64_t seed0, uint64_t seed1);
void openings_fini(struct openings *o);
/* If the same request (identity, ref, fingerprint) came lately, set id to the one it was given;
 * otherwise remember id as that. Does nothing for a request without a reference. */
void openings_name(struct openings *o, const struct command *c, char id[24]);

#endif
