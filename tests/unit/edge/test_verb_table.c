#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/edge/edge.h"
#include "../../../daemon/edge/verb_check.h"

#define N(array) (sizeof(array) / sizeof *(array))

/* The matrix of the protocol and of the security requirements, written out by hand: F front end,
 * R responder, S supervisor, D dispatcher, P partner, C clinical, A admin, U auditor. */
static const struct {
	const char *method, *who;
} matrix[] = {
	{ "session.hello", "" },
	{ "session.ping", "" },
	{ "session.bye", "" },
	{ "contact.open", "F" },
	{ "contact.say", "FR" },
	{ "contact.answer", "F" },
	{ "contact.leave", "F" },
	{ "contact.resume", "FR" },
	{ "responder.set", "R" },
	{ "offer.accept", "R" },
	{ "offer.decline", "R" },
	{ "contact.next", "R" },
	{ "contact.assess", "R" },
	{ "contact.level", "RS" },
	{ "contact.note", "RS" },
	{ "contact.escalate", "RS" },
	{ "contact.transfer", "RS" },
	{ "transfer.cancel", "RS" },
	{ "transfer.done", "RS" },
	{ "contact.close", "RS" },
	{ "responder.done", "R" },
	{ "dispatch.ack", "DP" },
	{ "dispatch.outcome", "SDP" },
	{ "dispatch.decline", "DP" },
	{ "dispatch.status", "RSDP" },
	{ "dispatch.confirm", "RS" },
	{ "dispatch.list", "RSDP" },
	{ "dispatch.get", "RSDP" },
	{ "dispatch.nearest", "SD" },
	{ "dispatch.drill", "SA" },
	{ "team.set", "DP" },
	{ "team.checkin", "DP" },
	{ "team.list", "SDP" },
	{ "alert.ack", "SD" },
	{ "board.get", "SDA" },
	{ "board.watch", "SD" },
	{ "contact.list", "S" },
	{ "contact.get", "S" },
	{ "contact.explain", "SC" },
	{ "responder.list", "SA" },
	{ "responder.force", "S" },
	{ "rules.get", "SCAU" },
	{ "rules.check", "CA" },
	{ "rules.stage", "C" },
	{ "rules.sign", "C" },
	{ "rules.activate", "CA" },
	{ "rules.rollback", "CA" },
	{ "node.status", "SAU" },
	{ "node.drain", "A" },
	{ "node.reload", "A" },
};

static void roles_are_those_of_the_matrix(void **state)
{
	static const char letters[] = "FRSDPCAU";
	(void)state;
	assert_int_equal(N(matrix), VERB_COUNT);
	for (size_t i = 0; i < N(matrix); i++) {
		const struct verb *v = verb_find(matrix[i].method);
		assert_non_null(v);
		for (unsigned role = 0; role < 8; role++) {
			bool wanted = strchr(matrix[i].who, letters[role]) != NULL;
			bool given = v->roles & (1u << role);
			if (wanted != given)
				fail_msg("%s for %s", matrix[i].method, role_name(1u << role));
		}
	}
}

static void verbs_are_found_by_name_only(void **state)
{
	(void)state;
	for (int i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = verb_at((enum verb_id)i);
		assert_int_equal(v->id, i);
		assert_ptr_equal(verb_find(v->method), v);
		assert_non_null(v->params);
		assert_non_null(v->doc);
	}
	assert_null(verb_find(""));
	assert_null(verb_find("contact.ope"));
	assert_null(verb_find("contact.open "));
	assert_null(verb_find("Contact.open"));
}

static void these_need_a_ref(void **state)
{
	(void)state;
	static const char *const need[] = { "contact.open", "contact.say", "contact.answer",
		"contact.note", "contact.escalate" };
	size_t n = 0;
	for (int i = 0; i < VERB_COUNT; i++)
		n += verb_at((enum verb_id)i)->needs_ref;
	assert_int_equal(n, N(need));
	for (size_t i = 0; i < n; i++)
		assert_true(verb_find(need[i])->needs_ref && verb_find(need[i])->changes);
}

