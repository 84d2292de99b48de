/*
 * Memory whose content can be taken back: what the server holds and what the history knows. What a
 * server loses is little, and doing the whole day again for it took a sixth of the time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim.h"

#define ARENA_BYTES ((size_t)1 << 30) /* reserved, not used */
#define UNIT        16
#define SMALL       64 /* sizes by the unit, then by powers of two */
#define CLASSES     (SMALL + 32)

struct block {
	union {
		size_t size; /* while in use */
		struct block *next;
	};
	size_t unused; /* what follows is aligned */
};

static struct arena {
	struct block *gone[CLASSES];
	size_t used;
	_Alignas(UNIT) char bytes[];
} * arena;
static bool inside;

static struct {
	void *at;
	size_t n;
} regions[4];
static size_t n_regions;

/* ---- what stands in the place of the system's ---- */

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void __real_free(void *p);
void __wrap_free(void *p);

static bool is_ours(const void *p)
{
	return arena && (const char *)p >= arena->bytes &&
	       (const char *)p < (const char *)arena + ARENA_BYTES;
}

/* Which list a size belongs to; it is rounded up to that list's. */
static size_t class_of(size_t *n)
{
	size_t units = (*n + UNIT - 1) / UNIT, i = SMALL;
	*n = units * UNIT;
	if (units < SMALL)
		return units;
	for (*n = SMALL * UNIT; *n < units * UNIT; *n *= 2)
		i++;
	return i;
}

static void *take(size_t n)
{
	size_t class = class_of(&n);
	struct block *b = arena->gone[class];
	if (b) {
		arena->gone[class] = b->next;
	} else {
		b = (struct block *)(void *)(arena->bytes + arena->used);
		arena->used += sizeof *b + n;
		if (sizeof *arena + arena->used > ARENA_BYTES)
			sim_fail("a day too large for the simulator");
	}
	b->size = n;
	return b + 1;
}

void *__wrap_malloc(size_t n)
{
	return inside ? take(n) : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return inside ? memset(take(count * size), 0, count * size) : __real_calloc(count, size);
}

void __wrap_free(void *p)
{
	if (!is_ours(p)) {
		__real_free(p);
		return;
	}
	struct block *b = (struct block *)p - 1;
	size_t n = b->size, class = class_of(&n);
	b->next = arena->gone[class];
	arena->gone[class] = b;
}

void *__wrap_realloc(void *p, size_t n)
{
	if (p ? !is_ours(p) : !inside)
		return __real_realloc(p, n);
	size_t had = p ? ((struct block *)p - 1)->size : 0;
	if (p && n <= had)
		return p;
	void *q = take(n);
	if (p)
		memcpy(q, p, had);
	__wrap_free(p);
	return q;
}

/* ---- going in and out ---- */

bool arena_enter(bool in)
{
	bool was = inside;
	if (!arena) {
		arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (arena == MAP_FAILED)
			sim_fail("no memory to be had");
	}
	inside = in;
	return was;
}

void arena_covers(void *region, size_t n)
{
	regions[n_regions].at = region;
	regions[n_regions++].n = n;
}

/* ---- what it was ---- */

static size_t arena_size(void)
{
	return sizeof *arena + arena->used;
}

void arena_save(struct bytes *saved)
{
	size_t n = arena_size();
	for (size_t i = 0; i < n_regions; i++)
		n += regions[i].n;
	if (saved->n < n)
		saved->data = __real_realloc(saved->data, saved->n = n * 2);
	char *at = saved->data;
	for (size_t i = 0; i < n_regions; at += regions[i++].n)
		memcpy(at, regions[i].at, regions[i].n);
	memcpy(at, arena, arena_size());
}

void arena_restore(const struct bytes *saved)
{
	struct arena head;
	const char *at = saved->data;
	for (size_t i = 0; i < n_regions; at += regions[i++].n)
		memcpy(regions[i].at, at, regions[i].n);
	memcpy(&head, at, sizeof head);
	memcpy(arena, at, sizeof head + head.used);
}
