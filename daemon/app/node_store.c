/* Opens the store and passes its events on to the keyring and the center. */
#include <stdio.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "instance_file.h"
#include "node.h"

static void on_store_state(void *arg, enum store_state state, const char *why)
{
	struct node *n = arg;
	mem_set_str(&n->store_why, why);
	if (state == STORE_READY)
		LOG(NOTICE, "store.ready", LOG_S("url", store_server(n->store)));
	else
		LOG(WARNING, "store.down", LOG_S("url", store_server(n->store)), LOG_S("why", why));
	keyring_store_state(n->keyring, state);
}

static void on_store_lead(void *arg, int64_t epoch, const char *leader)
{
	struct node *n = arg;
	keyring_store_lead(n->keyring, epoch, leader);
}

static void on_store_inbox(void *arg, const char *position, char *bytes, size_t len)
{
	struct node *n = arg;
	center_store_inbox(n->center, position, bytes, len);
}

static void on_store_caught_up(void *arg)
{
	struct node *n = arg;
	center_store_caught_up(n->center);
}

static void on_store_output(void *arg, char *bytes, size_t len)
{
	struct node *n = arg;
	center_store_output(n->center, bytes, len);
}

static void on_store_node_lost(void *arg, const char *node, const char *incarnation)
{
	struct node *n = arg;
	center_store_node_lost(n->center, node, incarnation);
}

/* Redis may have forgotten something: say again what lives here. */
static void on_store_reassert(void *arg)
{
	struct node *n = arg;
	verbs_reassert(n->verbs);
	center_store_reassert(n->center);
}

static void on_store_rewrite(void *arg, bool empty)
{
	struct node *n = arg;
	center_store_rewrite(n->center, empty);
}

static void on_store_instance(void *arg, const char *id)
{
	struct node *n = arg;
	struct err e;
	if (instance_file_write(n->config->data_dir, id, &e) < 0)
		LOG(ERROR, "store.instance", LOG_S("why", e.text));
}

static void on_store_warning(void *arg, const char *text)
{
	struct node *n = arg;
	mem_set_str(&n->store_warning, text);
	LOG(WARNING, "store.warning", LOG_S("text", *text ? text : "over"));
}

/* Where Redis is; the managed one is started. NULL: it cannot be. */
static const char *store_url(struct node *n, struct err *e)
{
	const struct config *c = n->config;
	char dir[4096];
	if (strcmp(c->store.mode, "managed") != 0)
		return c->store.url;
	snprintf(dir, sizeof dir, "%s/redis", c->data_dir);
	struct managed_options m = { .dir = dir, .program = c->store.redis_server };
	n->managed = managed_start(n->base, &m, e);
	return n->managed ? managed_url(n->managed) : NULL;
}

bool node_may_share_address(const struct node *n)
{
	return !n->managed;
}

void node_store_options(const struct node *n, const char *url,
	const struct config_passwords *passwords, struct store_options *o)
{
	const struct config *c = n->config;
	*o = (struct store_options){
		.center = c->center,
		.node = n->name,
		.incarnation = n->incarnation,
		.previous = n->incarnation_before,
		.mode = config_store_mode(c),
		.url = url,
		.master = c->store.master,
		.sentinel_password = passwords->sentinel,
		.tls = { c->store.tls.ca, c->store.tls.certificate, c->store.tls.key,
			c->store.tls.name },
		.username = c->store.username,
		.password = passwords->server,
		.connect_ms = 2000,
		.command_ms = 2000,
		.lease_ms = c->store.lease_ms,
		.replicas = config_replicas(c),
		.retain_refs_ms = c->retain.refs_h * 3600000,
		.retain_ledger_ms = c->retain.ledger_d * 86400000,
		.retain_contacts_ms = c->retain.transcript_d * 86400000,
		.retain_persons_ms = c->retain.persons_d * 86400000,
	};
}

int node_wire_store(struct node *n, struct err *e)
{
	const struct config *c = n->config;
	const char *url = store_url(n, e);
	if (!url)
		return err_wrap(e, "store");
	struct config_passwords passwords;
	struct store_options o;
	char instance[INSTANCE_SIZE];
	if (instance_file_read(c->data_dir, instance, e) < 0 ||
		config_read_passwords(c, &passwords, e) < 0)
		return -1;
	node_store_options(n, url, &passwords, &o);
	o.instance = instance;
	const struct store_events events = {
		.arg = n,
		.state = on_store_state,
		.lead = on_store_lead,
		.inbox = on_store_inbox,
		.caught_up = on_store_caught_up,
		.output = on_store_output,
		.node_lost = on_store_node_lost,
		.reassert = on_store_reassert,
		.instance = on_store_instance,
		.rewrite = on_store_rewrite,
		.warning = on_store_warning,
	};
	n->store = store_open(n->base, &o, &events, e);
	explicit_bzero(&passwords, sizeof passwords);
	if (!n->store)
		return err_wrap(e, "store");
	center_set_store(n->center, n->store);
	keyring_set_store(n->keyring, n->store);
	return peers_start(n, url, e);
}
