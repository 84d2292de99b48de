/*
 * Requests that were put into the center's inbox a moment ago. A Redis master that takes over may lack
 * the last entries of the inbox, and the last commits with the answers to them. Requests that are not
 * answered yet are then put there again, and those with a reference even if they were answered, since
 * applying them twice has no second effect.
 */
#ifndef TRIAGED_APP_RESEND_H
#define TRIAGED_APP_RESEND_H

#include "triaged/base/clock.h"
#include "triaged/core/command.h"

#define RESEND_MS  30000 /* as long as the leader keeps its commits for the same case */
#define RESEND_MAX 20000

struct resend_item {
	struct mono at;
	int64_t request;
	bool has_ref, done;
	char *bytes;
	size_t n;
};

/* Requests' numbers rise. */
struct resend {
	struct resend_item *items;
	size_t first, count, cap;
};

void resend_add(struct resend *r, const struct command *command, struct slice bytes);
void resend_answered(struct resend *r, int64_t request);
/* The requests to be put into the inbox again, in order; i begins at 0. */
bool resend_next(const struct resend *r, size_t *i, struct slice *bytes);
void resend_free(struct resend *r);

#endif
