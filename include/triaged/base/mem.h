/*
 * Allocation of small things of our own: never NULL, ends the process when memory is gone (the
 * supervisor restarts us; what was acknowledged is in the store). Anything sized by a peer is
 * capped by the caller first.
 */
#ifndef TRIAGED_BASE_MEM_H
#define TRIAGED_BASE_MEM_H

#include <stddef.h>

void *mem_zalloc(size_t size) __attribute__((returns_nonnull, malloc));
void *mem_resize(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((returns_nonnull, malloc));        /* NULL gives "" */
void *mem_dup(const void *p, size_t n) __attribute__((returns_nonnull, malloc)); /* adds a NUL */

/* The same policy for libraries whose allocator can be chosen; memory is freed with free(). */
void *mem_library_alloc(size_t n) __attribute__((returns_nonnull, malloc));
void *mem_library_resize(void *p, size_t n) __attribute__((returns_nonnull));

void mem_set_str(char **slot, const char *s); /* replace an owned string; NULL gives "" */

/* A queue in an array, items [*first..*count) of `cap` places of `size` bytes: room for one more at
 * *count, where the places of those that left are used again. The array, as it is then. */
void *mem_room(void *items, size_t size, size_t *first, size_t *count, size_t *cap)
	__attribute__((returns_nonnull));

#endif
