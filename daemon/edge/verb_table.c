#include "triaged/edge/verb.h"

#include <limits.h>
#include <string.h>

#include "triaged/edge/principal.h"

#define FRONT          ROLE_FRONTEND
#define RESP           ROLE_RESPONDER
#define SUPER          ROLE_SUPERVISOR
#define DISP           ROLE_DISPATCHER
#define PART           ROLE_PARTNER
#define ID_MAX         64  /* contact, offer, dispatch, note: our own ids are far shorter */
#define NAME_MAX_BYTES 128 /* an identity of the clients file */
#define WHY_MAX        500
#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}

/* clang-format off */

#define CONTACT  { "contact", PARAM_WORD, true, 1, ID_MAX, NULL, "the contact's id", NULL }
#define DISPATCH { "dispatch", PARAM_WORD, true, 1, ID_MAX, NULL, "the dispatch's id", NULL }
#define OFFER    { "offer", PARAM_WORD, true, 1, ID_MAX, NULL, "the offer's id", NULL }
#define REASON(required) \
	{ "reason", PARAM_STRING, required, 1, WHY_MAX, NULL, "why, in words without a person's name", NULL }

/* A new contact waits before anybody can list it. */
#define CONTACT_STATES "waiting offered active wrapup review handed ended"
#define CHANNELS "sms chat voice email walk_in transfer"

static const struct param none[] = { END };
static const struct param contact_only[] = { CONTACT, END };

static const struct param client_fields[] = {
	{ "name", PARAM_STRING, false, 0, 64, NULL, "program", NULL },
	{ "version", PARAM_STRING, false, 0, 64, NULL, "its version", NULL },
	END
};

static const struct param hello[] = {
	{ "protocol", PARAM_INTEGER, true, 1, 1, NULL, "version of this protocol", NULL },
	{ "role", PARAM_ENUM, true, 0, 0,
		"frontend responder supervisor dispatcher partner clinical admin auditor",
		"the one role of this session", NULL },
	{ "center", PARAM_WORD, false, 1, ID_MAX, NULL, "must be the center of the identity", NULL },
	{ "token", PARAM_STRING, false, 1, 512, NULL, "a token instead of a certificate", NULL },
	{ "user", PARAM_STRING, false, 1, NAME_MAX_BYTES, NULL, "login name", NULL },
	{ "password", PARAM_STRING, false, 1, 512, NULL, "with user", NULL },
	{ "totp", PARAM_STRING, false, 6, 8, NULL, "one-time code, with user", NULL },
	{ "client", PARAM_OBJECT, false, 0, 0, NULL, "the client program", client_fields },
	END
};

static const struct param location_fields[] = {
	{ "text", PARAM_STRING, false, 0, 1024, NULL, "as the person says it", NULL },
	{ "lat", PARAM_NUMBER, false, -90, 90, NULL, "degrees, WGS 84", NULL },
	{ "lon", PARAM_NUMBER, false, -180, 180, NULL, "degrees, WGS 84", NULL },
	{ "radius_m", PARAM_NUMBER, false, 0, 20100000, NULL, "how far off it may be", NULL },
	{ "civic", PARAM_OBJECT, false, 0, 0, NULL,
		"civic address elements; agencies are chosen by country, A1, A2, A3", NULL },
	{ "source", PARAM_ENUM, false, 0, 0, "caller device carrier civic older_contact staff",
		"where it comes from; default caller", NULL },
	{ "at", PARAM_TIME, false, 0, 0, NULL, "when the person was there", NULL },
	{ "confidence", PARAM_INTEGER, false, 0, 100, NULL, "percent", NULL },
	END
};

