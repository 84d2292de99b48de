/* The options of the store, against each other and against the files they name. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/privacy/secret_file.h"
#include "triaged/store/store_options.h"

#include "conf_text.h"
#include "config_check.h"

enum store_mode config_store_mode(const struct config *c)
{
	if (strcmp(c->store.mode, "sentinel") == 0)
		return STORE_SENTINEL;
	return strcmp(c->store.mode, "cluster") == 0 ? STORE_CLUSTER : STORE_FIXED;
}

int config_replicas(const struct config *c)
{
	static const char word[] = "replica:";
	const char *text = c->store.durability;
	int64_t n;
	if (strcmp(text, "fsync") == 0)
		return 0;
	if (strncmp(text, word, sizeof word - 1) != 0)
		return -1;
	text += sizeof word - 1;
	if (slice_int((struct slice){ text, strlen(text) }, &n) < 0 || n < 1 ||
		n > STORE_REPLICAS_MAX)
		return -1;
	return (int)n;
}

static bool is_managed(const struct config *c)
{
	return strcmp(c->store.mode, "managed") == 0;
}

static bool is_tcp_url(const char *url, const char *scheme)
{
	return strncmp(url, scheme, 4) == 0 && conf_is_address(url + 4) && !strchr(url, ' ');
}

static bool is_server_url(const char *url)
{
	if (strncmp(url, "unix:/", 6) == 0)
		return url[6] != '\0' && !strchr(url, ' ');
	return is_tcp_url(url, "tcp:") || is_tcp_url(url, "tls:");
}

/* All of them with TLS or none, at least one. */
static bool are_peer_urls(const char *urls)
{
	char *copy = mem_strdup(urls), *rest = copy, *url;
	const char *scheme = strncmp(urls + strspn(urls, " "), "tls:", 4) == 0 ? "tls:" : "tcp:";
	int n = 0;
	bool good = true;
	while ((url = strsep(&rest, " "))) {
		n += *url != '\0';
		good = good && (!*url || is_tcp_url(url, scheme));
	}
	free(copy);
	return good && n > 0;
}

static void check_url(const struct config_check *check)
{
	const struct config *c = check->config;
	if (is_managed(c)) {
		if (*c->store.url)
			config_say(check, check->warnings, "store.url",
				"is not used: store.mode is managed");
	} else if (config_store_mode(c) == STORE_FIXED) {
		if (!is_server_url(c->store.url))
			config_say(check, check->errors, "store.url",
				"mode redis needs unix:/PATH, tcp:HOST:PORT or tls:HOST:PORT");
	} else if (!are_peer_urls(c->store.url)) {
		config_say(check, check->errors, "store.url",
			"mode %s needs tcp:HOST:PORT or tls:HOST:PORT, several separated by "
			"spaces, all with TLS or none",
			c->store.mode);
	}
}

static void check_durability(const struct config_check *check)
{
	const struct config *c = check->config;
	int replicas = config_replicas(c);
	if (replicas < 0)
		config_say(check, check->errors, "store.durability",
			"must be fsync or replica:N with N from 1 to %d", STORE_REPLICAS_MAX);
	else if (replicas > 0 && is_managed(c))
		config_say(check, check->errors, "store.durability",
			"must be fsync: the server of store.mode managed has no replicas");
	else if (replicas == 0 && config_store_mode(c) != STORE_FIXED)
		config_say(check, check->warnings, "store.durability",
			"fsync does not cover a change of master: replica:1 does");
}

static void check_secret(const struct config_check *check, const char *option, const char *path)
{
	char secret[16384];
	struct err e;
	if (*path && secret_file_read(path, secret, sizeof secret, &e) < 0)
		config_say(check, check->errors, option, "%s", e.text);
	explicit_bzero(secret, sizeof secret);
}

static void check_store_tls(const struct config_check *check)
{
	const struct config *c = check->config;
	bool used = !is_managed(c) && strstr(c->store.url, "tls:");
	if (!used && *c->store.tls.ca)
		config_say(check, check->warnings, "store.tls.ca",
			"is not used: store.url holds no tls: address");
	if (used && !*c->store.tls.ca)
		config_say(check, check->errors, "store.tls.ca", "is needed for tls: addresses");
	if (!*c->store.tls.certificate != !*c->store.tls.key)
		config_say(check, check->errors, "store.tls.certificate",
			"and store.tls.key belong together");
	config_check_readable(check, "store.tls.ca", c->store.tls.ca);
	config_check_readable(check, "store.tls.certificate", c->store.tls.certificate);
	check_secret(check, "store.tls.key", c->store.tls.key);
}

static int read_password(const char *path, char out[512], struct err *e)
{
	if (!*path)
		return 0;
	int n = secret_file_read(path, out, 512, e);
	if (n < 0)
		return -1;
	if (n == 512)
		return err_set(e, "%s: a password is shorter than that", path);
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return 0;
}

int config_read_passwords(const struct config *c, struct config_passwords *p, struct err *e)
{
	memset(p, 0, sizeof *p);
	int rc = read_password(c->store.password_file, p->server, e);
	if (rc == 0)
		rc = read_password(c->store.sentinel_password_file, p->sentinel, e);
	if (rc < 0)
		explicit_bzero(p, sizeof *p);
	return rc;
}

void config_check_store(const struct config_check *check)
{
	const struct config *c = check->config;
	check_url(check);
	if (is_managed(c) && (*c->store.username || *c->store.password_file))
		config_say(check, check->warnings, "store.username",
			"is not used: store.mode is managed");
	check_durability(check);
	check_secret(check, "store.password_file", c->store.password_file);
	check_secret(check, "store.sentinel_password_file", c->store.sentinel_password_file);
	check_store_tls(check);
}
