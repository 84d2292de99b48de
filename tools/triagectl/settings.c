#include "settings.h"

#include <errno.h>
#include <libconfig.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prompt.h"
#include "text.h"
#include "triaged/base/mem.h"

#define TIMEOUT_S_DEFAULT 10
#define TIMEOUT_S_MAX     600
#define SECRET_FILE_MAX   4096

const struct option_def settings_options[] = {
	{ "config", "FILE",
		"settings (default: ~/.config/triagectl.conf, /etc/triaged/triagectl.conf)", NULL },
	{ "address", "HOST:PORT", "where the daemon's line protocol listens", NULL },
	{ "cert", "FILE", "client certificate, PEM", NULL },
	{ "key", "FILE", "its private key, PEM", NULL },
	{ "ca", "FILE", "authority of the daemon's certificate, PEM", NULL },
	{ "token-file", "FILE", "file holding a token, instead of a certificate", NULL },
	{ "user", "NAME", "log in by user and password; the password is asked for", NULL },
	{ "password-file", "FILE", "file holding the password of --user", NULL },
	{ "role", "ROLE", "act in this one of your roles", NULL },
	{ "center", "NAME", "the center meant", NULL },
	{ "data-dir", "DIR", "take address and development certificates from a daemon's data_dir",
		NULL },
	{ "timeout", "SECONDS", "give up after so long (default 10)", NULL },
	{ "json", NULL, "print the answer as JSON", NULL },
	{ "no-color", NULL, "never use colours; so does the environment's NO_COLOR", NULL },
	{ "help", NULL, "explain the command", NULL },
	{ 0 },
};

/* One setting under its three names. */
static const struct source {
	const char *option, *variable, *key;
	size_t offset;
} sources[] = {
	{ "data-dir", "TRIAGECTL_DATA_DIR", "data_dir", offsetof(struct settings, data_dir) },
	{ "address", "TRIAGECTL_ADDRESS", "address", offsetof(struct settings, address) },
	{ "cert", "TRIAGECTL_CERT", "certificate", offsetof(struct settings, certificate) },
	{ "key", "TRIAGECTL_KEY", "key", offsetof(struct settings, key) },
	{ "ca", "TRIAGECTL_CA", "ca", offsetof(struct settings, ca) },
	{ "token-file", "TRIAGECTL_TOKEN_FILE", "token_file",
		offsetof(struct settings, token_file) },
	{ "user", "TRIAGECTL_USER", "user", offsetof(struct settings, user) },
	{ "password-file", "TRIAGECTL_PASSWORD_FILE", "password_file",
		offsetof(struct settings, password_file) },
	{ "role", "TRIAGECTL_ROLE", "role", offsetof(struct settings, role) },
	{ "center", "TRIAGECTL_CENTER", "center", offsetof(struct settings, center) },
	{ "timeout", "TRIAGECTL_TIMEOUT", "timeout_s", offsetof(struct settings, timeout_s) },
};

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

static char **slot(struct settings *s, size_t i)
{
	return (char **)(void *)((char *)s + sources[i].offset);
}

static int take_key(struct settings *s, const config_setting_t *c, const char *file, struct err *e)
{
	const char *name = config_setting_name(c);
	char number[16];

	for (size_t i = 0; i < N_SOURCES; i++) {
		if (strcmp(sources[i].key, name) != 0)
			continue;
		if (config_setting_type(c) == CONFIG_TYPE_STRING) {
			mem_set_str(slot(s, i), config_setting_get_string(c));
		} else if (config_setting_type(c) == CONFIG_TYPE_INT) {
			snprintf(number, sizeof(number), "%d", config_setting_get_int(c));
			mem_set_str(slot(s, i), number);
		} else {
			return err_set(e, "%s:%u: %s is no text", file,
				(unsigned)config_setting_source_line(c), name);
		}
		return 0;
	}
	return err_set(e, "%s:%u: unknown setting '%s'", file,
		(unsigned)config_setting_source_line(c), name);
}

static int read_config(struct settings *s, const char *file, struct err *e)
{
	config_t c;
	int rc = 0;

	config_init(&c);
	if (config_read_file(&c, file) != CONFIG_TRUE) {
		rc = config_error_type(&c) == CONFIG_ERR_FILE_IO
			     ? err_set(e, "%s: %s", file, strerror(errno))
			     : err_set(e, "%s:%d: %s", file, config_error_line(&c),
				       config_error_text(&c));
	} else {
		const config_setting_t *root = config_root_setting(&c);

		for (int i = 0; rc == 0 && i < config_setting_length(root); i++)
			rc = take_key(s, config_setting_get_elem(root, (unsigned)i), file, e);
	}
	config_destroy(&c);
	return rc;
}

