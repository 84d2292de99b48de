/*
 * Records from tables of fields: one table writes an entity, reads it back and is the list of
 * what the store holds. A reader skips names that it does not know, as a newer node may write them.
 */
#ifndef CORE_CODEC_H
#define CORE_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"

enum field_type {
	FIELD_TEXT,   /* char *, owned, NULL when empty */
	FIELD_INT,    /* int64_t */
	FIELD_BYTES,  /* struct buf */
	FIELD_SEALED, /* struct buf with sealed text or data of people: left out of digests */
	FIELD_WORD,   /* int, written as its name */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	const char *(*word)(
		int value); /* FIELD_WORD: the value's name, NULL after the last value */
};

/* sealed: whether FIELD_SEALED fields are written too. */
void codec_encode(
	const struct field *fields, size_t n, const void *object, bool sealed, struct buf *out);

/* An instant or a count: at most 2^53 either way, so that sums of two cannot overflow. */
int codec_int(struct slice value, int64_t *v) MUST_CHECK;

/* 1: taken, 0: not in the table, -1: the value does not fit the field. */
int codec_take(const struct field *fields, size_t n, void *object, struct slice name,
	struct slice value) MUST_CHECK;

void codec_free(const struct field *fields, size_t n, void *object); /* the owned parts */

#endif
