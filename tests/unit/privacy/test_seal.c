#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/privacy/pseudonym.h"
#include "triaged/privacy/seal.h"

static char base[] = "/tmp/triaged-seal-XXXXXX";
static char dir[64];
static struct keys *keys;

static struct slice of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static struct slice all(const struct buf *b)
{
	return (struct slice){ b->data, b->len };
}

static void a_sealed_text_opens_for_its_owner_alone(void **state)
{
	(void)state;
	struct buf sealed = { 0 }, text = { 0 };
	struct err e;
	assert_int_equal(seal_text(keys, "c-1", of("I am here"), &sealed, &e), 0);
	assert_int_equal(sealed.len, strlen("I am here") + SEAL_OVERHEAD);
	assert_null(memmem(sealed.data, sealed.len, "here", 4));
	buf_adds(&text, "before ");
	assert_int_equal(seal_open(keys, "c-1", all(&sealed), &text, &e), 0);
	assert_string_equal(buf_str(&text), "before I am here");
	assert_int_equal(seal_open(keys, "c-2", all(&sealed), &text, &e), -1);
	assert_string_equal(buf_str(&text), "before I am here");
	assert_non_null(strstr(e.text, "belongs elsewhere"));
	buf_free(&sealed);
	buf_wipe(&text);
}

static void an_empty_text_and_a_long_one_come_back(void **state)
{
	(void)state;
	struct buf sealed = { 0 }, text = { 0 }, big = { 0 };
	assert_int_equal(seal_text(keys, "c-1", of(""), &sealed, NULL), 0);
	assert_int_equal(seal_open(keys, "c-1", all(&sealed), &text, NULL), 0);
	assert_int_equal(text.len, 0);
	for (int i = 0; i < 20000; i++)
		buf_addf(&big, "%d ", i);
	buf_clear(&sealed);
	assert_int_equal(seal_text(keys, "c-1", all(&big), &sealed, NULL), 0);
	assert_int_equal(seal_open(keys, "c-1", all(&sealed), &text, NULL), 0);
	assert_int_equal(text.len, big.len);
	assert_memory_equal(text.data, big.data, big.len);
	buf_free(&sealed);
	buf_free(&text);
	buf_free(&big);
}

static void every_changed_bit_and_every_cut_is_refused(void **state)
{
	(void)state;
	struct buf sealed = { 0 }, text = { 0 };
	assert_int_equal(seal_text(keys, "c-1", of("note"), &sealed, NULL), 0);
	for (size_t i = 0; i < sealed.len * 8; i++) {
		sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ (1 << (i % 8)));
		assert_int_equal(seal_open(keys, "c-1", all(&sealed), &text, NULL), -1);
		sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ (1 << (i % 8)));
	}
	for (size_t n = 0; n < sealed.len; n++)
		assert_int_equal(
			seal_open(keys, "c-1", (struct slice){ sealed.data, n }, &text, NULL), -1);
	assert_int_equal(text.len, 0);
	assert_int_equal(seal_open(keys, "c-1", all(&sealed), &text, NULL), 0);
	buf_free(&sealed);
	buf_free(&text);
}

static void old_keys_open_and_the_newest_seals(void **state)
{
	(void)state;
	struct buf old = { 0 }, fresh = { 0 }, text = { 0 };
	struct keys *both;
	struct err e;
	uint32_t id;
	assert_int_equal(seal_text(keys, "c-1", of("old"), &old, NULL), 0);
	assert_int_equal(keys_add_seal(dir, &id, NULL), 0);
	assert_int_equal(keys_open(dir, false, &both, NULL), 0);
	assert_int_equal(seal_text(both, "c-1", of("new"), &fresh, NULL), 0);
	assert_int_equal(seal_open(both, "c-1", all(&old), &text, NULL), 0);
	assert_int_equal(seal_open(both, "c-1", all(&fresh), &text, NULL), 0);
	assert_string_equal(buf_str(&text), "oldnew");
	assert_int_equal(seal_open(keys, "c-1", all(&fresh), &text, &e), -1);
	assert_non_null(strstr(e.text, "key 2 is not here"));
	keys_free(&both);
	buf_free(&old);
	buf_free(&fresh);
	buf_free(&text);
}

