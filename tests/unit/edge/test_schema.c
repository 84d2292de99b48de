#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "triaged/edge/verb.h"

static json_t *def(const json_t *schema, const char *method, const char *kind)
{
	char name[96];
	snprintf(name, sizeof name, "%s.%s", method, kind);
	return json_object_get(json_object_get(schema, "$defs"), name);
}

static void every_verb_has_a_request_and_a_result(void **state)
{
	(void)state;
	json_t *schema = verb_schema();
	for (int i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = verb_at((enum verb_id)i);
		const json_t *request = def(schema, v->method, "request");
		const json_t *method = json_object_get(
			json_object_get(json_object_get(request, "properties"), "method"), "const");
		assert_string_equal(json_string_value(method), v->method);
		assert_non_null(def(schema, v->method, "result"));
	}
	assert_non_null(def(schema, "offer.new", "notification"));
	assert_null(def(schema, "offer.old", "notification"));
	json_decref(schema);
}

/* Each "$ref" names something that is there. */
static void resolve(const json_t *defs, const json_t *at)
{
	const char *key;
	json_t *value;
	size_t i;
	if (json_is_array(at)) {
		json_array_foreach(at, i, value)
		{
			resolve(defs, value);
		}
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)at, key, value)
	{
		if (strcmp(key, "$ref") == 0) {
			const char *name = json_string_value(value) + strlen("#/$defs/");
			if (!json_object_get(defs, name))
				fail_msg("%s is not defined", name);
		} else {
			resolve(defs, value);
		}
	}
}

static void every_reference_resolves(void **state)
{
	(void)state;
	json_t *schema = verb_schema();
	resolve(json_object_get(schema, "$defs"), schema);
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_has_a_request_and_a_result),
		cmocka_unit_test(every_reference_resolves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
