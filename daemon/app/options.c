#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "triaged/base/record.h"

#include "option_agencies.h"
#include "option_keys.h"
#include "option_tiers.h"
#include "option_value.h"

static void set_default(const struct option *o, struct config *c)
{
	switch (o->type) {
	case OPTION_INT:
		CHECK(slice_int((struct slice){ o->fallback, strlen(o->fallback) }, int_of(o, c)) ==
			0);
		break;
	case OPTION_BOOL:
		*bool_of(o, c) = strcmp(o->fallback, "true") == 0;
		break;
	case OPTION_TIERS:
		tiers_default(tiers_of(o, c));
		break;
	case OPTION_PATHS:
	case OPTION_KEYS:
	case OPTION_AGENCIES:
		break;
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		mem_set_str(text_of(o, c), o->fallback);
		break;
	}
}

struct config *options_defaults(void)
{
	struct config *c = mem_zalloc(sizeof *c);
	c->refs = 1;
	for (size_t i = 0; i < n_options; i++)
		set_default(&options[i], c);
	return c;
}

static void free_strings(struct config_strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->at[i]);
	free(s->at);
	*s = (struct config_strings){ 0 };
}

void options_free_fields(struct config *c)
{
	for (size_t i = 0; i < n_options; i++) {
		const struct option *o = &options[i];
		if (o->type == OPTION_TIERS)
			tiers_free(tiers_of(o, c));
		else if (o->type == OPTION_PATHS)
			free_strings(strings_of(o, c));
		else if (o->type == OPTION_KEYS)
			keys_free_list(keys_of(o, c));
		else if (o->type == OPTION_AGENCIES)
			agencies_free_list(agencies_of(o, c));
		else if (o->type != OPTION_INT && o->type != OPTION_BOOL)
			free(*text_of(o, c));
	}
}

const char *option_demand(const struct option *o, char *text, size_t size)
{
	switch (o->type) {
	case OPTION_INT:
		snprintf(text, size, "a whole number from %" PRId64 " to %" PRId64, o->min, o->max);
		break;
	case OPTION_WORD:
		snprintf(text, size, "one of: %s", o->words);
		break;
	case OPTION_BOOL:
		return "true or false";
	case OPTION_ADDRESS:
		return "an address \"host:port\"";
	case OPTION_PATH:
		return "a file name";
	case OPTION_PATHS:
		return "a list of file names";
	case OPTION_TIERS:
	case OPTION_KEYS:
	case OPTION_AGENCIES:
		return "a list of groups";
	case OPTION_STRING:
		return "a string";
	}
	return text;
}

static bool strings_equal(const struct config_strings *a, const struct config_strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

bool option_equal(const struct option *o, const struct config *a, const struct config *b)
{
	switch (o->type) {
	case OPTION_INT:
		return *int_of(o, a) == *int_of(o, b);
	case OPTION_BOOL:
		return *bool_of(o, a) == *bool_of(o, b);
	case OPTION_PATHS:
		return strings_equal(strings_of(o, a), strings_of(o, b));
	case OPTION_TIERS:
		return tiers_equal(tiers_of(o, a), tiers_of(o, b));
	case OPTION_KEYS:
		return keys_equal(keys_of(o, a), keys_of(o, b));
	case OPTION_AGENCIES:
		return agencies_equal(agencies_of(o, a), agencies_of(o, b));
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_ADDRESS:
	case OPTION_WORD:
		return strcmp(*text_of(o, a), *text_of(o, b)) == 0;
	}
	return false;
}
