/*
 * Finds the master of a center where it may change: by asking Sentinels, or by asking the nodes of a
 * Cluster for the owner of the center's slot. All listed ones are asked repeatedly, and the answer with
 * the highest configuration epoch counts, so that an outdated one does not lead back to an old master.
 * The server found is vetted like any other (vet.h).
 */
#ifndef TRIAGED_STORE_FINDER_H
#define TRIAGED_STORE_FINDER_H

#include "link.h"
#include "triaged/store/store.h"
#include "url.h"

struct finder;

struct finder_options {
	enum store_mode mode;     /* STORE_SENTINEL or STORE_CLUSTER */
	const char *urls;         /* separated by spaces; all of them with TLS or none */
	const char *master;       /* its name among the Sentinels */
	const char *center;       /* whose keys' slot counts in a Cluster */
	struct link_options link; /* how to reach them; url and place are not used */
};

struct finder_events {
	void *arg;
	void (*moved)(void *arg); /* finder_master() is another one; from the loop */
	/* Nobody would replace a lost master for now; "" when that is over. */
	void (*warning)(void *arg, const char *text);
};

struct finder *finder_open(struct event_base *base, const struct finder_options *options,
	const struct finder_events *events, struct err *e) MUST_CHECK;
void finder_close(struct finder **f);

/* As link_place has them. */
const struct url *finder_master(void *finder, const char **why);
void finder_doubt(void *finder, const char *why);

#endif
