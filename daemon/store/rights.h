/*
 * May this user of the server do everything that we do? Asked before first use: a right that is
 * missing is named then, and not found by a commit that has written half of its keys. Inside
 * functions the server checks the caller's rights too.
 */
#ifndef TRIAGED_STORE_RIGHTS_H
#define TRIAGED_STORE_RIGHTS_H

#include "link.h"

struct rights {
	struct link *link;
	const char *prefix; /* of the center's keys */
	char user[128];
	size_t answered;
	void (*passed)(void *arg);
	void *arg;
};

/* passed runs when all is allowed, else the link is reset with the reason. */
void rights_check(struct rights *r);

#endif
