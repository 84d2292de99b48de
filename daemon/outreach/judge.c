#include "judge.h"

#include <string.h>

#include "triaged/base/json.h"

/* A page of some gateway in between is no acceptance, nor is an answer about something else. */
static enum webhook_result judge_object(const json_t *object, const char *dispatch)
{
	const char *about = json_string_value(json_object_get(object, "dispatch"));
	if (about && strcmp(about, dispatch) != 0)
		return WEBHOOK_UNKNOWN;
	return json_is_false(json_object_get(object, "accepted")) ? WEBHOOK_REFUSED
								  : WEBHOOK_ACCEPTED;
}

static enum webhook_result judge_body(struct slice body, const char *dispatch)
{
	struct err e;
	if (body.len == 0)
		return WEBHOOK_ACCEPTED;
	json_t *json = json_parse(body.data, body.len, 8, &e);
	enum webhook_result result =
		json_is_object(json) ? judge_object(json, dispatch) : WEBHOOK_UNKNOWN;
	json_decref(json);
	return result;
}

enum webhook_result judge_answer(int status, struct slice body, const char *dispatch)
{
	if (status >= 200 && status < 300)
		return judge_body(body, dispatch);
	/* Too slow, too early, too often: it may be taken later. */
	if (status == 408 || status == 425 || status == 429)
		return WEBHOOK_UNKNOWN;
	return status >= 400 && status < 500 ? WEBHOOK_REFUSED : WEBHOOK_UNKNOWN;
}
