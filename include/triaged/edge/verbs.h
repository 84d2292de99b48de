/*
 * What a request means: each protocol method becomes a command for the core, triaged and sealed on
 * the way; each output of the core becomes an answer or a notification of a session here.
 *
 * Requests that wait for an answer have a number of this node; an answer for a session or number
 * that no longer exists is dropped. The conversation memory that triage needs (facts,
 * never text) is kept for contacts whose sessions are here.
 */
#ifndef TRIAGED_EDGE_VERBS_H
#define TRIAGED_EDGE_VERBS_H

#include "triaged/core/command.h"
#include "triaged/core/output.h"
#include "triaged/edge/edge.h"
#include "triaged/triage/ruleset.h"
#include "triaged/triage/triage.h"

struct verbs;

struct verbs_texts {
	const char *waiting, *responder_lost, *review; /* see render.h */
};

/* Valid during the call. */
struct verbs_triage {
	const char *contact;
	bool opens;                           /* the contact's first */
	const struct triage_request *request; /* without facts */
	enum level level;
	bool unscored;
};

/* The layers above: privacy, and the way to the core. */
struct verbs_ops {
	void *arg;
	/* Bring a command to whoever leads. Borrowed for the call. Its answer, if c->request is not
	 * 0, comes by verbs_output(). */
	void (*submit)(void *arg, const struct command *c);
	/* A question about the whole center, answered by the leader with verbs_output() or here with
	 * verbs_answer(). params is the request's JSON text. */
	void (*query)(void *arg, const struct verb *verb, const char *params, int64_t request);
	/* A question or order about this node, answered with verbs_answer() or verbs_refuse(). */
	void (*admin)(void *arg, const struct edge_request *r, int64_t request);
	/* Called with what triage made of one message or answer sheet by itself, without the contact's
	 * earlier ones, before the command is submitted. */
	void (*triaged)(void *arg, const struct verbs_triage *t);
	/* Read a transcript: verbs_transcript_message() for each, then verbs_transcript_done(). */
	void (*transcript)(void *arg, const char *contact, int64_t request);
	/* Seal text for a contact, open it again: -1 when that cannot be done. */
	int (*seal)(void *arg, const char *contact, struct slice plain, struct buf *sealed);
	int (*unseal)(void *arg, const char *contact, struct slice sealed, struct buf *plain);
	/* The keyed pseudonym of an address, at most 63 characters and a NUL; channel tells its kind. */
	void (*pseudonym)(void *arg, const char *address, char out[64]);
	bool keep_addresses; /* the center's policy: keep the sealed address for calling back */
};

struct verbs_options {
	const char *node, *incarnation;
	struct verbs_texts texts;
	size_t text_bytes; /* longest text triaged whole */
};

struct verbs *verbs_new(const struct verbs_options *options, const struct verbs_ops *ops);
void verbs_free(struct verbs **verbs);
void verbs_set_edge(struct verbs *v, struct edge *edge);
void verbs_set_rules(
	struct verbs *v, struct ruleset *rules); /* takes a reference; NULL: unscored */
void verbs_set_texts(struct verbs *v, const struct verbs_texts *texts);

void verbs_opened(struct verbs *v, uint64_t session, struct principal *who, unsigned role);
void verbs_request(struct verbs *v, const struct edge_request *r);
void verbs_closed(struct verbs *v, uint64_t session);

/* Deliver an output addressed to this node. spooled: what it answers is kept by the spool and not by
 * the store yet, which contact.open reports as its custody. */
void verbs_output(struct verbs *v, const struct output *o, bool spooled);
void verbs_answer(struct verbs *v, int64_t request, struct slice json);
void verbs_refuse(struct verbs *v, int64_t request, const struct rpc_error *error);
void verbs_refuse_all(struct verbs *v, const struct rpc_error *error);
void verbs_transcript_message(struct verbs *v, int64_t request, struct slice record);
void verbs_transcript_done(struct verbs *v, int64_t request, bool complete);

/* Send the notification `notice` with this kind to every session that the core knows (as for a drain:
 * reconnect, to another node). */
void verbs_notice_all(struct verbs *v, const char *kind);
/* Contacts are being served through sessions here. */
bool verbs_has_conversations(const struct verbs *v);

/* An empty core decides now for this node alone, as an island: submit to it the sessions of this
 * node, the contacts they serve and what responders have set. */
void verbs_island(struct verbs *v);

/* Another node leads now: submit to it the sessions of this node and those that have ended lately. */
void verbs_reassert(struct verbs *v);

#endif