static const struct param contact_open[] = {
	{ "channel", PARAM_ENUM, true, 0, 0, CHANNELS, "how the person came", NULL },
	{ "from", PARAM_STRING, false, 1, 320, NULL, "address: pseudonymised on arrival", NULL },
	{ "text", PARAM_TEXT, false, 0, 0, NULL, "the person's words", NULL },
	{ "lang", PARAM_LANG, false, 2, 35, NULL, "language of the person", NULL },
	{ "age", PARAM_INTEGER, false, 0, 130, NULL, "years", NULL },
	{ "caller_role", PARAM_ENUM, false, 0, 0, "self third_party professional unknown",
		"who is asking, for whom", NULL },
	{ "line", PARAM_WORD, false, 1, 64, NULL, "the line that was called", NULL },
	{ "needs", PARAM_WORDS, false, 0, 32, NULL, "skills the responder must have", NULL },
	{ "answers", PARAM_SHEETS, false, 0, 8, NULL, "answers given before, by instrument", NULL },
	{ "location", PARAM_OBJECT, false, 0, 0, NULL, "where the person is", location_fields },
	{ "safe_to_contact", PARAM_BOOL, false, 0, 0, NULL, "calling back endangers nobody", NULL },
	{ "meta", PARAM_OBJECT, false, 0, 0, NULL, "the front end's own notes", NULL },
	END
};

static const struct param contact_say[] = {
	CONTACT,
	{ "text", PARAM_TEXT, true, 1, 0, NULL, "what is said", NULL },
	END
};

static const struct param sheet[] = {
	CONTACT,
	{ "instrument", PARAM_WORD, true, 1, 32, NULL, "the screener", NULL },
	{ "answers", PARAM_ANSWERS, true, 0, 64, NULL, "by item; null is not asked", NULL },
	END
};

static const struct param contact_leave[] = { CONTACT, REASON(false), END };

static const struct param contact_resume[] = {
	{ "contact", PARAM_WORD, false, 1, ID_MAX, NULL, "the contact's id; or from", NULL },
	{ "since_seq", PARAM_INTEGER, false, 0, INT_MAX, NULL, "the last message the client has", NULL },
	{ "from", PARAM_STRING, false, 1, 320, NULL, "address of a person with an open contact", NULL },
	END
};

static const struct param responder_set[] = {
	{ "presence", PARAM_ENUM, true, 0, 0, "ready paused away", "", NULL },
	REASON(false),
	{ "capacity", PARAM_INTEGER, false, 0, 1000, NULL, "load units", NULL },
	{ "channels", PARAM_WORDS, false, 0, 16, NULL, "channels served now", NULL },
	{ "wrap_s", PARAM_INTEGER, false, 0, 3600, NULL, "time for notes after a contact", NULL },
	END
};

static const struct param offer_accept[] = { OFFER, END };
static const struct param offer_decline[] = { OFFER, REASON(true), END };

static const struct param contact_level[] = {
	CONTACT,
	{ "level", PARAM_LEVEL, true, 0, 0, NULL, "", NULL },
	REASON(true),
	{ "confirm", PARAM_BOOL, false, 0, 0, NULL, "the second person's confirmation", NULL },
	END
};

static const struct param contact_note[] = {
	CONTACT,
	{ "text", PARAM_TEXT, true, 1, 0, NULL, "the note", NULL },
	{ "kind", PARAM_WORD, false, 1, 32, NULL, "", NULL },
	{ "corrects", PARAM_WORD, false, 1, ID_MAX, NULL, "the note that this one corrects", NULL },
	END
};

