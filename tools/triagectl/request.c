/*
 * Commands that are one request: words and options become the parameters of the same name, typed
 * by the daemon's own table of methods.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "triaged/edge/verb.h"

static const struct param *param_find(const struct verb *verb, const char *name)
{
	for (const struct param *p = verb->params; p->name; p++) {
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

static int put_number(json_t *to, const struct param *p, const char *value, struct err *e)
{
	char *end;
	double d = strtod(value, &end);

	if (end == value || *end)
		return err_set(e, "%s: '%s' is not a number", p->name, value);
	if (p->type == PARAM_INTEGER)
		json_object_set_new(to, p->name, json_integer((json_int_t)d));
	else
		json_object_set_new(to, p->name, json_real(d));
	return 0;
}

static int put(
	json_t *to, const struct verb *verb, const char *name, const char *value, struct err *e)
{
	const struct param *p = param_find(verb, name);
	json_t *text = json_string(value);

	if (!p)
		return err_set(e, "%s takes no '%s'", verb->method, name);
	if (!text)
		return err_set(e, "%s is not UTF-8", name);
	if (p->type == PARAM_INTEGER || p->type == PARAM_NUMBER) {
		json_decref(text);
		return put_number(to, p, value, e);
	}
	if (p->type == PARAM_BOOL) { /* an option without a value */
		json_decref(text);
		text = json_true();
	}
	if (p->type == PARAM_WORDS)
		text = json_pack("[o]", text);
	json_object_set_new(to, p->name, text);
	return 0;
}

/* "RESPONDER" or "[KIND]" as "responder", "kind"; returns what is behind it. */
static const char *word_name(const char *synopsis, char *out, size_t size)
{
	size_t n = 0;

	for (; *synopsis && *synopsis != ' '; synopsis++) {
		if (*synopsis != '[' && *synopsis != ']' && n + 1 < size)
			out[n++] = (char)tolower((unsigned char)*synopsis);
	}
	out[n] = '\0';
	return synopsis + (*synopsis == ' ');
}

static int put_all(const struct ctl *ctl, const struct verb *verb, json_t *params, struct err *e)
{
	const char *synopsis = ctl->command->args;
	char name[32];

	for (int i = 0; i < ctl->args.n_words; i++) {
		synopsis = word_name(synopsis, name, sizeof(name));
		if (put(params, verb, name, ctl->args.words[i], e) != 0)
			return -1;
	}
	for (const struct option_def *o = ctl->command->options; o && o->name; o++) {
		const char *value = args_get(&ctl->args, o->name);

		if (value && put(params, verb, o->name, value, e) != 0)
			return -1;
	}
	return 0;
}

int ctl_request(struct ctl *ctl)
{
	const struct command *c = ctl->command;
	json_t *params = json_object(), *result;
	struct err e;
	int code;

	if (put_all(ctl, verb_find(c->method), params, &e) != 0) {
		json_decref(params);
		return ctl_fail(ctl, CTL_USAGE, "%s", e.text);
	}
	code = ctl_call(ctl, c->method, params, &result);
	if (code != CTL_OK)
		return code;
	if (ctl->json)
		ctl_put_json(ctl, result, false);
	else
		c->show(result, &ctl->screen);
	if (c->failed && c->failed(result))
		code = CTL_FAILED;
	json_decref(result);
	return code;
}

int ctl_show(struct ctl *ctl, const char *method, json_t *params,
	void (*view)(const json_t *result, struct screen *to))
{
	json_t *result;
	int code = ctl_call(ctl, method, params, &result);

	if (code != CTL_OK)
		return code;
	if (ctl->json)
		ctl_put_json(ctl, result, false);
	else
		view(result, &ctl->screen);
	json_decref(result);
	ctl_flush(ctl);
	return CTL_OK;
}
