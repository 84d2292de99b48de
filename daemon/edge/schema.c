#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/check.h"
#include "triaged/edge/edge.h"
#include "triaged/edge/principal.h"
#include "schema_tables.h"

#define WORD_PATTERN "^[A-Za-z0-9_.:-]+$"
#define LANG_PATTERN "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
#define TIME_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"

/* Definitions that are JSON as they stand. */
static const struct {
	const char *name, *json;
} plain[] = {
	{ "string", "{\"type\":\"string\"}" },
	{ "integer", "{\"type\":\"integer\"}" },
	{ "number", "{\"type\":\"number\"}" },
	{ "bool", "{\"type\":\"boolean\"}" },
	{ "object", "{\"type\":\"object\"}" },
	{ "word", "{\"type\":\"string\",\"pattern\":\"" WORD_PATTERN "\"}" },
	{ "time", "{\"type\":\"string\",\"pattern\":\"" TIME_PATTERN "\"}" },
	{ "level", "{\"enum\":[\"emergency\",\"urgent\",\"high\",\"moderate\",\"low\"]}" },
	{ "presence", "{\"enum\":[\"ready\",\"paused\",\"away\"]}" },
	{ "mode", "{\"enum\":[\"normal\",\"island\",\"draining\"]}" },
	{ "custody", "{\"enum\":[\"store\",\"spool\"]}" },
	{ "span", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":2,"
		  "\"maxItems\":2}" },
	{ "id", "{\"type\":[\"string\",\"integer\"],\"maxLength\":128}" },
	{ "answer", "{\"type\":[\"string\",\"integer\",\"boolean\",\"null\"],\"maxLength\":64}" },
	{ "answers",
		"{\"type\":\"object\",\"maxProperties\":64,\"propertyNames\":{\"pattern\":\"" WORD_PATTERN
		"\",\"maxLength\":64},\"additionalProperties\":{\"$ref\":\"#/$defs/answer\"}}" },
	{ "error",
		"{\"type\":\"object\",\"required\":[\"code\",\"message\",\"data\"],\"properties\":{"
		"\"code\":{\"enum\":[-32700,-32600,-32601,-32602,-32603,1,2,3,4,5,6,7,8,9,10]},"
		"\"message\":{\"type\":\"string\"},\"data\":{\"type\":\"object\",\"required\":"
		"[\"reason\"],\"properties\":{\"reason\":{\"type\":\"string\"},\"detail\":{\"type\":"
		"\"string\"},\"field\":{\"type\":\"string\"},\"retry_after_ms\":{\"type\":"
		"\"integer\"}}}}}" },
	{ "error_response",
		"{\"type\":\"object\",\"required\":[\"jsonrpc\",\"id\",\"error\"],\"properties\":{"
		"\"jsonrpc\":{\"const\":\"2.0\"},\"id\":{\"anyOf\":[{\"$ref\":\"#/$defs/id\"},"
		"{\"type\":\"null\"}]},\"error\":{\"$ref\":\"#/$defs/error\"}}}" },
};

static json_t *literal(const char *json)
{
	json_t *v = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	CHECK(v != NULL);
	return v;
}

static json_t *ref(const char *name, size_t n)
{
	return json_pack("{s:s+%}", "$ref", "#/$defs/", name, n);
}

static json_t *or_null(json_t *schema)
{
	return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static json_t *array_of(json_t *schema)
{
	return json_pack("{s:s,s:o}", "type", "array", "items", schema);
}

/* ---- results and notifications: members in the short form ---- */

/* One `name?:type[]~` of n bytes. */
static void add_member(json_t *properties, json_t *required, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n);
	CHECK(colon != NULL);
	size_t name = (size_t)(colon - p);
	const char *type = colon + 1;
	size_t length = n - name - 1;
	bool optional = p[name - 1] == '?', null = type[length - 1] == '~';
	name -= optional;
	length -= null;
	bool array = type[length - 1] == ']';
	json_t *schema = ref(type, length - (array ? 2 : 0));
	if (array)
		schema = array_of(schema);
	if (null)
		schema = or_null(schema);
	json_t *key = json_stringn(p, name);
	json_object_set_new(properties, json_string_value(key), schema);
	if (!optional)
		json_array_append(required, key);
	json_decref(key);
}

