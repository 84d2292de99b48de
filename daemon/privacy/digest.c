#include "triaged/privacy/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "triaged/base/check.h"

void digest_hex(const unsigned char *p, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = hex[p[i] >> 4];
		out[2 * i + 1] = hex[p[i] & 15];
	}
	out[2 * n] = '\0';
}

void digest_sha256_hex(const void *p, size_t n, char out[DIGEST_HEX_SIZE])
{
	unsigned char raw[32];
	CHECK(EVP_Digest(p, n, raw, NULL, EVP_sha256(), NULL) == 1);
	digest_hex(raw, sizeof raw, out);
}

bool digest_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
