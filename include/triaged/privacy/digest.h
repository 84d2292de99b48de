/* SHA-256 as lower-case hex, and comparison that takes the same time wherever two texts differ. */
#ifndef TRIAGED_PRIVACY_DIGEST_H
#define TRIAGED_PRIVACY_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_HEX_SIZE 65

/* 2 * n digits and a NUL. */
void digest_hex(const unsigned char *p, size_t n, char *out);
void digest_sha256_hex(const void *p, size_t n, char out[DIGEST_HEX_SIZE]);
bool digest_equal(const void *a, const void *b, size_t n);

#endif
