/*
 * What triage must remember of a conversation, by contact: its facts (short tokens, no text), and the
 * last short messages, which are read together with the next one. An entry is held by the sessions of
 * this node that have the contact, the front end's and the responder's, and is freed with the last of them.
 */
#ifndef TRIAGED_EDGE_MEMORY_H
#define TRIAGED_EDGE_MEMORY_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/map.h"
#include "triaged/base/record.h"

struct memory {
	struct map contacts;
	size_t engaged; /* contacts in conversation */
};

void memory_init(struct memory *m, uint64_t seed0, uint64_t seed1);
void memory_fini(struct memory *m);
struct slice memory_facts(const struct memory *m, const char *contact); /* len 0: nothing known */
/* Add facts to those known; session becomes a holder of the entry. */
void memory_add(struct memory *m, const char *contact, uint64_t session, struct slice facts);
/* Add what the core knows of the contact: record is the reply to contact.open or contact.resume. */
void memory_add_course(
	struct memory *m, const char *contact, uint64_t session, struct slice record);
/* Whole seconds since the person was last heard here, and note that it is now; -1: not known. */
int64_t memory_heard(struct memory *m, const char *contact, uint64_t session, int64_t now_ms);
/*
 * What was said last through the session and not long ago, in messages as short as pieces of one are:
 * append them to `before`, joined. Returns how many; they are the last said through it before now.
 */
int64_t memory_before(const struct memory *m, const char *contact, uint64_t session, int64_t now_ms,
	struct buf *before);
/* The same reference again says nothing new. */
void memory_said(struct memory *m, const char *contact, uint64_t session, const char *ref,
	struct slice text, int64_t now_ms);
void memory_unsaid(struct memory *m, const char *contact); /* a message was refused */
/* Person and responder are talking; one of them through a session here. */
void memory_engage(struct memory *m, const char *contact, uint64_t session);
/* Walk: size_t i = 0; while (memory_walk(m, &i, &c)). */
struct memory_contact {
	const char *contact;
	const uint64_t *holders; /* sessions */
	size_t n_holders;
	bool engaged;
	bool taken; /* memory_add_course() was called: the core knows the contact */
};
bool memory_walk(const struct memory *m, size_t *i, struct memory_contact *c);
void memory_forget(struct memory *m, const char *contact);
void memory_forget_session(struct memory *m, uint64_t session);

#endif
