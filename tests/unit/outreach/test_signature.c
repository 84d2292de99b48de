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

#include "triaged/outreach/signature.h"

static struct slice of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* Made by the npm package standardwebhooks 1.1.1: new Webhook(secret).sign(id, time, body). */
static const struct {
	const char *secret, *id;
	int64_t time_s;
	const char *body, *signature;
} vectors[] = {
	{ "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", 1674087231,
		"{\"type\":\"contact.created\",\"data\":{\"id\":\"1\"}}",
		"v1,9gXpeklCu4ovBdPxB1QxY56VmVP9M/8pi8z//0Awd3M=" },
	{ "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "d0000000000000012:county-ems:1",
		1790000000, "", "v1,e1C6eS8/2+aN3oy6mEhGPX1eTHd6PnAiS3i9dae5uoc=" },
	{ "whsec_//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eDf3t3c29rZ2NfW1dTT0tHQz87NzMvKycjHxsXEw8"
	  "LBwA==",
		"d0000000000000012:county-ems:2", 1790000300,
		"{\"text\":\"señal 🛟 \\u0000 </p>\"}",
		"v1,P0cm1S5iTUOyM7Kvc4LXiwVj+olk/+CXwAtMTmRPcI8=" },
};
#define N_VECTORS (sizeof vectors / sizeof *vectors)

static void another_implementation_signs_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_VECTORS; i++) {
		struct webhook_secrets s = { .n = 0 };
		struct buf made = { 0 };
		char time[24];
		assert_int_equal(webhook_secret_parse(&s, of(vectors[i].secret), NULL), 0);
		webhook_sign(&s, vectors[i].id, vectors[i].time_s, of(vectors[i].body), &made);
		assert_string_equal(buf_str(&made), vectors[i].signature);
		snprintf(time, sizeof time, "%lld", (long long)vectors[i].time_s);
		const struct webhook_headers h = { vectors[i].id, time, vectors[i].signature };
		assert_int_equal(
			webhook_verify(&s, &h, of(vectors[i].body), vectors[i].time_s + 300),
			WEBHOOK_GENUINE);
		buf_free(&made);
	}
}

static void either_secret_will_do_while_it_changes(void **state)
{
	(void)state;
	struct webhook_secrets both = { .n = 0 }, old = { .n = 0 }, none = { .n = 0 };
	struct buf made = { 0 };
	assert_int_equal(webhook_secret_parse(&both, of(vectors[1].secret), NULL), 0);
	assert_int_equal(webhook_secret_parse(&both, of(vectors[0].secret), NULL), 0);
	assert_int_equal(webhook_secret_parse(&old, of(vectors[0].secret), NULL), 0);
	webhook_sign(&both, "id", 1000, of("body"), &made);
	assert_non_null(strchr(made.data, ' '));
	struct webhook_headers h = { "id", "1000", made.data };
	assert_int_equal(webhook_verify(&old, &h, of("body"), 1000), WEBHOOK_GENUINE);
	assert_int_equal(webhook_verify(&none, &h, of("body"), 1000), WEBHOOK_FORGED);
	buf_clear(&made);
	webhook_sign(&old, "id", 1000, of("body"), &made);
	h.signature = made.data;
	assert_int_equal(webhook_verify(&both, &h, of("body"), 1000), WEBHOOK_GENUINE);
	buf_free(&made);
}

static void what_was_touched_does_not_verify(void **state)
{
	(void)state;
	struct webhook_secrets s = { .n = 0 };
	const char *good = vectors[0].signature, *id = vectors[0].id, *time = "1674087231";
	int64_t now = vectors[0].time_s;
	char text[80];
	assert_int_equal(webhook_secret_parse(&s, of(vectors[0].secret), NULL), 0);
	struct webhook_headers h = { id, time, good };
	assert_int_equal(webhook_verify(&s, &h, of("other"), now), WEBHOOK_FORGED);
	h.id = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4X";
	assert_int_equal(webhook_verify(&s, &h, of(vectors[0].body), now), WEBHOOK_FORGED);
	h = (struct webhook_headers){ id, "1674087232", good };
	assert_int_equal(webhook_verify(&s, &h, of(vectors[0].body), now), WEBHOOK_FORGED);
	for (size_t i = 0; i < strlen(good); i++) {
		snprintf(text, sizeof text, "%s", good);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		h = (struct webhook_headers){ id, time, text };
		assert_int_equal(webhook_verify(&s, &h, of(vectors[0].body), now), WEBHOOK_FORGED);
	}
}

