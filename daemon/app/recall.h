/*
 * What this node acknowledged while it led, or alone, in the form in which its spool tells it, in
 * order. A master that takes over may lack the last of what was committed, and another node may
 * lead there: then it is told again, ahead of what the spool still holds. Each entry is numbered,
 * so what is known changes nothing.
 */
#ifndef TRIAGED_APP_RECALL_H
#define TRIAGED_APP_RECALL_H

#include "journal.h"
#include "triaged/base/clock.h"

#define RECALL_MS    30000 /* as long as the leader keeps its commits for the same case */
#define RECALL_BYTES (32u << 20)

struct recall_item {
	struct mono at;  /* when the store took it; us 0: the spool has it */
	uint64_t server; /* which one took it */
	char *bytes;
	size_t n;
};

/* Items [first..count). */
struct recall {
	struct recall_item *items;
	size_t first, count, cap, bytes;
	uint64_t dropped; /* in all, so that a cursor outlives what goes */
};

/* The first n of the journal are acknowledged; the spool has them. */
void recall_add(struct recall *r, const struct journal *j, size_t n);
/* The store has all of them, in this server: a number that no other one had. */
void recall_taken(struct recall *r, uint64_t server);
/* Something was taken by a server that another one has replaced. */
bool recall_is_due(struct recall *r, uint64_t server);
/* Those the store has had, in order; *at begins at 0. The bytes are valid until the next recall_…() */
bool recall_next(const struct recall *r, uint64_t *at, struct slice *bytes);
void recall_free(struct recall *r);

#endif
