#include "config_rules.h"

#include "rules_file.h"

struct ruleset *config_rules(const struct config *config, struct conf_errors *errors)
{
	if (!config->demo) {
		conf_error(errors, config->file, 0,
			"rules: this version cannot verify a signature, and unsigned rules run "
			"only with demo = true");
		return NULL;
	}
	struct rules_load load = {
		.paths = (const char *const *)config->rules.at,
		.n_paths = config->rules.n,
	};
	return rules_load(&load, NULL, errors);
}
