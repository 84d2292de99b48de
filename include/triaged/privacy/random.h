/* Unpredictable bytes and ids from the operating system's generator, by OpenSSL. */
#ifndef TRIAGED_PRIVACY_RANDOM_H
#define TRIAGED_PRIVACY_RANDOM_H

#include <stddef.h>

/* Never fails: without random numbers nothing here is safe, so the process ends. */
void random_bytes(void *out, size_t n);

/* prefix, a dash and 24 characters of [0-9a-z] without i l o u: 120 random bits. "c-3k9…". */
#define RANDOM_ID_SIZE 32
const char *random_id(char out[RANDOM_ID_SIZE], const char *prefix); /* prefix: up to 6 chars */

#endif
