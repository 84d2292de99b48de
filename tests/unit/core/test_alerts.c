/* What nobody may overlook: broken promises, needs nobody serves, rescues. */
#include "world.h"

WORLD(w)

static int notices(const char *session, const char *kind)
{
	int n = 0;
	for (int i = 0; told(&w, OUTPUT_NOTICE, session, i); i++)
		n += strcmp(field(&w, told(&w, OUTPUT_NOTICE, session, i), "kind"), kind) == 0;
	return n;
}

static void a_broken_promise_repeats_until_somebody_takes_it(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	const char *id = contact(&w, F1, LEVEL_URGENT);
	watch(&w, w.options.target_ms[LEVEL_URGENT] - 1);
	assert_int_equal(notices(S1, "deadline"), 0);
	watch(&w, 1);
	assert_int_equal(notices(S1, "deadline"), 1);
	watch(&w, 3 * w.options.alert_repeat_ms);
	assert_int_equal(notices(S1, "deadline"), 3);
	struct command ack =
		CMD(ALERT_ACK, c->identity = "sue", c->role = "responder", c->contact = id);
	assert_string_equal(field(&w, apply(&w, ack), "code"), "2");
	ack.role = "supervisor";
	apply(&w, ack);
	watch(&w, w.options.alert_reminder_ms - 1);
	assert_int_equal(notices(S1, "deadline"), 0);
	watch(&w, w.options.alert_reminder_ms);
	assert_int_equal(notices(S1, "deadline"), 1);
	responder(&w, "ann", R1); /* served: the cause is over */
	accept(&w, "ann", R1, offer_to(&w, R1));
	watch(&w, 2 * w.options.alert_reminder_ms);
	assert_int_equal(notices(S1, "deadline"), 0);
}

/* Two hundred late contacts: each is told of once, repeats are summed up, emergencies are not. */
static void a_flood_of_alerts_stays_readable(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	for (int i = 0; i < 200; i++)
		contact(&w, F1, LEVEL_URGENT);
	contact(&w, F1, LEVEL_EMERGENCY);
	watch(&w, w.options.target_ms[LEVEL_URGENT]);
	assert_true(notices(S1, "deadline") >= 201);
	watch(&w, 3 * w.options.alert_repeat_ms);
	assert_true(notices(S1, "deadline") <= 3 * 21 + 20);
	assert_true(notices(S1, "more_alerts") >= 2);
	watch(&w, w.options.alert_repeat_ms);
	int64_t counted = 0, emergencies = 0;
	for (int i = 0; told(&w, OUTPUT_NOTICE, S1, i); i++) {
		const struct output *o = told(&w, OUTPUT_NOTICE, S1, i);
		counted += strtol(field(&w, o, "count"), NULL, 10);
		emergencies += strcmp(field(&w, o, "level"), "emergency") == 0;
	}
	assert_true(counted >= 180);
	assert_int_equal(emergencies, 1);
}

static void a_need_nobody_serves_is_told_at_once_and_once(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->channel = "chat", c->lang = "es", c->level = 1));
	const char *id = field(&w, o, "contact");
	assert_int_equal(notices(S1, "unservable"), 1);
	watch(&w, 1000);
	assert_int_equal(notices(S1, "unservable"), 0);
	/* At the last tier it is offered to anyone, and that is visible. */
	watch(&w, 3 * 60000);
	assert_string_equal(state_of(&w, id), "offered");
	assert_string_equal(field(&w, told(&w, OUTPUT_OFFER_NEW, R1, 0), "tier"), "2");
}

static void the_last_one_who_could_serve_them_goes(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder", c->capacity = 1));
	for (int i = 0; i < 4; i++)
		contact(&w, F1, LEVEL_LOW);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->role = "responder",
			  c->presence = "away"));
	assert_true(notices(S1, "unservable") >= 1);
	watch(&w, 1000);
	assert_int_equal(notices(S1, "unservable"), 0);
}

static const char *escalated(char id[32], const char *ref)
{
	if (!*id) {
		responder(&w, "ann", R1);
		strcpy(id, contact(&w, F1, LEVEL_EMERGENCY));
		accept(&w, "ann", R1, offer_to(&w, R1));
	}
	return field(&w,
		apply(&w, CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
				  c->contact = id, c->ref = ref, c->kind = "ems",
				  c->consent = "unable")),
		"dispatch");
}

