/* The parts of the store that need no server: addresses, arguments, replies, the server's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/store/args.h"
#include "../../../daemon/store/library.h"
#include "../../../daemon/store/redis_time.h"
#include "../../../daemon/store/reply.h"
#include "../../../daemon/store/url.h"

static void urls_are_read(void **state)
{
	(void)state;
	struct url u;
	struct err e;
	assert_int_equal(url_parse("unix:/run/triaged/redis.sock", &u, &e), 0);
	assert_true(u.is_unix);
	assert_string_equal(u.host, "/run/triaged/redis.sock");
	assert_int_equal(url_parse("tcp:redis.example:6379", &u, &e), 0);
	assert_false(u.is_unix);
	assert_string_equal(u.host, "redis.example");
	assert_int_equal(u.port, 6379);
	assert_int_equal(url_parse("tcp:[::1]:7", &u, &e), 0);
	assert_string_equal(u.host, "::1");
	assert_int_equal(u.port, 7);
	assert_false(u.is_tls);
	assert_int_equal(url_parse("tls:redis.example:6380", &u, &e), 0);
	assert_true(u.is_tls);
	struct url next;
	char shown[URL_TEXT_SIZE];
	assert_int_equal(url_from(&u, "::1 and more", 3, 7, &next, &e), 0);
	assert_true(next.is_tls);
	assert_string_equal(url_text(&next, shown), "[::1]:7");
	assert_false(url_equal(&u, &next));
	assert_int_equal(url_from(&u, "a", 1, 0, &next, &e), -1);
	assert_int_equal(url_from(&u, "", 0, 1, &next, &e), -1);
	char longest[200] = "unix:";
	memset(longest + 5, 'x', 107);
	assert_int_equal(url_parse(longest, &u, &e), 0);
	memset(longest + 5, 'x', 108);
	static const char *const bad[] = { "", "unix:", "redis://x", "tcp:host", "tcp::1",
		"tcp:host:0", "tcp:host:65536", "tcp:host:1x", "tcp:[]:1", "tcp:[[]]:6", "tcp:a]:6",
		"tls:host" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (url_parse(bad[i], &u, &e) == 0)
			fail_msg("%s was accepted", bad[i]);
	}
	assert_int_equal(url_parse(longest, &u, &e), -1);
}

static void arguments_keep_every_byte(void **state)
{
	(void)state;
	struct args a = { 0 }, b = { 0 };
	args_adds(&a, "SET");
	args_add(&a, "k\0\r\n", 4);
	args_adds(&b, "");
	args_addi(&b, INT64_MIN);
	args_add_all(&a, &b);
	for (int i = 0; i < 100; i++)
		args_add_all(&b, &a);
	assert_int_equal(a.n, 4);
	struct slice wire = args_format(&a);
	static const char expected[] = "*4\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n"
				       "$20\r\n-9223372036854775808\r\n";
	assert_int_equal(wire.len, sizeof expected - 1);
	assert_memory_equal(wire.data, expected, wire.len);
	args_format_free(&wire);
	assert_int_equal(b.n, 402);
	assert_memory_equal(b.bytes.data, "$0\r\n\r\n$20\r\n-9", 13);
	args_free(&a);
	assert_int_equal(a.n, 0);
	args_free(&a);
	args_free(&b);
}

static redisReply *parse(const char *bytes)
{
	redisReader *r = reply_reader_new();
	void *reply = NULL;
	redisReaderFeed(r, bytes, strlen(bytes));
	if (redisReaderGetReply(r, &reply) != REDIS_OK)
		reply = NULL;
	redisReaderFree(r);
	return reply;
}

static void answers_of_functions_are_checked(void **state)
{
	(void)state;
	struct lead_answer lead;
	struct node_answer node;
	redisReply *r =
		parse("*7\r\n:7\r\n:1\r\n$1\r\na\r\n:900\r\n:1700000000123\r\n:3\r\n$2\r\nid\r\n");
	assert_int_equal(reply_lead(r, &lead), 0);
	assert_int_equal(lead.epoch, 7);
	assert_true(lead.mine);
	assert_string_equal(lead.holder, "a");
	assert_int_equal(lead.remaining_ms, 900);
	assert_int_equal(lead.now_ms, 1700000000123);
	assert_int_equal(lead.batch, 3);
	assert_string_equal(lead.instance, "id");
	freeReplyObject(r);
	r = parse("*5\r\n:17\r\n:0\r\n$3\r\n5-1\r\n*1\r\n$5\r\nb one\r\n$0\r\n\r\n");
	assert_int_equal(reply_node(r, &node), 0);
	assert_false(node.known);
	assert_string_equal(node.out_end, "5-1");
	assert_string_equal(reply_str(reply_at(node.expired, 0)), "b one");
	assert_int_equal(reply_lead(r, &lead), -1);
	freeReplyObject(r);
	static const char *const wrong[] = { "+OK\r\n", "*0\r\n", "$-1\r\n", "-ERR x\r\n",
		"*7\r\n:0\r\n:1\r\n$1\r\na\r\n:900\r\n:1\r\n:0\r\n$0\r\n\r\n",  /* no epoch is 0 */
		"*7\r\n:1\r\n:1\r\n$1\r\na\r\n:900\r\n:-1\r\n:0\r\n$0\r\n\r\n", /* before 1970 */
		"*7\r\n:1\r\n:1\r\n:2\r\n:900\r\n:1\r\n:0\r\n$0\r\n\r\n",
		"*6\r\n:1\r\n:1\r\n$1\r\na\r\n:900\r\n:1\r\n:0\r\n" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r = parse(wrong[i]);
		assert_non_null(r);
		assert_int_equal(reply_lead(r, &lead), -1);
		assert_int_equal(reply_node(r, &node), -1);
		freeReplyObject(r);
	}
	assert_int_equal(reply_lead(NULL, &lead), -1);
}

