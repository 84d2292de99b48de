#include "sample.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

#define DEPTH_MAX 16
#define AGE_MAX   130

static void clear(struct sample *s)
{
	for (size_t i = 0; i < s->n_answers; i++)
		free((char *)s->answers[i].value);
	s->n_answers = 0;
	json_decref(s->line);
	s->line = NULL;
	buf_wipe(&s->before);
}

void sample_free(struct sample *s)
{
	clear(s);
	free(s->answers);
	*s = (struct sample){ .n_answers = 0 };
}

const json_t *sample_id(const struct sample *s)
{
	return json_object_get(s->line, "id");
}

static char *value_text(const json_t *v)
{
	struct buf b = { .data = NULL };

	if (json_is_string(v))
		return mem_strdup(json_string_value(v));
	if (json_is_boolean(v))
		return mem_strdup(json_is_true(v) ? "yes" : "no");
	if (json_is_integer(v)) {
		buf_addf(&b, "%lld", (long long)json_integer_value(v));
		return b.data;
	}
	return mem_strdup(json_is_null(v) ? "" : "(not a value)");
}

static void add_answer(
	struct sample *s, const char *instrument, const char *item, const json_t *value)
{
	s->answers = mem_resize(s->answers, s->n_answers + 1, sizeof(*s->answers));
	s->answers[s->n_answers++] = (struct triage_answer){ instrument, item, value_text(value) };
}

/* Bare items are the Columbia screener's. */
static void read_answers(struct sample *s, json_t *answers)
{
	const char *name, *item;
	json_t *value, *one;

	json_object_foreach(answers, name, value)
	{
		if (!json_is_object(value)) {
			add_answer(s, "cssrs", name, value);
			continue;
		}
		json_object_foreach(value, item, one) add_answer(s, name, item, one);
	}
}

/* The messages before, the oldest first. */
static int read_before(struct sample *s, const json_t *before, struct err *e)
{
	const json_t *message;
	size_t i;

	if (before && !json_is_array(before) && !json_is_null(before))
		return err_set(e, "before is not an array");
	json_array_foreach(before, i, message)
	{
		if (!json_is_string(message))
			return err_set(e, "before: item %zu is not a string", i);
		triage_say_before(
			&s->before, json_string_value(message), json_string_length(message));
	}
	s->request.before = s->before.data;
	s->request.before_len = s->before.len;
	return 0;
}

static const char *string_of(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

static int read_object(struct sample *s, struct err *e)
{
	json_t *text = json_object_get(s->line, "text"), *age = json_object_get(s->line, "age");
	json_t *answers = json_object_get(s->line, "answers"), *value;
	const char *name;

	if (!json_is_object(s->line))
		return err_set(e, "not an object");
	if (text && !json_is_string(text) && !json_is_null(text))
		return err_set(e, "text is not a string");
	if (answers && !json_is_object(answers) && !json_is_null(answers))
		return err_set(e, "answers is not an object");
	s->request = (struct triage_request){ .text = json_string_value(text),
		.text_len = json_string_length(text),
		.channel = string_of(s->line, "channel"),
		.lang = string_of(s->line, "lang"),
		.age = -1,
		.caller_role = string_of(s->line, "caller_role"),
		.facts = string_of(s->line, "facts"),
		.facts_len = json_string_length(json_object_get(s->line, "facts")) };
	if (age && !json_is_null(age)) {
		if (!json_is_integer(age) || json_integer_value(age) < 0 ||
			json_integer_value(age) > AGE_MAX)
			return err_set(e, "age is not a number from 0 to %d", AGE_MAX);
		s->request.age = (int)json_integer_value(age);
	}
	read_answers(s, answers);
	json_object_foreach(json_object_get(s->line, "fields"), name, value)
		add_answer(s, NULL, name, value);
	s->request.answers = s->answers;
	s->request.n_answers = s->n_answers;
	return read_before(s, json_object_get(s->line, "before"), e);
}

int sample_read(struct sample *s, const char *p, size_t n, struct err *e)
{
	clear(s);
	s->line = json_parse(p, n, DEPTH_MAX, e);
	return s->line ? read_object(s, e) : -1;
}
