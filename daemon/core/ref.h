/*
 * Client references: the first answer to each, so that a repeated request has no second effect.
 * Only answers that say "done" are kept: a refusal changed nothing, asking again is harmless.
 */
#ifndef CORE_REF_H
#define CORE_REF_H

#include "triaged/core/core.h"

struct ref {
	char *key; /* identity, line feed, ref */
	size_t identity_len;
	int64_t at_ms, fingerprint;
	int command;
	struct buf fields;
	struct ref *older, *newer;
	bool dirty;
};

struct ref *ref_find(struct core *core, const struct command *c);
bool ref_is_of(
	const struct ref *r, const struct command *c); /* the same request, by its fingerprint */
void ref_keep(struct core *core, const struct command *c, struct slice fields);
void ref_expire(struct core *core);
void ref_free(void *ref);
void ref_encode(const struct ref *r, struct buf *out);
int ref_decode(struct core *core, const char *identity, const char *ref, struct slice bytes,
	struct err *e) MUST_CHECK;
void ref_load_done(struct core *core);

#endif