static json_t *object_schema(json_t *properties, json_t *required)
{
	json_t *schema = json_pack("{s:s,s:o}", "type", "object", "properties", properties);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}

static json_t *members_schema(const char *members)
{
	json_t *properties = json_object(), *required = json_array();
	while (*members) {
		size_t n = strcspn(members, " ");
		add_member(properties, required, members, n);
		members += n + strspn(members + n, " ");
	}
	return object_schema(properties, required);
}

/* ---- parameters: from the table that checks them ---- */

static json_t *words_enum(const char *words)
{
	json_t *list = json_array();
	while (*words) {
		size_t n = strcspn(words, " ");
		json_array_append_new(list, json_stringn(words, n));
		words += n + strspn(words + n, " ");
	}
	return json_pack("{s:o}", "enum", list);
}

static json_t *text_schema(const struct param *p, const char *pattern)
{
	json_t *schema = json_pack("{s:s,s:i}", "type", "string", "minLength", (int)p->min);
	/* Our bounds are bytes; as characters they are never too narrow. */
	if (p->max > 0)
		json_object_set_new(schema, "maxLength", json_integer(p->max));
	if (pattern)
		json_object_set_new(schema, "pattern", json_string(pattern));
	return schema;
}

static json_t *bounded(const char *type, const struct param *p)
{
	return json_pack(
		"{s:s,s:i,s:i}", "type", type, "minimum", (int)p->min, "maximum", (int)p->max);
}

static json_t *params_schema(const struct param *table);

static json_t *type_schema(const struct param *p)
{
	switch (p->type) {
	case PARAM_STRING:
	case PARAM_TEXT:
		return text_schema(p, NULL);
	case PARAM_WORD:
		return text_schema(p, WORD_PATTERN);
	case PARAM_LANG:
		return text_schema(p, LANG_PATTERN);
	case PARAM_ENUM:
		return words_enum(p->words);
	case PARAM_LEVEL:
		return ref("level", 5);
	case PARAM_TIME:
		return ref("time", 4);
	case PARAM_INTEGER:
		return bounded("integer", p);
	case PARAM_NUMBER:
		return bounded("number", p);
	case PARAM_BOOL:
		return ref("bool", 4);
	case PARAM_WORDS:
		return json_pack("{s:s,s:i,s:o}", "type", "array", "maxItems", (int)p->max, "items",
			ref("word", 4));
	case PARAM_PATHS:
		return json_pack("{s:s,s:i,s:o}", "type", "array", "maxItems", (int)p->max, "items",
			ref("string", 6));
	case PARAM_OBJECT:
		return p->fields ? params_schema(p->fields) : ref("object", 6);
	case PARAM_ANSWERS:
		return ref("answers", 7);
	case PARAM_SHEETS:
		return json_pack("{s:s,s:i,s:o}", "type", "object", "maxProperties", (int)p->max,
			"additionalProperties", ref("answers", 7));
	case PARAM_RESULT:
		return json_pack(
			"{s:[o,o]}", "anyOf", text_schema(p, WORD_PATTERN), ref("object", 6));
	}
	return json_object();
}

static json_t *params_schema(const struct param *table)
{
	json_t *properties = json_object(), *required = json_array();
	for (const struct param *p = table; p->name; p++) {
		json_t *schema = type_schema(p);
		if (!p->required)
			schema = or_null(schema);
		if (p->doc && *p->doc)
			json_object_set_new(schema, "description", json_string(p->doc));
		json_object_set_new(properties, p->name, schema);
		if (p->required)
			json_array_append_new(required, json_string(p->name));
	}
	return object_schema(properties, required);
}

