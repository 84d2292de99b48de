#include "triaged/base/json_text.h"

#include <stdio.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/decimal.h"
#include "triaged/base/utf8.h"

/* A value or a name needs a comma unless it is first or follows a name. */
static void separate(struct buf *b)
{
	if (b->len == 0)
		return;
	char last = b->data[b->len - 1];
	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_add(b, ",", 1);
}

void jtext_open(struct buf *b, char bracket)
{
	separate(b);
	buf_add(b, &bracket, 1);
}

void jtext_close(struct buf *b, char bracket)
{
	buf_add(b, &bracket, 1);
}

void jtext_name(struct buf *b, const char *name)
{
	size_t n = strlen(name);
	separate(b);
	char *at = buf_room(b, n + 3);
	*at++ = '"';
	memcpy(at, name, n);
	memcpy(at + n, "\":", 3);
	b->len += n + 3;
}

static void escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add(b, "\\\"", 2);
		break;
	case '\\':
		buf_add(b, "\\\\", 2);
		break;
	case '\n':
		buf_add(b, "\\n", 2);
		break;
	default:
		buf_addf(b, "\\u%04x", c);
	}
}

/* ASCII that stands for itself in a JSON string: nearly all of what is written. */
static bool stands_for_itself(unsigned char c)
{
	static const bool known[256] = {
		[' '] = true, ['!'] = true, ['#' ... '['] = true, [']' ... 0x7f] = true
	};
	return known[c];
}

void jtext_strn(struct buf *b, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;
	separate(b);
	buf_add(b, "\"", 1);
	const unsigned char *plain = p;
	while (p < end) {
		if (stands_for_itself(*p)) {
			p++;
			continue;
		}
		size_t len = utf8_sequence(p, (size_t)(end - p));
		if (len > 1) {
			p += len;
			continue;
		}
		buf_add(b, plain, (size_t)(p - plain));
		if (len)
			escape(b, *p);
		else
			buf_adds(b, "\xef\xbf\xbd");
		plain = ++p;
	}
	buf_add(b, plain, (size_t)(p - plain));
	buf_add(b, "\"", 1);
}

void jtext_str(struct buf *b, const char *s)
{
	jtext_strn(b, s, strlen(s));
}

void jtext_int(struct buf *b, int64_t v)
{
	char digits[DECIMAL_SIZE];
	const char *p = decimal_signed(v, digits);
	separate(b);
	buf_add(b, p, (size_t)(digits + DECIMAL_SIZE - p));
}

void jtext_bool(struct buf *b, bool v)
{
	separate(b);
	buf_adds(b, v ? "true" : "false");
}

void jtext_null(struct buf *b)
{
	separate(b);
	buf_adds(b, "null");
}

void jtext_seconds(struct buf *b, int64_t ms)
{
	separate(b);
	if (ms % 1000 == 0)
		buf_addf(b, "%lld", (long long)(ms / 1000));
	else
		buf_addf(b, "%s%lld.%03d", ms < 0 ? "-" : "",
			(long long)(ms < 0 ? -(ms / 1000) : ms / 1000),
			(int)(ms < 0 ? -(ms % 1000) : ms % 1000));
}

void jtext_time(struct buf *b, int64_t wall_ms)
{
	char text[TIME_TEXT_SIZE];
	jtext_str(b, time_text(wall_ms, text));
}

void jtext_raw(struct buf *b, const char *json, size_t n)
{
	separate(b);
	buf_add(b, json, n);
}

void jtext_words(struct buf *b, const char *words, size_t n)
{
	const char *end = words + n;
	jtext_open(b, '[');
	while (words < end) {
		const char *stop = memchr(words, ' ', (size_t)(end - words));
		if (!stop)
			stop = end;
		if (stop > words)
			jtext_strn(b, words, (size_t)(stop - words));
		words = stop < end ? stop + 1 : end;
	}
	jtext_close(b, ']');
}

void jtext_lines(struct buf *b, const char *text)
{
	jtext_open(b, '[');
	while (*text) {
		size_t n = strcspn(text, "\n");
		if (n)
			jtext_strn(b, text, n);
		text += n + (text[n] == '\n');
	}
	jtext_close(b, ']');
}

void jtext_put_str(struct buf *b, const char *name, const char *v)
{
	jtext_name(b, name);
	jtext_str(b, v);
}

void jtext_put_int(struct buf *b, const char *name, int64_t v)
{
	jtext_name(b, name);
	jtext_int(b, v);
}

void jtext_put_count(struct buf *b, const char *name, uint64_t v)
{
	jtext_put_int(b, name, (int64_t)v);
}

void jtext_put_bool(struct buf *b, const char *name, bool v)
{
	jtext_name(b, name);
	jtext_bool(b, v);
}

void jtext_put_words(struct buf *b, const char *name, const char *words)
{
	jtext_name(b, name);
	jtext_words(b, words, strlen(words));
}

void jtext_put_time(struct buf *b, const char *name, int64_t wall_ms)
{
	jtext_name(b, name);
	if (wall_ms)
		jtext_time(b, wall_ms);
	else
		jtext_null(b);
}

void jtext_put_seconds(struct buf *b, const char *name, int64_t ms)
{
	jtext_name(b, name);
	if (ms >= 0)
		jtext_seconds(b, ms);
	else
		jtext_null(b);
}
