/* Reading single things: a contact's transcript, a contact's record. */
#ifndef TRIAGED_STORE_FETCH_H
#define TRIAGED_STORE_FETCH_H

#include "link.h"
#include "triaged/store/store.h"

void fetch_transcript(
	struct link *link, const char *key, store_message_fn each, store_done_fn done, void *arg);
void fetch_record(struct link *link, const char *key, store_record_fn done, void *arg);

#endif