/* A rescue is never refused for want of detail: only what the agency cannot do without. */
static const struct param contact_escalate[] = {
	CONTACT,
	{ "kind", PARAM_ENUM, true, 0, 0, "ems police fire mobile_team poison_control", "", NULL },
	{ "consent", PARAM_ENUM, true, 0, 0, "yes no unable", "", NULL },
	{ "tried", PARAM_WORDS, false, 0, 16, NULL, "less invasive steps tried before", NULL },
	{ "location", PARAM_OBJECT, false, 0, 0, NULL, "where the person is", location_fields },
	REASON(true),
	{ "agency", PARAM_WORD, false, 1, 64, NULL, "ask this one first", NULL },
	{ "criteria", PARAM_WORDS, false, 0, 16, NULL,
		"what is the case, e.g. attempt_in_progress medical_emergency", NULL },
	{ "location_confirmed", PARAM_BOOL, false, 0, 0, NULL,
		"looked at and right, though old or rough", NULL },
	{ "confirm", PARAM_BOOL, false, 0, 0, NULL, "a second unit beside the open one is meant", NULL },
	END
};

static const struct param transfer_target[] = {
	{ "responder", PARAM_STRING, false, 1, NAME_MAX_BYTES, NULL, "this one", NULL },
	{ "skill", PARAM_WORD, false, 1, 64, NULL, "somebody with this skill", NULL },
	{ "line", PARAM_WORD, false, 1, 64, NULL, "somebody of this line", NULL },
	{ "center", PARAM_WORD, false, 1, 64, NULL, "another center", NULL },
	END
};

static const struct param contact_transfer[] = {
	CONTACT,
	{ "to", PARAM_OBJECT, true, 0, 0, NULL, "to whom: exactly one of these", transfer_target },
	{ "warm", PARAM_BOOL, false, 0, 0, NULL, "both stay for a while; default false", NULL },
	{ "summary", PARAM_STRING, true, 1, 4000, NULL, "what the receiver must know", NULL },
	END
};

static const struct param transfer_of[] = {
	CONTACT,
	{ "transfer", PARAM_WORD, false, 1, ID_MAX, NULL, "only this one", NULL },
	END
};

static const struct param contact_close[] = {
	CONTACT,
	{ "disposition", PARAM_WORD, true, 1, 64, NULL, "how the contact ended", NULL },
	{ "outcome", PARAM_OBJECT, false, 0, 0, NULL, "what the center records", NULL },
	END
};

static const struct param dispatch_ack[] = {
	DISPATCH,
	{ "by", PARAM_STRING, true, 1, NAME_MAX_BYTES, NULL, "who took it", NULL },
	END
};

static const struct param dispatch_outcome[] = {
	DISPATCH,
	{ "outcome", PARAM_RESULT, true, 1, 64, NULL, "how the rescue ended", NULL },
	END
};

static const struct param dispatch_decline[] = { DISPATCH, REASON(true), END };

static const struct param dispatch_status[] = {
	DISPATCH,
	{ "status", PARAM_ENUM, true, 0, 0,
		"sent en_route on_scene with_person transporting cleared cancelled failed", "", NULL },
	REASON(false),
	END
};

static const struct param dispatch_confirm[] = {
	DISPATCH,
	{ "proceed", PARAM_BOOL, false, 0, 0, NULL, "false: this rescue must not be; default true", NULL },
	{ "location_confirmed", PARAM_BOOL, false, 0, 0, NULL, "the location is right", NULL },
	REASON(false),
	END
};

static const struct param dispatch_get[] = { DISPATCH, REASON(false), END };

static const struct param point_fields[] = {
	{ "lat", PARAM_NUMBER, true, -90, 90, NULL, "degrees, WGS 84", NULL },
	{ "lon", PARAM_NUMBER, true, -180, 180, NULL, "degrees, WGS 84", NULL },
	{ "at", PARAM_TIME, false, 0, 0, NULL, "when it was there; default now", NULL },
	END
};

static const struct param dispatch_drill[] = {
	{ "agency", PARAM_WORD, true, 1, ID_MAX, NULL, "one of mode test", NULL },
	END
};

static const struct param dispatch_nearest[] = {
	{ "location", PARAM_OBJECT, false, 0, 0, NULL, "where to; or dispatch", point_fields },
	{ "dispatch", PARAM_WORD, false, 1, ID_MAX, NULL, "to the place of this one", NULL },
	{ "skills", PARAM_WORDS, false, 0, 16, NULL, "teams with all of these first", NULL },
	END
};

