/*
 * Every command, once. Help, completion, dispatch and parameters come from here; a test compares
 * the manual with it.
 */
#include "ctl.h"

#include "history.h"
#include "views.h"

#define LEVELS "emergency urgent high moderate low"

static const struct option_def contact_list_options[] = {
	{ "state", "STATE", "only contacts in this state",
		"waiting offered active wrapup review handed ended" },
	{ "level", "LEVEL", "only contacts of this level", LEVELS },
	{ "line", "LINE", "only contacts of this line", NULL },
	{ "limit", "N", "at most so many, 1 to 1000", NULL },
	{ "after", "CONTACT", "go on behind this contact of an earlier list", NULL },
	{ 0 },
};

static const struct option_def contact_show_options[] = {
	{ "reason", "TEXT", "why you look; recorded with the access", NULL },
	{ 0 },
};

static const struct option_def contact_explain_options[] = {
	{ "text", NULL,
		"with what the person wrote, the places that counted marked; needs --reason",
		NULL },
	{ "reason", "TEXT", "why you read it; recorded with the access", NULL },
	{ 0 },
};

static const struct option_def dispatch_show_options[] = {
	{ "reason", "TEXT", "why you look; supervisors must say", NULL },
	{ 0 },
};

static const struct option_def dispatch_confirm_options[] = {
	{ "location_confirmed", NULL, "only: the location is right", NULL },
	{ 0 },
};

static const struct option_def classify_options[] = {
	{ "jsonl", NULL, "one JSON object a line, in and out; the only format there is", NULL },
	{ "rules", "FILE", "rules and lexicon files; all up to the next option belong to it",
		NULL },
	{ 0 },
};

static const struct option_def ledger_options[] = {
	HISTORY_OPTIONS,
	{ 0 },
};

static const struct option_def replay_options[] = {
	HISTORY_OPTIONS,
	{ "rules", "FILE", "rate again by this rule file or directory; as often as needed", NULL },
	{ "policy", "FILE", "decide again under the options of this triaged.conf", NULL },
	{ "keys", "DIR", "sealing keys, for --rules (default: keys in the --data-dir)", NULL },
	{ 0 },
};

static bool has_errors(const json_t *answer)
{
	return json_array_size(json_object_get(answer, "errors")) > 0;
}

