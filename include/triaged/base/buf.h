/* A growable byte buffer. data is NUL-terminated behind len once anything was appended. */
#ifndef TRIAGED_BASE_BUF_H
#define TRIAGED_BASE_BUF_H

#include <stddef.h>
#include <string.h>

#include "triaged/base/err.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_grow(struct buf *b, size_t n);   /* so that n more bytes and a NUL have room */
void buf_drop(struct buf *b, size_t n);   /* remove the first n bytes */
void buf_clear(struct buf *b);            /* len = 0, memory kept */
void buf_free(struct buf *b);             /* back to all zero */
void buf_wipe(struct buf *b);             /* overwrite, then free: for secrets and people's text */
const char *buf_str(const struct buf *b); /* "" when empty */

/* Inline because everything that is written or told is put together by these, byte by byte. */

/* Where n more bytes may be written; len stays. */
static inline char *buf_room(struct buf *b, size_t n)
{
	if (n >= b->cap - b->len)
		buf_grow(b, n);
	return b->data + b->len;
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	char *at = buf_room(b, n);
	if (n)
		memcpy(at, p, n);
	at[n] = '\0';
	b->len += n;
}

static inline void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

#endif
