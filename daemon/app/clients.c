#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/map.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/random.h"

#include "client_entry.h"

/* Verifies against no password: a salt and a hash of zeros, at the cost of a real one. */
#define NOBODY                                                                                     \
	"scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

struct clients {
	struct map by_name; /* owns the clients */
	struct map by_cert, by_token, by_user;
};

static struct clients *new_clients(void)
{
	uint64_t seed[2];
	random_bytes(seed, sizeof seed);
	struct clients *c = mem_zalloc(sizeof *c);
	map_init(&c->by_name, seed[0], seed[1]);
	map_init(&c->by_cert, seed[0], seed[1]);
	map_init(&c->by_token, seed[0], seed[1]);
	map_init(&c->by_user, seed[0], seed[1]);
	return c;
}

void clients_free(struct clients **c)
{
	struct client *one;
	size_t i = 0;
	if (!*c)
		return;
	while ((one = map_walk(&(*c)->by_name, &i, NULL)))
		client_free(&one);
	map_fini(&(*c)->by_name);
	map_fini(&(*c)->by_cert);
	map_fini(&(*c)->by_token);
	map_fini(&(*c)->by_user);
	free(*c);
	*c = NULL;
}

size_t clients_count(const struct clients *c)
{
	return c->by_name.count;
}

/* Enter client under key, unless the key is "" or somebody else's. */
static void enter(struct map *m, const char *key, struct client *client, const char *what,
	const struct conf_node *node, struct conf_errors *errors)
{
	struct client *other = *key ? map_get(m, key) : NULL;
	if (other)
		conf_error(errors, node->file, node->line, "client: %s of %s is also that of %s",
			what, client->who->name, other->who->name);
	else if (*key)
		map_put(m, key, client);
}

static void add(struct clients *c, struct client *client, const struct conf_node *node,
	struct conf_errors *errors)
{
	if (map_get(&c->by_name, client->who->name)) {
		conf_error(errors, node->file, node->line, "client: the name %s is used twice",
			client->who->name);
		client_free(&client);
		return;
	}
	map_put(&c->by_name, client->who->name, client);
	enter(&c->by_cert, client->cert, client, "cert", node, errors);
	enter(&c->by_token, client->token_sha256, client, "token_sha256", node, errors);
	enter(&c->by_user, client->user, client, "user", node, errors);
}

static void read_tree(struct clients *c, const struct conf_node *root, const char *center,
	struct conf_errors *errors)
{
	const struct conf_node *list = conf_get(root, "clients");
	for (size_t i = 0; i < root->n_children; i++)
		if (&root->children[i] != list)
			conf_error(errors, root->children[i].file, root->children[i].line,
				"unknown name %s; a clients file holds clients = ( … )",
				root->children[i].name);
	if (!list || list->type != CONF_LIST || list->n_children == 0) {
		conf_error(errors, root->file, list ? list->line : 0,
			"clients must be a list of at least one group: clients = ( { … } )");
		return;
	}
	for (size_t i = 0; i < list->n_children; i++) {
		struct client *one = client_parse(&list->children[i], center, errors);
		if (one)
			add(c, one, &list->children[i], errors);
	}
}

struct clients *clients_load(const char *path, const char *center, struct conf_errors *errors)
{
	size_t before = errors->count;
	struct conf_node *root = conf_parse_file(path, errors);
	if (!root)
		return NULL;
	struct clients *c = new_clients();
	read_tree(c, root, center, errors);
	conf_free(&root);
	if (errors->count != before)
		clients_free(&c);
	return c;
}

const struct principal *clients_find(const struct clients *c, const char *name)
{
	const struct client *found = map_get(&c->by_name, name);
	return found ? found->who : NULL;
}

/* Remember in *found whom name belongs to. False when that is somebody other than before. */
static bool match(const struct clients *c, const char *name, struct client **found)
{
	struct client *one = *name ? map_get(&c->by_cert, name) : NULL;
	if (one && *found && one != *found)
		return false;
	if (one)
		*found = one;
	return true;
}

struct principal *clients_by_certificate(
	const struct clients *c, const struct certificate_names *names)
{
	struct client *found = NULL;
	bool one = match(c, names->common_name, &found);
	for (size_t i = 0; i < names->n_uris; i++)
		one = one && match(c, names->uris[i], &found);
	for (size_t i = 0; i < names->n_dns; i++)
		one = one && match(c, names->dns[i], &found);
	return one && found ? principal_ref(found->who) : NULL;
}

struct principal *clients_by_token(const struct clients *c, const char *token)
{
	char hex[DIGEST_HEX_SIZE];
	digest_sha256_hex(token, strlen(token), hex);
	struct client *found = map_get(&c->by_token, hex);
	if (!found || !digest_equal(found->token_sha256, hex, DIGEST_HEX_SIZE))
		return NULL;
	return principal_ref(found->who);
}

void clients_by_user(const struct clients *c, const char *user, struct client_login *login)
{
	const struct client *found = *user ? map_get(&c->by_user, user) : NULL;
	*login = (struct client_login){ 0 };
	snprintf(login->password, sizeof login->password, "%s", found ? found->password : NOBODY);
	if (!found)
		return;
	login->who = principal_ref(found->who);
	memcpy(login->totp, found->totp, sizeof login->totp);
	login->totp_len = found->totp_len;
}

bool clients_still_valid(const struct clients *old, const struct clients *now, const char *name)
{
	const struct client *a = map_get(&old->by_name, name), *b = map_get(&now->by_name, name);
	return a && b && strcmp(a->cert, b->cert) == 0 &&
	       strcmp(a->token_sha256, b->token_sha256) == 0 && strcmp(a->user, b->user) == 0 &&
	       strcmp(a->password, b->password) == 0 && a->totp_len == b->totp_len &&
	       memcmp(a->totp, b->totp, sizeof a->totp) == 0 && a->who->roles == b->who->roles &&
	       strcmp(a->who->center, b->who->center) == 0;
}
