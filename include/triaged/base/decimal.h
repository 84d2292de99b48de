/* Numbers as text without printf(), for what is written again and again. */
#ifndef TRIAGED_BASE_DECIMAL_H
#define TRIAGED_BASE_DECIMAL_H

#include <stdint.h>

#define DECIMAL_SIZE 24 /* of 64 bits with a sign */

/* Written into the end of digits, without a NUL; returns where it begins. */
static inline char *decimal_unsigned(uint64_t v, char digits[DECIMAL_SIZE])
{
	char *p = digits + DECIMAL_SIZE;
	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return p;
}

static inline char *decimal_signed(int64_t v, char digits[DECIMAL_SIZE])
{
	char *p = decimal_unsigned(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, digits);
	if (v < 0)
		*--p = '-';
	return p;
}

#endif
