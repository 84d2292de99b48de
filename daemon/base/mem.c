#include "triaged/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"

void *mem_zalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);
	CHECK(p != NULL);
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	CHECK(size > 0 && count <= SIZE_MAX / size);
	void *q = realloc(p, count > 0 ? count * size : 1);
	CHECK(q != NULL);
	return q;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s ? s : "", s ? strlen(s) : 0);
}

void *mem_dup(const void *p, size_t n)
{
	char *q = mem_library_alloc(n + 1);
	if (n)
		memcpy(q, p, n);
	q[n] = '\0';
	return q;
}

void *mem_library_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	CHECK(p != NULL);
	return p;
}

void *mem_library_resize(void *p, size_t n)
{
	return mem_resize(p, n, 1);
}

void mem_set_str(char **slot, const char *s)
{
	char *fresh = mem_strdup(s);
	free(*slot);
	*slot = fresh;
}

void *mem_room(void *items, size_t size, size_t *first, size_t *count, size_t *cap)
{
	if (*count < *cap)
		return items;
	if (*first > *cap / 2) {
		*count -= *first;
		memmove(items, (char *)items + *first * size, *count * size);
		*first = 0;
		return items;
	}
	*cap = *cap ? *cap * 2 : 64;
	return mem_resize(items, *cap, size);
}