#define TEAM { "team", PARAM_WORD, true, 1, 63, NULL, "the team's id", NULL }

static const struct param team_set[] = {
	TEAM,
	{ "presence", PARAM_ENUM, false, 0, 0, "ready paused away", "needed the first time", NULL },
	REASON(false),
	{ "skills", PARAM_WORDS, false, 0, 16, NULL, "", NULL },
	{ "members", PARAM_WORDS, false, 0, 16, NULL, "who is in the car", NULL },
	{ "location", PARAM_OBJECT, false, 0, 0, NULL, "where it is", point_fields },
	END
};

static const struct param team_checkin[] = {
	TEAM,
	{ "location", PARAM_OBJECT, false, 0, 0, NULL, "where it is", point_fields },
	END
};

static const struct param alert_ack[] = {
	CONTACT,
	{ "by", PARAM_STRING, false, 1, NAME_MAX_BYTES, NULL, "who takes it", NULL },
	END
};

static const struct param board_watch[] = {
	{ "on", PARAM_BOOL, false, 0, 0, NULL, "false ends it; default true", NULL },
	END
};

static const struct param contact_list[] = {
	{ "state", PARAM_ENUM, false, 0, 0, CONTACT_STATES, "", NULL },
	{ "level", PARAM_LEVEL, false, 0, 0, NULL, "", NULL },
	{ "line", PARAM_WORD, false, 1, 64, NULL, "", NULL },
	{ "limit", PARAM_INTEGER, false, 1, 1000, NULL, "", NULL },
	{ "after", PARAM_WORD, false, 1, ID_MAX, NULL, "the last contact of the page before", NULL },
	END
};

static const struct param contact_get[] = { CONTACT, REASON(false), END };

static const struct param contact_explain[] = {
	CONTACT,
	{ "text", PARAM_BOOL, false, 0, 0, NULL, "with what the person wrote; needs a reason", NULL },
	REASON(false),
	END
};

static const struct param responder_force[] = {
	{ "responder", PARAM_STRING, true, 1, NAME_MAX_BYTES, NULL, "identity", NULL },
	{ "presence", PARAM_ENUM, true, 0, 0, "ready paused away", "", NULL },
	REASON(true),
	END
};

static const struct param rules_check[] = {
	{ "text", PARAM_STRING, false, 0, 1 << 20, NULL, "rules; absent: the configured files", NULL },
	END
};

static const struct param rules_stage[] = {
	{ "files", PARAM_PATHS, false, 0, 256, NULL, "in their order; absent: all of rules_staged", NULL },
	END
};

static const struct param rules_sign[] = {
	{ "signature", PARAM_STRING, true, 1, 65536, NULL, "the text that triagectl rules sign prints", NULL },
	END
};

static const struct param rules_activate[] = {
	{ "digest", PARAM_WORD, true, 64, 64, NULL, "of the staged ruleset", NULL },
	END
};

#define X(sym, name) static const char METHOD_##sym[] = name;
VERBS(X)
#undef X

/*
 * Who may do what. A role that is not named is refused; whether a contact is one's own is decided
 * by the core, inside the same step as the change.
 */
