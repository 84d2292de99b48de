/* What is missing or out of range is refused with its reason and the field's name, and nothing is
 * changed by it. */
#include "agencies.h"

static struct world w;
static char served[32], rescue[32];

#define DAY_MS   ((int64_t)24 * 60 * 60 * 1000)
#define SLICE(s) ((struct slice){ s, sizeof(s) - 1 })

/* ann serves a contact for whom a rescue is under way; sue and dan watch. */
static int start(void **state)
{
	(void)state;
	world_start(&w);
	world_with_agencies(&w);
	supervisor(&w, "sue", S1);
	apply(&w, CMD(SESSION_UP, c->identity = "dan", c->role = "dispatcher", c->session = D1));
	responder(&w, "ann", R1);
	strcpy(served, contact(&w, F1, LEVEL_MODERATE));
	accept(&w, "ann", R1, offer_to(&w, R1));
	const struct output *o =
		apply(&w, CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
				  c->contact = served, c->kind = "ems", c->consent = "no"));
	strcpy(rescue, field(&w, o, "dispatch"));
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static void refused(struct command c, const char *reason, const char *name)
{
	uint64_t digest = core_digest(w.core);
	const struct output *o = apply(&w, c);
	assert_int_equal(o->kind, OUTPUT_ERROR);
	assert_string_equal(field(&w, o, "reason"), reason);
	assert_string_equal(field(&w, o, "field"), name);
	assert_false(w.step.changed);
	assert_true(core_digest(w.core) == digest);
}

static void contacts(void **state)
{
	(void)state;
	refused(CMD(CONTACT_OPEN, c->role = "frontend"), "no_identity", "identity");
	refused(CMD(CONTACT_OPEN, c->identity = "web", c->contact = "xyz"), "bad_id", "contact");
	refused(CMD(CONTACT_OPEN, c->identity = "web", c->contact = "0aG"), "bad_id", "contact");
	refused(CMD(CONTACT_OPEN, c->identity = "web", c->contact = "0123456789abcdef01234567"),
		"bad_id", "contact");
	refused(CMD(CONTACT_RESUME, c->identity = "web", c->role = "frontend", c->person = "p9"),
		"no_such_contact", "contact");
	refused(CMD(CONTACT_RESUME, c->identity = "sms", c->role = "frontend", c->contact = served),
		"no_such_contact", "contact");
	for (int64_t level = 0; level <= 6; level += 6)
		refused(CMD(CONTACT_LEVEL, c->identity = "ann", c->role = "responder",
				c->contact = served, c->human_level = level),
			"no_such_level", "level");
	refused(CMD(CONTACT_LEVEL, c->identity = "ann", c->role = "responder", c->contact = served,
			c->human_level = 1),
		"reason_needed", "reason");
	refused(CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
			c->contact = served),
		"kind_needed", "kind");
	refused(CMD(ALERT_ACK, c->role = "dispatcher", c->contact = served), "supervisors_only",
		"");
	refused(CMD(ALERT_ACK, c->identity = "sue", c->role = "supervisor", c->contact = served),
		"no_alert", "contact");
	refused(CMD(QUERY, c->identity = "sue", c->role = "supervisor"), "not_a_decision", "");
}

static void responders(void **state)
{
	(void)state;
	struct command set = CMD(
		RESPONDER_SET, c->identity = "ann", c->role = "responder", c->presence = "asleep");
	refused(set, "no_such_presence", "presence");
	set.presence = "";
	for (int64_t capacity = -1; capacity <= 65; capacity += 66) {
		set.capacity = capacity;
		refused(set, "out_of_range", "capacity");
	}
	set.capacity = 64; /* as many as there may be */
	set.wrap_ms = -1;
	refused(set, "out_of_range", "wrap_ms");
	set.wrap_ms = DAY_MS + 2;
	refused(set, "out_of_range", "wrap_ms");
	set.wrap_ms = DAY_MS + 1;
	assert_int_equal(apply(&w, set)->kind, OUTPUT_REPLY);
	set.identity = "nobody";
	refused(set, "no_such_responder", "");
	refused(CMD(RESPONDER_FORCE, c->identity = "sue", c->role = "supervisor",
			c->responder = "nobody"),
		"no_such_responder", "responder");
	refused(CMD(RESPONDER_FORCE, c->identity = "ann", c->role = "responder",
			c->responder = "ann"),
		"supervisors_only", "");
	refused(CMD(RESPONDER_DONE, c->identity = "ann", c->role = "responder",
			c->contact = served),
		"not_in_wrapup", "contact");
	refused(CMD(RESPONDER_DONE, c->identity = "zoe", c->role = "responder",
			c->contact = served),
		"not_yours", "contact");
}

static void sessions_and_nodes(void **state)
{
	(void)state;
	static const enum command_kind kinds[] = { COMMAND_NODE_UP, COMMAND_NODE_LOST };
	refused(CMD(SESSION_UP, c->identity = "ann", c->role = "responder"), "no_session",
		"session");
	refused(CMD(SESSION_UP, c->session = R2, c->role = "responder"), "no_session", "session");
	for (size_t i = 0; i < 2; i++) {
		struct command it = CMD(NODE_UP, c->node = "", c->incarnation = "i1");
		it.command = kinds[i];
		refused(it, "no_node", "node");
		it.node = "n1";
		it.incarnation = "";
		refused(it, "no_node", "node");
	}
	refused(CMD(NODE_ISLAND, c->node = "", c->watch = 1), "no_node", "node");
}

