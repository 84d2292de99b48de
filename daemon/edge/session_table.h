/*
 * Sessions by number. A number is a slot and the slot's generation, so looking one up costs an
 * index and a comparison, and the number of a session that is gone never finds its successor.
 */
#ifndef TRIAGED_EDGE_SESSION_TABLE_H
#define TRIAGED_EDGE_SESSION_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct session;

struct session_slot {
	struct session *session;
	uint32_t generation; /* 1 with the first session */
	uint32_t next_free;  /* slot + 1; 0: none */
};

struct session_table {
	struct session_slot *slots;
	size_t used, cap;
	uint32_t first_free; /* slot + 1; 0: none */
};

/* The new session's number: never 0, below 2^53. */
uint64_t session_table_add(struct session_table *t, struct session *s);
void session_table_remove(struct session_table *t, uint64_t id);
struct session *session_table_find(const struct session_table *t, uint64_t id); /* or NULL */
void session_table_fini(struct session_table *t);

#endif
