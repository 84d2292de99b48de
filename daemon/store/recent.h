/* Reading what was decided last, and what waits in the inbox to be decided: see store_recent(). */
#ifndef TRIAGED_STORE_RECENT_H
#define TRIAGED_STORE_RECENT_H

#include "link.h"
#include "triaged/store/store.h"

struct recent_options {
	struct link *link;
	const char *prefix;
	int64_t back_ms;
	store_load_fn each;
	store_done_fn done;
	void *arg;
};

void recent_read(const struct recent_options *options);

#endif
