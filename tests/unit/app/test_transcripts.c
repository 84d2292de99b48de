#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/app/transcripts.h"

static const uint64_t seed[2] = { 1, 2 };

static void say(struct transcripts *t, const char *contact, int64_t seq, const char *text)
{
	struct buf b = { 0 };
	record_puti(&b, "seq", seq);
	record_puts(&b, "text", text);
	transcripts_add(t, contact, (struct slice){ b.data, b.len });
	buf_free(&b);
}

static void count(void *arg, struct slice record)
{
	(void)record;
	++*(int *)arg;
}

static void whole_transcripts_are_given_in_order(void **state)
{
	(void)state;
	struct transcripts t;
	int n = 0;
	transcripts_init(&t, seed);
	assert_false(transcripts_read(&t, "c1", count, &n));
	say(&t, "c1", 1, "one");
	say(&t, "c1", 2, "two");
	say(&t, "c2", 1, "other");
	assert_true(transcripts_read(&t, "c1", count, &n));
	assert_int_equal(n, 2);
	transcripts_forget(&t, "c1");
	assert_false(transcripts_read(&t, "c1", count, &n));
	transcripts_fini(&t);
	assert_int_equal(t.bytes, 0);
}

static void what_is_not_whole_is_not_kept(void **state)
{
	(void)state;
	static char longest[TRANSCRIPT_MAX_BYTES + 1];
	struct transcripts t;
	int n = 0;
	memset(longest, 'x', sizeof longest - 1);
	transcripts_init(&t, seed);
	say(&t, "late", 2, "its beginning was before this leader");
	assert_false(transcripts_read(&t, "late", count, &n));
	say(&t, "gap", 1, "one");
	say(&t, "gap", 3, "three");
	assert_false(transcripts_read(&t, "gap", count, &n));
	say(&t, "gap", 4, "four");
	assert_false(transcripts_read(&t, "gap", count, &n));
	say(&t, "long", 1, "one");
	say(&t, "long", 2, longest);
	assert_false(transcripts_read(&t, "long", count, &n));
	assert_int_equal(t.bytes, 0);
	assert_int_equal(n, 0);
	transcripts_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_transcripts_are_given_in_order),
		cmocka_unit_test(what_is_not_whole_is_not_kept),
	};
	return cmocka_run_group_tests_name("transcripts", tests, NULL, NULL);
}