static void roles_have_names(void **state)
{
	(void)state;
	for (unsigned role = 1; role <= ROLE_ALL; role <<= 1)
		assert_int_equal(role_parse(role_name(role)), role);
	assert_int_equal(role_parse("root"), 0);
	assert_int_equal(role_parse(""), 0);
}

/* What verb_check() says of params: "" fine, else "field reason". */
static const char *check(const char *method, const char *params)
{
	static char said[200];
	struct verb_fault f;
	unsigned unknown;
	json_t *p = json_loads(params, JSON_REJECT_DUPLICATES, NULL);
	if (!p)
		fail_msg("not JSON: %s", params);
	*said = '\0';
	if (verb_check(verb_find(method), p, 100, &f, &unknown) < 0)
		snprintf(said, sizeof said, "%s %s", f.field, f.reason);
	else if (unknown)
		snprintf(said, sizeof said, "unknown %u", unknown);
	json_decref(p);
	return said;
}

static void parameters_are_typed_and_bounded(void **state)
{
	(void)state;
	static const struct {
		const char *method, *params, *said;
	} cases[] = {
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\"}", "" },
		{ "contact.open", "{\"channel\":\"sms\"}", "ref missing" },
		{ "contact.open", "{\"ref\":\"r\"}", "channel missing" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":null}", "channel not_a_string" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sm\"}", "channel not_one_of" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms chat\"}",
			"channel not_one_of" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"\"}", "channel not_one_of" },
		{ "contact.open", "{\"ref\":7,\"channel\":\"sms\"}", "ref not_a_string" },
		{ "contact.open", "{\"ref\":\"\",\"channel\":\"sms\"}", "ref too_short" },
		{ "contact.open", "{\"ref\":\"a\\nb\",\"channel\":\"sms\"}", "ref bad_characters" },
		{ "contact.open", "{\"ref\":\"a\\u0085\",\"channel\":\"sms\"}",
			"ref bad_characters" },
		{ "contact.open", "{\"ref\":\"\\u00e9\",\"channel\":\"sms\"}", "" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":0}", "" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":130}", "" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":null}", "" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":131}",
			"age out_of_range" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":-1}",
			"age out_of_range" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":1.5}",
			"age not_an_integer" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"age\":\"9\"}",
			"age not_an_integer" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"es-419\"}", "" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"zh-Hant-TW\"}",
			"" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"e\"}",
			"lang too_short" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"en-\"}",
			"lang not_a_language_tag" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"12\"}",
			"lang not_a_language_tag" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"lang\":\"en_US\"}",
			"lang not_a_language_tag" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"line\":\"a b\"}",
			"line bad_characters" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"needs\":[\"a\",\"b\"]}",
			"" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"needs\":[\"a b\"]}",
			"needs not_words" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"needs\":[1]}",
			"needs not_words" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"needs\":\"a\"}",
			"needs not_an_array" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"safe_to_contact\":0}",
			"safe_to_contact not_a_bool" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"meta\":[]}",
			"meta not_an_object" },
		{ "contact.open",
			"{\"ref\":\"r\",\"channel\":\"sms\",\"location\":{\"lat\":-90,\"lon\":180}}",
			"" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"location\":{\"lat\":90.1}}",
			"location.lat out_of_range" },
		{ "contact.open",
			"{\"ref\":\"r\",\"channel\":\"sms\",\"location\":{\"lon\":\"1\"}}",
			"location.lon not_a_number" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"location\":{\"what\":1}}",
			"unknown 1" },
		{ "contact.open",
			"{\"ref\":\"r\",\"channel\":\"sms\",\"answers\":{\"asq\":{\"q1\":true,\"q2\":null}}}",
			"" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"answers\":{\"asq\":1}}",
			"answers not_an_object" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"answers\":{\"a b\":{}}}",
			"answers bad_instrument_name" },
		{ "contact.open", "{\"ref\":\"r\",\"channel\":\"sms\",\"what\":1,\"else\":2}",
			"unknown 2" },
		{ "contact.answer",
			"{\"ref\":\"r\",\"contact\":\"c\",\"instrument\":\"asq\",\"answers\":{\"q\":[]}}",
			"answers bad_answer" },
		{ "contact.answer",
			"{\"ref\":\"r\",\"contact\":\"c\",\"instrument\":\"asq\",\"answers\":{\"\":1}}",
			"answers bad_item_name" },
		{ "contact.say", "{\"ref\":\"r\",\"contact\":\"c\",\"text\":\"\"}",
			"text too_short" },
		{ "contact.say", "{\"ref\":\"r\",\"contact\":\"\",\"text\":\"x\"}",
			"contact too_short" },
		{ "contact.level", "{\"contact\":\"c\",\"level\":\"urgent\",\"reason\":\"x\"}",
			"" },
		{ "contact.level", "{\"contact\":\"c\",\"level\":\"worse\",\"reason\":\"x\"}",
			"level not_one_of" },
		{ "contact.level", "{\"contact\":\"c\",\"level\":\"urgent\"}", "reason missing" },
		{ "responder.set", "{\"presence\":\"ready\",\"ref\":\"x\"}", "" },
		{ "responder.set", "{\"presence\":\"ready\",\"ref\":null}", "" },
		{ "board.get", "{\"ref\":\"x\"}", "unknown 1" },
		{ "dispatch.outcome", "{\"dispatch\":\"d\",\"outcome\":\"with_person\"}", "" },
		{ "dispatch.outcome", "{\"dispatch\":\"d\",\"outcome\":{\"a\":1}}", "" },
		{ "dispatch.outcome", "{\"dispatch\":\"d\",\"outcome\":1}",
			"outcome not_a_string" },
		{ "session.hello", "{\"protocol\":2,\"role\":\"frontend\"}",
			"protocol out_of_range" },
		{ "session.hello", "{\"protocol\":1,\"role\":\"god\"}", "role not_one_of" },
	};
	for (size_t i = 0; i < N(cases); i++) {
		const char *said = check(cases[i].method, cases[i].params);
		if (strcmp(said, cases[i].said) != 0)
			fail_msg("%s %s\nwanted: %s\ngot: %s", cases[i].method, cases[i].params,
				cases[i].said, said);
	}
}

