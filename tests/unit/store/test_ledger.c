/* Reading a ledger and transcripts from a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"
#include "triaged/store/ledger.h"

#define ENTRIES 1234 /* more than two pages */

static void put(redisContext *c, const char *key, const char *fields)
{
	char command[256];
	snprintf(command, sizeof command, "XADD t:{c}:%s * %s", key, fields);
	redisReply *r = redisCommand(c, command);
	assert_non_null(r);
	assert_int_equal(r->type, REDIS_REPLY_STRING);
	freeReplyObject(r);
}

static struct ledger *open_ledger(const struct redis *redis)
{
	struct ledger *l;
	struct err e;
	if (ledger_open(
		    &(struct ledger_options){
			    .center = "c", .url = redis->url, .timeout_ms = 3000 },
		    &l, &e) != 0)
		fail_msg("%s", e.text);
	return l;
}

static void entries_come_in_order_over_pages(void **state)
{
	(void)state;
	struct redis redis;
	struct ledger_entry entry;
	struct err e;
	redis_start(&redis);
	redisContext *c = redis_connect(&redis);
	for (int i = 1; i <= ENTRIES; i++) {
		char fields[64];
		snprintf(fields, sizeof fields, "at %d c command-%d d decided", i, i);
		put(c, "log", fields);
	}
	struct ledger *l = open_ledger(&redis);
	for (int i = 1; i <= ENTRIES; i++) {
		char expected[32];
		snprintf(expected, sizeof expected, "command-%d", i);
		assert_int_equal(ledger_next(l, &entry, &e), 1);
		assert_int_equal(entry.at_ms, i);
		assert_true(slice_is(entry.command, expected));
		assert_true(slice_is(entry.decisions, "decided"));
		assert_non_null(strchr(entry.id, '-'));
	}
	assert_int_equal(ledger_next(l, &entry, &e), 0);
	assert_int_equal(ledger_next(l, &entry, &e), 0);
	ledger_close(&l);
	redisFree(c);
	redis_kill(&redis);
	redis_remove(&redis);
}

static void keep(void *arg, size_t contact, struct slice record)
{
	char *text = arg;
	size_t n = strlen(text);
	snprintf(text + n, 256 - n, "%zu=%.*s;", contact, (int)record.len, record.data);
}

static void transcripts_come_by_contact(void **state)
{
	(void)state;
	struct redis redis;
	struct err e;
	char text[256] = "";
	redis_start(&redis);
	redisContext *c = redis_connect(&redis);
	put(c, "m:one", "b first");
	put(c, "m:two", "b other");
	put(c, "m:one", "b second");
	struct ledger *l = open_ledger(&redis);
	const char *contacts[] = { "one", "none", "two" };
	assert_int_equal(ledger_transcripts(l, contacts, 3, keep, text, &e), 0);
	assert_string_equal(text, "0=first;0=second;2=other;");
	ledger_close(&l);
	redisFree(c);
	redis_kill(&redis);
	redis_remove(&redis);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	struct redis redis;
	struct ledger_entry entry;
	struct ledger *l;
	struct err e;
	struct ledger_options o = { .center = "c", .url = "unix:/nowhere/sock", .timeout_ms = 500 };
	assert_int_equal(ledger_open(&o, &l, &e), -1);
	assert_non_null(strstr(e.text, "/nowhere/sock"));
	assert_null(l);
	o.url = "tls:localhost:1";
	assert_int_equal(ledger_open(&o, &l, &e), -1);
	assert_non_null(strstr(e.text, "without TLS only"));
	redis_start(&redis);
	redisContext *c = redis_connect(&redis);
	put(c, "log", "at soon c x d y");
	l = open_ledger(&redis);
	assert_int_equal(ledger_next(l, &entry, &e), -1);
	assert_non_null(strstr(e.text, "is broken"));
	ledger_close(&l);
	l = open_ledger(&redis);
	redis_kill(&redis);
	assert_int_equal(ledger_next(l, &entry, &e), -1);
	ledger_close(&l);
	redisFree(c);
	redis_remove(&redis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_in_order_over_pages),
		cmocka_unit_test(transcripts_come_by_contact),
		cmocka_unit_test(what_is_wrong_is_named),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
