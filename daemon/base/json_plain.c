#include "json_plain.h"

#include <stdbool.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/utf8.h"

#define DIGITS_MAX 18 /* always fits an int64_t */

struct reader {
	const unsigned char *at, *end;
	int depth;         /* brackets that may still be opened */
	struct buf string; /* an unescaped one */
};

static json_t *value(struct reader *r);

static unsigned char next(struct reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
		r->at++;
	return r->at < r->end ? *r->at : 0;
}

static bool take(struct reader *r, unsigned char c)
{
	if (next(r) != c)
		return false;
	r->at++;
	return true;
}

/* Up to the quote or escape that ends them; false when a byte may not stand there. */
static bool skip_characters(struct reader *r)
{
	while (r->at < r->end && *r->at != '"' && *r->at != '\\') {
		size_t n = utf8_sequence(r->at, (size_t)(r->end - r->at));
		if (n == 0 || *r->at < 0x20)
			return false;
		r->at += n;
	}
	return r->at < r->end;
}

/* at stands on the backslash. */
static bool unescape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (r->end - r->at < 2)
		return false;
	const char *which = memchr(from, r->at[1], sizeof from - 1);
	if (!which)
		return false;
	buf_add(&r->string, &to[which - from], 1);
	r->at += 2;
	return true;
}

static json_t *string_with_escapes(struct reader *r, const unsigned char *start)
{
	buf_clear(&r->string);
	buf_add(&r->string, start, (size_t)(r->at - start));
	while (*r->at != '"') {
		if (!unescape(r))
			return NULL;
		start = r->at;
		if (!skip_characters(r))
			return NULL;
		buf_add(&r->string, start, (size_t)(r->at - start));
	}
	r->at++;
	return json_stringn_nocheck(r->string.data, r->string.len);
}

static json_t *string(struct reader *r)
{
	const unsigned char *start = ++r->at;
	if (!skip_characters(r))
		return NULL;
	if (*r->at == '\\')
		return string_with_escapes(r, start);
	r->at++;
	return json_stringn_nocheck((const char *)start, (size_t)(r->at - 1 - start));
}

static json_t *number(struct reader *r)
{
	bool minus = *r->at == '-';
	const unsigned char *digits = r->at + minus, *p = digits;
	json_int_t n = 0;
	for (; p < r->end && *p >= '0' && *p <= '9' && p - digits < DIGITS_MAX; p++)
		n = n * 10 + (*p - '0');
	bool leading_zero = p > digits && *digits == '0' && (minus || p - digits > 1);
	bool goes_on =
		p < r->end && ((*p >= '0' && *p <= '9') || *p == '.' || *p == 'e' || *p == 'E');
	if (p == digits || leading_zero || goes_on)
		return NULL;
	r->at = p;
	return json_integer(minus ? -n : n);
}

static bool literal(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

/* One member behind its name; false also when the name stood there before. */
static bool member(struct reader *r, json_t *object)
{
	if (next(r) != '"')
		return false;
	const unsigned char *name = ++r->at;
	if (!skip_characters(r) || *r->at != '"')
		return false;
	size_t n = (size_t)(r->at++ - name), before = json_object_size(object);
	json_t *v = take(r, ':') ? value(r) : NULL;
	return v && json_object_setn_new_nocheck(object, (const char *)name, n, v) == 0 &&
	       json_object_size(object) > before;
}

static bool members(struct reader *r, json_t *object)
{
	if (take(r, '}'))
		return true;
	do {
		if (!member(r, object))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

static bool elements(struct reader *r, json_t *array)
{
	if (take(r, ']'))
		return true;
	do {
		if (json_array_append_new(array, value(r)) < 0)
			return false;
	} while (take(r, ','));
	return take(r, ']');
}

static json_t *container(struct reader *r, bool is_object)
{
	if (r->depth == 0)
		return NULL;
	r->at++;
	r->depth--;
	json_t *v = is_object ? json_object() : json_array();
	if (!(is_object ? members(r, v) : elements(r, v))) {
		json_decref(v);
		return NULL;
	}
	r->depth++;
	return v;
}

static json_t *value(struct reader *r)
{
	unsigned char c = next(r);
	switch (c) {
	case '{':
	case '[':
		return container(r, c == '{');
	case '"':
		return string(r);
	case 't':
		return literal(r, "true") ? json_true() : NULL;
	case 'f':
		return literal(r, "false") ? json_false() : NULL;
	case 'n':
		return literal(r, "null") ? json_null() : NULL;
	default:
		return c == '-' || (c >= '0' && c <= '9') ? number(r) : NULL;
	}
}

json_t *json_plain(const char *p, size_t n, int max_depth)
{
	const unsigned char *start = (const unsigned char *)p;
	struct reader r = { .at = start, .end = start + n, .depth = max_depth };
	json_t *v = value(&r);
	buf_wipe(&r.string); /* it may have been a password */
	next(&r);
	if (v && r.at < r.end) {
		json_decref(v);
		v = NULL;
	}
	return v;
}
