#include "triaged/privacy/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "triaged/base/check.h"

void digest_sha256_hex(const void *p, size_t n, char out[DIGEST_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char raw[32];
	CHECK(EVP_Digest(p, n, raw, NULL, EVP_sha256(), NULL) == 1);
	for (size_t i = 0; i < sizeof raw; i++) {
		out[2 * i] = hex[raw[i] >> 4];
		out[2 * i + 1] = hex[raw[i] & 15];
	}
	out[2 * sizeof raw] = '\0';
}

bool digest_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
