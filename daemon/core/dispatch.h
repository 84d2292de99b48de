/* A dispatch: a rescue that was asked for, open until its outcome is known. */
#ifndef CORE_DISPATCH_H
#define CORE_DISPATCH_H

#include "contact.h"

enum dispatch_state { DISPATCH_REQUESTED, DISPATCH_ACKNOWLEDGED, DISPATCH_ENDED };

struct dispatch {
	char id[ID_SIZE]; /* "d" and 16 hex digits */
	int state;
	char *contact; /* id */
	char *kind, *consent, *tried, *agency, *reason, *requested_by, *by;
	struct buf location, outcome;
	int64_t requested_ms, alert_due_ms;
	struct timer timer;
	bool dirty;
	bool written; /* handed over before */
};

const char *dispatch_state_name(int state);
struct dispatch *dispatch_new(struct core *core, const char *id); /* in the core's map */
void dispatch_free(void *dispatch);
void dispatch_touch(struct core *core, struct dispatch *d);
void dispatch_fire(struct core *core, void *dispatch);
void dispatch_tell(struct core *core, struct dispatch *d); /* the responder */
void dispatch_encode(const struct dispatch *d, bool sealed, struct buf *out);
int dispatch_decode(struct dispatch *d, struct slice bytes, struct err *e) MUST_CHECK;

#endif
