/*
 * A hash map from byte-string keys to pointers. Keys are copied; values are the caller's. The hash
 * is SipHash-1-3 with a seed given at init, so peers who choose keys cannot force collisions and
 * pure code stays reproducible. Iteration order is insertion order (stable under removal), so
 * walking a map is deterministic.
 */
#ifndef TRIAGED_BASE_MAP_H
#define TRIAGED_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
	char *key;
	size_t key_len;
	void *value; /* NULL in a removed entry */
	uint64_t hash;
};

struct map {
	struct map_entry *entries; /* in insertion order, with holes */
	uint32_t *slots;           /* index + 1 into entries, 0 = free */
	size_t n_slots;            /* power of two */
	size_t used;               /* entries, holes included */
	size_t cap;
	size_t count; /* live entries */
	uint64_t seed[2];
};

void map_init(struct map *m, uint64_t seed0, uint64_t seed1);
void map_fini(struct map *m); /* frees keys and table, not values */
void *map_get(const struct map *m, const char *key);
void *map_getn(const struct map *m, const char *key, size_t n);
void *map_put(struct map *m, const char *key, void *value); /* returns the old value or NULL */
void *map_putn(struct map *m, const char *key, size_t n, void *value);
void *map_remove(struct map *m, const char *key); /* returns the value or NULL */
void *map_removen(struct map *m, const char *key, size_t n);

/* Walk: size_t i = 0; while ((v = map_walk(&m, &i, &key))). Removing the entry just returned is allowed. */
void *map_walk(const struct map *m, size_t *i, const char **key);

uint64_t map_siphash(const void *p, size_t n, uint64_t k0, uint64_t k1);

#endif