static void only_the_time_around_now_counts(void **state)
{
	(void)state;
	struct webhook_secrets s = { .n = 0 };
	assert_int_equal(webhook_secret_parse(&s, of(vectors[0].secret), NULL), 0);
	const struct webhook_headers h = { vectors[0].id, "1674087231", vectors[0].signature };
	static const struct {
		int64_t off;
		enum webhook_verdict verdict;
	} rows[] = { { -301, WEBHOOK_STALE }, { -300, WEBHOOK_GENUINE }, { 0, WEBHOOK_GENUINE },
		{ 300, WEBHOOK_GENUINE }, { 301, WEBHOOK_STALE } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(webhook_verify(&s, &h, of(vectors[0].body),
					 vectors[0].time_s + rows[i].off),
			rows[i].verdict);
}

static void malformed_headers_are_named_so(void **state)
{
	(void)state;
	struct webhook_secrets s = { .n = 0 };
	char longest[WEBHOOK_ID_MAX + 2];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	const struct webhook_headers bad[] = { { NULL, "1", "v1,x" }, { "a", NULL, "v1,x" },
		{ "a", "1", NULL }, { "", "1", "v1,x" }, { "a.b", "1", "v1,x" },
		{ "a b", "1", "v1,x" }, { longest, "1", "v1,x" }, { "a", "", "v1,x" },
		{ "a", "-1", "v1,x" }, { "a", "1.0", "v1,x" }, { "a", "9999999999999", "v1,x" } };
	assert_int_equal(webhook_secret_parse(&s, of(vectors[0].secret), NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(
			webhook_verify(&s, &bad[i], of("{}"), 1674087231), WEBHOOK_MALFORMED);
	const struct webhook_headers empty = { "a", "1", "" };
	assert_int_equal(webhook_verify(&s, &empty, of("{}"), 1), WEBHOOK_FORGED);
}

static void a_secret_has_its_form(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "whsec_", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH",
		"whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "whsec_*",
		"whsk_BwcHBwcHBwcHBwcHBwcHBwcH" };
	struct webhook_secrets s = { .n = 0 };
	struct err e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(webhook_secret_parse(&s, of(bad[i]), &e), -1);
		assert_null(strstr(e.text, "BwcHBwc"));
	}
	for (int i = 0; i < WEBHOOK_SECRETS_MAX; i++)
		assert_int_equal(webhook_secret_parse(&s, of(vectors[0].secret), &e), 0);
	assert_int_equal(webhook_secret_parse(&s, of(vectors[0].secret), &e), -1);
	webhook_secrets_wipe(&s);
	assert_int_equal(s.n, 0);
}

static void a_secret_file_is_read_only_when_it_is_private(void **state)
{
	(void)state;
	char path[] = "/tmp/triaged-whsec-XXXXXX";
	struct webhook_secrets s = { .n = 0 };
	struct err e;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s\n", vectors[0].secret), strlen(vectors[0].secret) + 1);
	close(fd);
	assert_int_equal(webhook_secret_read(&s, path, &e), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(webhook_secret_read(&s, path, &e), -1);
	assert_non_null(strstr(e.text, path));
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_implementation_signs_the_same),
		cmocka_unit_test(either_secret_will_do_while_it_changes),
		cmocka_unit_test(what_was_touched_does_not_verify),
		cmocka_unit_test(only_the_time_around_now_counts),
		cmocka_unit_test(malformed_headers_are_named_so),
		cmocka_unit_test(a_secret_has_its_form),
		cmocka_unit_test(a_secret_file_is_read_only_when_it_is_private),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
