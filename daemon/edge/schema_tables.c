#include "schema_tables.h"

/* clang-format off */

#define RULESET_NOW "id:string version:string digest:string signed:bool author:string~ " \
	"approver:string~ signed_at:time~ expires:time~ reasons:string[] unsigned_because:string~ " \
	"demo:bool origin:string alert:string"

/* As lists and the board show it. */
#define DISPATCH_LINE "dispatch:word kind:string state:word by:string unit:string asked:string " \
	"awaits:string next:string then:string since_s:number awaits_since_s:number due:time~ " \
	"overdue:bool alerts:integer consent:string area:string doubts:string[] " \
	"location_confirmed:bool test:bool version:integer"
/* As answers about one show it. */
#define TRANSFER_NOW "transfer:word contact:word state:string"
#define DISPATCH_NOW "dispatch:word kind?:string state:word awaits?:string by?:string unit?:string " \
	"asked?:string version?:integer test?:bool due?:time doubts?:string[] " \
	"location_confirmed_by?:string second_by?:string silence?:bool"
#define TEAM_NOW "team:word state:word presence:presence skills?:string[] members?:string[] " \
	"dispatch?:word test?:bool position_age_s?:number rest_until?:time checkin_by?:time"

const struct shape schema_shapes[] = {
	{ "reason", "rule:string text:string spans?:span[] before?:bool fields?:string[]" },
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
	{ "open_dispatch", DISPATCH_LINE " contact?:word" },
	{ "place", "lat?:number lon?:number" },
	{ "team", "team:word state:word presence:presence reason:string skills:string[] "
		"members:string[] dispatch:string speaker:string test:bool position_age_s:number~ "
		"location?:place rest_until:time~ checkin_by:time~ eta_s?:number~ skilled?:bool" },
	{ "ended_rescues", "line:string ended:integer voluntary:integer involuntary:integer "
		"unable:integer second_person:integer silence:integer exempt:integer "
		"cancelled:integer" },
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
	[VERB_CONTACT_ESCALATE] = DISPATCH_NOW " contact:word location?:object~",
	[VERB_CONTACT_TRANSFER] = TRANSFER_NOW,
	[VERB_TRANSFER_CANCEL] = TRANSFER_NOW,
	[VERB_TRANSFER_DONE] = TRANSFER_NOW,
	[VERB_CONTACT_CLOSE] = "state:word",
	[VERB_RESPONDER_DONE] = RESPONDER_NOW,
	[VERB_DISPATCH_ACK] = DISPATCH_NOW,
	[VERB_DISPATCH_OUTCOME] = DISPATCH_NOW,
	[VERB_DISPATCH_DECLINE] = DISPATCH_NOW,
	[VERB_DISPATCH_STATUS] = DISPATCH_NOW,
	[VERB_DISPATCH_CONFIRM] = DISPATCH_NOW,
	[VERB_DISPATCH_LIST] = "dispatches:open_dispatch[] counted_since?:time~ ended?:ended_rescues[]",
	[VERB_DISPATCH_GET] = DISPATCH_NOW " consent?:string criteria?:string[] tried?:string[] "
		"reason?:string contact?:word location?:object~",
	[VERB_DISPATCH_NEAREST] = "located:bool teams:team[]",
	[VERB_DISPATCH_DRILL] = DISPATCH_NOW,
	[VERB_TEAM_SET] = TEAM_NOW,
	[VERB_TEAM_CHECKIN] = TEAM_NOW,
	[VERB_TEAM_LIST] = "teams:team[]",
	[VERB_ALERT_ACK] = "contact:word",
	[VERB_BOARD_GET] = BOARD,
	[VERB_BOARD_WATCH] = BOARD,
	[VERB_CONTACT_LIST] = "contacts:contact[]",
	[VERB_CONTACT_GET] = "contact:word state:word level:level",
	[VERB_CONTACT_EXPLAIN] = "contact:word level:level reasons:reason[] reasons_seq?:integer near:string[] "
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
		"expires_ms?:integer flags?:string[] tier?:integer summary:string~ "
		"transfer?:word from?:string warm?:bool" },
	{ "transfer.update", "transfer:word contact:word state:string why?:string "
		"responder?:string" },
	{ "offer.gone", "offer:word contact?:word why:string" },
	{ "contact.raised", "contact:word level:level reasons:reason[]" },
	{ "contact.left", "contact:word why:string" },
	{ "contact.back", "contact:word" },
	{ "dispatch.new", "dispatch:word kind:string state:word consent?:string criteria?:string[] "
		"area?:string lat?:number lon?:number version:integer test?:bool team?:word "
		"eta_s?:number expires_ms?:integer" },
	{ "dispatch.gone", "dispatch:word why:string" },
	{ "dispatch.update", "dispatch:word contact?:word kind?:string state:word by?:string "
		"unit?:string awaits?:string version?:integer test?:bool" },
	{ "notice", "kind:string text:string contact?:word level?:level" },
	{ "board.change", "" },
	{ NULL, NULL },
};
