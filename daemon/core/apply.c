#include "apply.h"

#include <string.h>

/* A QUERY decides nothing: it is answered from views, outside the core. */
static int apply_query(struct core *core, const struct command *c)
{
	(void)c;
	return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_a_decision", NULL);
}

/* clang-format off */
static const apply_fn table[COMMAND_KIND_COUNT] = {
	[COMMAND_CONTACT_OPEN] = apply_contact_open,
	[COMMAND_CONTACT_SAY] = apply_contact_say,
	[COMMAND_CONTACT_ANSWER] = apply_contact_answer,
	[COMMAND_CONTACT_ASSESS] = apply_contact_assess,
	[COMMAND_CONTACT_LEAVE] = apply_contact_leave,
	[COMMAND_CONTACT_RESUME] = apply_contact_resume,
	[COMMAND_CONTACT_RETRIAGE] = apply_contact_retriage,
	[COMMAND_CONTACT_LEVEL] = apply_contact_level,
	[COMMAND_CONTACT_NOTE] = apply_contact_note,
	[COMMAND_CONTACT_ESCALATE] = apply_contact_escalate,
	[COMMAND_CONTACT_CLOSE] = apply_contact_close,
	[COMMAND_CONTACT_TRANSFER] = apply_contact_transfer,
	[COMMAND_TRANSFER_CANCEL] = apply_transfer_cancel,
	[COMMAND_TRANSFER_DONE] = apply_transfer_done,
	[COMMAND_TRANSFER_OPEN] = apply_transfer_open,
	[COMMAND_TRANSFER_ANSWER] = apply_transfer_answer,
	[COMMAND_TRANSFER_SETTLE] = apply_transfer_settle,
	[COMMAND_TRANSFER_SAID] = apply_transfer_said,
	[COMMAND_TRANSFER_OVER] = apply_transfer_over,
	[COMMAND_LETTER_SENT] = apply_letter_sent,
	[COMMAND_CONTACT_NEXT] = apply_contact_next,
	[COMMAND_OFFER_ACCEPT] = apply_offer_accept,
	[COMMAND_OFFER_DECLINE] = apply_offer_decline,
	[COMMAND_RESPONDER_SET] = apply_responder_set,
	[COMMAND_RESPONDER_FORCE] = apply_responder_force,
	[COMMAND_RESPONDER_DONE] = apply_responder_done,
	[COMMAND_DISPATCH_ACK] = apply_dispatch_ack,
	[COMMAND_DISPATCH_OUTCOME] = apply_dispatch_outcome,
	[COMMAND_DISPATCH_DECLINE] = apply_dispatch_decline,
	[COMMAND_DISPATCH_STATUS] = apply_dispatch_status,
	[COMMAND_DISPATCH_CONFIRM] = apply_dispatch_confirm,
	[COMMAND_DISPATCH_GET] = apply_dispatch_get,
	[COMMAND_TEAM_SET] = apply_team_set,
	[COMMAND_TEAM_CHECKIN] = apply_team_checkin,
	[COMMAND_DISPATCH_DRILL] = apply_dispatch_drill,
	[COMMAND_DISPATCH_SENT] = apply_dispatch_sent,
	[COMMAND_ALERT_ACK] = apply_alert_ack,
	[COMMAND_BOARD_WATCH] = apply_board_watch,
	[COMMAND_SESSION_UP] = apply_session_up,
	[COMMAND_SESSION_DOWN] = apply_session_down,
	[COMMAND_NODE_UP] = apply_node_up,
	[COMMAND_NODE_LOST] = apply_node_lost,
	[COMMAND_NODE_ISLAND] = apply_node_island,
	[COMMAND_NODE_ALARM] = apply_node_alarm,
	[COMMAND_TICK] = apply_tick,
	[COMMAND_QUERY] = apply_query,
};
/* clang-format on */

int apply_command(struct core *core, const struct command *c)
{
	return table[c->command](core, c);
}

bool is_supervisor(const struct command *c)
{
	return strcmp(c->role, "supervisor") == 0;
}

bool is_responder(const struct command *c)
{
	return strcmp(c->role, "responder") == 0;
}

static struct contact *refuse(struct core *core, enum output_error code, const char *reason)
{
	(void)core_refuse(core, code, reason, "contact");
	return NULL;
}

struct contact *find_contact(struct core *core, const struct command *c)
{
	struct contact *found = map_get(&core->contacts, c->contact);
	if (!found || found->state == CONTACT_ENDED)
		return refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_contact");
	return found;
}

struct contact *find_own_contact(struct core *core, const struct command *c)
{
	struct contact *found = map_get(&core->contacts, c->contact);
	if (!found || found->state == CONTACT_ENDED || !text_is(found->identity, c->identity))
		return refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_contact");
	return found;
}

struct contact *find_served_contact(struct core *core, const struct command *c)
{
	struct contact *found = find_contact(core, c);
	if (!found || is_supervisor(c) || fact_is_heard(c))
		return found;
	if (!is_responder(c) || !found->responder || !text_is(found->responder->id, c->identity))
		return refuse(core, OUTPUT_ERR_FORBIDDEN, "not_yours");
	return found;
}

struct contact *find_heard_contact(struct core *core, const struct command *c)
{
	struct contact *found = map_get(&core->contacts, c->contact);
	bool guest =
		found && found->guest && is_responder(c) && text_is(found->guest->id, c->identity);
	return guest ? found : find_served_contact(core, c);
}
