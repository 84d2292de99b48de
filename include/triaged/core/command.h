/*
 * A command: one thing somebody asked for or that happened, as the core receives it.
 *
 * Flat on purpose: the same list of fields encodes it for the inbox and the ledger and decodes it
 * again, so replay sees exactly what the core saw. Strings are borrowed, NUL-terminated, never
 * NULL after command_init() or command_decode(). Blobs are opaque to the core (sealed text, JSON
 * made by the edge) and only passed on. The core never looks inside a person's text.
 */
#ifndef TRIAGED_CORE_COMMAND_H
#define TRIAGED_CORE_COMMAND_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"

/* clang-format off */

/* X(symbol, wire name) */
#define COMMAND_KINDS(X)                                                                           \
	X(CONTACT_OPEN, "contact.open")         /* front end: a new contact, already triaged */    \
	X(CONTACT_SAY, "contact.say")           /* front end or responder: text, by role */        \
	X(CONTACT_ANSWER, "contact.answer")     /* front end: screener answers */                  \
	X(CONTACT_ASSESS, "contact.assess")     /* responder: screener answers */                  \
	X(CONTACT_LEAVE, "contact.leave")       /* front end: the person has gone */               \
	X(CONTACT_RESUME, "contact.resume")     /* front end: the person is back, new session;     \
	                                           responder: the responder is */                  \
	X(CONTACT_RETRIAGE, "contact.retriage") /* edge: triage again with facts it had not known */ \
	X(CONTACT_LEVEL, "contact.level")       /* a person raises or lowers */                    \
	X(CONTACT_NOTE, "contact.note")                                                            \
	X(CONTACT_ESCALATE, "contact.escalate")                                                    \
	X(CONTACT_CLOSE, "contact.close")                                                          \
	X(CONTACT_TRANSFER, "contact.transfer") /* hand it over: responder, line or skills; text */ \
	X(TRANSFER_CANCEL, "transfer.cancel")   /* before it is accepted */                        \
	X(TRANSFER_DONE, "transfer.done")       /* the time together is over */                    \
	/* letters of other centers, identity "center:NAME": see core/far.h */                     \
	X(TRANSFER_OPEN, "transfer.open")       /* contact, ours, is to be taken over; peer theirs */ \
	X(TRANSFER_ANSWER, "transfer.answer")   /* a responder there has it: result, name */       \
	X(TRANSFER_SETTLE, "transfer.settle")   /* result: confirmed, cancelled */                 \
	X(TRANSFER_SAID, "transfer.said")       /* words of the person, or of who serves them */   \
	X(TRANSFER_OVER, "transfer.over")       /* it has ended there, or the person is gone */    \
	X(LETTER_SENT, "letter.sent")           /* app: the other center's inbox has the letter */ \
	X(CONTACT_NEXT, "contact.next")         /* responder asks for work */                      \
	X(OFFER_ACCEPT, "offer.accept")                                                            \
	X(OFFER_DECLINE, "offer.decline")                                                          \
	X(RESPONDER_SET, "responder.set")                                                          \
	X(RESPONDER_FORCE, "responder.force")   /* supervisor sets another's presence */           \
	X(RESPONDER_DONE, "responder.done")     /* wrap-up ends early */                           \
	X(DISPATCH_ACK, "dispatch.ack")         /* a named person takes a rescue request */        \
	X(DISPATCH_OUTCOME, "dispatch.outcome") /* how the rescue ended */                         \
	X(DISPATCH_DECLINE, "dispatch.decline") /* whoever was asked, or had it, cannot */         \
	X(DISPATCH_STATUS, "dispatch.status")   /* a step of the unit, or the need is over */      \
	X(DISPATCH_CONFIRM, "dispatch.confirm") /* a second person, or the place is right */       \
	X(DISPATCH_GET, "dispatch.get")         /* reads the exact place: recorded */              \
	X(TEAM_SET, "team.set")                                                                    \
	X(TEAM_CHECKIN, "team.checkin")         /* the crew is well */                             \
	X(DISPATCH_DRILL, "dispatch.drill")     /* the whole loop with a test agency */            \
	X(DISPATCH_SENT, "dispatch.sent")       /* outreach: what became of a DISPATCH_SEND */     \
	X(ALERT_ACK, "alert.ack")               /* a named person takes an alert */                \
	X(BOARD_WATCH, "board.watch")                                                              \
	X(SESSION_UP, "session.up")             /* a session with a role exists (also re-assert) */\
	X(SESSION_DOWN, "session.down")                                                            \
	X(NODE_UP, "node.up")                   /* a new incarnation: its older sessions are gone */\
	X(NODE_LOST, "node.lost")               /* a node's lease ended: its sessions are gone */  \
	X(NODE_ISLAND, "node.island")           /* watch: 1 the store is lost, 0 it is back */       \
	X(NODE_ALARM, "node.alarm")             /* trouble of a node itself begins, or is over */  \
	X(TICK, "tick")                         /* time has passed */                              \
	X(QUERY, "query")                       /* a question to the leader: kind, meta; no change */

/* clang-format on */

enum command_kind {
#define X(sym, name) COMMAND_##sym,
	COMMAND_KINDS(X)
#undef X
		COMMAND_KIND_COUNT
};

/* clang-format off */

/*
 * T(name): string; I(name): int64, 0 = absent unless stated; B(name): blob.
 * Sets of words ("needs", "langs", "skills", "channels", "lines", "tried", "flags", "domains") are
 * space-separated. Sessions are named "<node>/<incarnation>/<number>".
 */
