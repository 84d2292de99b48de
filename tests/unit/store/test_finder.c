/* What Sentinels and Cluster nodes say, read. How it is followed: tests/system/test_failover.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../daemon/store/finder_internal.h"

static const struct url self = { .host = "10.0.0.9", .port = 7000 };

#define A "aaaa 10.0.0.1:7001@17001 master - 0 1 3 connected 0-5460 9000\n"
#define B                                                                                          \
	"bbbb 10.0.0.2:7002@17002,b.example myself,master - 0 1 5 connected 5461-8999 [93-<-aaaa]\n"
#define C "cccc 10.0.0.3:7003@17003 slave aaaa 0 1 3 connected\n"

static struct finding owner(const char *nodes, int slot)
{
	struct finding f;
	struct err e;
	if (cluster_owner(nodes, slot, &self, &f, &e) < 0)
		fail_msg("%s", e.text);
	return f;
}

static void slots_are_those_of_the_specification(void **state)
{
	(void)state;
	assert_int_equal(cluster_slot("123456789"), 0x31c3); /* the specification's own example */
	assert_int_equal(cluster_slot("foo"), 12182);
	assert_int_equal(cluster_slot("user1000"), 3443);
}

static void owner_of_a_slot_is_found(void **state)
{
	(void)state;
	struct finding f = owner(A B C, 5460);
	assert_string_equal(f.master.host, "10.0.0.1");
	assert_int_equal(f.master.port, 7001);
	assert_int_equal(f.epoch, 3);
	assert_int_equal(owner(A B C, 9000).master.port, 7001);
	f = owner(A B C, 5461);
	assert_string_equal(f.master.host, "10.0.0.2");
	assert_int_equal(f.epoch, 5);
	assert_true(f.known);
	/* what moves in is not here yet */
	assert_int_equal(owner(A B C, 93).master.port, 7001);
}

static void newest_of_two_owners_counts(void **state)
{
	(void)state;
	static const char two[] = A "dddd 10.0.0.4:7004@17004 master - 0 1 9 connected 0-16383\n";
	assert_int_equal(owner(two, 7).master.port, 7004);
}

static void node_without_an_address_is_the_one_asked(void **state)
{
	(void)state;
	struct finding f = owner("aaaa :7009@17009 myself,master - 0 0 1 connected 0-16383\n", 1);
	assert_string_equal(f.master.host, "10.0.0.9");
	assert_int_equal(f.master.port, 7009);
}

static void tls_is_kept(void **state)
{
	(void)state;
	struct url tls = self;
	struct finding f;
	struct err e;
	tls.is_tls = true;
	assert_int_equal(cluster_owner(A, 0, &tls, &f, &e), 0);
	assert_true(f.master.is_tls);
}

static void what_is_not_said_is_an_error(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "\n", C, "aaaa", "a b c d e f g h 1-\n", A,
		"aaaa 10.0.0.1:7001@17001 master - 0 1 x connected 10000\n",
		"aaaa 10.0.0.1 master - 0 1 1 connected 10000\n",
		"aaaa 10.0.0.1:0@1 master - 0 1 1 connected 10000\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct finding f;
		struct err e;
		assert_int_equal(cluster_owner(bad[i], 10000, &self, &f, &e), -1);
		assert_true(*e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_those_of_the_specification),
		cmocka_unit_test(owner_of_a_slot_is_found),
		cmocka_unit_test(newest_of_two_owners_counts),
		cmocka_unit_test(node_without_an_address_is_the_one_asked),
		cmocka_unit_test(tls_is_kept),
		cmocka_unit_test(what_is_not_said_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