static void a_rescue_is_a_closed_loop(void **state)
{
	(void)state;
	char id[32] = "";
	supervisor(&w, "sue", S1);
	apply(&w, CMD(SESSION_UP, c->identity = "dan", c->role = "dispatcher", c->session = D1));
	const char *dispatch = escalated(id, "e1");
	assert_int_equal(notices(S1, "dispatch_requested"), 1);
	assert_int_equal(notices(D1, "dispatch_requested"), 1);
	assert_string_equal(escalated(id, "e1"), dispatch); /* never sent twice */
	watch(&w, 2 * w.options.alert_repeat_ms);
	assert_int_equal(notices(D1, "dispatch_requested"), 2);
	struct command close = CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
		c->contact = id, c->disposition = "rescue");
	assert_string_equal(field(&w, apply(&w, close), "code"), "9");
	struct command ack = CMD(
		DISPATCH_ACK, c->identity = "ann", c->role = "responder", c->dispatch = dispatch);
	assert_string_equal(field(&w, apply(&w, ack), "code"), "2");
	ack.identity = "dan";
	ack.role = "dispatcher";
	assert_string_equal(field(&w, apply(&w, ack), "state"), "acknowledged");
	assert_string_equal(field(&w, told(&w, OUTPUT_DISPATCH_UPDATE, R1, 0), "by"), "dan");
	watch(&w, w.options.sent_ms);
	assert_int_equal(notices(D1, "dispatch_overdue"), 1); /* nobody says that it was sent */
	apply(&w, ack);
	watch(&w, w.options.alert_reminder_ms);
	assert_int_equal(notices(D1, "dispatch_overdue"), 1); /* seen: it reminds */
	assert_string_equal(field(&w, apply(&w, close), "code"), "9");
	struct command outcome = CMD(DISPATCH_OUTCOME, c->identity = "dan", c->role = "dispatcher",
		c->dispatch = dispatch);
	assert_string_equal(field(&w, apply(&w, outcome), "field"), "outcome");
	outcome.outcome = (struct slice){ "{}", 2 };
	assert_string_equal(field(&w, apply(&w, outcome), "state"), "ended");
	assert_string_equal(field(&w, apply(&w, close), "state"), "wrapup");
	watch(&w, 10 * w.options.alert_reminder_ms);
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, ""), 0);
}

/* The person hangs up and the responder is lost while a rescue is on its way. */
static void a_rescue_outlives_everybody_else(void **state)
{
	(void)state;
	char id[32] = "";
	const char *dispatch = escalated(id, "e1");
	apply(&w, CMD(SESSION_DOWN, c->session = F1));
	apply(&w, CMD(SESSION_DOWN, c->session = R1));
	pass(&w, 3600000);
	assert_string_equal(state_of(&w, id), "review");
	apply(&w, CMD(CONTACT_RESUME, c->identity = "web", c->role = "frontend", c->session = F2,
			  c->contact = id));
	apply(&w, CMD(CONTACT_LEVEL, c->identity = "sue", c->role = "supervisor", c->contact = id,
			  c->human_level = 1, c->reason = "x"));
	apply(&w, CMD(CONTACT_LEVEL, c->identity = "sam", c->role = "supervisor", c->contact = id,
			  c->human_level = 1, c->reason = "x", c->confirm = 1));
	apply(&w, CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->contact = id));
	assert_string_equal(state_of(&w, id), "review");
	const struct output *o = apply(
		&w, CMD(DISPATCH_OUTCOME, c->identity = "sue", c->role = "supervisor",
			    c->dispatch = dispatch, c->outcome = ((struct slice){ "{}", 2 })));
	assert_string_equal(field(&w, o, "state"), "ended");
}

/* A machine could not assess it: told once, whichever message it was. */
static void what_nobody_could_assess_is_told_once(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	struct command open = CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend",
		c->session = F1, c->channel = "chat", c->lang = "en", c->level = LEVEL_MODERATE + 1,
		c->unscored = 1);
	apply(&w, open);
	assert_int_equal(notices(S1, "unscored"), 1);
	assert_string_equal(field(&w, told(&w, OUTPUT_NOTICE, S1, 0), "level"), "moderate");
	const char *id = contact(&w, F1, LEVEL_LOW);
	assert_int_equal(notices(S1, "unscored"), 0);
	struct command say = CMD(CONTACT_SAY, c->identity = "web", c->role = "frontend",
		c->session = F1, c->contact = id, c->level = LEVEL_MODERATE + 1, c->unscored = 1);
	apply(&w, say);
	assert_int_equal(notices(S1, "unscored"), 1);
	apply(&w, say);
	assert_int_equal(notices(S1, "unscored"), 0);
	open.level = 0; /* not triaged at all */
	open.unscored = 0;
	apply(&w, open);
	assert_int_equal(notices(S1, "unscored"), 1);
}

/* A replay sets the options at each mark, a new leader loads: both count repeats from there. */
static void what_is_not_stored_begins_anew_with_the_options(void **state)
{
	(void)state;
	supervisor(&w, "sue", S1);
	for (int i = 0; i < 30; i++)
		contact(&w, F1, LEVEL_URGENT);
	watch(&w, w.options.target_ms[LEVEL_URGENT]);
	watch(&w, w.options.alert_repeat_ms);
	assert_int_equal(notices(S1, "deadline"), 20);
	core_set_options(w.core, &w.options);
	watch(&w, w.options.alert_repeat_ms);
	assert_int_equal(notices(S1, "deadline"), 20);
	assert_int_equal(notices(S1, "more_alerts"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_broken_promise_repeats_until_somebody_takes_it),
		TEST(what_nobody_could_assess_is_told_once),
		TEST(a_flood_of_alerts_stays_readable),
		TEST(what_is_not_stored_begins_anew_with_the_options),
		TEST(a_need_nobody_serves_is_told_at_once_and_once),
		TEST(the_last_one_who_could_serve_them_goes),
		TEST(a_rescue_is_a_closed_loop),
		TEST(a_rescue_outlives_everybody_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
