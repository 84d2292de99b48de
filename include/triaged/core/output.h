/*
 * An output: the answer to a request, or a notification to a session. The core gives its fields as a
 * record; the edge of the node that has the session renders them as the protocol's JSON. Outputs may
 * leave a node only after the step that made them is committed.
 *
 * Field names are the protocol's own; types by name: *_ms instants are absolute milliseconds
 * (rendered RFC 3339), reasons/outcome/answers are JSON, text is sealed with the contact's id.
 */
#ifndef TRIAGED_CORE_OUTPUT_H
#define TRIAGED_CORE_OUTPUT_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"
#include "triaged/core/command.h"

/* clang-format off */

/* X(symbol, name): REPLY and ERROR answer a request, the rest are notifications. */
#define OUTPUT_KINDS(X)                                                                            \
	X(REPLY, "reply")                                                                          \
	X(ERROR, "error")                         /* code (protocol number) reason detail? field? */ \
	X(CONTACT_UPDATE, "contact.update")       /* contact state position? eta_s? level? */      \
	X(CONTACT_SAID, "contact.said")           /* contact seq from text at_ms */                \
	X(CONTACT_NOTICE, "contact.notice")       /* contact kind */                               \
	X(CONTACT_CONNECTED, "contact.connected") /* contact alias */                              \
	X(CONTACT_CLOSED, "contact.closed")       /* contact outcome(word) */                      \
	X(OFFER_NEW, "offer.new")                 /* offer contact level reasons channel lang line \
	                                             waited_ms target_ms returning expires_in_ms   \
	                                             flags tier; of a transfer also transfer from  \
	                                             warm summary */                                 \
	X(OFFER_GONE, "offer.gone")               /* offer contact why */                          \
	X(CONTACT_RAISED, "contact.raised")       /* contact level reasons */                      \
	X(CONTACT_LEFT, "contact.left")           /* contact why */                                \
	X(CONTACT_BACK, "contact.back")           /* contact */                                    \
	X(TRANSFER_UPDATE, "transfer.update")     /* transfer contact state(accepted joined returned  \
	                                             ended done) why? responder? */                \
	X(DISPATCH_UPDATE, "dispatch.update")     /* dispatch contact kind state by? unit? awaits  \
	                                             version; to a partner as dispatch.new */      \
	X(DISPATCH_NEW, "dispatch.new")           /* to a partner: dispatch kind state consent     \
	                                             criteria? area? lat? lon? version team?       \
	                                             eta_ms? expires_in_ms? test? */               \
	X(DISPATCH_GONE, "dispatch.gone")         /* dispatch why(expired taken cancelled over) */ \
	X(DISPATCH_SEND, "dispatch.send")         /* to the leading node's outreach: see below */  \
	X(DISPATCH_DRILL, "dispatch.drill")       /* likewise: dispatch agency state(running passed   \
	                                             late cancelled) took_ms? */                             \
	X(LETTER, "letter")                       /* to the leading node: number center letter (an \
	                                             encoded command for the core there) */        \
	X(NOTICE, "notice")                       /* to supervisors: kind contact? level? line?    \
	                                             waited_ms? responder? count? alarm? node?     \
	                                             detail? */               \
	X(BOARD_CHANGE, "board.change")           /* json: the board as it now stands */           \
	X(SESSION_REPLACED, "session.replaced")   /* the identity came with a newer session */

/* clang-format on */

enum output_kind {
#define X(sym, name) OUTPUT_##sym,
	OUTPUT_KINDS(X)
#undef X
		OUTPUT_KIND_COUNT
};

/* Protocol error codes that the core answers with; triaged/edge/edge.h has the others. */
enum output_error {
	OUTPUT_ERR_FORBIDDEN = 2,
	OUTPUT_ERR_NOT_FOUND = 3,
	OUTPUT_ERR_STALE = 4,
	OUTPUT_ERR_INVALID_STATE = 5,
	OUTPUT_ERR_CONFLICT = 9,
	OUTPUT_ERR_INVALID_PARAMS = 10,
};

struct output {
	enum output_kind kind;
	enum command_kind command; /* REPLY and ERROR: what is answered; else unused */
	const char *node;          /* owned by the step */
	const char *session;       /* notifications; "" with REPLY and ERROR */
	int64_t request;           /* REPLY and ERROR: the asking node's number */
	struct buf fields;         /* a record, owned by the step */
};

/*
 * DISPATCH_SEND: dispatch agency version attempt what(new update cancel) test?(1). node and session
 * are "": it is for the outreach of the node that leads, after the commit, and for nobody else.
 * Outreach posts the dispatch as core_find_dispatch() shows it now to the agency's webhook, under
 * the idempotency key dispatch + agency + version, and feeds back COMMAND_DISPATCH_SENT with these
 * and the result. Each attempt is tried once, within 10 s; the core asks again (same version, next
 * attempt) while the result is unknown, none came, or somebody else leads now. A receiver takes a
 * version it has as done, an update of a dispatch it does not know as new, a cancel likewise as
 * known. No receipt is an acknowledgement: that is dispatch.ack by a named person, who comes as
 * identity "agency:<id>" with role partner when the agency calls back.
 */

const char *output_name(enum output_kind kind);

/* The form in which an output travels to another node, and back. Decoding is in place like
 * command_decode(): node, session and fields point into bytes (fields.cap is 0: not to be freed). */
void output_encode(const struct output *o, struct buf *out);
int output_decode(char *bytes, size_t n, struct output *o, struct err *e) MUST_CHECK;

/*
 * Fields of a REPLY by command (beside those named in protocol.md); contact.open and contact.resume
 * also have reconnects? prior_contacts_24h? prior_level?, which the edge keeps for triage:
 *   contact.open     contact level reasons ruleset state position eta_s? target_ms flags
 *   contact.say      seq level facts? (contact.answer, contact.assess: level reasons facts?)
 *                    facts: when the command was triaged without knowing all of them
 *   contact.leave    state            (contact.close: state)
 *   contact.resume   contact state level seq facts since? (the edge adds what was missed, up to seq)
 *   contact.level    level level_auto pending? (level asked for, waiting for a second person)
 *   contact.note     note
 *   dispatch.*       dispatch kind state awaits by? unit? asked? version test? due_ms? doubts?
 *                    location_confirmed_by? second_by? silence?
 *   contact.escalate those, contact and location (sealed JSON)
 *   dispatch.get     those, consent criteria tried reason location, and contact, or for a partner
 *                    seal: the contact's id, for opening what is sealed and never shown; with a
 *                    token also requested_by requested_ms located_ms? level(+1) channel lang
 *                    caller_role age(+1) opened_ms first_version
 *   team.*           team state presence skills members dispatch? position_age_ms? rest_until_ms?
 *                    checkin_by_ms? test?
 *   offer.accept     contact state level reasons seq facts channel lang returning contacts_30d
 *                    last_responder? (the edge adds the transcript up to seq)
 *   contact.transfer, transfer.cancel, transfer.done
 *                    transfer contact state
 *   contact.next     the fields of offer.new, or why
 *   responder.set, responder.force, responder.done
 *                    responder presence capacity load channels skills langs wrap_ms contacts offers
 *   alert.ack        contact
 *   contact.retriage, session.up, session.down, board.watch, node.*, tick: never answered unless request is not 0
 */

#endif
