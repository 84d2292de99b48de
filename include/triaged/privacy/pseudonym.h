/*
 * Pseudonyms: the same person is recognised without the address being kept. HMAC-SHA-256 with the
 * installation's own key, since every phone number can be tried against a plain hash in minutes.
 */
#ifndef TRIAGED_PRIVACY_PSEUDONYM_H
#define TRIAGED_PRIVACY_PSEUDONYM_H

#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"
#include "triaged/privacy/keys.h"

#define PSEUDONYM_SIZE        33  /* 32 hex digits (128 bits) and NUL */
#define PSEUDONYM_ADDRESS_MAX 256 /* bytes of an address */

/*
 * The form under which an address is compared, appended to out: a phone number as + and digits
 * (a leading 00 is +), a mail address in lower case, anything else as it is without spaces around
 * it; `tel:`, `sms:`, `mailto:` in front are dropped. -1 when it is empty, too long or holds
 * control characters.
 */
int pseudonym_normalise(const char *address, struct buf *out, struct err *e) MUST_CHECK;

int pseudonym_make(const struct keys *keys, const char *address, char out[PSEUDONYM_SIZE],
	struct err *e) MUST_CHECK;

#endif
