/*
 * The keys of this node, and that they are the same on all nodes of its center: each node lays its
 * keys into the store, wrapped under its TLS key, and a node whose keys are fresh takes those that
 * lie there. Until that is settled, nobody above hears of the store.
 *
 *              store ready: read, adopt, publish
 *     WAITING ───────────────────────────────────▶ SETTLED
 *        ▲      │ other keys, or none to unwrap       │
 *        │      ▼                                     │ store down
 *        │   BLOCKED: says what to do, gives up the   │
 *        │   lead, reads the directory again and      │
 *        │   tries anew                               │
 *        └────────────────────────────────────────────┘
 */
#ifndef TRIAGED_APP_KEYRING_H
#define TRIAGED_APP_KEYRING_H

#include "triaged/privacy/keys.h"
#include "triaged/store/store.h"

struct event_base;
struct keyring;

struct keyring_options {
	const char *center;
	const char *dir;
	bool made_here; /* the directory is ours: make missing keys, keep the center's in it */
	const char *tls_key;
	/* Between two attempts while blocked. Longer than a request may wait for its answer, so
	 * that nothing sealed under keys that were replaced is still under way. */
	int64_t retry_ms;
};

/* What the store tells, from when the keys are settled: see store.h. */
struct keyring_events {
	void *arg;
	void (*state)(void *arg, enum store_state state);
	void (*lead)(void *arg, int64_t epoch, const char *leader_node);
};

/* Opens the keys. */
struct keyring *keyring_new(struct event_base *base, const struct keyring_options *options,
	const struct keyring_events *events, struct err *e) MUST_CHECK;
void keyring_free(struct keyring **keyring); /* after store_close() */
void keyring_set_store(struct keyring *k, struct store *store);
void keyring_set_tls_key(struct keyring *k, const char *file); /* publishes under it */

void keyring_store_state(struct keyring *k, enum store_state state);
void keyring_store_lead(struct keyring *k, int64_t epoch, const char *leader_node);

const struct keys *keyring_keys(const struct keyring *k); /* valid until the next loop turn */
/* Whether what is sealed now can be opened later, here and on the other nodes. */
bool keyring_may_seal(const struct keyring *k);

/* "waiting", "settled" or "blocked"; why: "" unless blocked. */
const char *keyring_status(const struct keyring *k, const char **why);

#endif