#define COMMAND_FIELDS(T, I, B)                                                                    \
	/* who, and where the answer goes */                                                       \
	T(identity) T(role) T(node) T(session) T(incarnation)                                      \
	I(test)         /* 1: of a client whose contacts are tests; they meet no others */         \
	I(request)      /* the node's number for the waiting request; 0: nobody waits */           \
	T(ref)          /* the client's idempotency key */                                         \
	I(fingerprint)  /* hash of the request's body: the same ref with another body conflicts */ \
	/* what it is about */                                                                     \
	T(contact) T(offer) T(responder) T(dispatch) T(transfer)                                               \
	/* contact.open; the edge chose its id, because text is sealed under it */                 \
	T(channel) T(lang) T(line) T(needs) T(caller_role) T(person)                               \
	I(age)          /* years + 1; 0: unknown */                                                \
	I(safe)         /* safe_to_contact: 1 no, 2 yes, 0 unknown */                              \
	B(address)      /* sealed, kept only when the center's policy says so */                   \
	B(location) B(meta) /* sealed JSON */                                                      \
	/* text of contact.open, contact.say, contact.note: sealed */                              \
	B(text)                                                                                    \
	I(said)         /* 1: there was text; the ledger has this in its place */                  \
	I(located)      /* likewise 1: a location was given */                                     \
	I(answered)     /* likewise 1: there were answers */                                       \
	/* triage of open, say, answer, assess */                                                  \
	I(level)        /* enum level + 1: floor with everything known; 0: not triaged */          \
	I(level_alone)  /* enum level + 1: floor of this command by itself */                      \
	I(joined)       /* messages of this session right before it that it was read with, too */  \
	I(silent_s)     /* since the person was last heard through this node, + 1; 0: unknown */   \
	I(unscored)     /* 1: could not be assessed */                                             \
	B(reasons)      /* JSON array as the protocol shows it */                                  \
	T(ruleset)      /* id@version:digest */                                                    \
	T(flags) T(domains)                                                                        \
	B(explain)      /* JSON object: near, suppressed; at most COMMAND_EXPLAIN_MAX bytes */     \
	B(facts)        /* sorted set of lines, see triage.h; united by the core */                \
	T(instrument)                                                                              \
	B(answers)      /* sealed JSON */                                                          \
	/* people's decisions */                                                                   \
	I(confirm)      /* 1: second person's confirmation */                                      \
	I(human_level)  /* enum level + 1, contact.level */                                        \
	T(reason)       /* code or short reason, no text of the person */                          \
	T(disposition) B(outcome) /* JSON object */                                                \
	T(center)       /* contact.transfer: to this other center, */                              \
	T(peer)         /* where the contact has this id; in a letter, its id where it comes from */ \
	I(letter)       /* letter.sent: its number */                                              \
	I(arrived_ms)   /* transfer.open: at the first center */                                   \
	I(warm)         /* contact.transfer: both are to be present for a while */                 \
	T(kind) T(corrects)                                                                        \
	T(consent) T(tried) T(agency) T(by)                                                        \
	/* dispatch.sent: which send, and accepted (a receipt), refused (for good) or unknown */   \
	I(version) T(result) /* also the outcome's word */                                                                       \
	T(detail)       /* for people: "HTTP 503", "no route to host"; nothing of the person */    \
	/* rescues, places and teams. criteria: what makes it an emergency, as words */            \
	T(token)        /* dispatch.get: digest of a token that is good for one reading */         \
	T(criteria) T(status) T(team) T(members)                                                   \
	I(place_confirmed) /* a person has looked at the location and says that it is right */     \
	I(refused)      /* dispatch.confirm: the second person says no */                          \
	T(source)       /* of the location: caller device carrier civic older_contact staff */     \
	T(area)         /* its civic area words, lower case */                                     \
	I(lat) I(lon)   /* coarse for a person's place: PLACE_DEGREE units, moved up by 90 or 180  \
	                   degrees and 1, so that 0 is absent */                                   \
	I(located_ms)   /* when it was so; 0 unknown */                                            \
	I(radius_m) I(confidence) /* + 1; confidence in percent */                                 \
	/* responders and sessions */                                                              \
	T(presence)     /* ready paused away */                                                    \
	T(name)         /* alias shown to the person */                                            \
	T(skills) T(langs) T(lines) T(channels)                                                    \
	I(capacity)     /* units; 0: unchanged or default */                                       \
	I(wrap_ms)      /* + 1; 0: unchanged */                                                    \
	I(min_age) I(max_age) /* years + 1; 0: any */                                              \
	I(since)        /* contact.resume: last seq the client has + 1; 0: none given */           \
	I(watch)        /* board.watch, node.alarm: 1 on, 0 off */ \
	/* facts: decided before without the store, see fact.h */                                  \
	T(island)       /* whose number `fact` is: "<node>/<incarnation>" */                       \
	I(fact)         /* 1, 2, ...; 0: no fact */                                                \
	I(decided_ms)

/* clang-format on */

#define COMMAND_EXPLAIN_MAX 4096

struct command {
	enum command_kind command;
#define T(name) const char *name;
#define I(name) int64_t name;
#define B(name) struct slice name;
	COMMAND_FIELDS(T, I, B)
#undef T
#undef I
#undef B
};

const char *command_name(enum command_kind kind);
void command_init(struct command *c, enum command_kind kind);

/* Append the record form. Blobs named text, answers, address, location and meta are left
 * out when with_content is false: that is the ledger's form. */
void command_encode(const struct command *c, bool with_content, struct buf *out);

/* Decode in place: bytes[0..n) is changed (string ends become NUL) and must outlive c. Unknown
 * fields are skipped (a newer node wrote them). -1 on a broken record or an unknown kind. */
int command_decode(char *bytes, size_t n, struct command *c, struct err *e) MUST_CHECK;

#endif
