/* What no single option shows: files that are named, and options that must fit each other. */
#ifndef TRIAGED_APP_CONFIG_CHECK_H
#define TRIAGED_APP_CONFIG_CHECK_H

#include "config.h"
#include "options.h"

struct config_check {
	const struct config *config;
	const struct option_origin *origins;
	int64_t now_ms;
	struct conf_errors *errors;
	struct conf_errors *warnings;
};

void config_check(const struct config_check *check);

/* To errors or warnings, at the line that set the option. */
void config_say(const struct config_check *check, struct conf_errors *to, const char *option,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
void config_check_readable(const struct config_check *check, const char *option, const char *path);
void config_check_store(const struct config_check *check); /* config_store.c */

#endif
