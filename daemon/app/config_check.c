#include "config_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/core/options.h"
#include "triaged/outreach/webhook.h"
#include "triaged/privacy/cert.h"
#include "triaged/privacy/keys.h"
#include "triaged/privacy/secret_file.h"

#include "conf_text.h"

#define CENTERS_MAX sizeof(((struct core_options *)0)->centers)

void config_say(const struct config_check *check, struct conf_errors *to, const char *option,
	const char *fmt, ...)
{
	char what[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	const char *file = check->config->file;
	int line = 0;
	for (size_t i = 0; i < n_options; i++)
		if (strcmp(options[i].name, option) == 0 && check->origins[i].line > 0) {
			file = check->origins[i].file;
			line = check->origins[i].line;
		}
	conf_error(to, file, line, "%s: %s", option, what);
}

void config_check_readable(const struct config_check *check, const char *option, const char *path)
{
	struct stat st;
	if (!*path)
		return;
	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		config_say(check, check->errors, option, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		config_say(check, check->errors, option, "%s: not a regular file", path);
}

static void check_rules(const struct config_check *check)
{
	const struct config_strings *rules = &check->config->rules;
	for (size_t i = 0; i < rules->n; i++) {
		config_check_readable(check, "rules", rules->at[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(rules->at[i], rules->at[j]) == 0)
				config_say(check, check->errors, "rules", "%s is listed twice",
					rules->at[i]);
	}
}

static void check_signature(const struct config_check *check)
{
	const struct config *c = check->config;
	if (*c->rules_signature)
		config_check_readable(check, "rules_signature", c->rules_signature);
	if (*c->rules_signature && c->clinical_keys.n == 0)
		config_say(check, check->errors, "rules_signature",
			"is not worth anything while clinical_keys lists nobody");
}

static void cert_fault(void *arg, const char *file, const char *what)
{
	const struct config_check *check = arg;
	const struct config *c = check->config;
	const char *option = strcmp(file, c->tls.key) == 0         ? "tls.key"
			     : strcmp(file, c->tls.client_ca) == 0 ? "tls.client_ca"
								   : "tls.certificate";
	config_say(check, check->errors, option, "%s: %s", file, what);
}

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static void warn_of_end(const struct config_check *check, const char *option, int64_t ends_ms)
{
	int64_t left = ends_ms - check->now_ms;
	if (ends_ms > 0 && left > 0 && left < 30 * DAY_MS)
		config_say(
			check, check->warnings, option, "expires in %d days", (int)(left / DAY_MS));
}

static void check_tls(const struct config_check *check)
{
	const struct config *c = check->config;
	if (!*c->tls.certificate || !*c->tls.key)
		return; /* their absence was reported with the required options */
	const struct cert_files files = { c->tls.certificate, c->tls.key,
		*c->tls.client_ca ? c->tls.client_ca : NULL };
	struct config_check copy = *check;
	struct cert_ends ends = cert_check(&files, check->now_ms, cert_fault, &copy);
	warn_of_end(check, "tls.certificate", ends.certificate);
	warn_of_end(check, "tls.client_ca", ends.client_ca);
}

/* Names become parts of keys in the store, between braces and colons. */
static void check_name(const struct config_check *check, const char *option, const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	if (strlen(name) > 64 || strspn(name, allowed) != strlen(name))
		config_say(check, check->errors, option,
			"must have at most 64 letters, digits, dots, dashes and underscores");
}

static void check_limits(const struct config_check *check)
{
	const struct config *c = check->config;
	/* A text may need two bytes for one in JSON, and the request around it some room. */
	if (2 * c->limits.text_bytes + 1024 > c->limits.line_bytes)
		config_say(check, check->errors, "limits.text_bytes",
			"must be at most half of limits.line_bytes less 1024");
	if (c->limits.output_backlog_bytes < 2 * c->limits.line_bytes)
		config_say(check, check->errors, "limits.output_backlog_bytes",
			"must be at least twice limits.line_bytes");
}

/* A less urgent level must not promise a shorter wait, or the order of the queue is not the order
 * of urgency. */
static void check_levels(const struct config_check *check)
{
	const struct config *c = check->config;
	for (int l = LEVEL_EMERGENCY; l > LEVEL_LOW; l--) {
		char option[64];
		if (c->levels[l].target_s <= c->levels[l - 1].target_s)
			continue;
		snprintf(option, sizeof option, "levels.%s.target_s", level_name((enum level)l));
		config_say(check, check->errors, option, "must not be above that of level %s",
			level_name((enum level)(l - 1)));
	}
}

static void check_channel(
	const struct config_check *check, const char *id, const struct config_channel *channel)
{
	struct webhook_secrets secrets = { .n = 0 };
	struct err e;
	if (webhook_url_check(channel->url, check->config->demo, &e) < 0)
		config_say(check, check->errors, "agencies", "%s: %s", id, e.text);
	if (*channel->ca)
		config_check_readable(check, "agencies", channel->ca);
	for (size_t k = 0; k < channel->secret_files.n; k++)
		if (webhook_secret_read(&secrets, channel->secret_files.at[k], &e) < 0)
			config_say(check, check->errors, "agencies", "%s: %s", id, e.text);
	webhook_secrets_wipe(&secrets);
}

static void check_channels(const struct config_check *check)
{
	const struct config_agencies *agencies = &check->config->agencies;
	size_t webhooks = 0;
	for (size_t i = 0; i < agencies->set.n; i++) {
		if (!agencies->set.at[i].webhook)
			continue;
		webhooks++;
		check_channel(check, agencies->set.at[i].id, &agencies->channels[i]);
	}
	if (webhooks && !*check->config->listen.https)
		config_say(check, check->warnings, "listen.https",
			"is not set: agencies can neither answer nor fetch reports");
}

static void check_keys(const struct config_check *check)
{
	const struct config *c = check->config;
	struct keys *keys = NULL;
	struct err e;
	if (c->keys_made_here && access(c->keys.dir, F_OK) < 0 && errno == ENOENT)
		return; /* the first start makes them */
	if (keys_open(c->keys.dir, false, &keys, &e) < 0)
		config_say(check, check->errors, "keys.dir", "%s", e.text);
	keys_free(&keys);
}

static void check_centers(const struct config_check *check)
{
	const struct config *c = check->config;
	struct keys *keys = NULL;
	struct err e;
	if (!*c->transfer.centers)
		return;
	if (strlen(c->transfer.centers) >= CENTERS_MAX ||
		strspn(c->transfer.centers, "abcdefghijklmnopqrstuvwxyz0123456789- ") !=
			strlen(c->transfer.centers))
		config_say(check, check->errors, "transfer.centers",
			"names of centers, below %zu bytes together", CENTERS_MAX);
	if (strcmp(c->store.mode, "managed") == 0)
		config_say(check, check->errors, "transfer.centers",
			"a managed store has no other centers");
	if (keys_open(c->transfer.keys, false, &keys, &e) < 0)
		config_say(check, check->errors, "transfer.keys", "%s", e.text);
	keys_free(&keys);
}

void config_check(const struct config_check *check)
{
	const struct config *c = check->config;
	check_name(check, "node", c->node);
	check_name(check, "center", c->center);
	if (!*c->node)
		config_say(check, check->errors, "node", "is not set and this host has no name");
	check_rules(check);
	check_signature(check);
	check_tls(check);
	config_check_store(check);
	check_limits(check);
	check_levels(check);
	check_channels(check);
	check_keys(check);
	check_centers(check);
}
