/* An offer: a reservation of one responder for one contact, with an expiry. */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "contact.h"
#include "responder.h"

struct offer {
	char id[ID_SIZE]; /* "o" and 16 hex digits */
	struct contact *contact;
	struct responder *responder;
	int64_t made_ms, expires_ms;
	int tier;                  /* the first tier at which they are eligible */
	struct offer *next, *prev; /* in the responder's list, by id */
};

enum offer_end {
	OFFER_TAKEN,     /* another responder accepted */
	OFFER_LEFT,      /* the person left */
	OFFER_WITHDRAWN, /* by us */
	OFFER_OVER,      /* likewise, and the caller decides what becomes of the contact */
	OFFER_EXPIRED,
	OFFER_DECLINED,
	OFFER_ACCEPTED, /* this and declined are the responder's own doing: no offer.gone */
};

struct offer *offer_make(struct core *core, struct contact *c, struct responder *r, int tier);
/* Link one that exists already (loading). */
void offer_link(struct core *core, struct offer *o);
/* Unlink and free it, without any consequence (loading). */
void offer_drop(struct core *core, struct offer *o);
/* Remove it. A contact left without offers goes back to its place in line, except when it was
 * accepted or taken. */
void offer_end(struct core *core, struct offer *o, enum offer_end why);
void offer_end_all(struct core *core, struct contact *c, enum offer_end why);
/* Its time is over: ends it as expired. The responder is not offered the contact again for a while, and
 * several missed or declined offers of one contact open its next tier and alert. */
void offer_expire(struct core *core, struct offer *o);
/* The responder declined it; with the same consequences. */
void offer_decline(struct core *core, struct offer *o);
void offer_describe(const struct core *core, const struct offer *o, struct buf *fields);
/* Of a transfer: the summary by the responder who hands it over. It is sealed, therefore apart. */
void offer_put_summary(const struct offer *o, struct buf *fields);
void offer_announce(struct core *core, const struct offer *o); /* offer.new */

#endif
