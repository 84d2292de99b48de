/*
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: what two programs could read in two
 * ways is refused. Pure, in place.
 *
 * Refused are: any version but 1.1, targets that do not begin with "/", lines that do not end with
 * CR LF, folded lines, control characters, names that are no tokens, Transfer-Encoding, and a
 * Content-Length, Host or any other field that we read standing twice.
 */
#ifndef EDGE_HTTP_HEAD_H
#define EDGE_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX   8192 /* bytes, the empty line included */
#define HTTP_TARGET_MAX 2048
#define HTTP_FIELDS_MAX 64

/* Strings point into the bytes that were read. */
struct http_head {
	const char *method, *path;
	const char *query;      /* behind "?"; "" */
	int64_t content_length; /* -1: none given */
	bool keep_alive;
	bool wants_continue;
	struct http_field {
		const char *name, *value; /* name in lower case */
	} fields[HTTP_FIELDS_MAX];
	size_t n_fields;
};

/* Read bytes[0..n), which end with the empty line, and change them. 0, or the status to refuse
 * with: 400, 414, 431, 501, 505. */
int http_head_read(char *bytes, size_t n, struct http_head *h);

/* The value of a field by its lower-case name; NULL when absent or standing twice. */
const char *http_head_field(const struct http_head *h, const char *name);

#endif
