/*
 * A center without its daemon: the state from its Redis, or from what a managed Redis left behind, and
 * on top of it what the node's spool holds; as an island's core would know it. Nothing is changed.
 */
#ifndef TRIAGECTL_OFFLINE_H
#define TRIAGECTL_OFFLINE_H

#include "args.h"
#include "triaged/base/json.h"

struct core;

struct offline {
	struct core *core; /* NULL: nothing could be read */
	const char *kind;  /* store files spool */
	char center[128];
	int64_t stored_ms; /* the last moment the store knows of; 0: none was read */
	int64_t spooled_ms;
	size_t spooled;    /* entries of the spool, those the store has among them */
	char trouble[400]; /* what could not be read; "" */
};

/* -1: neither a store nor a spool could be read. */
int offline_read(struct offline *o, const struct args *args, const char *data_dir, struct err *e);
/* As the daemon answers this method; the caller's. */
json_t *offline_ask(const struct offline *o, const char *method, const char *params);
void offline_free(struct offline *o);

#endif
