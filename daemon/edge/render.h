/*
 * Core records as protocol JSON. One table says how each field of a record is shown; a field that
 * is not in the table is a string. Sealed text is opened here, for the session that may read it.
 */
#ifndef TRIAGED_EDGE_RENDER_H
#define TRIAGED_EDGE_RENDER_H

#include "triaged/base/buf.h"
#include "triaged/base/record.h"
#include "triaged/core/output.h"

/* Open sealed text of a contact. -1: it cannot be opened (key gone, damaged). */
typedef int (*render_open_fn)(
	void *arg, const char *contact, struct slice sealed, struct buf *plain);

/* The center's own sentences; never NULL. */
struct render_texts {
	const char *waiting;        /* to a person who waits */
	const char *responder_lost; /* to a person whose responder's connection was lost */
	const char *review; /* to a person whose connection was lost and who is followed up */
};

struct render {
	render_open_fn open;
	void *arg;
	struct render_texts texts;
};

/* The value of a record's field; len 0 when it is not there. */
struct slice render_find(struct slice record, const char *name);

/* The params of a notification, or the result of a reply, as members of the object being written. */
void render_output(const struct render *r, const struct output *o, struct buf *out);

/* One stored message ({seq, from, kind, at_ms, text}) as an object; contact names the seal. */
void render_message(
	const struct render *r, const char *contact, struct slice record, struct buf *out);

#endif
