/*
 * Reading a center's ledger and transcripts from its Redis, for tools: blocking, on a connection of
 * its own, reading only. Whoever may open the server's socket may read this; what people wrote is
 * sealed there.
 */
#ifndef TRIAGED_STORE_LEDGER_H
#define TRIAGED_STORE_LEDGER_H

#include <stdint.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"

struct ledger;

struct ledger_options {
	const char *center;
	const char *url;                 /* "unix:PATH" or "tcp:HOST:PORT" */
	const char *username, *password; /* "" : none */
	int64_t timeout_ms;              /* to connect, and for each answer */
};

/* One entry; everything points into the ledger and is valid until the next call. */
struct ledger_entry {
	const char
		*id; /* of the stream entry; the 2nd, 3rd, … command of one commit has /2, /3, … */
	int64_t at_ms;
	struct slice command, decisions;
};

int ledger_open(
	const struct ledger_options *options, struct ledger **out, struct err *e) MUST_CHECK;
void ledger_close(struct ledger **l);

/* Entries from the oldest to the newest. 1 with entry set, 0 at the end, -1 with e set. */
int ledger_next(struct ledger *l, struct ledger_entry *entry, struct err *e) MUST_CHECK;

/* The transcripts of n contacts, in the order of the list and then of messages; each() gets the index
 * of the contact in the list. Not to be called while entries are being read with ledger_next(). */
typedef void (*ledger_message_fn)(void *arg, size_t contact, struct slice record);
int ledger_transcripts(struct ledger *l, const char *const *contacts, size_t n,
	ledger_message_fn each, void *arg, struct err *e) MUST_CHECK;

/* The state as a leader would load it: kinds as in store_load_fn, but without persons and references.
 * What is committed during the call may be included or not. */
typedef void (*ledger_record_fn)(void *arg, char kind, const char *id, struct slice bytes);
int ledger_state(struct ledger *l, ledger_record_fn each, void *arg, struct err *e) MUST_CHECK;

/* The name of the only center that this server has. */
int ledger_only_center(
	const struct ledger_options *options, char out[128], struct err *e) MUST_CHECK;

#endif
