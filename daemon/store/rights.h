/*
 * Whether the Redis user has all the rights that this program needs. It is asked before first use, so
 * that a missing right is named then and not met by a commit that has written half of its keys: the
 * server checks the caller's rights inside functions too.
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
