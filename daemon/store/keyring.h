/* The center's keyring, hash `keys`: what store_keyring_read() and _publish() do on the link. */
#ifndef TRIAGED_STORE_KEYRING_H
#define TRIAGED_STORE_KEYRING_H

#include "link.h"
#include "triaged/store/store.h"

void keyring_fetch(
	struct link *link, const char *prefix, store_field_fn each, store_done_fn done, void *arg);
void keyring_put(struct link *link, const char *prefix, const struct store_key *keys, size_t n,
	store_publish_fn done, void *arg);

#endif
