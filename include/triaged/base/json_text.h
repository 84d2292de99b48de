/*
 * JSON written straight into a buffer, for the hot path where building a tree first would cost
 * three times as much. The caller nests correctly; commas are put where they belong by looking at
 * what stands before.
 */
#ifndef TRIAGED_BASE_JSON_TEXT_H
#define TRIAGED_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"

void jtext_open(struct buf *b, char bracket);  /* '{' or '[', as a value */
void jtext_close(struct buf *b, char bracket); /* '}' or ']' */
void jtext_name(struct buf *b, const char *name);
void jtext_strn(
	struct buf *b, const char *s, size_t n); /* bytes that are not UTF-8 become U+FFFD */
void jtext_str(struct buf *b, const char *s);
void jtext_int(struct buf *b, int64_t v);
void jtext_bool(struct buf *b, bool v);
void jtext_null(struct buf *b);
void jtext_seconds(struct buf *b, int64_t ms);   /* milliseconds as seconds: 1500 is 1.5 */
void jtext_time(struct buf *b, int64_t wall_ms); /* RFC 3339 */
void jtext_raw(struct buf *b, const char *json, size_t n); /* a whole value already serialised */
void jtext_lines(
	struct buf *b, const char *text); /* each line but empty ones as a string, in an array */
void jtext_words(struct buf *b, const char *words, size_t n); /* "a b c" as ["a","b","c"] */

/* A member: its name and its value. */
void jtext_put_str(struct buf *b, const char *name, const char *v);
void jtext_put_int(struct buf *b, const char *name, int64_t v);
void jtext_put_count(struct buf *b, const char *name, uint64_t v); /* below 2^63 */
void jtext_put_bool(struct buf *b, const char *name, bool v);
void jtext_put_words(struct buf *b, const char *name, const char *words);
void jtext_put_time(struct buf *b, const char *name, int64_t wall_ms); /* 0: null */
void jtext_put_seconds(struct buf *b, const char *name, int64_t ms);   /* below 0: null */

#endif
