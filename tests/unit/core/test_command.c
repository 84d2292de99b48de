#include "world.h"

#define BLOB(s) ((struct slice){ s, sizeof(s) - 1 })

static int decode(const char *bytes, size_t n, struct command *c, char *copy)
{
	struct err e;
	memcpy(copy, bytes, n);
	return command_decode(copy, n, c, &e);
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	struct buf b = { 0 };
	char copy[1024];
	struct command in, out;
	command_init(&in, COMMAND_CONTACT_OPEN);
	in.identity = "web";
	in.watch = INT64_MIN;
	in.level = 5;
	in.text = BLOB("sealed\0bytes\n");
	in.reasons = BLOB("[]");
	in.address = BLOB("who");
	in.answers = BLOB("q1 is yes");
	command_encode(&in, true, &b);
	assert_int_equal(decode(b.data, b.len, &out, copy), 0);
	assert_int_equal(out.command, COMMAND_CONTACT_OPEN);
	assert_string_equal(out.identity, "web");
	assert_string_equal(out.session, "");
	assert_true(out.watch == INT64_MIN);
	assert_int_equal(out.level, 5);
	assert_memory_equal(out.text.data, "sealed\0bytes\n", 13);
	assert_int_equal(out.said, 0);
	buf_clear(&b);
	command_encode(&in, false, &b);
	assert_null(memmem(b.data, b.len, "sealed", 6));
	assert_null(memmem(b.data, b.len, "who", 3));
	assert_null(memmem(b.data, b.len, "q1 is", 5));
	assert_int_equal(decode(b.data, b.len, &out, copy), 0);
	assert_int_equal(out.text.len, 0);
	assert_int_equal(out.said, 1);
	assert_int_equal(out.answered, 1);
	buf_free(&b);
}

static void every_kind_has_a_name_that_is_read(void **state)
{
	(void)state;
	for (int kind = 0; kind < COMMAND_KIND_COUNT; kind++) {
		struct buf b = { 0 };
		char copy[256];
		struct command in, out;
		command_init(&in, (enum command_kind)kind);
		command_encode(&in, true, &b);
		assert_int_equal(decode(b.data, b.len, &out, copy), 0);
		assert_int_equal(out.command, kind);
		buf_free(&b);
	}
}

static void newer_fields_are_skipped_and_broken_records_refused(void **state)
{
	(void)state;
	struct command out;
	char copy[256];
#define DECODE(s) decode(s, sizeof(s) - 1, &out, copy)
	assert_int_equal(DECODE("command 4:tick\nfrom_the_future 2:hi\nnode 2:n1\n"), 0);
	assert_string_equal(out.node, "n1");
	assert_int_equal(DECODE(""), -1);
	assert_int_equal(DECODE("node 2:n1\n"), -1);
	assert_int_equal(DECODE("command 4:nope\n"), -1);
	assert_int_equal(DECODE("command 4:tick\nlevel 1:x\n"), -1);
	assert_int_equal(DECODE("command 4:tick\nnode 3:a\0b\n"), -1);
	assert_int_equal(DECODE("command 4:tick\nnode 9:a\n"), -1);
#undef DECODE
}

static void outputs_travel(void **state)
{
	(void)state;
	struct buf b = { 0 }, fields = { 0 };
	struct err e;
	record_puts(&fields, "why", "taken");
	struct output in = { .kind = OUTPUT_OFFER_GONE,
		.node = "n2",
		.session = "n2/i/4",
		.fields = fields },
		      out;
	output_encode(&in, &b);
	assert_int_equal(output_decode(b.data, b.len, &out, &e), 0);
	assert_int_equal(out.kind, OUTPUT_OFFER_GONE);
	assert_string_equal(out.node, "n2");
	assert_string_equal(out.session, "n2/i/4");
	assert_int_equal(out.fields.len, fields.len);
	assert_memory_equal(out.fields.data, fields.data, fields.len);
	buf_clear(&b);
	in.kind = OUTPUT_REPLY;
	in.command = COMMAND_CONTACT_LEVEL;
	in.session = "";
	in.request = 77;
	output_encode(&in, &b);
	assert_int_equal(output_decode(b.data, b.len, &out, &e), 0);
	assert_int_equal(out.command, COMMAND_CONTACT_LEVEL);
	assert_int_equal(out.request, 77);
	assert_string_equal(out.session, "");
	char broken[] = "output 4:what\n";
	assert_int_equal(output_decode(broken, sizeof broken - 1, &out, &e), -1);
	buf_free(&b);
	buf_free(&fields);
}

/* Of a location, as of a text, the ledger keeps that there was one. */
static void content_leaves_a_trace_of_itself(void **state)
{
	(void)state;
	struct command in, out;
	struct buf b = { 0 };
	struct err e;
	command_init(&in, COMMAND_CONTACT_OPEN);
	in.text = in.location = (struct slice){ "sealed", 6 };
	for (int told = 0; told <= 1; told++) {
		in.said = in.located = told; /* decoded once already, and encoded again */
		buf_clear(&b);
		command_encode(&in, false, &b);
		assert_null(strstr(buf_str(&b), "sealed"));
		assert_int_equal(command_decode(b.data, b.len, &out, &e), 0);
		assert_int_equal(out.said, 1);
		assert_int_equal(out.located, 1);
		assert_int_equal(out.text.len + out.location.len, 0);
	}
	buf_free(&b);
}

static void broken_outputs_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		int result;
	} cases[] = {
#define CASE(s, result) { s, sizeof(s) - 1, result }
		CASE("output 6:notice\nnode 2:n1\nmood 1:x\n", 0),
		CASE("node 2:n1\n", -1), /* of no kind */
		CASE("output 6:notice\nnode 2:n1", -1),
		CASE("output 6:notice\nnode 3:a\0b\n", -1),
		CASE("output 6:notice\nsession 3:a\0b\n", -1),
		CASE("output 6:notice\nrequest 1:x\n", -1),
		CASE("output 5:reply\ncommand 4:nope\n", -1),
#undef CASE
	};
	struct output out;
	struct err e;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char copy[64];
		memcpy(copy, cases[i].bytes, cases[i].n);
		assert_int_equal(output_decode(copy, cases[i].n, &out, &e), cases[i].result);
	}
	assert_string_equal(output_name(OUTPUT_KIND_COUNT), "unknown");
	assert_string_equal(command_name(COMMAND_KIND_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(every_kind_has_a_name_that_is_read),
		cmocka_unit_test(newer_fields_are_skipped_and_broken_records_refused),
		cmocka_unit_test(outputs_travel),
		cmocka_unit_test(content_leaves_a_trace_of_itself),
		cmocka_unit_test(broken_outputs_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