/* clang-format off */
const struct command commands[] = {
	{ .name = "status", .args = "", .run = cmd_status,
		.help = "The node and its center on one screen",
		.detail = "With --json: {\"node\": answer of node.status, \"board\": answer of board.get or null}.\n"
			  "What your role may not see is left out." },
	{ .name = "top", .args = "", .run = cmd_top,
		.help = "A live screen of the board and the queue",
		.detail = "Refreshes once a second and follows the size of the terminal. q or Ctrl-C ends it.\n"
			  "When the daemon does not answer, the last screen stays, dimmed, with its age." },
	{ .name = "board", .args = "", .method = "board.get", .show = view_board,
		.help = "Counts, oldest waits and promises; open dispatches and alerts" },
	{ .name = "watch", .args = "", .run = cmd_watch,
		.help = "Print notifications as they come, one a line",
		.detail = "With --json each line is the notification's object. Ends with exit code 3 when the\n"
			  "connection is lost, so that a script can start it again." },
	{ .name = "panic-list", .args = "", .options = panic_options, .run = cmd_panic_list,
		.help = "Every open contact and rescue, for paper, whatever still works",
		.detail = "From the daemon, also on an island; when it does not answer, from the store and the spool in\n"
			  "the --data-dir, or from --store: then only for whoever may read those. Says where it is\n"
			  "from and how old. No text of people." },
	{ .name = "contact list", .args = "", .options = contact_list_options,
		.method = "contact.list", .show = view_contacts,
		.help = "Contacts in the order they are served" },
	{ .name = "contact show", .args = "CONTACT", .options = contact_show_options,
		.method = "contact.get", .show = view_contact,
		.help = "Everything your role may see of one contact" },
	{ .name = "contact explain", .args = "CONTACT", .options = contact_explain_options,
		.method = "contact.explain", .show = view_explain,
		.help = "Why a contact stands where it stands, and why with this responder" },
	{ .name = "contact transfer", .args = "CONTACT SUMMARY", .options = transfer_options,
		.run = cmd_contact_transfer,
		.help = "Ask somebody else to take a contact over",
		.detail = "One of --responder, --skill, --line and --center says whom. Whoever has the contact keeps it until\n"
			  "somebody accepts." },
	{ .name = "transfer cancel", .args = "CONTACT", .method = "transfer.cancel",
		.show = view_fields,
		.help = "Take a transfer back that nobody has accepted yet" },
	{ .name = "transfer done", .args = "CONTACT", .method = "transfer.done",
		.show = view_fields,
		.help = "End the time both responders of a warm transfer are present" },
	{ .name = "responder list", .args = "", .method = "responder.list", .show = view_responders,
		.help = "Responders with presence, load and what they serve" },
	{ .name = "responder force", .args = "RESPONDER PRESENCE REASON",
		.method = "responder.force", .show = view_fields,
		.help = "Set a responder's presence: ready, paused or away" },
	{ .name = "dispatch list", .args = "", .method = "dispatch.list", .show = view_dispatches,
		.help = "Open rescues: the step each waits for, since when, and who is next" },
	{ .name = "dispatch show", .args = "DISPATCH", .options = dispatch_show_options,
		.method = "dispatch.get", .show = view_fields,
		.help = "One rescue with its exact place; that you opened it is recorded" },
	{ .name = "dispatch ack", .args = "DISPATCH BY", .method = "dispatch.ack", .show = view_fields,
		.help = "Take a rescue request, or the alarm of a late one, by name" },
	{ .name = "dispatch decline", .args = "DISPATCH REASON", .method = "dispatch.decline",
		.show = view_fields,
		.help = "Whoever is asked, or has it, cannot: the next one is asked" },
	{ .name = "dispatch status", .args = "DISPATCH STATUS [REASON]", .method = "dispatch.status",
		.show = view_fields,
		.help = "Record a step: sent, en_route, on_scene, with_person, transporting, cleared",
		.detail = "failed: the unit cannot; the need stays. cancelled, by whoever asked or a supervisor:\n"
			  "the need is over. Both need REASON." },
	{ .name = "dispatch outcome", .args = "DISPATCH OUTCOME",
		.method = "dispatch.outcome", .show = view_fields,
		.help = "Record how a rescue ended",
		.detail = "not_found and not_reached alert: somebody must act again." },
	{ .name = "dispatch confirm", .args = "DISPATCH", .options = dispatch_confirm_options,
		.method = "dispatch.confirm", .show = view_fields,
		.help = "As the second person agree to a rescue against somebody's will" },
	{ .name = "dispatch refuse", .args = "DISPATCH REASON", .run = cmd_dispatch_refuse,
		.help = "As the second person stop such a rescue" },
	{ .name = "dispatch nearest", .args = "", .options = nearest_options,
		.run = cmd_dispatch_nearest,
		.help = "Mobile teams by estimated arrival, with the age of each position" },
	{ .name = "drill dispatch", .args = "", .options = drill_options,
		.run = cmd_drill_dispatch,
		.help = "Try the whole way to an agency of mode test, from request to outcome",
		.detail = "Nobody is sent: what goes out is marked as a test. Exit code 1 when there is no outcome\n"
			  "in time (drill.late_s); the supervisors are told too." },
	{ .name = "team list", .args = "", .method = "team.list", .show = view_teams,
		.help = "Mobile teams: state, crew, and how old their position is" },
	{ .name = "team set", .args = "TEAM PRESENCE [REASON]", .method = "team.set",
		.show = view_fields,
		.help = "Set a team's presence by radio: ready, paused or away" },
	{ .name = "team checkin", .args = "TEAM", .method = "team.checkin", .show = view_fields,
		.help = "The crew of a team was heard of" },
	{ .name = "report dispatch", .args = "", .method = "dispatch.list",
		.show = view_rescue_report,
		.help = "Rescues that are over, by line: with consent, against a will, how confirmed" },
	{ .name = "alert ack", .args = "CONTACT [BY]", .method = "alert.ack", .show = view_fields,
		.help = "Take the alert of a contact" },
	{ .name = "rules check", .args = "[FILE...]", .raw = cmd_rules_check, .offline = true,
		.help = "Compile rules and lexicon files, run their tests, print every error",
		.detail = "Without FILE: those shipped beside this program or in /usr/share/triaged.\n"
			  "--json prints {\"ok\", \"errors\"} with counts." },
	{ .name = "rules diff", .args = "OLD... -- NEW...", .options = rules_diff_options,
		.raw = cmd_rules_diff, .offline = true,
		.help = "Contacts of a corpus whose level a change of rules raises or drops",
		.detail = "OLD and NEW are files, or directories with *.conf or with rules/ and lexicon/.\n"
			  "Exit codes: 0 no level changes, 4 some rise and none drops, 5 some drop; 1 when anything\n"
			  "could not be read or compared." },
	{ .name = "rules keygen", .args = "FILE", .run = cmd_rules_keygen, .offline = true,
		.help = "Make the key pair of somebody who approves rules",
		.detail = "FILE becomes the private key, readable by its owner alone, FILE.pub the public one." },
	{ .name = "rules sign", .args = "FILE...", .options = rules_sign_options,
		.raw = cmd_rules_sign, .offline = true,
		.help = "Approve rules: print the signature over these files",
		.detail = "The files are compiled and tested first. Name them in the order of `rules` in triaged.conf;\n"
			  "author and approver are two people." },
	{ .name = "rules report", .args = "", .options = ledger_options, .run = cmd_rules_report,
		.offline = true,
		.help = "How rules did: people's corrections, time to the first human",
		.detail = "Counted from the ledger, for contacts that arrived from --from to --to. Precision of a rule:\n"
			  "of its contacts that a person took, the share whose level nobody lowered." },
	{ .name = "rules show", .args = "", .method = "rules.get", .show = view_rules,
		.help = "The ruleset in force, and the staged one with what its shadow has seen" },
	{ .name = "rules stage", .args = "[FILE...]", .run = cmd_rules_stage,
		.help = "Try rules beside those in force, without influence",
		.detail = "Without FILE: all that rules_staged names in triaged.conf. The daemon reads the files;\n"
			  "each must be one of those, or below one. On any error nothing is staged and the exit\n"
			  "code is 1." },
	{ .name = "rules activate", .args = "DIGEST", .options = rules_activate_options,
		.run = cmd_rules_activate,
		.help = "Put the staged rules in force on this node",
		.detail = "They must be approved, unless the daemon runs with demo = true, and not by their author." },
	{ .name = "rules rollback", .args = "", .method = "rules.rollback", .show = view_activated,
		.help = "Put the rules before the last activation in force again" },
	{ .name = "classify", .args = "", .options = classify_options,
		.raw = cmd_classify, .offline = true,
		.help = "Level and reasons for texts, without a daemon",
		.detail = "Reads {\"id\", \"text\", \"before\"?, \"channel\"?, \"lang\"?, \"age\"?, \"answers\"?} a line from standard\n"
			  "input and writes {\"id\", \"level\", \"reasons\", \"domains\", \"ruleset\"} a line, in the same order. A line\n"
			  "that cannot be read gives {\"id\", \"error\"} and exit code 1. Without --rules: the files shipped\n"
			  "beside this program or in /usr/share/triaged." },
	{ .name = "replay", .args = "", .options = replay_options, .run = cmd_replay, .offline = true,
		.help = "Decide the ledger's commands again and compare",
		.detail = "Reads the ledger from the center's Redis (--center with --store or --data-dir) or from\n"
			  "--ledger FILE, from its beginning up to --to. The first difference is printed with its\n"
			  "place, and the exit code is 1.\n"
			  "With --rules or --policy: who would have been rated or served differently, and their\n"
			  "waits. --from limits the contacts shown. What is assumed: triagectl(1)." },
	{ .name = "ledger export", .args = "", .options = ledger_options, .run = cmd_ledger_export,
		.offline = true,
		.help = "Print the ledger, one JSON object a line",
		.detail = "{\"id\", \"at\": milliseconds, \"c\": command, \"d\": decisions}. It holds no text of people,\n"
			  "but pseudonyms, levels, reasons and answers: keep it like the store itself." },
	{ .name = "node status", .args = "", .method = "node.status", .show = view_node,
		.help = "Mode, leader, store, ruleset and counters of the node" },
	{ .name = "node reload", .args = "", .method = "node.reload", .show = view_reload,
		.failed = has_errors,
		.help = "Read configuration, clients, certificates and rules again",
		.detail = "Everything is read and checked first. On any error nothing changes, every error is\n"
			  "printed and the exit code is 1." },
	{ .name = "node drain", .args = "", .method = "node.drain", .show = view_fields,
		.help = "Take no new sessions, let conversations end, then stop" },
	{ .name = "probe", .args = "", .options = probe_options, .run = cmd_probe,
		.help = "Send a test contact all the way through and time each step",
		.detail = "The client must have the roles frontend and responder and test = true in the clients file:\n"
			  "its contacts meet no people, and people's contacts never meet it. Exit code 1 names the\n"
			  "step that failed. With watch.test_contact_s the daemon raises an alarm when none came." },
	{ .name = "schema", .args = "", .run = cmd_schema, .offline = true,
		.help = "The protocol as JSON Schema 2020-12" },
	{ .name = "password", .args = "", .run = cmd_password, .offline = true,
		.help = "Ask for a password and print its entry for the clients file" },
	{ .name = "token", .args = "", .run = cmd_token, .offline = true,
		.help = "Print a new random token and its entry for the clients file",
		.detail = "The token is shown this once. The clients file holds only its digest." },
	{ .name = "keys add", .args = "DIR", .run = cmd_keys_add, .offline = true,
		.help = "Make a further sealing key: texts are sealed with it from then on",
		.detail = "DIR is the data directory's keys/, as the daemon's user. Restart this node, then the others\n"
			  "at once: they take the key from the store. What older keys have sealed stays readable." },
	{ .name = "completion", .args = "", .run = cmd_completion, .offline = true,
		.help = "Print the bash completion" },
	{ 0 },
};
/* clang-format on */
