/* CRC-32C (Castagnoli, RFC 3720 appendix B.4), as storage uses it to notice damage. Pure. */
#ifndef TRIAGED_BASE_CRC32C_H
#define TRIAGED_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* crc: of what comes before, 0 at the beginning. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);

#endif
