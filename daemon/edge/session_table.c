#include "session_table.h"

#include <stdlib.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define SLOT_BITS 24

uint64_t session_table_add(struct session_table *t, struct session *s)
{
	size_t slot;
	if (t->first_free) {
		slot = t->first_free - 1;
		t->first_free = t->slots[slot].next_free;
	} else {
		CHECK(t->used < (1u << SLOT_BITS));
		if (t->used == t->cap) {
			t->cap = t->cap ? t->cap * 2 : 64;
			t->slots = mem_resize(t->slots, t->cap, sizeof *t->slots);
		}
		slot = t->used++;
		t->slots[slot] = (struct session_slot){ 0 };
	}
	t->slots[slot].session = s;
	/* 29 bits keep the number below 2^53, where JSON readers stay exact. */
	t->slots[slot].generation = (t->slots[slot].generation + 1) & 0x1fffffff;
	if (t->slots[slot].generation == 0)
		t->slots[slot].generation = 1;
	return (uint64_t)t->slots[slot].generation << SLOT_BITS | slot;
}

static struct session_slot *find(const struct session_table *t, uint64_t id)
{
	size_t slot = id & ((1u << SLOT_BITS) - 1);
	if (slot >= t->used || t->slots[slot].generation != id >> SLOT_BITS)
		return NULL;
	return t->slots[slot].session ? &t->slots[slot] : NULL;
}

void session_table_remove(struct session_table *t, uint64_t id)
{
	struct session_slot *s = find(t, id);
	if (!s)
		return;
	s->session = NULL;
	s->next_free = t->first_free;
	t->first_free = (uint32_t)(s - t->slots) + 1;
}

struct session *session_table_find(const struct session_table *t, uint64_t id)
{
	struct session_slot *s = find(t, id);
	return s ? s->session : NULL;
}

void session_table_fini(struct session_table *t)
{
	free(t->slots);
	*t = (struct session_table){ 0 };
}
