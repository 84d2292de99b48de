/*
 * The rules in force by file: the activated ones, else the configured. They are read, checked and compiled as one ruleset, with their approval. Takes
 * a second or two. Runs in any thread.
 */
#ifndef TRIAGED_APP_CONFIG_RULES_H
#define TRIAGED_APP_CONFIG_RULES_H

#include "config.h"
#include "rules_dir.h"
#include "rules_set.h"

/*
 * NULL, with every error added, when the files cannot be used or are not approved and demo is
 * false. running: the digest of the approved set in force, "" when none is, or RULES_ANY: what runs
 * already is not refused because its approval has expired.
 */
struct rules_set *config_rules(const struct config *config, const char *running, int64_t now_ms,
	struct conf_errors *errors) MUST_CHECK;

/* Likewise, when nothing runs: what ran in this data_dir last is what runs already. */
struct rules_set *config_rules_at_start(
	const struct config *config, int64_t now_ms, struct conf_errors *errors) MUST_CHECK;

/* Likewise, of the one that is named: a digest of rules_dir.h or RULES_CONFIGURED. */
struct rules_set *config_rules_named(const struct config *config, const char *name,
	const char *running, int64_t now_ms, struct conf_errors *errors) MUST_CHECK;

#endif
