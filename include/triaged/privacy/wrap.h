/*
 * Keys wrapped for other nodes of the center: whoever holds the same TLS private key can unwrap
 * them, nobody else, so they may lie in the store.
 *
 *     wrapping key = HKDF-SHA-256(TLS key as PKCS #8 DER, salt: the center's name)
 *     1 byte version (1) · 12 bytes nonce · 32 bytes key · 16 bytes tag      AES-256-GCM
 *
 * Center and key name are authenticated with the key, so a wrap moved to another place does not
 * open. The check value tells two keys apart without telling anything else of them.
 */
#ifndef TRIAGED_PRIVACY_WRAP_H
#define TRIAGED_PRIVACY_WRAP_H

#include "triaged/base/err.h"
#include "triaged/base/record.h"
#include "triaged/privacy/keys.h"

#define WRAP_SIZE        (1 + 12 + KEY_BYTES + 16)
#define WRAP_HOLDER_SIZE 17 /* 16 hex digits and NUL */
#define WRAP_CHECK_SIZE  33 /* 32 hex digits and NUL */

struct wrapper {
	unsigned char key[KEY_BYTES];
	char holder[WRAP_HOLDER_SIZE]; /* SHA-256 of the TLS key's public half, cut */
	const char *center;            /* the caller's */
};

/* From the PEM file of the TLS key. center must outlive w; wrapper_wipe() when done. */
int wrapper_init(
	struct wrapper *w, const char *tls_key_file, const char *center, struct err *e) MUST_CHECK;
void wrapper_wipe(struct wrapper *w);

void wrap_key(const struct wrapper *w, const char *name, const unsigned char key[KEY_BYTES],
	unsigned char out[WRAP_SIZE]);
/* -1 when it was wrapped under another TLS key, for another center or name, or was changed. */
int wrap_open(const struct wrapper *w, const char *name, struct slice wrapped,
	unsigned char key[KEY_BYTES], struct err *e) MUST_CHECK;

/* A keyed digest of a constant: equal keys have equal ones. */
void wrap_check(const unsigned char key[KEY_BYTES], char out[WRAP_CHECK_SIZE]);

#endif
