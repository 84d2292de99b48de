#include "triaged/privacy/random.h"

#include <limits.h>
#include <openssl/rand.h>
#include <string.h>

#include "triaged/base/check.h"

#define ID_CHARS 24

void random_bytes(void *out, size_t n)
{
	CHECK(n <= INT_MAX && RAND_bytes(out, (int)n) == 1);
}

const char *random_id(char out[RANDOM_ID_SIZE], const char *prefix)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char raw[ID_CHARS]; /* 5 bits of each are used: simpler than packing */
	size_t n = strlen(prefix);
	CHECK(n + 1 + ID_CHARS < RANDOM_ID_SIZE);
	random_bytes(raw, sizeof raw);
	memcpy(out, prefix, n);
	out[n++] = '-';
	for (size_t i = 0; i < ID_CHARS; i++)
		out[n++] = alphabet[raw[i] & 31];
	out[n] = '\0';
	return out;
}
