/*
 * The record format: a flat list of named byte strings, the one way we write commands, outputs
 * and entities to bytes. Each field is `name SP length ':' bytes LF`. Names are 1..32 of
 * [a-z0-9_], so an older reader skips what it does not know and an operator can read it with
 * redis-cli. Reading never copies: slices point into the input.
 */
#ifndef TRIAGED_BASE_RECORD_H
#define TRIAGED_BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "triaged/base/buf.h"

struct slice {
	const char *data;
	size_t len;
};

struct record_reader {
	const char *at;
	const char *end;
};

void record_putn(struct buf *b, struct slice name, const void *p, size_t n);
void record_putin(struct buf *b, struct slice name, int64_t v); /* 0 writes nothing */

/* 1 with name and value set, 0 at the end, -1 when the bytes are not a record. */
int record_next(struct record_reader *r, struct slice *name, struct slice *value) MUST_CHECK;

/* Inline because they run for every field of every record, nearly always with a literal. */

static inline void record_put(struct buf *b, const char *name, const void *p, size_t n)
{
	record_putn(b, (struct slice){ name, strlen(name) }, p, n);
}

/* NULL or "" writes nothing. */
static inline void record_puts(struct buf *b, const char *name, const char *s)
{
	if (s && *s)
		record_put(b, name, s, strlen(s));
}

/* 0 writes nothing. */
static inline void record_puti(struct buf *b, const char *name, int64_t v)
{
	if (v)
		record_putin(b, (struct slice){ name, strlen(name) }, v);
}

static inline bool slice_is(struct slice s, const char *text)
{
	size_t n = strlen(text);
	return s.len == n && memcmp(s.data, text, n) == 0;
}

int slice_int(struct slice s, int64_t *v) MUST_CHECK; /* whole decimal int64, else -1 */

#endif
