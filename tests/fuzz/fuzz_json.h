/* Whether what the program wrote is JSON (RFC 8259), read in one pass: a library's parser takes longer
 * for the answer than the code under test for the question, so only some inputs ask it, too. */
#ifndef FUZZ_JSON_H
#define FUZZ_JSON_H

#include <stdbool.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/check.h"
#include "triaged/base/json.h"
#include "triaged/base/utf8.h"

#define FUZZ_JSON_DEPTH 16
/* What is read here shall not guide the fuzzer, nor be slowed down by its counting. */
#define FUZZ_JSON static inline __attribute__((no_sanitize("coverage")))

/* Behind the string that begins at p; NULL when it is not one. */
FUZZ_JSON const char *fuzz_json_string(const char *p, const char *end)
{
	if (p == end || *p++ != '"')
		return NULL;
	while (p < end && *p != '"') {
		unsigned char c = (unsigned char)*p;
		size_t n = 1;
		if (c == '\\') {
			if (end - p < 2 || !strchr("\"\\/bfnrtu", p[1]) || !p[1])
				return NULL;
			n = p[1] == 'u' ? 6 : 2;
			if ((size_t)(end - p) < n ||
				(n == 6 && strspn(p + 2, "0123456789abcdefABCDEF") < 4))
				return NULL;
		} else if (c >= 0x80) {
			n = utf8_sequence((const unsigned char *)p, (size_t)(end - p));
		} else if (c < 0x20) {
			return NULL;
		}
		if (n == 0)
			return NULL;
		p += n;
	}
	return p < end ? p + 1 : NULL;
}

FUZZ_JSON const char *fuzz_json_digits(const char *p)
{
	size_t n = strspn(p, "0123456789");
	return n ? p + n : NULL;
}

FUZZ_JSON const char *fuzz_json_number(const char *p)
{
	p += *p == '-';
	p = *p == '0' ? p + 1 : fuzz_json_digits(p);
	if (p && *p == '.')
		p = fuzz_json_digits(p + 1);
	if (p && (*p == 'e' || *p == 'E'))
		p = fuzz_json_digits(p + 1 + (p[1] == '-' || p[1] == '+'));
	return p;
}

/* The bytes end with a NUL, which ends every number and word. */
FUZZ_JSON const char *fuzz_json_scalar(const char *p, const char *end)
{
	switch (*p) {
	case '"':
		return fuzz_json_string(p, end);
	case 't':
		return p[1] == 'r' && p[2] == 'u' && p[3] == 'e' ? p + 4 : NULL;
	case 'f':
		return p[1] == 'a' && p[2] == 'l' && p[3] == 's' && p[4] == 'e' ? p + 5 : NULL;
	case 'n':
		return p[1] == 'u' && p[2] == 'l' && p[3] == 'l' ? p + 4 : NULL;
	default:
		return fuzz_json_number(p);
	}
}

FUZZ_JSON const char *fuzz_json_value(const char *p, const char *end, int depth)
{
	if (*p != '{' && *p != '[')
		return fuzz_json_scalar(p, end);
	char close = *p == '{' ? '}' : ']';
	if (depth == FUZZ_JSON_DEPTH)
		return NULL;
	if (p[1] == close)
		return p + 2;
	do {
		p++;
		if (close == '}') {
			p = fuzz_json_string(p, end);
			if (!p || *p++ != ':')
				return NULL;
		}
		p = fuzz_json_value(p, end, depth + 1);
	} while (p && *p == ',');
	return p && *p == close ? p + 1 : NULL;
}

/* The program writes no white space but the line feed behind an answer. */
FUZZ_JSON void fuzz_is_json(const struct buf *b, bool parse)
{
	struct err e;
	size_t n = b->len - (b->len > 0 && b->data[b->len - 1] == '\n');
	CHECK(n > 0 && fuzz_json_value(b->data, b->data + n, 0) == b->data + n);
	if (!parse)
		return;
	json_t *v = json_parse(b->data, b->len, FUZZ_JSON_DEPTH, &e);
	CHECK(v);
	json_decref(v);
}

#endif
