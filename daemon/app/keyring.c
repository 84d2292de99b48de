#include "keyring.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

#define AGAIN_MS 1000 /* after an answer that the store did not give */

enum keyring_state { WAITING, SETTLED, BLOCKED };

struct keyring {
	char *center, *dir, *tls_key;
	bool made_here;
	int64_t retry_ms;
	struct keyring_events events;
	struct store *store;
	struct keys *keys;
	enum keyring_state state;
	char *why; /* "" unless blocked */
	struct ring ring;
	bool store_ready;
	bool asking;   /* an answer of the store is awaited */
	bool yielded;  /* the lead, when blocked */
	bool has_lead; /* news of it wait until the keys are settled */
	int64_t epoch;
	char *leader;
	struct event *timer;
};

static void ask(struct keyring *k);

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ask(arg);
}

static void again(struct keyring *k, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	if (k->store_ready)
		evtimer_add(k->timer, &tv);
}

/* ---- the outcome ---- */

static void block(struct keyring *k, const char *why)
{
	if (k->state != BLOCKED || strcmp(k->why, why) != 0)
		LOG(ERROR, "keys.blocked", LOG_S("why", why));
	mem_set_str(&k->why, why);
	k->state = BLOCKED;
	again(k, k->retry_ms);
	k->events.state(k->events.arg, STORE_DOWN);
	/* Who serves nobody must not keep the center from those who can. */
	k->yielded = true;
	store_yield_lead(k->store);
}

static void block_foreign(struct keyring *k, const char *why)
{
	struct buf text = { 0 };
	buf_addf(&text,
		"%s: copy the keys directory of another node of center \"%s\" to %s, or set "
		"keys.dir to such a copy",
		why, k->center, k->dir);
	block(k, buf_str(&text));
	buf_free(&text);
}

static void pass_lead(struct keyring *k)
{
	if (!k->has_lead)
		return;
	k->has_lead = false;
	k->events.lead(k->events.arg, k->epoch, k->leader);
}

static void finish(struct keyring *k)
{
	struct err e;
	if (keys_settle(k->keys, k->dir, &e) < 0) {
		block(k, e.text);
		return;
	}
	if (k->state == BLOCKED)
		LOG(NOTICE, "keys.settled", LOG_S("dir", k->dir));
	if (k->state == SETTLED)
		return; /* a new TLS key: nobody above waits for it */
	k->state = SETTLED;
	mem_set_str(&k->why, "");
	k->events.state(k->events.arg, STORE_READY);
	pass_lead(k);
	if (k->yielded)
		store_compete_lead(k->store);
	k->yielded = false;
}

/* ---- asking the store ---- */

static void on_published(void *arg, enum publish_result result)
{
	struct keyring *k = arg;
	k->asking = false;
	if (!k->store_ready)
		return;
	if (result == PUBLISH_CONFLICT)
		ask(k); /* another node was first: look at what it laid there */
	else if (result == PUBLISH_UNAVAILABLE)
		again(k, AGAIN_MS);
	else
		finish(k);
}

static void publish(struct keyring *k, const struct wrapper *w)
{
	static const size_t max = KEYS_SEAL_MAX + 1;
	struct store_key *list = mem_zalloc(max * sizeof *list);
	struct key_view *views = mem_zalloc(max * sizeof *views);
	char(*checks)[WRAP_CHECK_SIZE] = mem_zalloc(max * sizeof *checks);
	unsigned char(*wraps)[WRAP_SIZE] = mem_zalloc(max * sizeof *wraps);
	size_t n = 0;
	for (; keys_at(k->keys, n, &views[n]); n++) {
		wrap_check(views[n].bytes, checks[n]);
		wrap_key(w, views[n].name, views[n].bytes, wraps[n]);
		list[n] = (struct store_key){ views[n].name, checks[n], w->holder,
			{ (const char *)wraps[n], WRAP_SIZE } };
	}
	LOG(NOTICE, "keys.published", LOG_S("holder", w->holder), LOG_I("keys", n));
	k->asking = true;
	store_keyring_publish(k->store, list, n, on_published, k);
	free(list);
	free(views);
	free(checks);
	free(wraps);
}

