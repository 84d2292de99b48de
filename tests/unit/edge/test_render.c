#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/edge/render.h"
#include "triaged/base/json.h"
#include "triaged/base/json_text.h"

/* Sealed text of these tests is "contact|text"; any other contact cannot open it. */
static int open_text(void *arg, const char *contact, struct slice sealed, struct buf *plain)
{
	(void)arg;
	size_t n = strlen(contact);
	if (sealed.len <= n || memcmp(sealed.data, contact, n) != 0 || sealed.data[n] != '|')
		return -1;
	buf_add(plain, sealed.data + n + 1, sealed.len - n - 1);
	return 0;
}

static const struct render render = { .open = open_text,
	.texts = { .waiting = "wait", .responder_lost = "again", .review = "we look" } };

static json_t *shown(enum output_kind kind, enum command_kind command, struct buf *fields)
{
	struct output o = {
		.kind = kind, .command = command, .node = "", .session = "", .fields = *fields
	};
	struct buf out = { 0 };
	struct err e;
	jtext_open(&out, '{');
	render_output(&render, &o, &out);
	jtext_close(&out, '}');
	json_t *v = json_parse(out.data, out.len, 16, &e);
	if (!v)
		fail_msg("%s: %s", e.text, out.data);
	buf_free(&out);
	buf_free(fields);
	return v;
}

static const char *string_in(const json_t *v, const char *name)
{
	return json_string_value(json_object_get(v, name));
}

static void every_shape(void **state)
{
	(void)state;
	struct buf f = { 0 };
	record_puts(&f, "contact", "c1");
	record_puti(&f, "waited_ms", 1500);
	record_puti(&f, "at_ms", 1);
	record_puts(&f, "flags", "a b");
	record_puts(&f, "ruleset", "core@1.2:abc");
	record_puts(&f, "text", "c1|hello \"you\"");
	record_puts(&f, "facts", "hidden");
	record_puts(&f, "word_of_a_newer_node", "x");
	json_t *v = shown(OUTPUT_CONTACT_SAID, COMMAND_CONTACT_SAY, &f);
	assert_true(json_real_value(json_object_get(v, "waited_s")) == 1.5);
	assert_string_equal(string_in(v, "at"), "1970-01-01T00:00:00.001Z");
	assert_int_equal(json_array_size(json_object_get(v, "flags")), 2);
	assert_string_equal(string_in(json_object_get(v, "ruleset"), "digest"), "abc");
	assert_string_equal(string_in(v, "text"), "hello \"you\"");
	assert_string_equal(string_in(v, "word_of_a_newer_node"), "x");
	assert_null(json_object_get(v, "facts"));
	json_decref(v);
}

static void text_of_another_contact_is_null(void **state)
{
	(void)state;
	struct buf f = { 0 };
	record_puts(&f, "contact", "c2");
	record_puts(&f, "text", "c1|secret");
	json_t *v = shown(OUTPUT_CONTACT_SAID, COMMAND_CONTACT_SAY, &f);
	assert_true(json_is_null(json_object_get(v, "text")));
	json_decref(v);
}

static void promised_members_are_there_when_empty(void **state)
{
	(void)state;
	struct buf f = { 0 };
	record_puts(&f, "contact", "c1");
	json_t *v = shown(OUTPUT_REPLY, COMMAND_CONTACT_OPEN, &f);
	assert_true(json_is_array(json_object_get(v, "reasons")));
	assert_true(json_is_null(json_object_get(v, "position")));
	json_decref(v);
	f = (struct buf){ 0 };
	record_puts(&f, "contact", "c1");
	record_puts(&f, "last_responder", "ann");
	v = shown(OUTPUT_REPLY, COMMAND_OFFER_ACCEPT, &f);
	const json_t *person = json_object_get(v, "person");
	assert_true(json_is_false(json_object_get(person, "returning")));
	assert_string_equal(string_in(person, "last_responder"), "ann");
	assert_null(json_object_get(v, "last_responder"));
	json_decref(v);
}

static void an_offer_says_in_one_line_why(void **state)
{
	(void)state;
	struct buf f = { 0 };
	record_puts(&f, "level", "urgent");
	record_puts(&f, "reasons", "[{\"rule\":\"R1\",\"text\":\"a \\\"plan\\\"\",\"spans\":[]}]");
	json_t *v = shown(OUTPUT_OFFER_NEW, COMMAND_TICK, &f);
	assert_string_equal(string_in(v, "summary"), "urgent: a \"plan\"");
	json_decref(v);
	f = (struct buf){ 0 };
	record_puts(&f, "level", "low");
	record_puts(&f, "reasons", "[]");
	v = shown(OUTPUT_OFFER_NEW, COMMAND_TICK, &f);
	assert_string_equal(string_in(v, "summary"), "low");
	json_decref(v);
}

/* A contact taken in from what its responder did has none. */
static void reasons_nobody_knows_are_none(void **state)
{
	(void)state;
	struct buf f = { 0 };
	record_puts(&f, "level", "high");
	record_puts(&f, "reasons", "");
	json_t *v = shown(OUTPUT_OFFER_NEW, COMMAND_TICK, &f);
	assert_true(json_is_array(json_object_get(v, "reasons")));
	assert_int_equal(json_array_size(json_object_get(v, "reasons")), 0);
	json_decref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape),
		cmocka_unit_test(text_of_another_contact_is_null),
		cmocka_unit_test(promised_members_are_there_when_empty),
		cmocka_unit_test(an_offer_says_in_one_line_why),
		cmocka_unit_test(reasons_nobody_knows_are_none),
	};
	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
