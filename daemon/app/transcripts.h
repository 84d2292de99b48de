/*
 * Short transcripts of live contacts, sealed as they are stored, kept by the leader so that taking a
 * contact needs no second trip to the store. Only whole transcripts are kept: a contact that is
 * too long, or whose beginning this leader did not see, is read from the store instead.
 */
#ifndef TRIAGED_APP_TRANSCRIPTS_H
#define TRIAGED_APP_TRANSCRIPTS_H

#include <stdbool.h>

#include "triaged/base/map.h"
#include "triaged/base/record.h"

#define TRANSCRIPT_MAX_BYTES  8192        /* of one contact: some ten messages */
#define TRANSCRIPTS_MAX_BYTES (64u << 20) /* of all: beyond, new contacts are not kept */

struct transcripts {
	struct map contacts;
	size_t bytes;
};

typedef void (*transcripts_fn)(void *arg, struct slice record);

void transcripts_init(struct transcripts *t, const uint64_t seed[2]);
void transcripts_fini(struct transcripts *t);
void transcripts_clear(struct transcripts *t);

/* A message of the contact, in order; record holds its seq, the first one being 1. */
void transcripts_add(struct transcripts *t, const char *contact, struct slice record);
void transcripts_forget(struct transcripts *t, const char *contact);

/* Give every message in order. false: not kept, or not whole; nothing was given. */
bool transcripts_read(
	const struct transcripts *t, const char *contact, transcripts_fn each, void *arg);

#endif
