/*
 * Retention: the leader removes what is past its time, by age, in small bounded calls, and only
 * what is decided: the inbox behind the committed position, references, ledger, ended contacts
 * with their transcripts, persons. A node trims its own output stream when it renews its lease.
 */
#ifndef TRIAGED_STORE_TRIM_H
#define TRIAGED_STORE_TRIM_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"

struct event;

struct trimmer {
	struct link *link;
	const char *prefix;
	int64_t keep_ms[4]; /* references, ledger, contacts, persons; 0: for ever */
	int64_t epoch;      /* 0: resting */
	bool asked;
	struct event *timer;
};

void trimmer_init(struct trimmer *t, struct event_base *base);
void trimmer_lead(struct trimmer *t, int64_t epoch); /* 0: rest */
void trimmer_fini(struct trimmer *t);

#endif
