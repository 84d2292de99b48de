#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/keys.h"
#include "triaged/privacy/seal.h"
#include "node.h"

struct peer {
	char *name;
	struct store *inbox;
};

struct peers {
	struct node *node;
	struct keys *keys; /* common to the centers */
	struct peer *at;
	size_t n;
};

/* ---- out ---- */

/* A letter on its way. */
struct sending {
	struct node *node;
	int64_t number;
};

static void on_sent(void *arg, enum store_result result)
{
	struct sending s = *(struct sending *)arg;
	free(arg);
	if (result != STORE_OK)
		return; /* the core asks again */
	struct command c;
	command_init(&c, COMMAND_LETTER_SENT);
	c.node = s.node->name;
	c.letter = s.number;
	node_submit(s.node, &c);
}

static int reseal(const struct keys *from, const char *from_owner, const struct keys *to,
	const char *to_owner, struct slice text, struct buf *out)
{
	struct buf plain = { 0 };
	struct err e;
	int result = seal_open(from, from_owner, text, &plain, &e);
	if (result == 0)
		result = seal_text(
			to, to_owner, (struct slice){ buf_str(&plain), plain.len }, out, &e);
	if (result != 0)
		LOG(ERROR, "letter.seal", LOG_S("contact", to_owner), LOG_S("why", e.text));
	buf_wipe(&plain);
	return result;
}

static struct peer *find(struct peers *p, struct slice name)
{
	for (size_t i = 0; i < p->n; i++)
		if (slice_is(name, p->at[i].name))
			return &p->at[i];
	return NULL;
}

struct parts {
	int64_t number;
	struct slice center, letter;
};

static int read_parts(const struct output *o, struct parts *parts)
{
	struct record_reader in = { buf_str(&o->fields), buf_str(&o->fields) + o->fields.len };
	struct slice name, value;
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "number"))
			bad |= slice_int(value, &parts->number);
		else if (slice_is(name, "center"))
			parts->center = value;
		else if (slice_is(name, "letter"))
			parts->letter = value;
	}
	return more == 0 && bad == 0 && parts->letter.len ? 0 : -1;
}

static void post(struct peers *p, struct peer *to, int64_t number, struct command *c)
{
	struct buf sealed = { 0 }, bytes = { 0 };
	char identity[80];
	snprintf(identity, sizeof identity, "center:%s", p->node->config->center);
	c->identity = identity;
	if (c->text.len) {
		if (reseal(keyring_keys(p->node->keyring), c->peer, p->keys, c->contact, c->text,
			    &sealed) == 0)
			c->text = (struct slice){ buf_str(&sealed), sealed.len };
		else
			c->text = (struct slice){ "", 0 };
		c->said = 1;
	}
	command_encode(c, true, &bytes);
	struct sending *s = mem_zalloc(sizeof *s);
	*s = (struct sending){ p->node, number };
	store_append(to->inbox, (struct slice){ buf_str(&bytes), bytes.len },
		p->node->config->deadlines.request_ms, on_sent, s);
	buf_free(&bytes);
	buf_free(&sealed);
}

void peers_send(struct peers *p, const struct output *output)
{
	struct parts parts = { 0 };
	struct command c;
	struct err e = { .text = "" };
	struct peer *to = NULL;
	struct buf bytes = { 0 };
	if (p && read_parts(output, &parts) == 0)
		to = find(p, parts.center);
	buf_add(&bytes, parts.letter.data, parts.letter.len);
	if (to && command_decode(bytes.data, bytes.len, &c, &e) == 0)
		post(p, to, parts.number, &c);
	else
		LOG(ERROR, "letter.unsent", LOG_I("number", parts.number),
			LOG_S("why", to ? e.text : "its center is not among transfer.centers"));
	buf_free(&bytes);
}

/* ---- in ---- */

bool peers_is_letter(const struct command *c)
{
	return c->command >= COMMAND_TRANSFER_OPEN && c->command <= COMMAND_TRANSFER_OVER;
}

void peers_take(struct peers *p, struct command *c, struct buf *sealed)
{
	if (!c->text.len)
		return;
	bool opened = p && reseal(p->keys, c->contact, keyring_keys(p->node->keyring), c->contact,
				   c->text, sealed) == 0;
	c->text = opened ? (struct slice){ buf_str(sealed), sealed->len } : (struct slice){ "", 0 };
	c->said = 1;
}

/* ---- making them ---- */

static int add_peer(struct peers *p, const char *name, const char *url, struct err *e)
{
	struct store_options o;
	struct config_passwords passwords;
	if (config_read_passwords(p->node->config, &passwords, e) < 0)
		return -1;
	node_store_options(p->node, url, &passwords, &o);
	o.center = name;
	struct store *inbox = store_open_inbox(p->node->base, &o, e);
	explicit_bzero(&passwords, sizeof passwords);
	if (!inbox)
		return err_wrap(e, "transfer.centers");
	p->at = mem_resize(p->at, p->n + 1, sizeof *p->at);
	p->at[p->n++] = (struct peer){ mem_strdup(name), inbox };
	return 0;
}

static int add_peers(struct peers *p, const char *url, struct err *e)
{
	char *names = mem_strdup(p->node->config->transfer.centers), *rest = names;
	int result = 0;
	for (char *name; result == 0 && (name = strsep(&rest, " "));)
		if (*name)
			result = add_peer(p, name, url, e);
	free(names);
	return result;
}

int peers_start(struct node *n, const char *url, struct err *e)
{
	if (!*n->config->transfer.centers)
		return 0;
	struct peers *p = n->peers = mem_zalloc(sizeof *p);
	p->node = n;
	if (keys_open(n->config->transfer.keys, false, &p->keys, e) < 0)
		return err_wrap(e, "transfer.keys");
	return add_peers(p, url, e);
}

void peers_stop(struct peers **peers)
{
	struct peers *p = *peers;
	*peers = NULL;
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		store_close(&p->at[i].inbox);
		free(p->at[i].name);
	}
	free(p->at);
	keys_free(&p->keys);
	free(p);
}
