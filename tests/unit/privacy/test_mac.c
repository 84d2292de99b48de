#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "triaged/privacy/digest.h"
#include "triaged/privacy/mac.h"

static struct slice of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* RFC 4231, test cases 2 and 3. */
static void a_mac_is_what_the_standard_says(void **state)
{
	(void)state;
	unsigned char mac[MAC_SIZE];
	char hex[2 * MAC_SIZE + 1], key[20], data[50];
	const struct slice whole = of("what do ya want for nothing?");
	const struct slice parts[] = { of("what do ya want "), of(""), of("for nothing?") };
	mac_sha256(of("Jefe"), &whole, 1, mac);
	digest_hex(mac, MAC_SIZE, hex);
	assert_string_equal(
		hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	mac_sha256(of("Jefe"), parts, 3, mac);
	digest_hex(mac, MAC_SIZE, hex);
	assert_string_equal(
		hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	memset(data, 0xdd, sizeof data);
	mac_sha256((struct slice){ key, sizeof key }, &(struct slice){ data, sizeof data }, 1, mac);
	digest_hex(mac, MAC_SIZE, hex);
	assert_string_equal(
		hex, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

/* RFC 4648, section 10. */
static void base64_goes_there_and_back(void **state)
{
	(void)state;
	static const char *const pairs[][2] = { { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" } };
	struct buf text = { 0 }, bytes = { 0 };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		buf_clear(&text);
		buf_clear(&bytes);
		base64_add(&text, of(pairs[i][0]));
		assert_string_equal(buf_str(&text), pairs[i][1]);
		assert_int_equal(base64_read(of(pairs[i][1]), &bytes, NULL), 0);
		assert_string_equal(buf_str(&bytes), pairs[i][0]);
	}
	buf_free(&text);
	buf_free(&bytes);
}

static void other_forms_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "Zg", "Zg=", "Zh==", "Zm9=", "Zm9v ", " Zm9v",
		"Zm9v\n\n\n\n", "Zm9v====", "====", "Zm_v", "Z===", "Zm9vZg==Zm9v" };
	struct buf bytes = { 0 };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(base64_read(of(bad[i]), &bytes, NULL), -1);
		assert_int_equal(bytes.len, 0);
	}
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mac_is_what_the_standard_says),
		cmocka_unit_test(base64_goes_there_and_back),
		cmocka_unit_test(other_forms_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
