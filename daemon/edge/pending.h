/*
 * Requests that wait for their answer, by a number of this node. Numbering begins at a random place: a
 * command of an earlier incarnation of this node may still be decided, and its answer must not be taken
 * for that of another request. When no answer comes, because the command was lost with a leader, the
 * entry is dropped after PENDING_MAX_MS; the session was answered `unavailable` long before.
 */
#ifndef TRIAGED_EDGE_PENDING_H
#define TRIAGED_EDGE_PENDING_H

#include "triaged/base/clock.h"
#include "triaged/base/map.h"
#include "triaged/edge/edge.h"

#define PENDING_MAX_MS 60000

struct pending {
	int64_t number;
	uint64_t session, token;
	enum verb_id verb;
	struct mono since;
	char *contact; /* owned: the one it is about, or "" */
	unsigned role;
	int64_t since_seq; /* contact.resume: messages after this one */
	int64_t until_seq; /* and up to this one; later ones come as notifications */
	bool with_text;    /* contact.explain */
	struct buf result; /* the answer so far, while a transcript is read */
};

struct pending_table {
	struct map by_number;
	int64_t last;
};

/* random: three words; 0 in the last makes numbers begin at 1, for tests. */
void pending_init(struct pending_table *t, const uint64_t random[3]);
void pending_fini(struct pending_table *t);
struct pending *pending_add(struct pending_table *t, const struct edge_request *r);
struct pending *pending_get(const struct pending_table *t, int64_t number); /* NULL: gone */
struct pending *pending_take(struct pending_table *t, int64_t number);      /* now the caller's */
void pending_free(struct pending *p);

/* Walk: size_t i = 0; while ((p = pending_walk(t, &i))). Taking the one just returned is allowed. */
struct pending *pending_walk(const struct pending_table *t, size_t *i);

#endif
