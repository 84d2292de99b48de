/* Reading a center's state page by page. Only the leader writes it, so the pages fit together if the
 * epoch is still the same when everything has been read. */
#ifndef TRIAGED_STORE_LOAD_H
#define TRIAGED_STORE_LOAD_H

#include "link.h"
#include "triaged/base/map.h"
#include "triaged/store/store.h"

struct loader;

struct loader_options {
	struct link *link;
	const char *prefix;
	int64_t epoch;
	store_load_fn each;
	/* position: the inbox position of the last commit, "" at the very first start */
	void (*done)(void *arg, enum store_result result, const char *position);
	void *each_arg, *arg;
};

/* The loader frees itself after done. */
struct loader *loader_start(const struct loader_options *options);
/* each is not called any more; done comes with STORE_UNAVAILABLE. */
void loader_cancel(struct loader *l);

#endif
