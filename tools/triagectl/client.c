#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

#define DEPTH_MAX 32 /* answers nest less deep than requests may */

struct client {
	struct stream *stream;
	json_t *notes; /* arrived while waiting for an answer, oldest first */
	int timeout_ms;
	int next_id;
};

/* One line out of an error object, the general first: "invalid params: limit: out_of_range". */
static void error_text(const json_t *error, struct err *e)
{
	const json_t *data = json_object_get(error, "data");
	const char *reason = field_str(data, "reason", "error");
	const char *message = field_str(error, "message", "");
	const char *detail = field_str(data, "detail", ""), *field = field_str(data, "field", "");
	double retry_ms = field_number(data, "retry_after_ms");
	struct buf raw = { 0 }, clean = { 0 };

	buf_adds(&raw, *message ? message : reason);
	if (*field)
		buf_addf(&raw, ": %s", field);
	if (*message && strcmp(message, reason) != 0 && strcmp(field, reason) != 0)
		buf_addf(&raw, ": %s", reason);
	if (*detail)
		buf_addf(&raw, ": %s", detail);
	if (retry_ms > 0)
		buf_addf(&raw, "; try again in %.0f ms", retry_ms);
	text_clean(&clean, buf_str(&raw));
	err_set(e, "%s", buf_str(&clean));
	buf_free(&raw);
	buf_free(&clean);
}

/* One object from the wire within the time left; NULL in *message on a timeout. */
static enum client_result receive(struct client *c, int timeout_ms, json_t **message, struct err *e)
{
	const char *line;
	size_t n;

	*message = NULL;
	switch (stream_line(c->stream, timeout_ms, &line, &n, e)) {
	case STREAM_TIMEOUT:
		return CLIENT_OK;
	case STREAM_LOST:
		return CLIENT_LOST;
	case STREAM_LINE:
		break;
	}
	*message = json_parse(line, n, DEPTH_MAX, e);
	if (*message)
		return CLIENT_OK;
	err_wrap(e, "what answers there is no triaged");
	return CLIENT_LOST;
}

static enum client_result take_answer(json_t *message, json_t **result, struct err *e)
{
	const json_t *error = json_object_get(message, "error");

	if (error) {
		error_text(error, e);
		json_decref(message);
		return CLIENT_REFUSED;
	}
	*result = json_incref(json_object_get(message, "result"));
	json_decref(message);
	if (*result)
		return CLIENT_OK;
	err_set(e, "an answer without a result");
	return CLIENT_LOST;
}

static enum client_result wait_answer(struct client *c, int id, json_t **result, struct err *e)
{
	struct mono since = mono_now();

	for (;;) {
		int left = c->timeout_ms - (int)mono_since_ms(since);
		json_t *message, *its_id;

		if (receive(c, left > 0 ? left : 0, &message, e) != CLIENT_OK)
			return CLIENT_LOST;
		if (!message) {
			err_set(e, "no answer within %d ms", c->timeout_ms);
			return CLIENT_LOST;
		}
		if (json_object_get(message, "method")) {
			json_array_append_new(c->notes, message);
			continue;
		}
		its_id = json_object_get(message, "id");
		/* An error about the session itself carries no id. */
		if (json_integer_value(its_id) == id ||
			(json_is_null(its_id) && json_object_get(message, "error")))
			return take_answer(message, result, e);
		json_decref(message);
	}
}

enum client_result client_call(
	struct client *c, const char *method, json_t *params, json_t **result, struct err *e)
{
	int id = c->next_id++;
	json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", id, "method",
		method, "params", params);
	struct buf line = { 0 };
	int rc;

	*result = NULL;
	json_write(&line, request);
	buf_adds(&line, "\n");
	json_decref(request);
	rc = stream_write(c->stream, line.data, line.len, c->timeout_ms, e);
	buf_wipe(&line);
	if (rc != 0)
		return CLIENT_LOST;
	return wait_answer(c, id, result, e);
}

static enum client_result hello(struct client *c, const struct client_options *o, struct err *e)
{
	json_t *p = json_pack("{s:i, s:{s:s, s:s}}", "protocol", 1, "client", "name", "triagectl",
		"version", TRIAGED_VERSION);
	json_t *answer;
	const struct {
		const char *name, *value;
	} given[] = { { "token", o->token }, { "user", o->user }, { "password", o->password },
		{ "totp", o->totp }, { "role", o->role }, { "center", o->center } };

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].value)
			json_object_set_new(p, given[i].name, json_string(given[i].value));
	}
	enum client_result r = client_call(c, "session.hello", p, &answer, e);
	json_decref(answer);
	return r;
}

enum client_result client_open(
	const struct client_options *o, struct client **client, struct err *e)
{
	struct client *c = mem_zalloc(sizeof(*c));
	enum client_result r = CLIENT_LOST;

	c->timeout_ms = o->stream.timeout_ms;
	c->next_id = 1;
	c->notes = json_array();
	c->stream = stream_open(&o->stream, e);
	if (c->stream)
		r = o->token || o->user || o->role || o->center ? hello(c, o, e) : CLIENT_OK;
	if (r != CLIENT_OK)
		client_close(&c);
	*client = c;
	return r;
}

void client_close(struct client **cp)
{
	struct client *c = *cp;

	*cp = NULL;
	if (!c)
		return;
	stream_close(&c->stream);
	json_decref(c->notes);
	free(c);
}

enum client_result client_next(struct client *c, int timeout_ms, json_t **note, struct err *e)
{
	if (json_array_size(c->notes) > 0) {
		*note = json_incref(json_array_get(c->notes, 0));
		json_array_remove(c->notes, 0);
		return CLIENT_OK;
	}
	enum client_result r = receive(c, timeout_ms, note, e);

	/* An error nobody asked for is the daemon's reason to end the session. */
	if (r == CLIENT_OK && *note && json_object_get(*note, "error")) {
		error_text(json_object_get(*note, "error"), e);
		json_decref(*note);
		*note = NULL;
		return CLIENT_REFUSED;
	}
	return r;
}
