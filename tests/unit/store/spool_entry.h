/* What the tests of the spool keep in it. */
#ifndef TESTS_STORE_SPOOL_ENTRY_H
#define TESTS_STORE_SPOOL_ENTRY_H

#include <stdio.h>
#include <string.h>

/* An entry that tells its number; some of them are long. */
static inline size_t entry_text(int i, char out[2048])
{
	int n = snprintf(out, 2048, "entry %d ", i);
	memset(out + n, 'a' + i % 26, (size_t)(i % 7) * 150);
	return (size_t)n + (size_t)(i % 7) * 150;
}

#endif
