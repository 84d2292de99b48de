/* HMAC-SHA-256 and base64, for signatures that others check and make (Standard Webhooks). */
#ifndef TRIAGED_PRIVACY_MAC_H
#define TRIAGED_PRIVACY_MAC_H

#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"

#define MAC_SIZE 32

/* Over the parts one behind the other. */
void mac_sha256(struct slice key, const struct slice *parts, size_t n, unsigned char out[MAC_SIZE]);

/* Append the base64 form (RFC 4648, section 4, with padding). */
void base64_add(struct buf *out, struct slice bytes);

/* Append the bytes that text stands for. -1 when it is not base64 with its padding, or one of the
 * forms that stand for the same bytes but are not what base64_add() writes. */
int base64_read(struct slice text, struct buf *out, struct err *e) MUST_CHECK;

#endif
