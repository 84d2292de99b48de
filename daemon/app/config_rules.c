#include "config_rules.h"

#include <string.h>

#include "triaged/base/mem.h"

#include "rules_file.h"

static int read_approval(const struct config *config, struct rules_set *set, struct err *e)
{
	const struct config_keys *keys = &config->clinical_keys;
	struct buf text = { 0 };
	if (!*config->rules_signature)
		return err_set(e, "rules_signature is not set");
	int rc = file_read(config->rules_signature, SIGNATURE_TEXT_MAX, &text, e);
	if (rc == 0)
		rc = rules_set_sign(
			set, (struct slice){ buf_str(&text), text.len }, keys->at, keys->n, e);
	buf_free(&text);
	return rc < 0 ? err_wrap(e, "%s", config->rules_signature) : 0;
}

static bool is_running(const struct rules_set *set, const char *running)
{
	return running && strcmp(running, ruleset_digest(set->rules)) == 0;
}

/* -1: unsigned, for the reason in set->why. */
static int approve(
	const struct config *config, struct rules_set *set, const char *running, int64_t now_ms)
{
	if (read_approval(config, set, &set->why) < 0)
		return -1;
	if (signature_check_time(&set->signature, now_ms, &set->why) == 0 ||
		is_running(set, running))
		return 0;
	rules_set_unsign(set);
	return -1;
}

struct rules_set *config_rules(const struct config *config, const char *running, int64_t now_ms,
	struct conf_errors *errors)
{
	struct rules_load load = {
		.paths = (const char *const *)config->rules.at,
		.n_paths = config->rules.n,
	};
	struct ruleset *rules = rules_load(&load, NULL, errors);
	if (!rules)
		return NULL;
	struct rules_set *set = mem_zalloc(sizeof *set);
	set->rules = rules;
	if (approve(config, set, running, now_ms) == 0 || config->demo)
		return set;
	conf_error(errors, config->file, 0,
		"rules: not approved: %s; such rules run only with demo = true", set->why.text);
	rules_set_free(&set);
	return NULL;
}