static void equal_texts_look_different(void **state)
{
	(void)state;
	struct buf a = { 0 }, b = { 0 };
	assert_int_equal(seal_text(keys, "c-1", of("yes"), &a, NULL), 0);
	assert_int_equal(seal_text(keys, "c-1", of("yes"), &b, NULL), 0);
	assert_memory_not_equal(a.data + 5, b.data + 5, 12);
	assert_memory_not_equal(a.data + 17, b.data + 17, 3);
	buf_free(&a);
	buf_free(&b);
}

static void addresses_have_one_form(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "+1 (555) 010-0123", "+15550100123" },
		{ "tel:+1-555-010-0123", "+15550100123" },
		{ "0015550100123", "+15550100123" },
		{ "00 1 555 010 0123", "+15550100123" },
		{ "555.010.0123", "+5550100123" },
		{ "+0049", "+0049" },
		{ "mailto:Some.One@Example.ORG", "some.one@example.org" },
		{ " Some.One@Example.ORG ", "some.one@example.org" },
		{ "web-Visitor-7", "web-Visitor-7" },
		{ "1234", "1234" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = { 0 };
		assert_int_equal(pseudonym_normalise(cases[i][0], &out, NULL), 0);
		assert_string_equal(buf_str(&out), cases[i][1]);
		buf_free(&out);
	}
}

static void addresses_that_are_none_are_refused(void **state)
{
	(void)state;
	struct buf out = { 0 };
	char big[PSEUDONYM_ADDRESS_MAX + 2];
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_int_equal(pseudonym_normalise("", &out, NULL), -1);
	assert_int_equal(pseudonym_normalise("   ", &out, NULL), -1);
	assert_int_equal(pseudonym_normalise("a\nb", &out, NULL), -1);
	assert_int_equal(pseudonym_normalise(big, &out, NULL), -1);
	assert_int_equal(out.len, 0);
}

static void a_pseudonym_depends_on_address_and_key(void **state)
{
	(void)state;
	char a[PSEUDONYM_SIZE], b[PSEUDONYM_SIZE], c[PSEUDONYM_SIZE];
	assert_int_equal(pseudonym_make(keys, "+1 555 010 0123", a, NULL), 0);
	assert_int_equal(pseudonym_make(keys, "0015550100123", b, NULL), 0);
	assert_int_equal(pseudonym_make(keys, "+15550100124", c, NULL), 0);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	char path[128];
	snprintf(path, sizeof path, "%s/pseudonym.key", dir);
	assert_int_equal(unlink(path), 0);
	struct keys *other;
	assert_int_equal(keys_open(dir, true, &other, NULL), 0);
	assert_int_equal(pseudonym_make(other, "+15550100123", b, NULL), 0);
	assert_string_not_equal(a, b);
	keys_free(&other);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof dir, "%s/keys", base);
	return keys_open(dir, true, &keys, NULL) < 0 || keys_settle(keys, dir, NULL) < 0;
}

static int teardown(void **state)
{
	(void)state;
	static const char *const names[] = { "seal-0001.key", "seal-0002.key", "pseudonym.new" };
	char path[128];
	keys_free(&keys);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir) || rmdir(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_text_opens_for_its_owner_alone),
		cmocka_unit_test(an_empty_text_and_a_long_one_come_back),
		cmocka_unit_test(every_changed_bit_and_every_cut_is_refused),
		cmocka_unit_test(old_keys_open_and_the_newest_seals),
		cmocka_unit_test(equal_texts_look_different),
		cmocka_unit_test(addresses_have_one_form),
		cmocka_unit_test(addresses_that_are_none_are_refused),
		cmocka_unit_test(a_pseudonym_depends_on_address_and_key),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
