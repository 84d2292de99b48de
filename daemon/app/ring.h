/*
 * The center's keys in the store compared with those of this node: which to take over from there, which
 * differ, which the store lacks.
 */
#ifndef TRIAGED_APP_RING_H
#define TRIAGED_APP_RING_H

#include "triaged/base/map.h"
#include "triaged/privacy/wrap.h"
#include "triaged/store/store.h"

struct ring {
	struct map fields; /* name -> check value, name:holder -> wrapped key */
};

void ring_init(struct ring *ring);
void ring_clear(struct ring *ring); /* remove all fields */
void ring_fini(struct ring *ring);
void ring_put(struct ring *ring, const char *field, struct slice value);

enum ring_result {
	RING_SAME,    /* all keys of the center are here */
	RING_FOREIGN, /* a key in use here is another than the center's, or none can be unwrapped */
	RING_FAILED   /* to write or keep one */
};

/* Make keys the center's: what is missing or fresh here is taken from the ring and written to dir
 * (dir NULL: only used). */
enum ring_result ring_adopt(const struct ring *ring, const struct wrapper *w, struct keys *keys,
	const char *dir, struct err *e) MUST_CHECK;

/* Whether a key is not in the ring, or not wrapped for this holder. */
bool ring_lacks(const struct ring *ring, const struct wrapper *w, const struct keys *keys);

#endif
