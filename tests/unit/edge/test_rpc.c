#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../daemon/edge/rpc.h"

#define N(array) (sizeof(array) / sizeof *(array))

/* "id code reason", or "id ok method". */
static const char *read(const char *line, size_t n)
{
	static char said[300];
	struct rpc_request r;
	struct rpc_error fault;
	struct err e;
	if (rpc_read(line, n, 4, &r, &fault, &e) < 0)
		snprintf(said, sizeof said, "%s %d %s", r.id, fault.code, fault.reason);
	else
		snprintf(said, sizeof said, "%s ok %s", r.id, r.method);
	rpc_request_fini(&r);
	return said;
}

static void requests_are_read_strictly(void **state)
{
	(void)state;
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}", "1 ok m" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":-7,\"method\":\"m\",\"params\":{}}", "-7 ok m" },
		{ " {\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\\u00e9\",\"method\":\"m\"} ",
			"\"a\\\"b\u00e9\" ok m" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"m\"}", "\"\" ok m" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}", "null -32600 id" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\"}", "null -32600 id" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"m\"}", "null -32600 id" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"m\"}", "null -32600 id" },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"m\"}", "1 -32600 jsonrpc" },
		{ "{\"id\":1,\"method\":\"m\"}", "1 -32600 jsonrpc" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":3}", "1 -32600 method" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}", "1 -32600 method" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[]}",
			"1 -32602 params_not_an_object" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":null}",
			"1 -32602 params_not_an_object" },
		{ "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}]", "null -32600 batch" },
		{ "[]", "null -32600 batch" },
		{ "1", "null -32600 not_an_object" },
		{ "\"x\"", "null -32600 not_an_object" },
		{ "hello", "null -32700 parse_error" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"m\"", "5 -32700 parse_error" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"m\"}}", "5 -32700 parse_error" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"id\":6,\"method\":\"m\"}",
			"null -32700 parse_error" },
		{ "{\"id\":5,\"params\":{\"a\":1,\"a\":2}}", "5 -32700 parse_error" },
		{ "{\"params\":{\"id\":3,\"a\":1e999},\"id\":\"x\"}", "\"x\" -32700 parse_error" },
		{ "{\"id\":7,\"params\":{\"a\":99999999999999999999}}", "7 -32700 parse_error" },
		{ "{\"id\":7,\"params\":{\"a\":\"\xff\"}}", "7 -32700 parse_error" },
		{ "{\"id\":7,\"params\":{\"a\":\"\\u0000\"}}", "7 -32700 parse_error" },
		{ "{\"id\":7,\"params\":[[[[[[]]]]]]}", "7 -32700 parse_error" },
		{ "{\"id\":99999999999999999999}", "null -32700 parse_error" },
		{ "{\"id\":\"a\\u0000\"}", "null -32700 parse_error" },
		{ "{\"id\":\"a\"\"b\"}", "null -32700 parse_error" },
		{ "{\"id\":01}", "null -32700 parse_error" },
		{ "{\"id\":12", "null -32700 parse_error" },
		{ "{\"id\":{\"a\":1,\"a\":1}}", "null -32700 parse_error" },
		{ "{\"x\":\"\\\"id\\\":3\",", "null -32700 parse_error" },
	};
	for (size_t i = 0; i < N(cases); i++) {
		const char *said = read(cases[i].line, strlen(cases[i].line));
		if (strcmp(said, cases[i].said) != 0)
			fail_msg("%s\nwanted: %s\ngot: %s", cases[i].line, cases[i].said, said);
	}
	static const char nul[] = "{\"id\":3,\"a\":\"x\0y\"}";
	assert_string_equal(read(nul, sizeof nul - 1), "3 -32700 parse_error");
}

static void ids_at_their_bound(void **state)
{
	(void)state;
	char line[400], id[200];
	memset(id, 'i', sizeof id);
	for (int n = RPC_ID_MAX - 1; n <= RPC_ID_MAX + 1; n++) {
		char wanted[300];
		snprintf(line, sizeof line,
			"{\"jsonrpc\":\"2.0\",\"id\":\"%.*s\",\"method\":\"m\"}", n, id);
		snprintf(wanted, sizeof wanted, n > RPC_ID_MAX ? "null -32600 id" : "\"%.*s\" ok m",
			n, id);
		assert_string_equal(read(line, strlen(line)), wanted);
	}
}

/* Whatever part of a line we have, the id is the right one or none. */
static void a_line_cut_anywhere_never_gives_a_wrong_id(void **state)
{
	(void)state;
	static const char line[] =
		"{\"a\":[\"]}\",{\"id\":9}],\"id\":1234,\"b\":\"\\\\\",\"c\":{}}";
	char id[RPC_ID_MAX + 3];
	int found = 0;
	for (size_t n = 0; n < sizeof line; n++) {
		rpc_scan_id(line, n, id, sizeof id);
		if (strcmp(id, "1234") == 0)
			found++;
		else
			assert_string_equal(id, "null");
	}
	assert_true(found > 10);
}

static void an_error_says_what_it_has(void **state)
{
	(void)state;
	struct buf out = { 0 };
	rpc_add_error(&out, "1", &(struct rpc_error){ .code = RPC_STALE, .reason = "taken" });
	assert_string_equal(buf_str(&out),
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":4,"
		"\"message\":\"stale\",\"data\":{\"reason\":\"taken\"}}}\n");
	buf_clear(&out);
	rpc_add_error(&out, "\"x\"",
		&(struct rpc_error){ .code = RPC_RATE_LIMITED,
			.reason = "rate",
			.detail = "a \"b\"\n",
			.field = "f",
			.retry_after_ms = 12 });
	assert_string_equal(buf_str(&out),
		"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":6,\"message\":\"rate limited\","
		"\"data\":{\"reason\":\"rate\",\"detail\":\"a \\\"b\\\"\\n\",\"field\":\"f\","
		"\"retry_after_ms\":12}}}\n");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_strictly),
		cmocka_unit_test(ids_at_their_bound),
		cmocka_unit_test(a_line_cut_anywhere_never_gives_a_wrong_id),
		cmocka_unit_test(an_error_says_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