static void teams(void **state)
{
	(void)state;
	static const char long_id[] =
		"a123456789012345678901234567890123456789012345678901234567890123";
	struct command set = CMD(TEAM_SET, c->identity = "red", c->role = "partner",
		c->session = "n1/i1/red", c->presence = "ready");
	refused(set, "bad_id", "team");
	assert_int_equal(strlen(long_id), 64);
	set.team = long_id;
	refused(set, "bad_id", "team");
	set.team = "red";
	set.presence = "asleep";
	refused(set, "no_such_presence", "presence");
	set.presence = "";
	refused(set, "no_such_presence", "presence"); /* a team nobody has heard of */
	set.role = "responder";
	refused(set, "partners_only", "");
	set.role = "partner";
	set.presence = "ready";
	apply(&w, set);
	set.identity = "blue";
	refused(set, "not_yours", "team");
	refused(CMD(TEAM_CHECKIN, c->identity = "red", c->role = "partner", c->team = "blue"),
		"no_such_team", "team");
}

static void rescues(void **state)
{
	(void)state;
	struct command it = CMD(DISPATCH_ACK, c->role = "dispatcher", c->dispatch = rescue);
	refused(it, "name_needed", "by");
	it.identity = "dan";
	it.command = COMMAND_DISPATCH_DECLINE;
	refused(it, "reason_needed", "reason");
	it.reason = "x";
	refused(it, "nobody_asked", "dispatch");
	it.command = COMMAND_DISPATCH_STATUS;
	it.status = "on_holiday";
	refused(it, "no_such_status", "status");
	it.status = "en_route"; /* it is held */
	refused(it, "wrong_step", "status");
	it.command = COMMAND_DISPATCH_OUTCOME;
	refused(it, "outcome_needed", "outcome");
	it.dispatch = "d0";
	refused(it, "no_such_dispatch", "dispatch");
	refused(CMD(DISPATCH_STATUS, c->identity = "sue", c->role = "supervisor",
			c->dispatch = rescue, c->status = "cancelled"),
		"reason_needed", "reason");
	refused(CMD(DISPATCH_CONFIRM, c->identity = "sue", c->role = "supervisor",
			c->dispatch = rescue, c->refused = 1),
		"reason_needed", "reason");
	refused(CMD(DISPATCH_CONFIRM, c->identity = "dan", c->role = "dispatcher",
			c->dispatch = rescue),
		"responders_and_supervisors", "");
	refused(CMD(DISPATCH_SENT, c->dispatch = "d0"), "no_such_dispatch", "dispatch");
	refused(CMD(DISPATCH_SENT, c->dispatch = rescue, c->agency = "a", c->version = 1),
		"no_such_send", "version");
	refused(CMD(DISPATCH_DRILL, c->identity = "ann", c->role = "responder", c->agency = "t"),
		"supervisors_and_admins", "");
	refused(CMD(DISPATCH_DRILL, c->identity = "root", c->role = "admin", c->agency = "a"),
		"live_agency", "agency");
}

/* Whose need it is not may not call it off; who carries the contact may, whoever asked. */
static void who_may_cancel_a_rescue(void **state)
{
	(void)state;
	struct command it = CMD(DISPATCH_STATUS, c->identity = "bob", c->role = "responder",
		c->dispatch = rescue, c->status = "cancelled", c->reason = "x");
	refused(it, "not_yours", "");
	struct command get =
		CMD(DISPATCH_GET, c->identity = "bob", c->role = "responder", c->dispatch = rescue);
	refused(get, "not_yours", "");
	responder(&w, "bob", R2);
	apply(&w, CMD(CONTACT_TRANSFER, c->identity = "sue", c->role = "supervisor",
			  c->contact = served, c->responder = "bob", c->text = SLICE("x")));
	accept(&w, "bob", R2, offer_to(&w, R2));
	assert_int_equal(apply(&w, get)->kind, OUTPUT_REPLY);
	get.identity = "ann"; /* who asked for it */
	assert_int_equal(apply(&w, get)->kind, OUTPUT_REPLY);
	assert_string_equal(field(&w, apply(&w, it), "state"), "cancelled");
}

static void letters(void **state)
{
	(void)state;
	struct command good = CMD(TRANSFER_OPEN, c->identity = "center:south", c->contact = "0a",
		c->peer = "0b", c->transfer = "t1", c->channel = "transfer");
	struct command it = good;
	it.identity = "center:";
	refused(it, "bad_letter", "contact");
	it.identity = "web";
	refused(it, "bad_letter", "contact");
	it = good;
	it.contact = "";
	refused(it, "bad_letter", "contact");
	it.contact = "0G";
	refused(it, "bad_letter", "contact");
	it = good;
	it.peer = "0123456789abcdef01234567";
	refused(it, "bad_letter", "contact");
	it = good;
	it.transfer = "";
	refused(it, "bad_letter", "contact");
	it = good;
	it.contact = served;
	refused(it, "contact_exists", "contact");
	it = good;
	it.command = COMMAND_TRANSFER_ANSWER;
	it.peer = "";
	refused(it, "bad_letter", "contact");
	it.peer = "0b";
	it.identity = "south";
	refused(it, "bad_letter", "contact");
	it = good;
	it.command = COMMAND_TRANSFER_SETTLE;
	refused(it, "no_such_contact", "contact");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contacts),
		TEST(responders),
		TEST(sessions_and_nodes),
		TEST(teams),
		TEST(rescues),
		TEST(who_may_cancel_a_rescue),
		TEST(letters),
	};
	return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
