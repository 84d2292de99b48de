/* A growable byte buffer. data is NUL-terminated behind len once anything was appended. */
#ifndef TRIAGED_BASE_BUF_H
#define TRIAGED_BASE_BUF_H

#include <stddef.h>

#include "triaged/base/err.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *buf_room(struct buf *b, size_t n);  /* where n more bytes may be written; len stays */
void buf_drop(struct buf *b, size_t n);   /* remove the first n bytes */
void buf_clear(struct buf *b);            /* len = 0, memory kept */
void buf_free(struct buf *b);             /* back to all zero */
void buf_wipe(struct buf *b);             /* overwrite, then free: for secrets and people's text */
const char *buf_str(const struct buf *b); /* "" when empty */

#endif
