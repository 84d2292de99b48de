#include "triaged/privacy/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/random.h"

#define SALT_BYTES 16
#define HASH_BYTES 32
#define MEMORY_MAX (256ull << 20)
/* Interactive cost by the scrypt paper's reckoning, doubled: 32 MiB, some 80 ms on one core. */
#define COST_N 32768
#define COST_R 8
#define COST_P 1

struct scrypt {
	uint64_t n, r, p;
	unsigned char salt[64], hash[64];
	size_t salt_len, hash_len;
};

/* The number at *at up to '$', 0 when there is none or it is too long. *at moves behind the '$'. */
static uint64_t take_number(const char **at)
{
	uint64_t v = 0;
	const char *p = *at;
	for (; *p >= '0' && *p <= '9' && p - *at < 9; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == *at || *p != '$')
		return 0;
	*at = p + 1;
	return v;
}

/* Base64 at *at up to stop; the number of bytes, 0 when it is not base64 or over 48. */
static size_t take_base64(const char **at, char stop, unsigned char out[64])
{
	const char *end = strchr(*at, stop);
	size_t n = end ? (size_t)(end - *at) : 0;
	if (n == 0 || n % 4 != 0 || n > 64)
		return 0;
	int len = EVP_DecodeBlock(out, (const unsigned char *)*at, (int)n);
	if (len < 0)
		return 0;
	for (size_t i = n; i > n - 2 && (*at)[i - 1] == '='; i--)
		len--; /* EVP_DecodeBlock counts the padding as bytes */
	*at = end + 1;
	return (size_t)len;
}

static int parse(const char *encoded, struct scrypt *s, struct err *e)
{
	static const char tag[] = "scrypt$";
	const char *at = encoded + sizeof tag - 1;
	if (strncmp(encoded, tag, sizeof tag - 1) != 0)
		return err_set(e, "not of the form scrypt$N$r$p$salt$hash");
	s->n = take_number(&at);
	s->r = s->n ? take_number(&at) : 0;
	s->p = s->r ? take_number(&at) : 0;
	if (s->n < 2 || (s->n & (s->n - 1)) || s->p == 0 || s->p > 16 || s->r > 64)
		return err_set(e, "N must be a power of two, r 1 to 64 and p 1 to 16");
	if (128 * s->n * s->r > MEMORY_MAX)
		return err_set(e, "N and r ask for more than 256 MiB");
	s->salt_len = take_base64(&at, '$', s->salt);
	s->hash_len = s->salt_len ? take_base64(&at, '\0', s->hash) : 0;
	if (s->salt_len < 8 || s->hash_len < 16)
		return err_set(e, "salt and hash must be base64 of 8 and 16 bytes or more");
	return 0;
}

static int derive(const struct scrypt *s, const char *password, unsigned char *out)
{
	uint64_t room = 2 * MEMORY_MAX; /* OpenSSL counts p and its own overhead too */
	return EVP_PBE_scrypt(password, strlen(password), s->salt, s->salt_len, s->n, s->r, s->p,
		       room, out, s->hash_len) == 1
		       ? 0
		       : -1;
}

int password_hash(const char *password, char out[PASSWORD_TEXT_SIZE], struct err *e)
{
	struct scrypt s = { .n = COST_N,
		.r = COST_R,
		.p = COST_P,
		.salt_len = SALT_BYTES,
		.hash_len = HASH_BYTES };
	char salt[64], hash[64];
	if (!*password || strlen(password) > PASSWORD_MAX)
		return err_set(e, "a password has 1 to %d bytes", PASSWORD_MAX);
	random_bytes(s.salt, SALT_BYTES);
	if (derive(&s, password, s.hash) < 0)
		return err_set(e, "no memory to hash the password");
	EVP_EncodeBlock((unsigned char *)salt, s.salt, SALT_BYTES);
	EVP_EncodeBlock((unsigned char *)hash, s.hash, HASH_BYTES);
	int n = snprintf(out, PASSWORD_TEXT_SIZE, "scrypt$%d$%d$%d$%s$%s", COST_N, COST_R, COST_P,
		salt, hash);
	CHECK(n > 0 && n < PASSWORD_TEXT_SIZE);
	return 0;
}

int password_check_form(const char *encoded, struct err *e)
{
	struct scrypt s;
	return parse(encoded, &s, e);
}

enum password_result password_verify(const char *encoded, const char *password)
{
	struct scrypt s;
	unsigned char got[sizeof s.hash];
	if (parse(encoded, &s, NULL) < 0)
		return PASSWORD_UNREADABLE;
	if (strlen(password) > PASSWORD_MAX)
		return PASSWORD_DIFFERS;
	if (derive(&s, password, got) < 0)
		return PASSWORD_UNREADABLE;
	bool same = digest_equal(got, s.hash, s.hash_len);
	OPENSSL_cleanse(got, sizeof got);
	return same ? PASSWORD_MATCHES : PASSWORD_DIFFERS;
}
