/*
 * Who a session is: an immutable entry of the clients file. The layer above makes it, sessions
 * hold references, so a reload can swap the file while sessions live.
 */
#ifndef TRIAGED_EDGE_PRINCIPAL_H
#define TRIAGED_EDGE_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/buf.h"

/* Roles are bits; a method names the set that may call it. */
enum role {
	ROLE_FRONTEND = 1 << 0,
	ROLE_RESPONDER = 1 << 1,
	ROLE_SUPERVISOR = 1 << 2,
	ROLE_DISPATCHER = 1 << 3,
	ROLE_PARTNER = 1 << 4,
	ROLE_CLINICAL = 1 << 5,
	ROLE_ADMIN = 1 << 6,
	ROLE_AUDITOR = 1 << 7,
	ROLE_ALL = (1 << 8) - 1,
};

/* 0 when the name is no role. */
unsigned role_parse(const char *name);
/* One role's name. */
const char *role_name(unsigned role);
/* Append the names of all of them, with a space between two. */
void role_names(unsigned roles, struct buf *out);

struct principal {
	unsigned refs; /* principal_ref/_unref only */
	char *name;    /* identity: unique in the clients file */
	char *center;
	char *alias; /* shown to people; "" = none */
	unsigned roles;
	char *skills, *langs, *lines,
		*channels;    /* space-separated sets; "" = no restriction for lines and channels */
	int capacity;         /* load units; 0 = the center's default */
	int min_age, max_age; /* of people served; -1 = any */
	bool test;            /* its contacts are flagged as test */
};

struct principal *principal_ref(struct principal *p);
void principal_unref(struct principal **p); /* frees with the last reference */

#endif
