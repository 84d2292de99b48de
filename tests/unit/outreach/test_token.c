#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/outreach/token.h"

static char base[] = "/tmp/triaged-token-XXXXXX";
static char dir[64];
static struct keys *keys;

static const struct token mine = { .agency = "county-ems", .version = 2, .expires_ms = 5000 };

static struct slice of(const struct buf *b)
{
	return (struct slice){ buf_str(b), b->len };
}

static void a_token_says_whose_it_is(void **state)
{
	(void)state;
	struct buf text = { 0 }, again = { 0 };
	struct token t;
	assert_int_equal(token_make(keys, "d1", &mine, &text, NULL), 0);
	assert_int_equal(strspn(text.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789_-"),
		text.len);
	assert_true(text.len < TOKEN_TEXT_MAX);
	assert_null(strstr(text.data, "county"));
	assert_int_equal(token_read(keys, "d1", of(&text), 4999, &t), TOKEN_GOOD);
	assert_string_equal(t.agency, "county-ems");
	assert_int_equal(t.version, 2);
	assert_int_equal(token_read(keys, "d1", of(&text), 5000, &t), TOKEN_EXPIRED);
	assert_int_equal(token_read(keys, "d2", of(&text), 4999, &t), TOKEN_BAD);
	assert_int_equal(token_make(keys, "d1", &mine, &again, NULL), 0);
	assert_string_not_equal(text.data, again.data);
	buf_free(&text);
	buf_free(&again);
}

static void any_change_spoils_it(void **state)
{
	(void)state;
	struct buf text = { 0 };
	struct token t;
	assert_int_equal(token_make(keys, "d1", &mine, &text, NULL), 0);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.data[i];
		for (const char *c = "A_=+ "; *c; c++) {
			text.data[i] = *c;
			if (*c != was)
				assert_int_equal(
					token_read(keys, "d1", of(&text), 1, &t), TOKEN_BAD);
		}
		text.data[i] = was;
	}
	for (size_t n = 0; n < text.len; n++)
		assert_int_equal(
			token_read(keys, "d1", (struct slice){ text.data, n }, 1, &t), TOKEN_BAD);
	buf_adds(&text, "A");
	assert_int_equal(token_read(keys, "d1", of(&text), 1, &t), TOKEN_BAD);
	buf_free(&text);
}

static int set_up(void **state)
{
	(void)state;
	struct err e;
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof dir, "%s/keys", base);
	return keys_open(dir, true, &keys, &e);
}

static int tear_down(void **state)
{
	(void)state;
	char command[128];
	keys_free(&keys);
	snprintf(command, sizeof command, "rm -r %s", base);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_says_whose_it_is),
		cmocka_unit_test(any_change_spoils_it),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
