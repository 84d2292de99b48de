/* Shared by the files that make commands of requests; see triaged/edge/verbs.h. */
#ifndef TRIAGED_EDGE_VERBS_INTERNAL_H
#define TRIAGED_EDGE_VERBS_INTERNAL_H

#include "triaged/base/map.h"
#include "triaged/edge/verbs.h"
#include "triaged/triage/triage.h"
#include "memory.h"
#include "openings.h"
#include "pending.h"
#include "render.h"

/* A session that was announced to the core, or must be. */
struct attached {
	uint64_t session;
	struct principal *who; /* reference */
	unsigned role;
	bool contacts;    /* a front end that has opened or resumed contacts */
	bool watching;    /* board.watch */
	bool elsewhere;   /* verbs_island(): a responder who talks with somebody on another node */
	char presence[8]; /* of a responder, as last answered; "" not known */
};

struct verbs {
	struct verbs_options options;
	char *node, *incarnation;
	struct verbs_ops ops;
	struct edge *edge;
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct render render;
	struct buf store[16]; /* a draft's memory, kept from one to the next */
	struct memory memory;
	struct openings openings;
	struct pending_table pending;
	struct map attached; /* session -> struct attached */
	char **ended;        /* ring of session names that closed lately, for verbs_reassert() */
	size_t n_ended;
};

#define VERBS_ENDED_KEPT 256

/* A command in the making, with the memory its borrowed strings live in. */
struct draft {
	struct verbs *verbs;
	const struct edge_request *request;
	struct command command;
	char session[96];
	size_t n_store; /* of verbs.store, wiped by draft_submit() or draft_drop() */
};

/* Identity, role, node, session, ref and the words and numbers that every verb may carry. */
void draft_init(
	struct draft *d, struct verbs *v, const struct edge_request *r, enum command_kind kind);
/* Memory that lives as long as the draft, empty. */
struct buf *draft_buf(struct draft *d);
/* Seal text for the contact into a field; answers `unavailable` and returns -1 when it cannot be. */
int draft_seal(
	struct draft *d, const char *contact, const char *text, size_t n, struct slice *field);
/* Triage text and answers with what is known of the contact and put the result into the command. */
void draft_triage(struct draft *d, const char *contact);
/* Triage once more with facts the core had and this node had not. Needs rules. */
void draft_retriage(struct draft *d, const char *contact, struct slice facts);
/* The space-separated form of an array parameter; "" when absent. */
const char *draft_words(struct draft *d, const char *param);
/* The JSON text of an object parameter. */
struct slice draft_json(struct draft *d, const char *param);
/* Seal that JSON text for the contact, when there is any. */
int draft_seal_json(struct draft *d, const char *param, const char *contact, struct slice *field);
/* Remember who waits and hand the command over. */
void draft_submit(struct draft *d);
/* Hand the command over; nobody waits for its answer. */
void draft_submit_unasked(struct draft *d);
void draft_drop(struct draft *d);

const char *param_text(const struct edge_request *r, const char *name); /* NULL when absent */
int64_t param_int(const struct edge_request *r, const char *name, int64_t absent);

void attach(struct verbs *v, uint64_t session, struct principal *who, unsigned role);

void new_contact_id(char out[24]);

/* The contact that a record names: the caller's to free. */
char *record_contact(struct slice record);

/* Begin an answer that the messages of the store continue: of offer.accept and contact.resume from
 * the core's reply, of contact.explain from its JSON object. */
void transcript_begin(struct verbs *v, struct pending *p, const struct output *o);
void transcript_begin_text(struct verbs *v, struct pending *p, struct slice json);

/* Put the request's location into the command: in full, sealed for the contact, and coarse for the
 * core. */
int draft_place(struct draft *d, const char *contact);
/* Rescues: the command of a verb (COMMAND_KIND_COUNT: not one of them), what it carries, and what a
 * question about them carries. */
enum command_kind rescue_command(enum verb_id verb);
int rescue_fill(struct draft *d);
void rescue_question(const struct edge_request *r);

/* Methods by role. */
void verbs_frontend(struct verbs *v, const struct edge_request *r);
void verbs_responder(struct verbs *v, const struct edge_request *r);

#endif
