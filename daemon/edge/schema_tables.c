#include "schema_tables.h"

/* clang-format off */

#define RULESET_NOW "id:string version:string digest:string signed:bool author:string~ " \
	"approver:string~ signed_at:time~ expires:time~ reasons:string[] unsigned_because:string~ " \
	"demo:bool origin:string alert:string"

const struct shape schema_shapes[] = {
	{ "reason", "rule:string text:string spans?:span[] fields?:string[]" },
	{ "suppressed", "signal:string by:string span:span" },
	{ "ruleset", "id:string version?:string digest?:string" },
	{ "ruleset_now", RULESET_NOW },
	{ "server", "name:string version:string" },
	{ "limits", "line_bytes:integer text_bytes:integer nesting:integer unanswered:integer" },
	{ "message", "seq:integer from:string kind?:string text?:string~ at:time" },
	{ "person", "returning:bool contacts_30d?:integer plan?:object last_responder?:string" },
	{ "responder", "responder:string presence:presence capacity?:integer load?:integer "
		"channels?:string[] skills?:string[] langs?:string[] wrap_s?:number "
		"contacts?:word[] offers?:word[]" },
	{ "offer", "offer:word contact:word level:level reasons:reason[] channel?:string lang?:string "
		"line?:string waited_s?:number target_s?:number returning:bool expires_ms?:integer "
		"flags?:string[] tier?:integer summary:string" },
	{ "contact", "contact:word state:word level:level" },
	{ "level_sum", "level:level waiting:integer offered:integer active:integer "
		"oldest_wait_s:number~ target_s:number breaches:integer" },
	{ "alarm", "alarm:string node:string detail:string since_s:number" },
	{ "open_dispatch", "dispatch:word contact:word kind:string state:word by:string" },
	{ NULL, NULL },
};

#define RESPONDER_NOW "responder:string presence:presence capacity?:integer load:integer " \
	"contacts:word[] offers:word[]"
#define BOARD "now:time mode:string ruleset:ruleset_now levels:level_sum[] responders:object dispatches:open_dispatch[] " \
	"alarms:alarm[]"

const char *const schema_results[VERB_COUNT] = {
	[VERB_SESSION_HELLO] = "session:string node:string center:string roles:string[] server:server "
		"mode:mode limits:limits now:time",
	[VERB_SESSION_PING] = "now:time",
	[VERB_SESSION_BYE] = "",
	[VERB_CONTACT_OPEN] = "contact:word level:level reasons:reason[] ruleset?:ruleset state:word "
		"position:integer~ eta_s:integer~ target_s?:number flags:string[] custody:custody",
	[VERB_CONTACT_SAY] = "seq:integer level:level",
	[VERB_CONTACT_ANSWER] = "level:level reasons:reason[]",
	[VERB_CONTACT_LEAVE] = "state:word",
	[VERB_CONTACT_RESUME] = "contact:word state:word level:level reasons?:reason[] seq?:integer "
		"position?:integer~ eta_s?:integer~ missed:message[] "
		"transcript_incomplete?:bool",
	[VERB_RESPONDER_SET] = RESPONDER_NOW,
	[VERB_OFFER_ACCEPT] = "contact:word state:word level:level reasons:reason[] seq?:integer "
		"transcript:message[] person:person transcript_incomplete?:bool",
	[VERB_OFFER_DECLINE] = "",
	[VERB_CONTACT_NEXT] = "offer?:word~ why?:string",
	[VERB_CONTACT_ASSESS] = "level:level reasons:reason[]",
	[VERB_CONTACT_LEVEL] = "level:level level_auto?:level pending?:string",
	[VERB_CONTACT_NOTE] = "note:word",
	[VERB_CONTACT_ESCALATE] = "dispatch:word state:word",
	[VERB_CONTACT_CLOSE] = "state:word",
	[VERB_RESPONDER_DONE] = RESPONDER_NOW,
	[VERB_DISPATCH_ACK] = "dispatch:word state:word",
	[VERB_DISPATCH_OUTCOME] = "dispatch:word state:word",
	[VERB_ALERT_ACK] = "contact:word",
	[VERB_BOARD_GET] = BOARD,
	[VERB_BOARD_WATCH] = BOARD,
	[VERB_CONTACT_LIST] = "contacts:contact[]",
	[VERB_CONTACT_GET] = "contact:word state:word level:level",
	[VERB_CONTACT_EXPLAIN] = "contact:word level:level reasons:reason[] near:string[] "
		"suppressed:suppressed[] transcript?:message[] transcript_incomplete?:bool",
	[VERB_RESPONDER_LIST] = "responders:responder[]",
	[VERB_RESPONDER_FORCE] = RESPONDER_NOW,
	[VERB_RULES_GET] = RULESET_NOW " rules:object[] wording:object[] lexicon_entries:integer "
		"previous:string~ activated_by:string~ activated_at:time~ rolled_back:string~ "
		"staged:object~",
	[VERB_RULES_CHECK] = "",
	[VERB_RULES_STAGE] = "staged:bool errors:string[]",
	[VERB_RULES_SIGN] = RULESET_NOW,
	[VERB_RULES_ACTIVATE] = RULESET_NOW,
	[VERB_RULES_ROLLBACK] = RULESET_NOW,
	[VERB_NODE_STATUS] = "ruleset:ruleset_now",
	[VERB_NODE_DRAIN] = "",
	[VERB_NODE_RELOAD] = "",
};

const struct notification schema_notifications[] = {
	{ "contact.update", "contact:word state:word position?:integer~ eta_s?:integer~ level?:level" },
	{ "contact.said", "contact:word seq:integer from:string text:string~ at:time" },
	{ "contact.notice", "contact:word kind:string text:string" },
	{ "contact.connected", "contact:word alias:string address?:string" },
	{ "contact.closed", "contact:word outcome:string" },
	{ "offer.new", "offer:word contact:word level:level reasons:reason[] channel?:string "
		"lang?:string line?:string waited_s?:number target_s?:number returning:bool "
		"expires_ms?:integer flags?:string[] tier?:integer summary:string" },
	{ "offer.gone", "offer:word contact?:word why:string" },
	{ "contact.raised", "contact:word level:level reasons:reason[]" },
	{ "contact.left", "contact:word why:string" },
	{ "contact.back", "contact:word" },
	{ "dispatch.update", "dispatch:word contact?:word kind?:string state:word by?:string" },
	{ "notice", "kind:string text:string contact?:word level?:level" },
	{ "board.change", "" },
	{ NULL, NULL },
};
