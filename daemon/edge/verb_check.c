#include "verb_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/level.h"
#include "triaged/edge/edge.h"

/* Answers to screeners are short: yes, no, a number, a word. */
#define ANSWER_KEY_MAX   64
#define ANSWER_VALUE_MAX 64
#define PATH_BYTES_MAX   4096
#define SHEET_ITEMS_MAX  64

struct checking {
	size_t text_bytes;
	struct verb_fault *fault;
	unsigned *unknown;
};

static bool word_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == ':' || c == '-';
}

static bool is_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!word_byte(s[i]))
			return false;
	return true;
}

/* Well formed in the sense of RFC 5646: subtags of 1..8 letters or digits, the first letters only. */
static bool is_lang(const char *s, size_t n)
{
	size_t subtag = 0, length = 0;
	for (size_t i = 0; i <= n; i++) {
		if (i == n || s[i] == '-') {
			if (length < (subtag == 0 ? 2 : 1) || length > 8)
				return false;
			subtag++;
			length = 0;
		} else {
			bool letter = (s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z';
			bool digit = s[i] >= '0' && s[i] <= '9';
			if (!letter && !(digit && subtag > 0))
				return false;
			length++;
		}
	}
	return true;
}

static bool one_of(const char *words, const char *s, size_t n)
{
	if (n == 0 || memchr(s, ' ', n))
		return false;
	for (const char *p = words; (p = strstr(p, s)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static const char *check_length(const struct param *p, size_t n)
{
	if (n < (size_t)p->min)
		return "too_short";
	if (n > (size_t)p->max)
		return "too_long";
	return NULL;
}

static const char *check_text(const struct checking *c, const struct param *p, size_t n)
{
	if (n < (size_t)p->min)
		return "too_short";
	if (n > c->text_bytes) {
		c->fault->code = RPC_TOO_LARGE;
		return "text_too_long";
	}
	return NULL;
}

static const char *check_string(const struct checking *c, const struct param *p, const json_t *v)
{
	const char *s = json_string_value(v), *why;
	size_t n = json_string_length(v);
	if (!s)
		return "not_a_string";
	enum level level;
	int64_t ms;
	switch (p->type) {
	case PARAM_TEXT:
		return check_text(c, p, n);
	case PARAM_ENUM:
		return one_of(p->words, s, n) ? NULL : "not_one_of";
	case PARAM_TIME:
		return time_parse(s, &ms) == 0 ? NULL : "not_a_time";
	case PARAM_LEVEL:
		return level_parse(s, n, &level) == 0 ? NULL : "not_one_of";
	default:
		why = check_length(p, n);
		break;
	}
	if (why)
		return why;
	if (p->type == PARAM_LANG && !is_lang(s, n))
		return "not_a_language_tag";
	if ((p->type == PARAM_WORD || p->type == PARAM_RESULT) && !is_word(s, n))
		return "bad_characters";
	return NULL;
}

static const char *check_number(const struct param *p, const json_t *v)
{
	if (p->type == PARAM_INTEGER && !json_is_integer(v))
		return "not_an_integer";
	if (!json_is_number(v))
		return "not_a_number";
	double d = json_number_value(v);
	return d >= (double)p->min && d <= (double)p->max ? NULL : "out_of_range";
}

/* An array of at most p->max items, all of them good; why: what it is otherwise. */
static const char *check_items(
	const struct param *p, const json_t *v, bool (*good)(const json_t *), const char *why)
{
	if (!json_is_array(v))
		return "not_an_array";
	if (json_array_size(v) > (size_t)p->max)
		return "too_many";
	size_t i;
	json_t *item;
	json_array_foreach(v, i, item)
	{
		if (!good(item))
			return why;
	}
	return NULL;
}

static bool is_word_item(const json_t *item)
{
	const char *s = json_string_value(item);
	size_t n = json_string_length(item);
	return s && n > 0 && n <= 64 && is_word(s, n);
}

static bool is_path_item(const json_t *item)
{
	size_t n = json_string_length(item);
	return n > 0 && n <= PATH_BYTES_MAX;
}

/* Lenient on purpose: a value that no instrument knows is unknown to triage, not a refusal. */
static bool is_answer(const json_t *v)
{
	if (json_is_string(v))
		return json_string_length(v) <= ANSWER_VALUE_MAX;
	return json_is_boolean(v) || json_is_integer(v) || json_is_null(v);
}

static bool is_answer_key(const char *key)
{
	size_t n = strlen(key);
	return n > 0 && n <= ANSWER_KEY_MAX && is_word(key, n);
}

static const char *check_answers(json_t *v, size_t max)
{
	if (!json_is_object(v))
		return "not_an_object";
	if (json_object_size(v) > max)
		return "too_many";
	const char *key;
	json_t *answer;
	json_object_foreach(v, key, answer)
	{
		if (!is_answer_key(key))
			return "bad_item_name";
		if (!is_answer(answer))
			return "bad_answer";
	}
	return NULL;
}

static const char *check_sheets(const struct param *p, json_t *v)
{
	if (!json_is_object(v))
		return "not_an_object";
	if (json_object_size(v) > (size_t)p->max)
		return "too_many";
	const char *key;
	json_t *answers;
	json_object_foreach(v, key, answers)
	{
		if (!is_answer_key(key))
			return "bad_instrument_name";
		const char *why = check_answers(answers, SHEET_ITEMS_MAX);
		if (why)
			return why;
	}
	return NULL;
}

static int check_fields(const struct checking *c, const struct param *table, json_t *object,
	const char *prefix, unsigned extra);

static const char *check_value(const struct checking *c, const struct param *p, json_t *v)
{
	switch (p->type) {
	case PARAM_INTEGER:
	case PARAM_NUMBER:
		return check_number(p, v);
	case PARAM_BOOL:
		return json_is_boolean(v) ? NULL : "not_a_bool";
	case PARAM_WORDS:
		return check_items(p, v, is_word_item, "not_words");
	case PARAM_PATHS:
		return check_items(p, v, is_path_item, "not_file_names");
	case PARAM_ANSWERS:
		return check_answers(v, (size_t)p->max);
	case PARAM_SHEETS:
		return check_sheets(p, v);
	case PARAM_OBJECT:
		return json_is_object(v) ? NULL : "not_an_object";
	case PARAM_RESULT:
		return json_is_object(v) ? NULL : check_string(c, p, v);
	default:
		return check_string(c, p, v);
	}
}

static int fault(const struct checking *c, const char *prefix, const char *name, const char *reason)
{
	snprintf(c->fault->field, sizeof c->fault->field, "%s%s", prefix, name);
	c->fault->reason = reason;
	return -1;
}

static int check_param(const struct checking *c, const struct param *p, json_t *object,
	const char *prefix, size_t *known)
{
	json_t *v = json_object_get(object, p->name);
	if (json_is_null(v) && !p->required) {
		json_object_del(object, p->name);
		return 0;
	}
	if (!v)
		return p->required ? fault(c, prefix, p->name, "missing") : 0;
	(*known)++;
	const char *why = check_value(c, p, v);
	if (why) {
		if (p->type == PARAM_ENUM)
			c->fault->detail = p->words;
		return fault(c, prefix, p->name, why);
	}
	if (!p->fields)
		return 0;
	char inner[64];
	snprintf(inner, sizeof inner, "%s%s.", prefix, p->name);
	return check_fields(c, p->fields, v, inner, 0);
}

/* extra: members of object that are known though not in the table. */
static int check_fields(const struct checking *c, const struct param *table, json_t *object,
	const char *prefix, unsigned extra)
{
	size_t known = extra;
	for (const struct param *p = table; p->name; p++)
		if (check_param(c, p, object, prefix, &known) < 0)
			return -1;
	*c->unknown += (unsigned)(json_object_size(object) - known);
	return 0;
}

/* Printable: no C0 or C1 controls. jansson has checked the UTF-8. */
static const char *check_ref(const json_t *v)
{
	const unsigned char *s = (const unsigned char *)json_string_value(v);
	size_t n = json_string_length(v), characters = 0;
	if (!s)
		return "not_a_string";
	for (size_t i = 0; i < n; i++) {
		if (s[i] < 0x20 || s[i] == 0x7f || (s[i] == 0xc2 && s[i + 1] < 0xa0))
			return "bad_characters";
		characters += (s[i] & 0xc0) != 0x80;
	}
	if (characters == 0)
		return "too_short";
	return characters <= VERB_REF_MAX ? NULL : "too_long";
}

int verb_check(const struct verb *verb, json_t *params, size_t text_bytes,
	struct verb_fault *fault_out, unsigned *unknown)
{
	struct checking c = { text_bytes, fault_out, unknown };
	*fault_out = (struct verb_fault){ .code = RPC_INVALID_PARAMS };
	*unknown = 0;
	bool has_ref = false;
	if (verb->changes) {
		const json_t *ref = json_object_get(params, "ref");
		has_ref = ref && !json_is_null(ref);
		if (!has_ref && verb->needs_ref)
			return fault(&c, "", "ref", "missing");
		const char *why = has_ref ? check_ref(ref) : NULL;
		if (why)
			return fault(&c, "", "ref", why);
		if (!has_ref)
			json_object_del(params, "ref");
	}
	return check_fields(&c, verb->params, params, "", has_ref);
}
