#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/signature.h"

#define DAY    ((int64_t)24 * 3600 * 1000)
#define NOW    ((int64_t)1767225600000) /* 2026-01-01 */
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char directory[] = "/tmp/triaged-sig-XXXXXX";
static char ben_key[64], eve_key[64];
static struct signature_key keys[3];

static int setup(void **state)
{
	struct err e;
	char public[80];
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(ben_key, sizeof ben_key, "%s/ben", directory);
	snprintf(eve_key, sizeof eve_key, "%s/eve", directory);
	assert_int_equal(signature_make_key(ben_key, &e), 0);
	assert_int_equal(signature_make_key(eve_key, &e), 0);
	snprintf(public, sizeof public, "%s.pub", ben_key);
	assert_int_equal(signature_read_key(public, keys[0].raw, &e), 0);
	keys[0].name = mem_strdup("ben");
	keys[1].name = mem_strdup("eve");
	snprintf(public, sizeof public, "%s.pub", eve_key);
	assert_int_equal(signature_read_key(public, keys[1].raw, &e), 0);
	keys[2].name = mem_strdup("ben");
	memcpy(keys[2].raw, keys[1].raw, sizeof keys[2].raw);
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = { "ben", "ben.pub", "eve", "eve.pub", "bad" };
	char path[80];
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < 3; i++)
		free(keys[i].name);
	return rmdir(directory);
}

static struct signature example(void)
{
	struct signature s = { .ruleset = "core",
		.version = "1.2.3",
		.digest = DIGEST,
		.author = "ann",
		.approver = "ben",
		.signed_ms = NOW,
		.expires_ms = NOW + 180 * DAY };
	return s;
}

static void sign(const struct signature *s, const char *key, struct buf *out)
{
	struct err e;
	if (signature_sign(s, key, out, &e) < 0)
		fail_msg("%s", e.text);
}