static void hostile_replies_are_refused(void **state)
{
	(void)state;
	assert_null(parse("*65537\r\n"));
	assert_null(parse("*2147483647\r\n"));
	assert_null(parse("hello\r\n"));
#if HIREDIS_MAJOR < 1 /* from then on depth costs memory by the byte received, like length */
	assert_null(parse("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"));
#endif
	redisReply *r = parse("*1\r\n*2\r\n$3\r\n1-1\r\n*1\r\n$1\r\nb\r\n"); /* a field, no value */
	assert_non_null(r);
	assert_int_equal(reply_entries(r, NULL, NULL), -1);
	freeReplyObject(r);
}

static void info_lines_are_found(void **state)
{
	(void)state;
	redisReply *r = parse("$36\r\n# Server\r\nrun_id:abc\r\nxrun_id:no\r\nq:\r\n");
	assert_non_null(r);
	assert_true(slice_is(reply_info(r, "run_id"), "abc"));
	assert_true(slice_is(reply_info(r, "q"), ""));
	assert_null(reply_info(r, "id").data);
	assert_null(reply_info(r, "absent").data);
	freeReplyObject(r);
}

static void server_time_never_runs_back(void **state)
{
	(void)state;
	struct redis_time t = { 0 };
	assert_int_equal(
		redis_time_now(&t, 100, 5000), 5000); /* nobody asked yet: our wall clock */
	redis_time_sample(&t, 9000, 200);
	assert_int_equal(redis_time_now(&t, 200, 0), 9000);
	assert_int_equal(redis_time_now(&t, 300, 0), 9100);
	redis_time_no_earlier(&t, 9050, 300);
	assert_int_equal(redis_time_now(&t, 300, 0), 9100);
	redis_time_no_earlier(&t, 9600, 300);
	assert_int_equal(redis_time_now(&t, 300, 0), 9600);
}

/* Whoever sets the server's clock, our time keeps its pace within the slew. */
static void time_is_not_set(void **state)
{
	static const int64_t steps[] = { 0, 86400000, -86400000, 600000, -600000, 50, -50 };
	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct redis_time t = { 0 };
		redis_time_sample(&t, 1000000, 0);
		int64_t last = redis_time_now(&t, 0, 0);
		for (int64_t mono = 1; mono <= 20000; mono++) {
			if (mono % 7 == 0)
				redis_time_sample(&t, 1000000 + mono + steps[i], mono);
			int64_t now = redis_time_now(&t, mono, 0);
			assert_true(now >= last);
			last = now;
		}
		int64_t wrong = last - 1020000;
		int64_t most = 20000 * REDIS_TIME_SLEW_PERCENT / 100;
		if (steps[i] < most && steps[i] > -most)
			assert_int_equal(wrong, steps[i]); /* made up */
		else
			assert_in_range(steps[i] > 0 ? wrong : -wrong, most * 8 / 10, most);
	}
}

/* Nobody answered for long: what is different then is not made up in one step. */
static void time_is_not_set_after_a_silence(void **state)
{
	struct redis_time t = { 0 };
	(void)state;
	redis_time_sample(&t, 1000000, 0);
	redis_time_sample(&t, 1000000 + 3600000 + 5000, 3600000);
	assert_int_equal(redis_time_now(&t, 3600000, 0), 1000000 + 3600000 + 100);
}

static void library_is_embedded(void **state)
{
	(void)state;
	struct slice text = library_text();
	assert_true(text.len > 1000);
	assert_int_equal(strncmp(text.data, "#!lua name=triaged1\n", 20), 0);
	assert_int_equal(text.data[text.len], '\0');
	assert_true(library_build() >= 1);
	assert_null(strstr(text.data, "EXPIRE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_read),
		cmocka_unit_test(arguments_keep_every_byte),
		cmocka_unit_test(answers_of_functions_are_checked),
		cmocka_unit_test(hostile_replies_are_refused),
		cmocka_unit_test(info_lines_are_found),
		cmocka_unit_test(server_time_never_runs_back),
		cmocka_unit_test(time_is_not_set),
		cmocka_unit_test(time_is_not_set_after_a_silence),
		cmocka_unit_test(library_is_embedded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
