#include "triaged/base/json.h"

#include <stdbool.h>
#include <stdlib.h>

#include "triaged/base/mem.h"

void json_begin(void)
{
	json_set_alloc_funcs(mem_library_alloc, free);
}

/* Depth by scanning brackets outside strings, before any tree is built. */
static bool too_deep(const char *p, size_t n, int max_depth)
{
	int depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > max_depth)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

static const char *reason(enum json_error_code code)
{
	switch (code) {
	case json_error_duplicate_key:
		return "duplicate key";
	case json_error_invalid_utf8:
		return "invalid UTF-8";
	case json_error_premature_end_of_input:
		return "unexpected end";
	case json_error_end_of_input_expected:
		return "bytes behind the value";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "NUL character";
	case json_error_numeric_overflow:
		return "number out of range";
	default:
		return "not JSON";
	}
}

json_t *json_parse(const char *p, size_t n, int max_depth, struct err *e)
{
	if (too_deep(p, n, max_depth)) {
		err_set(e, "nested deeper than %d", max_depth);
		return NULL;
	}
	json_error_t je;
	json_t *v = json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (!v)
		err_set(e, "%s at byte %d", reason(json_error_code(&je)), je.position);
	return v;
}

static int append(const char *p, size_t n, void *arg)
{
	buf_add(arg, p, n);
	return 0;
}

void json_write(struct buf *out, const json_t *v)
{
	json_dump_callback(v, append, out, JSON_COMPACT | JSON_ENCODE_ANY);
}
