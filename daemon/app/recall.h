/*
 * What this node acknowledged and the store took, while this node led or from its spool, in the form
 * in which the spool tells it, in order. A master that takes over may lack the last of it, and another
 * node may lead there: then it is told again, ahead of what the spool still holds. Each entry is
 * numbered, so what is known changes nothing.
 */
#ifndef TRIAGED_APP_RECALL_H
#define TRIAGED_APP_RECALL_H

#include "journal.h"
#include "triaged/base/clock.h"

#define RECALL_MS    30000 /* as long as the leader keeps its commits for the same case */
#define RECALL_BYTES (32u << 20)

struct recall_item {
	struct mono at;  /* when the store took it */
	uint64_t server; /* which one: who comes later has a higher number */
	char *bytes;
	size_t n;
};

/* Items [first..count). */
struct recall {
	struct recall_item *items;
	size_t first, count, cap, bytes;
	uint64_t dropped; /* in all, so that a cursor outlives what goes */
};

/* The store has it, in this server. */
void recall_add(struct recall *r, struct slice bytes, uint64_t server);
/* What was added so far is in this server, too. */
void recall_taken(struct recall *r, uint64_t server);
/* This server is lost: what it had for long its replicas have, too. How long nobody takes its place
 * does not count, nor how many do in turn before they are told. */
void recall_lost(struct recall *r, uint64_t server, struct mono when);
/* Something was taken by a server that another one has replaced, and not long before it was lost. */
bool recall_is_due(const struct recall *r, uint64_t server);
/* In order; *at begins at 0. The bytes are valid until the next recall_…() */
bool recall_next(const struct recall *r, uint64_t *at, struct slice *bytes);
void recall_free(struct recall *r);

#endif
