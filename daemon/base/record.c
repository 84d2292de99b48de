#include "triaged/base/record.h"

#include <string.h>

#include "triaged/base/decimal.h"

#define NAME_MAX_LEN 32

/* Digits are few: cheaper by hand than by memcpy(). */
static char *append_digits(char *at, const char *p, const char *end)
{
	while (p < end)
		*at++ = *p++;
	return at;
}

void record_putn(struct buf *b, struct slice name, const void *p, size_t n)
{
	char digits[DECIMAL_SIZE] NOT_ZEROED;
	const char *length = decimal_unsigned(n, digits);
	char *at = buf_room(b, name.len + DECIMAL_SIZE + n + 3);
	memcpy(at, name.data, name.len);
	at += name.len;
	*at++ = ' ';
	at = append_digits(at, length, digits + DECIMAL_SIZE);
	*at++ = ':';
	if (n)
		memcpy(at, p, n);
	at += n;
	*at++ = '\n';
	*at = '\0';
	b->len = (size_t)(at - b->data);
}

void record_putin(struct buf *b, struct slice name, int64_t v)
{
	if (v == 0)
		return;
	char digits[DECIMAL_SIZE] NOT_ZEROED;
	const char *p = decimal_signed(v, digits);
	record_putn(b, name, p, (size_t)(digits + DECIMAL_SIZE - p));
}

/* A table, as it is asked for every character of every name that is read. */
static bool name_char(char c)
{
	static const bool known[256] = { ['a' ... 'z'] = true, ['0' ... '9'] = true, ['_'] = true };
	return known[(unsigned char)c];
}

int record_next(struct record_reader *r, struct slice *name, struct slice *value)
{
	const char *p = r->at;
	if (p == r->end)
		return 0;
	while (p < r->end && name_char(*p))
		p++;
	size_t name_len = (size_t)(p - r->at);
	if (name_len == 0 || name_len > NAME_MAX_LEN || p == r->end || *p != ' ')
		return -1;
	*name = (struct slice){ r->at, name_len };
	size_t len = 0;
	const char *digits = ++p;
	while (p < r->end && *p >= '0' && *p <= '9' && p - digits < 10)
		len = len * 10 + (size_t)(*p++ - '0');
	if (p == digits || p == r->end || *p != ':')
		return -1;
	p++;
	if ((size_t)(r->end - p) < len + 1 || p[len] != '\n')
		return -1;
	*value = (struct slice){ p, len };
	r->at = p + len + 1;
	return 1;
}

int slice_int(struct slice s, int64_t *v)
{
	size_t i = 0;
	bool negative = s.len > 0 && s.data[0] == '-';
	if (negative)
		i = 1;
	if (i == s.len)
		return -1;
	int64_t n = 0;
	for (; i < s.len; i++) {
		char c = s.data[i];
		if (c < '0' || c > '9' || __builtin_mul_overflow(n, 10, &n) ||
			__builtin_sub_overflow(n, c - '0', &n))
			return -1;
	}
	if (!negative && __builtin_mul_overflow(n, -1, &n))
		return -1;
	*v = n;
	return 0;
}