static int read_configs(struct settings *s, const char *given, struct err *e)
{
	const char *home = getenv("HOME");
	char own[4096];

	if (given)
		return read_config(s, given, e);
	snprintf(own, sizeof(own), "%s/.config/triagectl.conf", home ? home : "");
	if (home && access(own, F_OK) == 0)
		return read_config(s, own, e);
	if (access("/etc/triaged/triagectl.conf", F_OK) == 0)
		return read_config(s, "/etc/triaged/triagectl.conf", e);
	return 0;
}

/* A file in the data directory fills an empty setting when it can be read. */
static void fill_file(char **where, const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!*where && access(path, R_OK) == 0)
		*where = mem_strdup(path);
}

static int fill_from_data_dir(struct settings *s, struct err *e)
{
	char path[4096];
	json_error_t why;

	if (!s->data_dir)
		return 0;
	fill_file(&s->ca, s->data_dir, "dev/ca.pem");
	if (!s->token_file && !s->user && !s->certificate) {
		fill_file(&s->certificate, s->data_dir, "dev/admin.pem");
		fill_file(&s->key, s->data_dir, "dev/admin.key");
	}
	if (s->address)
		return 0;
	snprintf(path, sizeof(path), "%s/listen.json", s->data_dir);
	json_t *listen = json_load_file(path, 0, &why);
	const char *line = field_str(listen, "line", NULL);
	if (line)
		s->address = mem_strdup(line);
	json_decref(listen);
	if (!line)
		return err_set(e, "%s names no line address: is the daemon running?", path);
	return 0;
}

static int read_secret(const char *file, char **secret, struct err *e)
{
	char text[SECRET_FILE_MAX] = "";
	FILE *f = fopen(file, "re");
	size_t n;

	if (!f)
		return err_set(e, "%s: %s", file, strerror(errno));
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	*secret = mem_strdup(text);
	explicit_bzero(text, sizeof(text));
	return **secret ? 0 : err_set(e, "%s is empty", file);
}

static int read_secrets(struct settings *s, struct err *e)
{
	if (s->token_file && read_secret(s->token_file, &s->token, e) != 0)
		return err_wrap(e, "token");
	if (!s->user)
		return 0;
	if (s->password_file)
		return read_secret(s->password_file, &s->password, e);
	return prompt_secret("Password: ", &s->password, e);
}

static int check(const struct settings *s, struct err *e)
{
	if (!s->address)
		return err_set(
			e, "no address: give --address or --data-dir, or set it in triagectl.conf");
	if (s->certificate && !s->key)
		return err_set(e, "certificate %s needs its --key", s->certificate);
	if (!s->certificate && !s->token_file && !s->user)
		return err_set(
			e, "nothing to log in with: give --cert and --key, --token-file or --user");
	if (!s->role && (s->token_file || s->user || s->center))
		return err_set(e, "%s needs --role too",
			s->token_file ? "a login by token"
			: s->user     ? "a login by password"
				      : "--center");
	if (s->timeout_s && (atoi(s->timeout_s) < 1 || atoi(s->timeout_s) > TIMEOUT_S_MAX))
		return err_set(
			e, "timeout '%s' is not 1 to %d seconds", s->timeout_s, TIMEOUT_S_MAX);
	return 0;
}

int settings_load(struct settings *s, const struct args *args, struct err *e)
{
	const char *file = args_get(args, "config");

	if (!file)
		file = getenv("TRIAGECTL_CONFIG");
	if (read_configs(s, file, e) != 0)
		return -1;
	for (size_t i = 0; i < N_SOURCES; i++) {
		const char *v = getenv(sources[i].variable);

		if (v && *v)
			mem_set_str(slot(s, i), v);
	}
	for (size_t i = 0; i < N_SOURCES; i++) {
		const char *v = args_get(args, sources[i].option);

		if (v)
			mem_set_str(slot(s, i), v);
	}
	if (fill_from_data_dir(s, e) != 0 || check(s, e) != 0)
		return -1;
	return read_secrets(s, e);
}

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < N_SOURCES; i++)
		free(*slot(s, i));
	wipe(s->token);
	wipe(s->password);
	*s = (struct settings){ 0 };
}

struct client_options settings_client(const struct settings *s)
{
	return (struct client_options){
		.stream = { .address = s->address,
			.certificate = s->certificate,
			.key = s->key,
			.ca = s->ca,
			.timeout_ms =
				1000 * (s->timeout_s ? atoi(s->timeout_s) : TIMEOUT_S_DEFAULT) },
		.token = s->token,
		.user = s->user,
		.password = s->password,
		.role = s->role,
		.center = s->center,
	};
}
