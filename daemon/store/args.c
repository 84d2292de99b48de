#include "args.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/decimal.h"

/* `$LENGTH`, or `*COUNT` for a command. */
static void put_head(struct buf *b, char sign, size_t n)
{
	char digits[DECIMAL_SIZE];
	const char *number = decimal_unsigned(n, digits);
	buf_add(b, &sign, 1);
	buf_add(b, number, (size_t)(digits + DECIMAL_SIZE - number));
	buf_add(b, "\r\n", 2);
}

void args_add(struct args *a, const void *p, size_t n)
{
	put_head(&a->bytes, '$', n);
	buf_add(&a->bytes, p, n);
	buf_add(&a->bytes, "\r\n", 2);
	a->n++;
}

void args_adds(struct args *a, const char *s)
{
	args_add(a, s, strlen(s));
}

void args_addi(struct args *a, int64_t v)
{
	char digits[DECIMAL_SIZE];
	const char *p = decimal_signed(v, digits);
	args_add(a, p, (size_t)(digits + DECIMAL_SIZE - p));
}

void args_add_all(struct args *a, const struct args *more)
{
	buf_add(&a->bytes, more->bytes.data, more->bytes.len);
	a->n += more->n;
}

void args_free(struct args *a)
{
	buf_free(&a->bytes);
	*a = (struct args){ 0 };
}

struct slice args_format(const struct args *a)
{
	struct buf wire = { 0 };
	CHECK(a->n > 0);
	(void)buf_room(&wire, a->bytes.len + 2 + DECIMAL_SIZE);
	put_head(&wire, '*', a->n);
	buf_add(&wire, a->bytes.data, a->bytes.len);
	return (struct slice){ wire.data, wire.len };
}

void args_format_free(struct slice *wire)
{
	free((char *)(uintptr_t)wire->data);
	*wire = (struct slice){ 0 };
}
