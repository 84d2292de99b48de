#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/mem.h"

#include "clients.h"
#include "config_check.h"
#include "options.h"

static struct option_origin *new_origins(void)
{
	return mem_zalloc(n_options * sizeof(struct option_origin));
}

static void free_origins(struct option_origin *origins)
{
	for (size_t i = 0; i < n_options; i++)
		free(origins[i].file);
	free(origins);
}

/* Defaults that depend on something else. */
static void derive(struct config *c)
{
	struct buf b = { 0 };
	char host[256] = "";
	if (!*c->node) {
		if (gethostname(host, sizeof host - 1) == 0)
			mem_set_str(&c->node, host);
	}
	buf_addf(&b, "%s/keys", c->data_dir);
	if (!*c->keys.dir)
		mem_set_str(&c->keys.dir, buf_str(&b));
	c->keys_made_here = strcmp(c->keys.dir, buf_str(&b)) == 0;
	buf_free(&b);
}

static void read_clinical_keys(const struct config *c, struct conf_errors *errors)
{
	const struct config_keys *keys = &c->clinical_keys;
	struct err e;
	for (size_t i = 0; i < keys->n; i++)
		if (signature_read_key(keys->files[i], keys->at[i].raw, &e) < 0)
			conf_error(errors, c->file, 0, "clinical_keys: %s", e.text);
}

/* Who speaks for an agency must be able to connect, and a test agency must not be reached by one who
 * is real, nor the reverse. */
static void check_partners(const struct config *c, struct conf_errors *errors)
{
	for (size_t i = 0; i < c->agencies.set.n; i++) {
		const struct agency *a = &c->agencies.set.at[i];
		if (!*a->session)
			continue;
		const struct principal *who = clients_find(c->clients, a->session);
		if (!who || !(who->roles & ROLE_PARTNER))
			conf_error(errors, c->file, 0,
				"agencies: %s: session %s is no client with role partner", a->id,
				a->session);
		else if (who->test != a->test)
			conf_error(errors, c->file, 0,
				"agencies: %s: mode %s, but client %s has test = %s", a->id,
				a->test ? "test" : "live", a->session,
				who->test ? "true" : "false");
	}
}

/* The fields alone, checked each for itself. NULL with errors when the file cannot be read. */
static struct config *read_fields(
	const char *path, struct option_origin *origins, struct conf_errors *errors)
{
	struct conf_node *root = conf_parse_file(path, errors);
	if (!root)
		return NULL;
	struct config *c = options_defaults();
	options_parse(root, c, origins, errors);
	conf_free(&root);
	mem_set_str(&c->file, path);
	derive(c);
	return c;
}

static void read_clients(const struct config_check *check, struct config *c)
{
	size_t before = check->errors->count;
	if (!*c->clients_file)
		return; /* its absence was reported with the required options */
	config_check_readable(check, "clients", c->clients_file);
	if (check->errors->count == before)
		c->clients = clients_load(c->clients_file, c->center, check->errors);
}

struct config *config_load(
	const char *path, int64_t now_ms, struct conf_errors *errors, struct conf_errors *warnings)
{
	size_t before = errors->count;
	struct option_origin *origins = new_origins();
	struct config *c = read_fields(path, origins, errors);
	if (c) {
		const struct config_check check = { c, origins, now_ms, errors, warnings };
		config_check(&check);
		read_clinical_keys(c, errors);
		read_clients(&check, c);
		if (c->clients)
			check_partners(c, errors);
		if (errors->count != before)
			config_unref(&c);
	}
	free_origins(origins);
	return c;
}

struct config *config_read(const char *path, struct conf_errors *errors)
{
	size_t before = errors->count;
	struct option_origin *origins = new_origins();
	struct config *c = read_fields(path, origins, errors);
	if (c && errors->count != before)
		config_unref(&c);
	free_origins(origins);
	return c;
}

struct config *config_ref(struct config *c)
{
	c->refs++;
	return c;
}

void config_unref(struct config **c)
{
	if (*c && --(*c)->refs == 0) {
		options_free_fields(*c);
		clients_free(&(*c)->clients);
		free((*c)->file);
		free(*c);
	}
	*c = NULL;
}

int config_dump(const char *path, struct buf *out, struct conf_errors *errors)
{
	size_t before = errors->count;
	struct option_origin *origins = new_origins();
	struct config *c = read_fields(path, origins, errors);
	if (errors->count == before)
		options_print(c, origins, out);
	config_unref(&c);
	free_origins(origins);
	return errors->count == before ? 0 : -1;
}

bool config_can_reload(
	const struct config *running, const struct config *next, struct conf_errors *errors)
{
	size_t before = errors->count;
	for (size_t i = 0; i < n_options; i++)
		if ((options[i].flags & OPTION_RESTART) &&
			!option_equal(&options[i], running, next))
			conf_error(errors, next->file, 0,
				"%s counts at start only: restart to change it", options[i].name);
	return errors->count == before;
}