static const struct verb verbs[VERB_COUNT] = {
#define V(sym) [VERB_##sym] = { .id = VERB_##sym, .method = METHOD_##sym
	V(SESSION_HELLO), .roles = 0, .params = hello, .doc = "authenticate and choose a role" },
	V(SESSION_PING), .roles = 0, .params = none, .doc = "heartbeat" },
	V(SESSION_BYE), .roles = 0, .params = none, .doc = "orderly end" },
	V(CONTACT_OPEN), .roles = FRONT, .changes = true, .needs_ref = true, .vital = true,
		.params = contact_open, .doc = "a person asks for help" },
	V(CONTACT_SAY), .roles = FRONT | RESP, .changes = true, .needs_ref = true, .vital = true,
		.params = contact_say, .doc = "text from or to the person" },
	V(CONTACT_ANSWER), .roles = FRONT, .changes = true, .needs_ref = true, .vital = true,
		.params = sheet, .doc = "answers to a screener" },
	V(CONTACT_LEAVE), .roles = FRONT, .changes = true, .vital = true,
		.params = contact_leave, .doc = "the person is gone" },
	V(CONTACT_RESUME), .roles = FRONT | RESP, .changes = true, .vital = true,
		.params = contact_resume, .doc = "after a reconnect: what was said meanwhile" },
	V(RESPONDER_SET), .roles = RESP, .changes = true,
		.params = responder_set, .doc = "own presence and capacity" },
	V(OFFER_ACCEPT), .roles = RESP, .changes = true, .vital = true,
		.params = offer_accept, .doc = "take the offered contact" },
	V(OFFER_DECLINE), .roles = RESP, .changes = true, .vital = true,
		.params = offer_decline, .doc = "leave the offered contact to others" },
	V(CONTACT_NEXT), .roles = RESP, .changes = true,
		.params = none, .doc = "ask for an offer now" },
	V(CONTACT_ASSESS), .roles = RESP, .changes = true, .vital = true,
		.params = sheet, .doc = "answers to a screener, asked by the responder" },
	V(CONTACT_LEVEL), .roles = RESP | SUPER, .changes = true, .vital = true,
		.params = contact_level, .doc = "raise or lower a level" },
	V(CONTACT_NOTE), .roles = RESP | SUPER, .changes = true, .needs_ref = true,
		.params = contact_note, .doc = "append a note" },
	V(CONTACT_ESCALATE), .roles = RESP | SUPER, .changes = true, .needs_ref = true, .vital = true,
		.params = contact_escalate, .doc = "request a rescue" },
	V(CONTACT_TRANSFER), .roles = RESP | SUPER, .changes = true,
		.params = contact_transfer, .doc = "ask somebody else to take a contact over" },
	V(TRANSFER_CANCEL), .roles = RESP | SUPER, .changes = true,
		.params = transfer_of, .doc = "take that back before it is accepted" },
	V(TRANSFER_DONE), .roles = RESP | SUPER, .changes = true,
		.params = transfer_of, .doc = "end the time both are present" },
	V(CONTACT_CLOSE), .roles = RESP | SUPER, .changes = true, .vital = true,
		.params = contact_close, .doc = "end a contact with its outcome" },
	V(RESPONDER_DONE), .roles = RESP, .changes = true,
		.params = contact_only, .doc = "end wrap-up early" },
	V(DISPATCH_ACK), .roles = DISP | PART, .changes = true, .vital = true,
		.params = dispatch_ack, .doc = "take a rescue by name, or a late one's alarm" },
	V(DISPATCH_OUTCOME), .roles = DISP | SUPER | PART, .changes = true, .vital = true,
		.params = dispatch_outcome, .doc = "how a rescue ended" },
	V(DISPATCH_DECLINE), .roles = DISP | PART, .changes = true, .vital = true,
		.params = dispatch_decline, .doc = "it cannot be done by whoever is asked or has it" },
	V(DISPATCH_STATUS), .roles = DISP | PART | RESP | SUPER, .changes = true, .vital = true,
		.params = dispatch_status, .doc = "a step of the unit; responders and supervisors: cancelled" },
	V(DISPATCH_CONFIRM), .roles = RESP | SUPER, .changes = true, .vital = true,
		.params = dispatch_confirm, .doc = "second person's word, or the location is right" },
	V(DISPATCH_LIST), .roles = DISP | SUPER | PART | RESP,
		.params = none, .doc = "open rescues, and how those before ended, by line" },
	V(DISPATCH_GET), .roles = DISP | SUPER | PART | RESP, .vital = true,
		.params = dispatch_get, .doc = "one rescue with its exact place; recorded" },
	V(DISPATCH_NEAREST), .roles = DISP | SUPER,
		.params = dispatch_nearest, .doc = "teams by estimated arrival" },
	V(DISPATCH_DRILL), .roles = SUPER | ROLE_ADMIN, .changes = true,
		.params = dispatch_drill, .doc = "a rescue for nobody, to try the way to an agency" },
	V(TEAM_SET), .roles = PART | DISP, .changes = true, .vital = true,
		.params = team_set, .doc = "a mobile team's presence, place, skills and members" },
	V(TEAM_CHECKIN), .roles = PART | DISP, .changes = true, .vital = true,
		.params = team_checkin, .doc = "the crew is well" },
	V(TEAM_LIST), .roles = DISP | SUPER | PART, .params = none, .doc = "mobile teams" },
	V(ALERT_ACK), .roles = SUPER | ROLE_DISPATCHER, .changes = true, .vital = true,
		.params = alert_ack, .doc = "take an alert by name" },
	V(BOARD_GET), .roles = SUPER | ROLE_DISPATCHER | ROLE_ADMIN,
		.params = none, .doc = "counts and oldest waits, without content" },
	V(BOARD_WATCH), .roles = SUPER | ROLE_DISPATCHER, .changes = true,
		.params = board_watch, .doc = "board.change notifications" },
	V(CONTACT_LIST), .roles = SUPER, .params = contact_list, .doc = "contacts in order" },
	V(CONTACT_GET), .roles = SUPER, .params = contact_get, .doc = "one contact" },
	V(CONTACT_EXPLAIN), .roles = SUPER | ROLE_CLINICAL,
		.params = contact_explain, .doc = "why it stands where it stands" },
	V(RESPONDER_LIST), .roles = SUPER | ROLE_ADMIN, .params = none, .doc = "responders" },
	V(RESPONDER_FORCE), .roles = SUPER, .changes = true,
		.params = responder_force, .doc = "set another's presence" },
	V(RULES_GET), .roles = SUPER | ROLE_CLINICAL | ROLE_ADMIN | ROLE_AUDITOR,
		.params = none, .doc = "the ruleset in force, and the staged one" },
	V(RULES_CHECK), .roles = ROLE_CLINICAL | ROLE_ADMIN,
		.params = rules_check, .doc = "would these rules load" },
	V(RULES_STAGE), .roles = ROLE_CLINICAL, .changes = true,
		.params = rules_stage, .doc = "try rules beside those in force" },
	V(RULES_SIGN), .roles = ROLE_CLINICAL, .changes = true,
		.params = rules_sign, .doc = "attach the approval of the staged rules" },
	V(RULES_ACTIVATE), .roles = ROLE_CLINICAL | ROLE_ADMIN, .changes = true,
		.params = rules_activate, .doc = "put the staged rules in force" },
	V(RULES_ROLLBACK), .roles = ROLE_CLINICAL | ROLE_ADMIN, .changes = true,
		.params = none, .doc = "put the rules before in force again" },
	V(NODE_STATUS), .roles = SUPER | ROLE_ADMIN | ROLE_AUDITOR, .params = none, .doc = "this node" },
	V(NODE_DRAIN), .roles = ROLE_ADMIN, .changes = true, .params = none, .doc = "take no more sessions" },
	V(NODE_RELOAD), .roles = ROLE_ADMIN, .changes = true, .params = none, .doc = "read the configuration again" },
#undef V
};
/* clang-format on */

const struct verb *verb_at(enum verb_id id)
{
	return &verbs[id];
}

const struct verb *verb_find(const char *method)
{
#define X(sym, name)                                                                               \
	if (strcmp(method, name) == 0)                                                             \
		return &verbs[VERB_##sym];
	VERBS(X)
#undef X
	return NULL;
}
