#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/privacy/wrap.h"

static char one[] = "/tmp/triaged-wrap-XXXXXX", other[] = "/tmp/triaged-wrap-XXXXXX";
static const unsigned char secret[KEY_BYTES] = "0123456789abcdef0123456789abcde";

static struct slice all(const unsigned char wrapped[WRAP_SIZE])
{
	return (struct slice){ (const char *)wrapped, WRAP_SIZE };
}

static int opens(const char *file, const char *center, const char *name, struct slice wrapped)
{
	struct wrapper w;
	unsigned char key[KEY_BYTES];
	assert_int_equal(wrapper_init(&w, file, center, NULL), 0);
	int rc = wrap_open(&w, name, wrapped, key, NULL);
	wrapper_wipe(&w);
	if (rc == 0)
		assert_memory_equal(key, secret, KEY_BYTES);
	return rc;
}

static void wrapped(unsigned char out[WRAP_SIZE])
{
	struct wrapper w;
	assert_int_equal(wrapper_init(&w, one, "center", NULL), 0);
	wrap_key(&w, "seal-0001", secret, out);
	wrapper_wipe(&w);
}

static void the_same_tls_key_center_and_name_open_it(void **state)
{
	(void)state;
	unsigned char w[WRAP_SIZE];
	wrapped(w);
	assert_null(memmem(w, sizeof w, secret, 8));
	assert_int_equal(opens(one, "center", "seal-0001", all(w)), 0);
	assert_int_equal(opens(other, "center", "seal-0001", all(w)), -1);
	assert_int_equal(opens(one, "centre", "seal-0001", all(w)), -1);
	assert_int_equal(opens(one, "center", "seal-0002", all(w)), -1);
}

static void every_changed_bit_and_every_cut_is_refused(void **state)
{
	(void)state;
	struct wrapper w;
	unsigned char bytes[WRAP_SIZE], key[KEY_BYTES];
	wrapped(bytes);
	assert_int_equal(wrapper_init(&w, one, "center", NULL), 0);
	for (size_t i = 0; i < 8 * WRAP_SIZE; i++) {
		bytes[i / 8] ^= (unsigned char)(1 << (i % 8));
		assert_int_equal(wrap_open(&w, "seal-0001", all(bytes), key, NULL), -1);
		bytes[i / 8] ^= (unsigned char)(1 << (i % 8));
	}
	for (size_t n = 0; n < WRAP_SIZE; n++)
		assert_int_equal(
			wrap_open(&w, "seal-0001", (struct slice){ (char *)bytes, n }, key, NULL),
			-1);
	assert_int_equal(wrap_open(&w, "seal-0001", all(bytes), key, NULL), 0);
	wrapper_wipe(&w);
}

/* Center and name are authenticated side by side: moving a letter across must not go unseen. */
static void center_and_name_do_not_run_together(void **state)
{
	(void)state;
	struct wrapper a, b;
	unsigned char bytes[WRAP_SIZE], key[KEY_BYTES];
	assert_int_equal(wrapper_init(&a, one, "ab", NULL), 0);
	b = a;
	b.center = "a";
	wrap_key(&a, "c", secret, bytes);
	assert_int_equal(wrap_open(&b, "bc", all(bytes), key, NULL), -1);
	assert_int_equal(wrap_open(&a, "c", all(bytes), key, NULL), 0);
	wrapper_wipe(&a);
	wrapper_wipe(&b);
}

static void a_holder_is_named_by_its_public_key(void **state)
{
	(void)state;
	struct wrapper a, b, c;
	assert_int_equal(wrapper_init(&a, one, "x", NULL), 0);
	assert_int_equal(wrapper_init(&b, one, "y", NULL), 0);
	assert_int_equal(wrapper_init(&c, other, "x", NULL), 0);
	assert_string_equal(a.holder, b.holder);
	assert_string_not_equal(a.holder, c.holder);
	assert_int_equal(strspn(a.holder, "0123456789abcdef"), WRAP_HOLDER_SIZE - 1);
	assert_memory_not_equal(a.key, b.key, KEY_BYTES);
	wrapper_wipe(&a);
	wrapper_wipe(&b);
	wrapper_wipe(&c);
}

static void check_values_tell_keys_apart(void **state)
{
	(void)state;
	unsigned char near[KEY_BYTES];
	char a[WRAP_CHECK_SIZE], b[WRAP_CHECK_SIZE];
	memcpy(near, secret, KEY_BYTES);
	wrap_check(near, a);
	wrap_check(secret, b);
	assert_string_equal(a, b);
	near[KEY_BYTES - 1] ^= 1;
	wrap_check(near, b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(b), WRAP_CHECK_SIZE - 1);
}

static void a_file_without_a_key_is_named(void **state)
{
	(void)state;
	struct wrapper w;
	struct err e;
	assert_int_equal(wrapper_init(&w, "/nonexistent/tls.key", "center", &e), -1);
	assert_non_null(strstr(e.text, "/nonexistent/tls.key"));
}

static int make_key(char *path)
{
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	int rc = f && key && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 ? 0 : -1;
	EVP_PKEY_free(key);
	return f && fclose(f) == 0 ? rc : -1;
}

static int setup(void **state)
{
	(void)state;
	return make_key(one) || make_key(other);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(one) || unlink(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_tls_key_center_and_name_open_it),
		cmocka_unit_test(every_changed_bit_and_every_cut_is_refused),
		cmocka_unit_test(center_and_name_do_not_run_together),
		cmocka_unit_test(a_holder_is_named_by_its_public_key),
		cmocka_unit_test(check_values_tell_keys_apart),
		cmocka_unit_test(a_file_without_a_key_is_named),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