static void add_ref_param(json_t *params, const struct verb *verb)
{
	json_t *schema =
		json_pack("{s:s,s:i,s:i,s:s}", "type", "string", "minLength", 1, "maxLength",
			VERB_REF_MAX, "description", "a repeated ref returns the first answer");
	json_object_set_new(json_object_get(params, "properties"), "ref",
		verb->needs_ref ? schema : or_null(schema));
	if (!verb->needs_ref)
		return;
	if (!json_object_get(params, "required"))
		json_object_set_new(params, "required", json_array());
	json_array_append_new(json_object_get(params, "required"), json_string("ref"));
}

/* ---- whole messages ---- */

static char *roles_text(unsigned roles, struct buf *out)
{
	buf_clear(out);
	buf_adds(out, roles ? "roles: " : "before and after authentication");
	role_names(roles, out);
	return out->data;
}

static json_t *envelope(const char *method, const char *comment, json_t *params, bool request)
{
	json_t *required = request ? json_pack("[s,s,s]", "jsonrpc", "id", "method")
				   : json_pack("[s,s,s]", "jsonrpc", "method", "params");
	if (request && json_object_get(params, "required"))
		json_array_append_new(required, json_string("params"));
	json_t *schema = json_pack("{s:s,s:o,s:{s:{s:s},s:{s:s},s:o}}", "type", "object",
		"required", required, "properties", "jsonrpc", "const", "2.0", "method", "const",
		method, "params", params);
	if (request)
		json_object_set_new(json_object_get(schema, "properties"), "id", ref("id", 2));
	if (comment)
		json_object_set_new(schema, "$comment", json_string(comment));
	return schema;
}

static void add_def(
	json_t *defs, json_t *list, const char *method, const char *kind, json_t *schema)
{
	struct buf name = { 0 };
	buf_addf(&name, "%s.%s", method, kind);
	json_object_set_new(defs, name.data, schema);
	if (list)
		json_array_append_new(list, ref(name.data, name.len));
	buf_free(&name);
}

static json_t *result_schema(const struct verb *v)
{
	json_t *schema = members_schema(schema_results[v->id]);
	return v->id == VERB_CONTACT_NEXT ? or_null(schema) : schema;
}

static void add_verb(json_t *defs, json_t *requests, const struct verb *v)
{
	struct buf roles = { 0 };
	json_t *params = params_schema(v->params);
	if (v->changes)
		add_ref_param(params, v);
	json_t *request = envelope(v->method, roles_text(v->roles, &roles), params, true);
	json_object_set_new(request, "description", json_string(v->doc));
	add_def(defs, requests, v->method, "request", request);
	add_def(defs, NULL, v->method, "result", result_schema(v));
	buf_free(&roles);
}

json_t *verb_schema(void)
{
	json_t *defs = json_object(), *requests = json_array(), *told = json_array();
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		json_object_set_new(defs, plain[i].name, literal(plain[i].json));
	for (const struct shape *s = schema_shapes; s->name; s++)
		json_object_set_new(defs, s->name, members_schema(s->members));
	for (int i = 0; i < VERB_COUNT; i++)
		add_verb(defs, requests, verb_at((enum verb_id)i));
	for (const struct notification *n = schema_notifications; n->method; n++)
		add_def(defs, told, n->method, "notification",
			envelope(n->method, NULL, members_schema(n->members), false));
	json_object_set_new(defs, "request", json_pack("{s:o}", "oneOf", requests));
	json_object_set_new(defs, "notification", json_pack("{s:o}", "oneOf", told));
	json_object_set_new(defs, "response",
		literal("{\"type\":\"object\",\"required\":[\"jsonrpc\",\"id\",\"result\"],"
			"\"properties\":{\"jsonrpc\":{\"const\":\"2.0\"},\"id\":{\"$ref\":\"#/$defs/id\"},"
			"\"result\":{\"type\":[\"object\",\"null\"]}}}"));
	return json_pack("{s:s,s:s,s:s,s:[o,o,o,o],s:o}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "$id", "urn:triaged:protocol:1",
		"title", "triaged wire protocol, version 1", "anyOf", ref("request", 7),
		ref("response", 8), ref("error_response", 14), ref("notification", 12), "$defs",
		defs);
}
