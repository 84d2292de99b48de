#include "triaged/privacy/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/privacy/digest.h"

#define STEP_S 30
#define DIGITS 6

static int base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

int totp_secret(const char *base32, unsigned char out[TOTP_SECRET_MAX], struct err *e)
{
	unsigned bits = 0, held = 0;
	int n = 0;
	for (const char *p = base32; *p && *p != '='; p++) {
		if (*p == ' ')
			continue;
		int v = base32_value(*p);
		if (v < 0)
			return err_set(e, "not base32 (A-Z and 2-7)");
		bits = (bits << 5 | (unsigned)v) & 0xfff;
		held += 5;
		if (held < 8)
			continue;
		if (n == TOTP_SECRET_MAX)
			return err_set(e, "longer than %d bytes", TOTP_SECRET_MAX);
		held -= 8;
		out[n++] = (unsigned char)(bits >> held);
	}
	if (n < TOTP_SECRET_MIN)
		return err_set(e, "shorter than %d bytes", TOTP_SECRET_MIN);
	return n;
}

/* RFC 4226, 5.3: the four bytes at the offset the last nibble names, modulo 10^6. */
static void code_of(const unsigned char *secret, size_t n, int64_t step, char out[DIGITS + 1])
{
	unsigned char counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	CHECK(HMAC(EVP_sha1(), secret, (int)n, counter, sizeof counter, mac, &len) != NULL);
	const unsigned char *at = mac + (mac[19] & 15);
	uint32_t v = (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
		     at[3];
	snprintf(out, DIGITS + 1, "%06u", (unsigned)(v % 1000000));
}

bool totp_check(
	const unsigned char *secret, size_t n, int64_t unix_s, const char *code, int64_t *step)
{
	bool found = false;
	if (strlen(code) != DIGITS)
		return false;
	int64_t now = unix_s / STEP_S;
	for (int64_t s = now - 1; s <= now + 1; s++) {
		char want[DIGITS + 1];
		code_of(secret, n, s, want);
		if (digest_equal(want, code, DIGITS)) {
			found = true;
			*step = s;
		}
	}
	return found;
}
