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

#endif
