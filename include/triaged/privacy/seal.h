/*
 * Sealing of people's text: AES-256-GCM, the only form in which it leaves this process other than
 * to the session that serves the contact.
 *
 *     1 byte version (1) · 4 bytes key number, big endian · 12 bytes nonce · text · 16 bytes tag
 *
 * The nonce is random and fresh for each text. That is safe up to 2^32 texts a key (NIST SP
 * 800-38D, 8.3), 13 years at ten a second; a larger site adds a key now and then. The contact's id
 * is authenticated with the text, so a body copied to another contact does not open.
 */
#ifndef TRIAGED_PRIVACY_SEAL_H
#define TRIAGED_PRIVACY_SEAL_H

#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"
#include "triaged/base/record.h"
#include "triaged/privacy/keys.h"

#define SEAL_OVERHEAD 33

/* Append the sealed form of text to out. owner: the contact's (or person's) id. */
int seal_text(const struct keys *keys, const char *owner, struct slice text, struct buf *out,
	struct err *e) MUST_CHECK;

/*
 * Append the text to out, which the caller wipes after use. -1 when it was changed, belongs to
 * another owner, or its key is not here; out is then as it was.
 */
int seal_open(const struct keys *keys, const char *owner, struct slice sealed, struct buf *out,
	struct err *e) MUST_CHECK;

#endif
