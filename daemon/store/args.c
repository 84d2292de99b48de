#include "args.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

void args_add(struct args *a, const void *p, size_t n)
{
	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 16;
		a->ends = mem_resize(a->ends, a->cap, sizeof *a->ends);
	}
	buf_add(&a->bytes, p, n);
	a->ends[a->n++] = a->bytes.len;
}

void args_adds(struct args *a, const char *s)
{
	args_add(a, s, strlen(s));
}

void args_addi(struct args *a, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%" PRId64, v);
	args_add(a, text, (size_t)n);
}

void args_add_all(struct args *a, const struct args *more)
{
	size_t base = a->bytes.len;
	if (a->n + more->n > a->cap) {
		a->cap = (a->n + more->n) * 2;
		a->ends = mem_resize(a->ends, a->cap, sizeof *a->ends);
	}
	buf_add(&a->bytes, more->bytes.data, more->bytes.len);
	for (size_t i = 0; i < more->n; i++)
		a->ends[a->n++] = base + more->ends[i];
}

struct slice args_at(const struct args *a, size_t i)
{
	CHECK(i < a->n);
	size_t from = i ? a->ends[i - 1] : 0;
	return (struct slice){ a->bytes.data + from, a->ends[i] - from };
}

void args_free(struct args *a)
{
	buf_free(&a->bytes);
	free(a->ends);
	*a = (struct args){ 0 };
}

struct slice args_format(const struct args *a)
{
	CHECK(a->n > 0 && a->n < INT32_MAX);
	const char **argv = mem_resize(NULL, a->n, sizeof *argv);
	size_t *lens = mem_resize(NULL, a->n, sizeof *lens);
	for (size_t i = 0; i < a->n; i++) {
		struct slice s = args_at(a, i);
		argv[i] = s.data;
		lens[i] = s.len;
	}
	char *wire = NULL;
	long long n = redisFormatCommandArgv(&wire, (int)a->n, argv, lens);
	CHECK(n > 0 && wire);
	free(argv);
	free(lens);
	return (struct slice){ wire, (size_t)n };
}

void args_format_free(struct slice *wire)
{
	if (wire->data)
		redisFreeCommand((char *)(uintptr_t)wire->data);
	*wire = (struct slice){ 0 };
}
