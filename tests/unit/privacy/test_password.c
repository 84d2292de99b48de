#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "triaged/privacy/digest.h"
#include "triaged/privacy/password.h"

static void a_password_matches_its_hash_alone(void **state)
{
	(void)state;
	char a[PASSWORD_TEXT_SIZE], b[PASSWORD_TEXT_SIZE];
	struct err e;
	assert_int_equal(password_hash("correct horse", a, &e), 0);
	assert_int_equal(password_hash("correct horse", b, &e), 0);
	assert_string_not_equal(a, b);
	assert_int_equal(password_check_form(a, &e), 0);
	assert_int_equal(password_verify(a, "correct horse"), PASSWORD_MATCHES);
	assert_int_equal(password_verify(a, "correct horsf"), PASSWORD_DIFFERS);
	assert_int_equal(password_verify(a, ""), PASSWORD_DIFFERS);
	assert_int_equal(password_hash("", a, &e), -1);
}

/* RFC 7914, section 12, third vector; its first 32 bytes are what a hash of 32 bytes is. */
static void the_published_vector_holds(void **state)
{
	(void)state;
	const char *form = "scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$"
			   "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=";
	const char *wrong = "scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$"
			    "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofM=";
	assert_int_equal(password_verify(form, "pleaseletmein"), PASSWORD_MATCHES);
	assert_int_equal(password_verify(wrong, "pleaseletmein"), PASSWORD_DIFFERS);
}

static void malformed_hashes_are_named(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"plain",
		"scrypt$",
		"scrypt$1000$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt$16384$0$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt$16384$8$99$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt$8388608$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt$16384$8$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAA",
		"scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$!!!!AAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e;
		assert_int_equal(password_check_form(cases[i], &e), -1);
		assert_int_equal(password_verify(cases[i], "x"), PASSWORD_UNREADABLE);
	}
}

/* RFC 6238, appendix B, with its SHA-1 secret; the last six of the eight digits given there. */
static void time_codes_follow_the_rfc(void **state)
{
	(void)state;
	static const struct {
		int64_t t;
		const char *code;
	} cases[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
	unsigned char secret[TOTP_SECRET_MAX];
	struct err e;
	int n = totp_secret("GEZD GNBV GY3T QOJQ GEZDGNBVGY3TQOJQ", secret, &e);
	assert_int_equal(n, 20);
	assert_memory_equal(secret, "12345678901234567890", 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t step = 0;
		assert_true(totp_check(secret, 20, cases[i].t, cases[i].code, &step));
		assert_int_equal(step, cases[i].t / 30);
		assert_true(totp_check(secret, 20, cases[i].t + 30, cases[i].code, &step));
		assert_int_equal(step, cases[i].t / 30);
		assert_false(totp_check(secret, 20, cases[i].t + 90, cases[i].code, &step));
	}
	int64_t step;
	assert_false(totp_check(secret, 20, 59, "28708", &step));
	assert_false(totp_check(secret, 20, 59, "2870820", &step));
	assert_int_equal(totp_secret("GEZD", secret, &e), -1);
	assert_int_equal(totp_secret("GEZD1NBVGY3TQOJQ", secret, &e), -1);
}

static void digests_have_their_form(void **state)
{
	(void)state;
	char hex[DIGEST_HEX_SIZE];
	digest_sha256_hex("abc", 3, hex); /* FIPS 180-4's example */
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(digest_equal("ab", "ab", 2));
	assert_false(digest_equal("ab", "ac", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_matches_its_hash_alone),
		cmocka_unit_test(the_published_vector_holds),
		cmocka_unit_test(malformed_hashes_are_named),
		cmocka_unit_test(time_codes_follow_the_rfc),
		cmocka_unit_test(digests_have_their_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
