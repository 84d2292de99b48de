#include "triaged/outreach/callback.h"

#include <string.h>

#include "triaged/base/json.h"

#define NESTING_MAX 8

enum need { OPTIONAL, REQUIRED };

/* Copy the string member; control characters have no place in any of them. */
static int take_text(
	const json_t *data, const char *name, enum need need, char *out, size_t size, struct err *e)
{
	const json_t *v = json_object_get(data, name);
	out[0] = '\0';
	if (!v || json_is_null(v))
		return need == OPTIONAL ? 0 : err_set(e, "%s is missing", name);
	size_t n = json_string_length(v);
	if (!json_is_string(v) || n == 0 || n >= size)
		return err_set(e, "%s must be a string of 1 to %zu bytes", name, size - 1);
	memcpy(out, json_string_value(v), n + 1);
	for (const unsigned char *p = (unsigned char *)out; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return err_set(e, "%s holds a control character", name);
	return 0;
}

static int take_word(const json_t *data, const char *name, char *out, size_t size, struct err *e)
{
	static const char word[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	if (take_text(data, name, REQUIRED, out, size, e) < 0)
		return -1;
	return out[strspn(out, word)] == '\0' ? 0 : err_set(e, "%s must be a word", name);
}

static int take_outcome(const json_t *data, struct callback *c, struct err *e)
{
	const json_t *v = json_object_get(data, "outcome");
	if (!json_is_object(v) && !json_is_string(v))
		return err_set(e, "outcome must be a word or an object");
	if (take_word(json_is_object(v) ? v : data, json_is_object(v) ? "result" : "outcome",
		    c->result, sizeof c->result, e) < 0)
		return err_wrap(e, "outcome");
	json_write(&c->outcome, v);
	return 0;
}

static int take_kind(const json_t *body, struct callback *c, struct err *e)
{
	static const char *const names[] = {
#define X(sym, name) name,
		CALLBACK_KINDS(X)
#undef X
	};
	const char *type = json_string_value(json_object_get(body, "type"));
	for (int i = 0; type && i < CALLBACK_KIND_COUNT; i++)
		if (strcmp(type, names[i]) == 0) {
			c->kind = (enum callback_kind)i;
			return 0;
		}
	return err_set(e, "type is none of dispatch.ack decline status outcome");
}

static int take_data(const json_t *data, struct callback *c, struct err *e)
{
	if (!json_is_object(data))
		return err_set(e, "data must be an object");
	if (take_word(data, "dispatch", c->dispatch, sizeof c->dispatch, e) < 0 ||
		take_text(data, "by", c->kind == CALLBACK_ACK ? REQUIRED : OPTIONAL, c->by,
			sizeof c->by, e) < 0)
		return -1;
	switch (c->kind) {
	case CALLBACK_DECLINE:
		return take_text(data, "reason", REQUIRED, c->reason, sizeof c->reason, e);
	case CALLBACK_STATUS:
		return take_word(data, "status", c->status, sizeof c->status, e);
	case CALLBACK_OUTCOME:
		return take_outcome(data, c, e);
	default:
		return 0;
	}
}

int callback_read(struct slice body, struct callback *c, struct err *e)
{
	*c = (struct callback){ .dispatch = "" };
	if (body.len > CALLBACK_BODY_MAX)
		return err_set(e, "longer than %d bytes", CALLBACK_BODY_MAX);
	json_t *json = json_parse(body.data, body.len, NESTING_MAX, e);
	if (!json)
		return -1;
	int read = json_is_object(json) ? take_kind(json, c, e) : err_set(e, "not an object");
	if (read == 0)
		read = take_data(json_object_get(json, "data"), c, e);
	json_decref(json);
	return read;
}

void callback_free(struct callback *c)
{
	buf_wipe(&c->outcome);
}
