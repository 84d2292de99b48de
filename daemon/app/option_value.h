/* The field of an option in a config, by type, and what the table's users share about it. */
#ifndef TRIAGED_APP_OPTION_VALUE_H
#define TRIAGED_APP_OPTION_VALUE_H

#include "options.h"

/* What a value must be, in words: for messages and the manual. May use text. */
const char *option_demand(const struct option *o, char *text, size_t size);

static inline char **text_of(const struct option *o, const struct config *c)
{
	return (char **)((char *)(uintptr_t)c + o->offset);
}

static inline int64_t *int_of(const struct option *o, const struct config *c)
{
	return (int64_t *)((char *)(uintptr_t)c + o->offset);
}

static inline bool *bool_of(const struct option *o, const struct config *c)
{
	return (bool *)((char *)(uintptr_t)c + o->offset);
}

static inline struct config_strings *strings_of(const struct option *o, const struct config *c)
{
	return (struct config_strings *)((char *)(uintptr_t)c + o->offset);
}

static inline struct config_tiers *tiers_of(const struct option *o, const struct config *c)
{
	return (struct config_tiers *)((char *)(uintptr_t)c + o->offset);
}

static inline struct config_agencies *agencies_of(const struct option *o, const struct config *c)
{
	return (struct config_agencies *)((char *)(uintptr_t)c + o->offset);
}

static inline struct config_keys *keys_of(const struct option *o, const struct config *c)
{
	return (struct config_keys *)((char *)(uintptr_t)c + o->offset);
}

#endif
