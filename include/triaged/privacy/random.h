/* Unpredictable bytes from the operating system's generator, by OpenSSL. */
#ifndef TRIAGED_PRIVACY_RANDOM_H
#define TRIAGED_PRIVACY_RANDOM_H

#include <stddef.h>

/* Never fails: without random numbers nothing here is safe, so the process ends. */
void random_bytes(void *out, size_t n);

#endif
