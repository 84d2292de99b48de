/*
 * A center's ledger as commands without a daemon read it: straight from its Redis, or from a file
 * that `triagectl ledger export` wrote.
 */
#ifndef TRIAGECTL_HISTORY_H
#define TRIAGECTL_HISTORY_H

#include <stdio.h>

#include "args.h"
#include "triaged/base/buf.h"
#include "triaged/store/ledger.h"

struct history {
	struct ledger *ledger; /* or a file: */
	FILE *file;
	const char *name; /* for errors */
	char *line;
	size_t line_size, line_number;
	struct buf command, decisions;
	char id[64];
	int64_t from_ms, to_ms; /* what was asked for: from <= at < to */
};

/* Rows of an option table, for every command that reads a history. */
#define HISTORY_OPTIONS                                                                            \
	{ "store", "URL", "the center's Redis, unix:PATH or tcp:HOST:PORT", NULL },                \
		{ "store-user", "NAME", "log in there by this name", NULL },                       \
		{ "store-password-file", "FILE", "file holding the password there", NULL },        \
		{ "ledger", "FILE", "read an exported ledger in place of Redis", NULL },           \
		{ "from", "TIME", "first moment looked at", NULL },                                \
	{                                                                                          \
		"to", "TIME", "moment up to which is looked at (default: the end)", NULL           \
	}

int history_open(struct history *h, const struct args *args, struct err *e) MUST_CHECK;
void history_close(struct history *h);

/* Every entry in front of --to. 1 with entry set (valid until the next call), 0 end, -1 error. */
int history_next(struct history *h, struct ledger_entry *entry, struct err *e) MUST_CHECK;

/* The center's Redis as the options name it. Out: opened, to be closed by ledger_close(). */
int history_open_store(const struct args *args, struct ledger **out, struct err *e) MUST_CHECK;

/* The password in that file, without its line end. */
int history_password(const char *file, char *out, size_t size, struct err *e) MUST_CHECK;

#endif
