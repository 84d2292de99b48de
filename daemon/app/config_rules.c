#include "config_rules.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/mem.h"

#include "rules_file.h"
#include "text_file.h"

static int read_approval(
	const char *file, const struct config_keys *keys, struct rules_set *set, struct err *e)
{
	struct buf text = { 0 };
	int rc = text_file_read(file, SIGNATURE_TEXT_MAX, &text, e);
	if (rc == 0)
		rc = rules_set_sign(
			set, (struct slice){ buf_str(&text), text.len }, keys->at, keys->n, e);
	buf_free(&text);
	return rc < 0 ? err_wrap(e, "%s", file) : 0;
}

/* The file of its approval, or NULL with the reason why there is none. */
static char *approval_file(const struct config *config, const struct rules_set *set, struct err *e)
{
	if (set->origin == RULES_FROM_CONFIG) {
		if (*config->rules_signature)
			return mem_strdup(config->rules_signature);
		err_set(e, "rules_signature is not set");
		return NULL;
	}
	char *file = rules_dir_approval(config->data_dir, ruleset_digest(set->rules));
	if (access(file, F_OK) == 0)
		return file;
	free(file);
	err_set(e, "they were activated without an approval");
	return NULL;
}

/* Its approval may have expired: a restart or a new certificate is no reason to do without it. */
static bool is_running(const struct rules_set *set, const char *running)
{
	return strcmp(running, RULES_ANY) == 0 || strcmp(running, ruleset_digest(set->rules)) == 0;
}

/* -1: unsigned, for the reason in set->why. */
static int approve(
	const struct config *config, struct rules_set *set, const char *running, int64_t now_ms)
{
	char *file = approval_file(config, set, &set->why);
	int rc = file ? read_approval(file, &config->clinical_keys, set, &set->why) : -1;
	free(file);
	if (rc < 0)
		return -1;
	if (signature_check_time(&set->signature, now_ms, &set->why) == 0 ||
		is_running(set, running))
		return 0;
	rules_set_unsign(set);
	return -1;
}

static struct ruleset *load(const struct config *config, enum rules_origin origin, const char *name,
	struct conf_errors *errors)
{
	if (origin == RULES_ACTIVATED)
		return rules_dir_load(config->data_dir, name, errors);
	struct rules_load files = {
		.paths = (const char *const *)config->rules.at,
		.n_paths = config->rules.n,
		.lenient = true,
	};
	return rules_load(&files, NULL, errors);
}

struct rules_set *config_rules_named(const struct config *config, const char *name,
	const char *running, int64_t now_ms, struct conf_errors *errors)
{
	enum rules_origin origin =
		strcmp(name, RULES_CONFIGURED) == 0 ? RULES_FROM_CONFIG : RULES_ACTIVATED;
	struct ruleset *rules = load(config, origin, name, errors);
	if (!rules)
		return NULL;
	struct rules_set *set = mem_zalloc(sizeof *set);
	set->rules = rules;
	set->origin = origin;
	if (approve(config, set, running, now_ms) == 0 || config->demo)
		return set;
	conf_error(errors, config->file, 0,
		"rules: the %s ones are not approved: %s; such rules run only with demo = true",
		origin == RULES_FROM_CONFIG ? "configured" : "activated", set->why.text);
	rules_set_free(&set);
	return NULL;
}

struct rules_set *config_rules(const struct config *config, const char *running, int64_t now_ms,
	struct conf_errors *errors)
{
	struct rules_active active;
	struct err e;
	if (rules_dir_active(config->data_dir, &active, &e) == 0)
		return config_rules_named(config, active.digest, running, now_ms, errors);
	conf_error(errors, config->file, 0, "rules: %s", e.text);
	return NULL;
}

struct rules_set *config_rules_at_start(
	const struct config *config, int64_t now_ms, struct conf_errors *errors)
{
	char ran[DIGEST_HEX_SIZE];
	struct err e;
	bool known = rules_dir_ran(config->data_dir, ran, &e) == 0;
	struct rules_set *set = config_rules(config, known ? ran : "", now_ms, errors);
	if (!set && !known)
		conf_error(
			errors, config->file, 0, "rules: what ran before is not known: %s", e.text);
	return set;
}