static void what_was_signed_is_read_again(void **state)
{
	struct signature s = example(), got;
	struct buf text = { 0 };
	struct err e;
	(void)state;
	signature_add_reason(&s, "FIG-010: an idiom, on our corpus never meant");
	signature_add_reason(&s, "FIG-011: likewise");
	sign(&s, ben_key, &text);
	assert_non_null(strstr(text.data, "\napprover ben\n"));
	if (signature_read(text.data, text.len, keys, 3, &got, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(got.ruleset, "core");
	assert_string_equal(got.author, "ann");
	assert_string_equal(got.approver, "ben");
	assert_int_equal(got.signed_ms, NOW);
	assert_int_equal(got.expires_ms, NOW + 180 * DAY);
	assert_int_equal(got.n_reasons, 2);
	assert_string_equal(got.reasons[1], "FIG-011: likewise");
	signature_free(&got);
	signature_free(&s);
	buf_free(&text);
}

/* One bit of one byte, each in turn; one byte more, one less. */
static void any_other_byte_is_refused(void **state)
{
	struct signature s = example(), got;
	struct buf text = { 0 };
	(void)state;
	signature_add_reason(&s, "because");
	sign(&s, ben_key, &text);
	for (size_t i = 0; i < text.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			text.data[i] = (char)(text.data[i] ^ (1 << bit));
			if (signature_read(text.data, text.len, keys, 3, &got, NULL) == 0)
				fail_msg("byte %zu, bit %d", i, bit);
			text.data[i] = (char)(text.data[i] ^ (1 << bit));
		}
	}
	for (size_t n = 0; n < text.len; n++)
		assert_int_equal(signature_read(text.data, n, keys, 3, &got, NULL), -1);
	assert_int_equal(signature_read(text.data, text.len, keys, 3, &got, NULL), 0);
	signature_free(&got);
	buf_adds(&text, "\n");
	assert_int_equal(signature_read(text.data, text.len, keys, 3, &got, NULL), -1);
	signature_free(&s);
	buf_free(&text);
}

static void refused(const struct buf *text, size_t n_keys, const char *why)
{
	struct signature got;
	struct err e;
	assert_int_equal(signature_read(text->data, text->len, keys, n_keys, &got, &e), -1);
	if (!strstr(e.text, why))
		fail_msg("%s", e.text);
}

static void the_key_must_be_the_approvers(void **state)
{
	struct signature s = example(), got;
	struct buf by_eve = { 0 }, by_ben = { 0 };
	(void)state;
	sign(&s, eve_key, &by_eve);
	refused(&by_eve, 2, "not by the key of ben");
	refused(&by_eve, 0, "no key is listed");
	/* A second key of the same person: rotation. */
	assert_int_equal(signature_read(by_eve.data, by_eve.len, keys, 3, &got, NULL), 0);
	signature_free(&got);
	strcpy(s.approver, "zoe");
	sign(&s, ben_key, &by_ben);
	refused(&by_ben, 3, "no key is listed in clinical_keys for zoe");
	buf_free(&by_eve);
	buf_free(&by_ben);
}

static void bad(struct signature s, const char *why)
{
	struct buf out = { 0 };
	struct err e;
	assert_int_equal(signature_sign(&s, ben_key, &out, &e), -1);
	if (!strstr(e.text, why))
		fail_msg("%s, not: %s", e.text, why);
	assert_int_equal(out.len, 0);
}

static void fields_that_cannot_be_meant_are_refused(void **state)
{
	struct signature s;
	(void)state;
	s = example(), strcpy(s.author, "ben");
	bad(s, "the same");
	s = example(), strcpy(s.author, "BEN");
	bad(s, "the same");
	s = example(), strcpy(s.author, "");
	bad(s, "author must have");
	s = example(), strcpy(s.version, "1\nreason x");
	bad(s, "control character");
	s = example(), strcpy(s.approver, " ben");
	bad(s, "space");
	s = example(), s.digest[3] = 'A';
	bad(s, "digest");
	s = example(), s.expires_ms = s.signed_ms;
	bad(s, "before it is signed");
	s = example(), s.expires_ms = s.signed_ms + 367 * DAY;
	bad(s, "366 days");
}

static void covers(const char *version, const char *digest, int64_t now, const char *why)
{
	struct signature s = example();
	struct err e = { "" };
	int rc = signature_covers(&s, "core", version, digest, &e);
	if (rc == 0)
		rc = signature_check_time(&s, now, &e);
	assert_int_equal(rc, *why ? -1 : 0);
	if (*why && !strstr(e.text, why))
		fail_msg("%s", e.text);
}

static void it_holds_for_these_files_and_its_time_only(void **state)
{
	(void)state;
	covers("1.2.3", DIGEST, NOW, "");
	covers("1.2.3", DIGEST, NOW + 180 * DAY - 1, "");
	covers("1.2.3", DIGEST, NOW + 180 * DAY, "expired at 2026-06-30");
	covers("1.2.3", DIGEST, NOW - 2 * DAY, "in the future");
	covers("1.2.4", DIGEST, NOW, "core 1.2.3");
	covers("1.2.3", &DIGEST[1], NOW, "digest");
}

static void keys_are_checked(void **state)
{
	char path[80];
	unsigned char raw[SIGNATURE_KEY_SIZE];
	struct err e;
	struct stat st;
	(void)state;
	assert_int_equal(signature_make_key(ben_key, &e), -1); /* never written over */
	assert_int_equal(stat(ben_key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(signature_read_key(ben_key, raw, &e), -1); /* the private one */
	snprintf(path, sizeof path, "%s/bad", directory);
	assert_int_equal(signature_read_key(path, raw, &e), -1);
	assert_non_null(strstr(e.text, "No such file"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(signature_read_key(path, raw, &e), -1);
	unlink(path);
	struct signature s = example();
	struct buf out = { 0 };
	chmod(ben_key, 0644);
	assert_int_equal(signature_sign(&s, ben_key, &out, &e), -1);
	assert_non_null(strstr(e.text, "lets others in"));
	chmod(ben_key, 0600);
}

static void times_are_read_in_one_form(void **state)
{
	static const char *const wrong[] = { "", "2026-02-30", "2026-1-01", "1969-12-31",
		"2026-01-01T00:00:00Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:00:00.000z",
		"2026-01-01T00:00:00.000Z ", " 2026-01-1", "+026-01-01", "2026-13-01" };
	int64_t at;
	(void)state;
	assert_int_equal(time_parse("2026-01-01", &at), 0);
	assert_int_equal(at, NOW);
	assert_int_equal(time_parse("2024-02-29T23:59:59.999Z", &at), 0);
	assert_int_equal(at, 1709251199999);
	assert_int_equal(time_parse("1970-01-01", &at), 0);
	assert_int_equal(at, 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (time_parse(wrong[i], &at) == 0)
			fail_msg("%s", wrong[i]);
	for (int64_t day = 0; day < 200 * 366; day++) {
		char text[TIME_TEXT_SIZE];
		assert_int_equal(time_parse(time_text(day * DAY, text), &at), 0);
		assert_int_equal(at, day * DAY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_signed_is_read_again),
		cmocka_unit_test(any_other_byte_is_refused),
		cmocka_unit_test(the_key_must_be_the_approvers),
		cmocka_unit_test(fields_that_cannot_be_meant_are_refused),
		cmocka_unit_test(it_holds_for_these_files_and_its_time_only),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(times_are_read_in_one_form),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