/* Somebody may have put other files there since. */
static int read_directory(struct keyring *k, struct err *e)
{
	struct keys *keys = NULL;
	if (keys_open(k->dir, k->made_here, &keys, e) < 0)
		return -1;
	keys_free(&k->keys);
	k->keys = keys;
	return 0;
}

static void compare(struct keyring *k, const struct wrapper *w)
{
	struct err e;
	switch (ring_adopt(&k->ring, w, k->keys, k->made_here ? k->dir : NULL, &e)) {
	case RING_FOREIGN:
		block_foreign(k, e.text);
		break;
	case RING_FAILED:
		block(k, e.text);
		break;
	case RING_SAME:
		if (ring_lacks(&k->ring, w, k->keys))
			publish(k, w);
		else
			finish(k);
	}
}

static void on_field(void *arg, const char *field, struct slice value)
{
	struct keyring *k = arg;
	ring_put(&k->ring, field, value);
}

static void on_read(void *arg, enum store_result result)
{
	struct keyring *k = arg;
	k->asking = false;
	if (!k->store_ready)
		return;
	if (result != STORE_OK) {
		again(k, AGAIN_MS);
		return;
	}
	struct wrapper w;
	struct err e;
	if ((k->state == BLOCKED && read_directory(k, &e) < 0) ||
		wrapper_init(&w, k->tls_key, k->center, &e) < 0) {
		block(k, e.text);
		return;
	}
	compare(k, &w);
	wrapper_wipe(&w);
}

static void ask(struct keyring *k)
{
	if (!k->store_ready || k->asking)
		return;
	evtimer_del(k->timer);
	ring_clear(&k->ring);
	k->asking = true;
	store_keyring_read(k->store, on_field, on_read, k);
}

/* ---- between store and center ---- */

void keyring_store_state(struct keyring *k, enum store_state state)
{
	k->store_ready = state == STORE_READY;
	if (k->store_ready) {
		ask(k);
		return;
	}
	evtimer_del(k->timer);
	if (k->state == SETTLED)
		k->state = WAITING;
	k->events.state(k->events.arg, STORE_DOWN);
}

void keyring_store_lead(struct keyring *k, int64_t epoch, const char *leader_node)
{
	if (k->state == SETTLED) {
		k->events.lead(k->events.arg, epoch, leader_node);
		return;
	}
	k->has_lead = true;
	k->epoch = epoch;
	mem_set_str(&k->leader, leader_node);
	if (epoch == 0) /* a lead that is over is over at once; who has it now can wait */
		k->events.lead(k->events.arg, 0, "");
}

/* ---- the rest ---- */

struct keyring *keyring_new(struct event_base *base, const struct keyring_options *options,
	const struct keyring_events *events, struct err *e)
{
	struct keys *keys = NULL;
	if (keys_open(options->dir, options->made_here, &keys, e) < 0)
		return NULL;
	struct keyring *k = mem_zalloc(sizeof *k);
	k->keys = keys;
	k->center = mem_strdup(options->center);
	k->dir = mem_strdup(options->dir);
	k->tls_key = mem_strdup(options->tls_key);
	k->made_here = options->made_here;
	k->retry_ms = options->retry_ms;
	k->events = *events;
	k->why = mem_strdup("");
	k->leader = mem_strdup("");
	ring_init(&k->ring);
	k->timer = evtimer_new(base, on_timer, k);
	CHECK(k->timer);
	return k;
}

void keyring_free(struct keyring **keyring)
{
	struct keyring *k = *keyring;
	*keyring = NULL;
	if (!k)
		return;
	event_free(k->timer);
	ring_fini(&k->ring);
	keys_free(&k->keys);
	char *const owned[] = { k->center, k->dir, k->tls_key, k->why, k->leader };
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	free(k);
}

void keyring_set_store(struct keyring *k, struct store *store)
{
	k->store = store;
}

void keyring_set_tls_key(struct keyring *k, const char *file)
{
	mem_set_str(&k->tls_key, file);
	ask(k);
}

const struct keys *keyring_keys(const struct keyring *k)
{
	return k->keys;
}

bool keyring_may_seal(const struct keyring *k)
{
	return k->state == SETTLED || (k->state == WAITING && !keys_any_fresh(k->keys));
}

const char *keyring_status(const struct keyring *k, const char **why)
{
	static const char *const names[] = { "waiting", "settled", "blocked" };
	*why = k->why;
	return names[k->state];
}
