#include "triaged/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIPROUND                                                                                   \
	do {                                                                                       \
		v0 += v1, v1 = ROTL(v1, 13), v1 ^= v0, v0 = ROTL(v0, 32);                          \
		v2 += v3, v3 = ROTL(v3, 16), v3 ^= v2;                                             \
		v0 += v3, v3 = ROTL(v3, 21), v3 ^= v0;                                             \
		v2 += v1, v1 = ROTL(v1, 17), v1 ^= v2, v2 = ROTL(v2, 32);                          \
	} while (0)

/* SipHash-1-3 (Aumasson, Bernstein): one round a word, three at the end. */
uint64_t map_siphash(const void *p, size_t n, uint64_t k0, uint64_t k1)
{
	const unsigned char *in = p;
	uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du;
	uint64_t v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
	uint64_t last = (uint64_t)n << 56;
	for (; n >= 8; n -= 8, in += 8) {
		uint64_t w;
		memcpy(&w, in, 8);
		v3 ^= w;
		SIPROUND;
		v0 ^= w;
	}
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)in[i] << (8 * i);
	v3 ^= last;
	SIPROUND;
	v0 ^= last;
	v2 ^= 0xff;
	SIPROUND;
	SIPROUND;
	SIPROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}

void map_init(struct map *m, uint64_t seed0, uint64_t seed1)
{
	*m = (struct map){ .seed = { seed0, seed1 } };
}

void map_fini(struct map *m)
{
	for (size_t i = 0; i < m->used; i++)
		free(m->entries[i].key);
	free(m->entries);
	free(m->slots);
	*m = (struct map){ 0 };
}

static void index_entry(struct map *m, size_t entry)
{
	size_t mask = m->n_slots - 1;
	size_t s = m->entries[entry].hash & mask;
	while (m->slots[s])
		s = (s + 1) & mask;
	m->slots[s] = (uint32_t)(entry + 1);
}

/* Drop the holes and index again, with room to grow. */
static void rebuild(struct map *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->used; i++)
		if (m->entries[i].value)
			m->entries[n++] = m->entries[i];
	m->used = n;
	size_t want = 16;
	while (want <
		n * 3 + 16) /* room for half as many again: churn does not rebuild each time */
		want *= 2;
	if (want != m->n_slots) {
		m->cap = want / 2;
		m->entries = mem_resize(m->entries, m->cap, sizeof *m->entries);
		m->slots = mem_resize(m->slots, want, sizeof *m->slots);
		m->n_slots = want;
	}
	memset(m->slots, 0, m->n_slots * sizeof *m->slots);
	for (size_t i = 0; i < n; i++)
		index_entry(m, i);
}

static struct map_entry *find(const struct map *m, const char *key, size_t n, uint64_t hash)
{
	if (m->count == 0)
		return NULL;
	size_t mask = m->n_slots - 1;
	for (size_t s = hash & mask; m->slots[s]; s = (s + 1) & mask) {
		struct map_entry *e = &m->entries[m->slots[s] - 1];
		if (e->value && e->hash == hash && e->key_len == n && memcmp(e->key, key, n) == 0)
			return e;
	}
	return NULL;
}

void *map_getn(const struct map *m, const char *key, size_t n)
{
	struct map_entry *e = find(m, key, n, map_siphash(key, n, m->seed[0], m->seed[1]));
	return e ? e->value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_getn(m, key, strlen(key));
}

void *map_putn(struct map *m, const char *key, size_t n, void *value)
{
	CHECK(value != NULL);
	uint64_t hash = map_siphash(key, n, m->seed[0], m->seed[1]);
	struct map_entry *e = find(m, key, n, hash);
	if (e) {
		void *old = e->value;
		e->value = value;
		return old;
	}
	if (m->used == m->cap)
		rebuild(m);
	m->entries[m->used] = (struct map_entry){ mem_dup(key, n), n, value, hash };
	index_entry(m, m->used++);
	m->count++;
	return NULL;
}

void *map_put(struct map *m, const char *key, void *value)
{
	return map_putn(m, key, strlen(key), value);
}

void *map_removen(struct map *m, const char *key, size_t n)
{
	struct map_entry *e = find(m, key, n, map_siphash(key, n, m->seed[0], m->seed[1]));
	if (!e)
		return NULL;
	void *value = e->value;
	e->value = NULL; /* the slot keeps pointing at the hole until the next rebuild */
	free(e->key);
	e->key = NULL;
	m->count--;
	return value;
}

void *map_remove(struct map *m, const char *key)
{
	return map_removen(m, key, strlen(key));
}

void *map_walk(const struct map *m, size_t *i, const char **key)
{
	while (*i < m->used) {
		struct map_entry *e = &m->entries[(*i)++];
		if (!e->value)
			continue;
		if (key)
			*key = e->key;
		return e->value;
	}
	return NULL;
}
