#include "rpc.h"

#include <stdio.h>
#include <string.h>

#include "triaged/base/json_text.h"

struct scan {
	const char *at, *end;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct scan *s)
{
	while (s->at < s->end && is_space(*s->at))
		s->at++;
}

/* at stands on the opening quote; true when the string has an end, at then stands behind it. */
static bool skip_string(struct scan *s)
{
	for (s->at++; s->at < s->end; s->at++) {
		if (*s->at == '\\')
			s->at++;
		else if (*s->at == '"')
			return s->at++, true;
	}
	s->at = s->end;
	return false;
}

/* Past one value, however it may be made: to the comma or bracket that ends it. */
static void skip_value(struct scan *s)
{
	int depth = 0;
	while (s->at < s->end) {
		char c = *s->at;
		if (c == '"') {
			if (!skip_string(s))
				return;
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}'))
			return;
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		s->at++;
	}
}

static bool plain_integer(const char *p, size_t n)
{
	size_t sign = *p == '-';
	if (n == sign || n - sign > 18 || (p[sign] == '0' && n > 1))
		return false;
	for (size_t i = sign; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* An integer, or a string of plain ASCII without escapes: what need not be understood to be
 * repeated. */
static bool plain_id(const char *p, size_t n)
{
	if (n == 0 || n > RPC_ID_MAX + 2)
		return false;
	if (*p != '"')
		return plain_integer(p, n);
	for (size_t i = 1; i + 1 < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e || p[i] == '\\' || p[i] == '"')
			return false;
	return n >= 2 && p[n - 1] == '"';
}

static bool scan_member(struct scan *s, bool *is_id)
{
	skip_space(s);
	const char *key = s->at;
	if (s->at >= s->end || *s->at != '"' || !skip_string(s))
		return false;
	*is_id = s->at - key == 4 && memcmp(key, "\"id\"", 4) == 0;
	skip_space(s);
	if (s->at >= s->end || *s->at != ':')
		return false;
	s->at++;
	skip_space(s);
	return true;
}

void rpc_scan_id(const char *line, size_t n, char *id, size_t size)
{
	struct scan s = { line, line + n };
	const char *value = NULL;
	size_t length = 0;
	bool is_id;
	snprintf(id, size, "null");
	skip_space(&s);
	if (s.at >= s.end || *s.at++ != '{')
		return;
	while (scan_member(&s, &is_id)) {
		const char *start = s.at;
		skip_value(&s);
		if (is_id && value)
			return; /* two ids: not clear which is meant */
		if (is_id) {
			value = start;
			length = (size_t)(s.at - start);
			while (length > 0 && is_space(value[length - 1]))
				length--;
		}
		if (s.at >= s.end || *s.at != ',')
			break;
		s.at++;
	}
	/* A value cut off by the end of what we have may go on: "12" could have been 123. */
	bool whole = value && value + length < s.end;
	if (whole && plain_id(value, length) && length < size) {
		memcpy(id, value, length);
		id[length] = '\0';
	}
}

static bool read_id(const json_t *id, char *out, size_t size)
{
	struct buf text = { 0 };
	if (json_is_integer(id))
		jtext_int(&text, json_integer_value(id));
	else if (json_is_string(id) && json_string_length(id) <= RPC_ID_MAX)
		jtext_strn(&text, json_string_value(id), json_string_length(id));
	snprintf(out, size, "%s", text.len ? buf_str(&text) : "null");
	bool read = text.len > 0;
	buf_free(&text);
	return read;
}

static int refuse(struct rpc_error *fault, int code, const char *reason)
{
	*fault = (struct rpc_error){ .code = code, .reason = reason };
	return -1;
}

static int read_request(struct rpc_request *r, struct rpc_error *fault)
{
	if (json_is_array(r->root))
		return refuse(fault, RPC_INVALID_REQUEST, "batch");
	if (!json_is_object(r->root))
		return refuse(fault, RPC_INVALID_REQUEST, "not_an_object");
	if (!read_id(json_object_get(r->root, "id"), r->id, sizeof r->id))
		return refuse(fault, RPC_INVALID_REQUEST, "id");
	const char *version = json_string_value(json_object_get(r->root, "jsonrpc"));
	if (!version || strcmp(version, "2.0") != 0)
		return refuse(fault, RPC_INVALID_REQUEST, "jsonrpc");
	r->method = json_string_value(json_object_get(r->root, "method"));
	if (!r->method)
		return refuse(fault, RPC_INVALID_REQUEST, "method");
	r->params = json_object_get(r->root, "params");
	if (!r->params) {
		r->params = json_object();
		json_object_set_new(r->root, "params", r->params);
	}
	if (!json_is_object(r->params))
		return refuse(fault, RPC_INVALID_PARAMS, "params_not_an_object");
	return 0;
}

int rpc_read(const char *line, size_t n, int max_depth, struct rpc_request *r,
	struct rpc_error *fault, struct err *e)
{
	*r = (struct rpc_request){ .id = "null" };
	r->root = json_parse(line, n, max_depth, e);
	if (r->root)
		return read_request(r, fault);
	rpc_scan_id(line, n, r->id, sizeof r->id);
	*fault = (struct rpc_error){
		.code = RPC_PARSE_ERROR, .reason = "parse_error", .detail = e->text
	};
	return -1;
}

void rpc_request_fini(struct rpc_request *r)
{
	json_decref(r->root);
	r->root = NULL;
}

static const char *message(int code)
{
	switch (code) {
	case RPC_PARSE_ERROR:
		return "parse error";
	case RPC_INVALID_REQUEST:
		return "invalid request";
	case RPC_METHOD_NOT_FOUND:
		return "method not found";
	case RPC_INVALID_PARAMS:
	case RPC_BAD_VALUE:
		return "invalid params";
	case RPC_UNAUTHENTICATED:
		return "unauthenticated";
	case RPC_FORBIDDEN:
		return "forbidden";
	case RPC_NOT_FOUND:
		return "not found";
	case RPC_STALE:
		return "stale";
	case RPC_INVALID_STATE:
		return "invalid state";
	case RPC_RATE_LIMITED:
		return "rate limited";
	case RPC_TOO_LARGE:
		return "too large";
	case RPC_UNAVAILABLE:
		return "unavailable";
	case RPC_CONFLICT:
		return "conflict";
	default:
		return "internal error";
	}
}

static void begin(struct buf *out, const char *id)
{
	buf_adds(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_adds(out, id);
}

void rpc_add_result(struct buf *out, const char *id, const char *json, size_t n)
{
	begin(out, id);
	buf_adds(out, ",\"result\":");
	buf_add(out, json, n);
	buf_adds(out, "}\n");
}

void rpc_add_error(struct buf *out, const char *id, const struct rpc_error *error)
{
	begin(out, id);
	buf_adds(out, ",\"error\":{\"code\":");
	buf_addf(out, "%d,\"message\":\"%s\",\"data\":{", error->code, message(error->code));
	jtext_put_str(out, "reason", error->reason);
	if (error->detail) {
		jtext_put_str(out, "detail", error->detail);
	}
	if (error->field) {
		jtext_put_str(out, "field", error->field);
	}
	if (error->retry_after_ms > 0) {
		jtext_put_int(out, "retry_after_ms", error->retry_after_ms);
	}
	buf_adds(out, "}}}\n");
}

void rpc_add_notification(struct buf *out, const char *method, const char *json, size_t n)
{
	buf_adds(out, "{\"jsonrpc\":\"2.0\",\"method\":\"");
	buf_adds(out, method);
	buf_adds(out, "\",\"params\":");
	buf_add(out, json, n);
	buf_adds(out, "}\n");
}
