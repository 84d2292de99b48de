/*
 * Before a Redis server is used: is it a master, new enough and durable, does it never evict, does it
 * have the function library, and do enough replicas follow it? If any of this fails, or cannot be found
 * out, the store stays down with that reason.
 */
#ifndef TRIAGED_STORE_VET_H
#define TRIAGED_STORE_VET_H

#include <stdbool.h>

#include "replicas.h"

#define RUN_ID_SIZE 41

struct vet {
	struct link *link;
	bool accept_weak_durability; /* only warn when writes are not synced before the answer */
	const struct replicas *replicas;
	void (*passed)(void *arg);
	void *arg;
	size_t step;
	char run_id[RUN_ID_SIZE]; /* of the server last asked */
	char warned[RUN_ID_SIZE]; /* the server whose weak durability was logged */
};

/* Ask; passed runs when all is well, else the link is reset with the reason. */
void vet_start(struct vet *v);

#endif
