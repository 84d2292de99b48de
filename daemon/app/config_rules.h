/*
 * The configured rule files, read, checked and compiled as one ruleset. Takes a second or two when
 * the files are new; the compiled patterns are kept under <data_dir>/cache by digest, so that a
 * restart is quick. Runs in any thread.
 */
#ifndef TRIAGED_APP_CONFIG_RULES_H
#define TRIAGED_APP_CONFIG_RULES_H

#include "triaged/triage/ruleset.h"
#include "config.h"

/* NULL, with every error added, when the files cannot be used. */
struct ruleset *config_rules(const struct config *config, struct conf_errors *errors) MUST_CHECK;

#endif
