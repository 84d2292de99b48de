/*
 * The methods of the protocol as one table: who may call each, its parameters with types and
 * bounds, and what it answers. The same table checks requests, lists the role matrix and prints
 * the JSON Schema.
 */
#ifndef TRIAGED_EDGE_VERB_H
#define TRIAGED_EDGE_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/json.h"

/* clang-format off */

/* X(symbol, method) */
#define VERBS(X)                                                                                   \
	X(SESSION_HELLO, "session.hello")                                                          \
	X(SESSION_PING, "session.ping")                                                            \
	X(SESSION_BYE, "session.bye")                                                              \
	X(CONTACT_OPEN, "contact.open")                                                            \
	X(CONTACT_SAY, "contact.say")                                                              \
	X(CONTACT_ANSWER, "contact.answer")                                                        \
	X(CONTACT_LEAVE, "contact.leave")                                                          \
	X(CONTACT_RESUME, "contact.resume")                                                        \
	X(RESPONDER_SET, "responder.set")                                                          \
	X(OFFER_ACCEPT, "offer.accept")                                                            \
	X(OFFER_DECLINE, "offer.decline")                                                          \
	X(CONTACT_NEXT, "contact.next")                                                            \
	X(CONTACT_ASSESS, "contact.assess")                                                        \
	X(CONTACT_LEVEL, "contact.level")                                                          \
	X(CONTACT_NOTE, "contact.note")                                                            \
	X(CONTACT_ESCALATE, "contact.escalate")                                                    \
	X(CONTACT_TRANSFER, "contact.transfer")                                                    \
	X(TRANSFER_CANCEL, "transfer.cancel")                                                      \
	X(TRANSFER_DONE, "transfer.done")                                                          \
	X(CONTACT_CLOSE, "contact.close")                                                          \
	X(RESPONDER_DONE, "responder.done")                                                        \
	X(DISPATCH_ACK, "dispatch.ack")                                                            \
	X(DISPATCH_OUTCOME, "dispatch.outcome")                                                    \
	X(DISPATCH_DECLINE, "dispatch.decline")                                                    \
	X(DISPATCH_STATUS, "dispatch.status")                                                      \
	X(DISPATCH_CONFIRM, "dispatch.confirm")                                                    \
	X(DISPATCH_LIST, "dispatch.list")                                                          \
	X(DISPATCH_GET, "dispatch.get")                                                            \
	X(DISPATCH_NEAREST, "dispatch.nearest")                                                    \
	X(DISPATCH_DRILL, "dispatch.drill")                                                        \
	X(TEAM_SET, "team.set")                                                                    \
	X(TEAM_CHECKIN, "team.checkin")                                                            \
	X(TEAM_LIST, "team.list")                                                                  \
	X(ALERT_ACK, "alert.ack")                                                                  \
	X(BOARD_GET, "board.get")                                                                  \
	X(BOARD_WATCH, "board.watch")                                                              \
	X(CONTACT_LIST, "contact.list")                                                            \
	X(CONTACT_GET, "contact.get")                                                              \
	X(CONTACT_EXPLAIN, "contact.explain")                                                      \
	X(RESPONDER_LIST, "responder.list")                                                        \
	X(RESPONDER_FORCE, "responder.force")                                                      \
	X(RULES_GET, "rules.get")                                                                  \
	X(RULES_CHECK, "rules.check")                                                              \
	X(RULES_STAGE, "rules.stage")                                                              \
	X(RULES_SIGN, "rules.sign")                                                                \
	X(RULES_ACTIVATE, "rules.activate")                                                        \
	X(RULES_ROLLBACK, "rules.rollback")                                                        \
	X(NODE_STATUS, "node.status")                                                              \
	X(NODE_DRAIN, "node.drain")                                                                \
	X(NODE_RELOAD, "node.reload")

/* clang-format on */

enum verb_id {
#define X(sym, name) VERB_##sym,
	VERBS(X)
#undef X
		VERB_COUNT
};

enum param_type {
	PARAM_STRING,  /* min..max bytes, no NUL */
	PARAM_TEXT,    /* a person's words: up to limits.text_bytes */
	PARAM_WORD,    /* [A-Za-z0-9_.:-], min..max bytes */
	PARAM_LANG,    /* BCP 47 */
	PARAM_ENUM,    /* one of `words` (space-separated) */
	PARAM_INTEGER, /* min..max */
	PARAM_NUMBER,
	PARAM_BOOL,
	PARAM_WORDS,  /* array of PARAM_WORD, at most max of them */
	PARAM_PATHS,  /* array of file names, at most max of them */
	PARAM_OBJECT, /* object: of `fields` when given, else of anything within the nesting limit */
	PARAM_LEVEL,  /* one of the five level names */
	PARAM_TIME,   /* RFC 3339 UTC with milliseconds */
	PARAM_ANSWERS, /* {item: value}: at most max items; a value is a bool, integer, null or word */
	PARAM_SHEETS, /* {instrument: {item: value}}: at most max instruments */
	PARAM_RESULT, /* a word, or an object of anything within the nesting limit */
};

struct param {
	const char *name;
	enum param_type type;
	bool required; /* an optional parameter given as null is as if it were absent */
	long min, max;
	const char *words; /* PARAM_ENUM */
	const char *doc;
	const struct param
		*fields; /* PARAM_OBJECT with known members, ends with name NULL; or NULL */
};

/* `ref` is in no table: every verb that changes state may carry it (1..64 printable characters). */
#define VERB_REF_MAX 64

struct verb {
	enum verb_id id;
	const char *method;
	unsigned roles; /* bits of enum role; 0: before authentication (session.*) */
	bool changes;   /* state-changing: may carry `ref` */
	bool needs_ref;
	bool vital; /* carries a person's need or a rescue: never refused for the session's rate */
	const struct param *params; /* ends with name NULL */
	const char *doc;            /* one line */
};

const struct verb *verb_find(const char *method); /* NULL when unknown */
const struct verb *verb_at(enum verb_id id);

/* The whole protocol as a JSON Schema 2020-12 document: every method, result and notification. */
json_t *verb_schema(void);

#endif
