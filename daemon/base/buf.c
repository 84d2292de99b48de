#include "triaged/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

/* Small ones grow faster: most are put together from many small pieces. */
void buf_grow(struct buf *b, size_t more)
{
	CHECK(more < SIZE_MAX / 8 && b->len < SIZE_MAX / 8);
	size_t need = b->len + more + 1;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= cap < 1024 ? 4 : 2;
	b->data = mem_resize(b->data, cap, 1);
	b->cap = cap;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	for (int pass = 0; pass < 2; pass++) {
		size_t room = b->cap > b->len ? b->cap - b->len : 0;
		va_start(ap, fmt);
		int n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
		va_end(ap);
		CHECK(n >= 0);
		if ((size_t)n < room) {
			b->len += (size_t)n;
			return;
		}
		buf_grow(b, (size_t)n);
	}
	CHECK(b->cap == 0); /* the length of a format changed between two passes */
}

void buf_drop(struct buf *b, size_t n)
{
	CHECK(n <= b->len);
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_free(b);
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}
