/*
 * JSON by jansson, in the strict form the wire protocol demands: no duplicate keys, valid UTF-8,
 * nothing behind the value, no NUL, bounded nesting.
 */
#ifndef TRIAGED_BASE_JSON_H
#define TRIAGED_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"

/* First in main(): jansson ends the process when memory is gone (base/mem.h). By itself it leaves out
 * what it has no memory for, and says so to nobody who does not ask at every step. */
void json_begin(void);

/* Parse n bytes. NULL with e set on anything but one whole value nested at most max_depth deep.
 * The message names the position and what is wrong, never the text itself. */
json_t *json_parse(const char *p, size_t n, int max_depth, struct err *e) MUST_CHECK;

/* Append the compact serialisation of v. */
void json_write(struct buf *out, const json_t *v);

#endif
