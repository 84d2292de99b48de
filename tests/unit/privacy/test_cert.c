#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/buf.h"
#include "triaged/privacy/cert.h"

#define NOW 1700000000 /* seconds */

static char dir[] = "/tmp/triaged-cert-XXXXXX";
static char cert_path[64], key_path[64], other_path[64], ca_path[64];

static void collect(void *arg, const char *file, const char *what)
{
	buf_addf(arg, "%s: %s\n", strrchr(file, '/') + 1, what);
}

static EVP_PKEY *new_key(const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *f = fopen(path, "w");
	assert_true(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
	return key;
}

static void new_cert(const char *path, EVP_PKEY *key, int64_t from, int64_t to)
{
	X509 *x = X509_new();
	FILE *f = fopen(path, "w");
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)to);
	X509_set_pubkey(x, key);
	assert_true(f && X509_sign(x, key, EVP_sha256()) && PEM_write_X509(f, x));
	fclose(f);
	X509_free(x);
}

static struct cert_ends faults(const struct cert_files *files, int64_t at, struct buf *out)
{
	buf_clear(out);
	return cert_check(files, at * 1000, collect, out);
}

static void good_files_have_no_faults(void **state)
{
	(void)state;
	struct buf out = { 0 };
	struct cert_files files = { cert_path, key_path, ca_path };
	assert_true(faults(&files, NOW, &out).certificate == (int64_t)(NOW + 1000) * 1000);
	assert_string_equal(buf_str(&out), "");
	files = (struct cert_files){ cert_path, NULL, NULL };
	assert_true(faults(&files, NOW, &out).certificate > 0);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void dates_are_checked(void **state)
{
	(void)state;
	struct buf out = { 0 };
	struct cert_files files = { cert_path, key_path, NULL };
	(void)faults(&files, NOW - 2000, &out);
	assert_non_null(strstr(buf_str(&out), "c.pem: not valid before 2023-11-14T21:56:40.000Z"));
	(void)faults(&files, NOW + 2000, &out);
	assert_non_null(strstr(buf_str(&out), "c.pem: expired at 2023-11-14T22:30:00.000Z"));
	buf_free(&out);
}

static void the_key_must_belong_and_be_private(void **state)
{
	(void)state;
	struct buf out = { 0 };
	struct cert_files files = { cert_path, other_path, NULL };
	(void)faults(&files, NOW, &out);
	assert_string_equal(buf_str(&out), "o.key: does not belong to the certificate\n");
	assert_int_equal(chmod(other_path, 0644), 0);
	(void)faults(&files, NOW, &out);
	assert_string_equal(buf_str(&out), "o.key: mode 0644 lets others in: chmod go= it\n");
	assert_int_equal(chmod(other_path, 0600), 0);
	buf_free(&out);
}

static void missing_and_broken_files_are_all_named(void **state)
{
	(void)state;
	struct buf out = { 0 };
	struct cert_files files = { key_path, "/nowhere/k", dir };
	assert_true(faults(&files, NOW, &out).certificate == 0);
	assert_non_null(strstr(buf_str(&out), "c.key: holds no PEM certificate"));
	assert_non_null(strstr(buf_str(&out), "k: No such file"));
	assert_non_null(strstr(buf_str(&out), "not a regular file"));
	int fd = open(cert_path, O_WRONLY | O_APPEND);
	const char *junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	assert_int_equal(write(fd, junk, strlen(junk)), strlen(junk));
	close(fd);
	files = (struct cert_files){ cert_path, NULL, NULL };
	(void)faults(&files, NOW, &out);
	assert_non_null(strstr(buf_str(&out), "c.pem: holds no PEM certificate, or a broken one"));
	buf_free(&out);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(cert_path, sizeof cert_path, "%s/c.pem", dir);
	snprintf(key_path, sizeof key_path, "%s/c.key", dir);
	snprintf(other_path, sizeof other_path, "%s/o.key", dir);
	snprintf(ca_path, sizeof ca_path, "%s/ca.pem", dir);
	EVP_PKEY *key = new_key(key_path), *other = new_key(other_path);
	new_cert(cert_path, key, NOW - 1000, NOW + 1000);
	new_cert(ca_path, other, NOW - 9000, NOW + 9000);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(cert_path) || unlink(key_path) || unlink(other_path) || unlink(ca_path) ||
	       rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_have_no_faults),
		cmocka_unit_test(dates_are_checked),
		cmocka_unit_test(the_key_must_belong_and_be_private),
		cmocka_unit_test(missing_and_broken_files_are_all_named),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