static void lengths_at_their_bounds(void **state)
{
	(void)state;
	char params[400], text[201];
	memset(text, 'x', sizeof text);
	for (int n = 63; n <= 66; n++) {
		snprintf(params, sizeof params, "{\"ref\":\"%.*s\",\"channel\":\"sms\"}", n, text);
		assert_string_equal(
			check("contact.open", params), n > VERB_REF_MAX ? "ref too_long" : "");
	}
	for (int n = 99; n <= 101; n++) {
		snprintf(params, sizeof params,
			"{\"ref\":\"r\",\"contact\":\"c\",\"text\":\"%.*s\"}", n, text);
		assert_string_equal(
			check("contact.say", params), n > 100 ? "text text_too_long" : "");
	}
}

static void a_text_over_the_limit_is_too_large(void **state)
{
	(void)state;
	struct verb_fault f;
	unsigned unknown;
	json_t *p = json_pack("{s:s,s:s,s:s}", "ref", "r", "contact", "c", "text", "12345");
	assert_int_equal(verb_check(verb_at(VERB_CONTACT_SAY), p, 4, &f, &unknown), -1);
	assert_int_equal(f.code, RPC_TOO_LARGE);
	json_decref(p);
}

static void null_is_absent(void **state)
{
	(void)state;
	struct verb_fault f;
	unsigned unknown;
	json_t *p = json_pack("{s:s,s:n,s:s,s:{s:n}}", "presence", "away", "capacity", "reason",
		"x", "unknown", "member");
	assert_int_equal(verb_check(verb_at(VERB_RESPONDER_SET), p, 4, &f, &unknown), 0);
	assert_null(json_object_get(p, "capacity"));
	assert_non_null(json_object_get(p, "unknown"));
	assert_int_equal(unknown, 1);
	json_decref(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_are_those_of_the_matrix),
		cmocka_unit_test(verbs_are_found_by_name_only),
		cmocka_unit_test(these_need_a_ref),
		cmocka_unit_test(roles_have_names),
		cmocka_unit_test(parameters_are_typed_and_bounded),
		cmocka_unit_test(lengths_at_their_bounds),
		cmocka_unit_test(a_text_over_the_limit_is_too_large),
		cmocka_unit_test(null_is_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
