/* Rescues: who is asked, what is sent, what happens when nobody does anything. */
#include "agencies.h"

#define P1 "n1/i1/p1"
#define P2 "n1/i1/p2"

WORLD(w)

static char id[32];

static const struct output *escalate(const char *kind, const char *consent, const char *criteria)
{
	return apply(&w, CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
				 c->contact = id, c->kind = kind, c->consent = consent,
				 c->criteria = criteria, c->reason = "in danger"));
}

/* ann serves an emergency; people watch. */
static void begin(void)
{
	world_with_agencies(&w);
	supervisor(&w, "sue", S1);
	apply(&w, CMD(SESSION_UP, c->identity = "dan", c->role = "dispatcher", c->session = D1));
	apply(&w, CMD(SESSION_UP, c->identity = "bea", c->role = "partner", c->session = P1));
	responder(&w, "ann", R1);
	strcpy(id, contact(&w, F1, LEVEL_EMERGENCY));
	accept(&w, "ann", R1, offer_to(&w, R1));
}

static struct command by(enum command_kind kind, const char *who, const char *role, const char *d)
{
	struct command c;
	command_init(&c, kind);
	c.request = 1;
	c.node = "n1";
	c.identity = who;
	c.role = role;
	c.dispatch = d;
	return c;
}

static const struct output *dispatcher(enum command_kind kind, const char *d, const char *word)
{
	struct command c = by(kind, "dan", "dispatcher", d);
	c.by = c.status = c.reason = word;
	return apply(&w, c);
}

static const struct output *agency(
	enum command_kind kind, const char *who, const char *d, const char *word)
{
	struct command c = by(kind, who, "partner", d);
	c.by = c.status = c.reason = word;
	return apply(&w, c);
}

static const struct output *sent(
	const char *d, const char *who, const char *version, const char *result)
{
	struct command c = by(COMMAND_DISPATCH_SENT, "", "", d);
	c.agency = who;
	c.version = atoi(version);
	c.result = result;
	c.detail = "HTTP";
	return apply(&w, c);
}

static struct dispatch_view view(const char *d)
{
	struct dispatch_view v = { .state = "gone" };
	(void)core_find_dispatch(w.core, d, &v);
	return v;
}

static const struct output *send_to(const char *who, int n)
{
	for (int i = 0;; i++) {
		const struct output *o = told(&w, OUTPUT_DISPATCH_SEND, "", i);
		if (!o || (strcmp(field(&w, o, "agency"), who) == 0 && n-- == 0))
			return o;
	}
}

static void webhooks_are_asked_until_the_result_is_known(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	const struct output *o = send_to("a", 0);
	const char *version = field(&w, o, "version");
	assert_string_equal(field(&w, o, "what"), "new");
	assert_string_equal(field(&w, o, "attempt"), "1");
	assert_string_equal(field(&w, sent(d, "a", "99", "accepted"), "reason"), "no_such_send");
	sent(d, "a", version, "unknown");
	watch(&w, w.options.send_retry_ms);
	assert_string_equal(field(&w, send_to("a", 0), "version"), version); /* the same key */
	assert_string_equal(field(&w, send_to("a", 0), "attempt"), "2");
	watch(&w, w.options.send_silence_ms); /* no result at all */
	assert_string_equal(field(&w, send_to("a", 0), "attempt"), "3");
	sent(d, "a", version, "accepted");
	watch(&w, 1000);
	assert_null(send_to("a", 0));
	assert_string_equal(view(d).state, "requested"); /* a receipt is no person */
}

static void the_next_one_is_asked_and_the_first_is_called_off(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	sent(d, "a", field(&w, send_to("a", 0), "version"), "accepted");
	watch(&w, w.options.unit_offer_ms);
	const char *cancel = field(&w, send_to("a", 0), "version");
	assert_string_equal(field(&w, send_to("a", 0), "what"), "cancel");
	assert_string_equal(field(&w, send_to("b", 0), "what"), "new");
	assert_string_equal(view(d).target, "agency:b");
	assert_non_null(told(&w, OUTPUT_DISPATCH_NEW, P1, 0)); /* both channels at once */
	/* A late yes of the first one counts: it was asked, and nobody has it. */
	agency(COMMAND_DISPATCH_ACK, "agency:a", d, "Ruiz");
	assert_string_equal(view(d).unit, "agency:a");
	assert_string_equal(field(&w, send_to("b", 0), "what"), "cancel");
	assert_string_equal(
		field(&w, send_to("a", 0), "what"), "new"); /* not called off after all */
	assert_string_not_equal(field(&w, send_to("a", 0), "version"), cancel);
	assert_string_equal(field(&w, agency(COMMAND_DISPATCH_ACK, "bea", d, "Bea"), "reason"),
		"no_such_dispatch");
}

static void refused_for_good_is_a_no(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	sent(d, "a", field(&w, send_to("a", 0), "version"), "refused");
	assert_string_equal(view(d).target, "agency:b");
	assert_null(send_to("a", 0));
	agency(COMMAND_DISPATCH_DECLINE, "agency:b", d, "no car");
	assert_string_equal(view(d).state, "declined");
	watch(&w, 5 * w.options.round_ms); /* nobody is asked who has said no */
	assert_null(send_to("a", 0));
	assert_null(send_to("b", 0));
	assert_non_null(told(&w, OUTPUT_NOTICE, S1, 3));
	assert_string_equal(field(&w, dispatcher(COMMAND_DISPATCH_ACK, d, "officer 3"), "state"),
		"acknowledged");
}

static void rounds_go_on_while_nobody_answers(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	watch(&w, 10 * (2 * w.options.unit_offer_ms + w.options.round_ms));
	int asked = 0;
	for (int i = 0; told(&w, OUTPUT_DISPATCH_SEND, "", i); i++)
		asked += strcmp(field(&w, told(&w, OUTPUT_DISPATCH_SEND, "", i), "what"), "new") ==
			 0;
	assert_true(asked >= 20);
	assert_string_equal(view(d).state, "requested");
	assert_true(view(d).alerts > 30);
}

/* The next core, from what was written, asks for every send whose result is not known, and for no
 * other; the key stays. */
struct kept {
	enum entity_kind kind;
	char entity[64], ref[64], bytes[4096];
	size_t len;
};

struct store {
	struct kept at[256];
	size_t n;
};

static void keep(void *arg, const struct entity_write *e)
{
	struct store *s = arg;
	if (e->kind == ENTITY_MESSAGE || e->kind == ENTITY_REF)
		return;
	size_t i = 0;
	while (i < s->n && (s->at[i].kind != e->kind || strcmp(s->at[i].entity, e->id) != 0))
		i++;
	assert_true(i < 256 && e->bytes.len < sizeof s->at[0].bytes);
	struct kept *k = &s->at[i];
	s->n = i == s->n ? i + 1 : s->n;
	k->kind = e->kind;
	snprintf(k->entity, sizeof k->entity, "%s", e->id);
	k->len = e->kind == ENTITY_DISPATCH && !e->live ? 0 : e->bytes.len;
	memcpy(k->bytes, e->bytes.data, k->len);
}

static void take_over(struct store *s)
{
	struct err e;
	core_take_dirty(w.core, keep, s);
	struct core *next = core_new(&w.options);
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].len &&
			core_load(next, s->at[i].kind, s->at[i].entity, "",
				(struct slice){ s->at[i].bytes, s->at[i].len }, &e) != 0)
			fail_msg("%s", e.text);
	if (core_load_done(next, &e) != 0)
		fail_msg("%s", e.text);
	core_free(&w.core);
	w.core = next;
}

static void a_new_leader_asks_again_for_what_is_open(void **state)
{
	(void)state;
	static struct store store;
	memset(&store, 0, sizeof store);
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	const char *version = field(&w, send_to("a", 0), "version");
	take_over(&store);
	watch(&w, 0);
	assert_string_equal(field(&w, send_to("a", 0), "version"), version);
	assert_null(send_to("a", 1));
	sent(d, "a", version, "accepted");
	take_over(&store);
	watch(&w, 0);
	assert_null(send_to("a", 0));
	/* The cancel of a rescue that is over for people is not forgotten either. */
	struct command cancel = by(COMMAND_DISPATCH_STATUS, "sue", "supervisor", d);
	cancel.status = "cancelled";
	cancel.reason = "safe";
	apply(&w, cancel);
	const char *off = field(&w, send_to("a", 0), "version");
	assert_string_equal(
		field(&w,
			apply(&w, CMD(CONTACT_CLOSE, c->identity = "ann", c->role = "responder",
					  c->contact = id, c->disposition = "safe")),
			"state"),
		"wrapup");
	take_over(&store);
	watch(&w, 0);
	assert_string_equal(field(&w, send_to("a", 0), "what"), "cancel");
	assert_string_equal(field(&w, send_to("a", 0), "version"), off);
	sent(d, "a", off, "accepted");
	take_over(&store);
	assert_string_equal(view(d).state, "gone");
}

static void what_cannot_be_told_is_an_alarm(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	agency(COMMAND_DISPATCH_ACK, "agency:a", d, "Ruiz");
	sent(d, "a", field(&w, send_to("a", 0), "version"), "accepted");
	struct command cancel = by(COMMAND_DISPATCH_STATUS, "sue", "supervisor", d);
	cancel.status = "cancelled";
	cancel.reason = "safe";
	apply(&w, cancel);
	watch(&w, w.options.cancel_ms);
	const struct output *o = NULL;
	for (int i = 0; (o = told(&w, OUTPUT_NOTICE, D1, i)); i++)
		if (strcmp(field(&w, o, "kind"), "dispatch_unsent") == 0)
			break;
	assert_non_null(o);
	assert_string_equal(field(&w, o, "what"), "cancel");
}

static void each_late_step_alarms_until_a_person_has_seen_it(void **state)
{
	(void)state;
	static const struct {
		const char *status;
		size_t allowed;
	} steps[] = { { "sent", offsetof(struct core_options, start_ms) },
		{ "en_route", offsetof(struct core_options, arrive_ms) },
		{ "on_scene", offsetof(struct core_options, meet_ms) },
		{ "with_person", offsetof(struct core_options, finish_ms) },
		{ "transporting", offsetof(struct core_options, clear_ms) },
		{ "cleared", offsetof(struct core_options, end_ms) } };
	begin();
	const char *d = field(&w, escalate("ems", "unable", ""), "dispatch");
	dispatcher(COMMAND_DISPATCH_ACK, d, "officer 3");
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		assert_string_equal(
			field(&w, dispatcher(COMMAND_DISPATCH_STATUS, d, steps[i].status), "state"),
			steps[i].status);
		int64_t allowed = *(
			const int64_t *)(const void *)((const char *)&w.options + steps[i].allowed);
		watch(&w, allowed - 1);
		assert_false(view(d).overdue);
		watch(&w, 1);
		assert_true(view(d).overdue);
		watch(&w, 10 * w.options.alert_repeat_ms);
		assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 10);
		dispatcher(COMMAND_DISPATCH_ACK, d, "officer 4");
		assert_true(view(d).seen);
		watch(&w, w.options.alert_reminder_ms);
		assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 1);
	}
}

static void a_second_person_or_their_silence(void **state)
{
	(void)state;
	begin();
	const char *d = field(&w, escalate("ems", "no", ""), "dispatch");
	assert_string_equal(view(d).state, "held");
	assert_null(send_to("a", 0));
	watch(&w, w.options.second_ms - 1);
	assert_null(send_to("a", 0));
	watch(&w, 1);
	assert_non_null(send_to("a", 0));
	assert_true(view(d).silence);
	struct command cancel = by(COMMAND_DISPATCH_STATUS, "ann", "responder", d);
	cancel.status = "cancelled";
	cancel.reason = "safe";
	apply(&w, cancel);
	d = field(&w, escalate("ems", "no", "attempt_in_progress"), "dispatch");
	assert_non_null(send_to("a", 0));
	assert_true(view(d).exempt);
	/* The person agrees meanwhile: nobody needs to speak any more. */
	cancel.dispatch = d;
	apply(&w, cancel);
	d = field(&w, escalate("ems", "no", ""), "dispatch");
	assert_null(send_to("a", 0));
	assert_string_equal(field(&w, escalate("ems", "yes", ""), "dispatch"), d);
	assert_string_equal(view(d).state, "requested");
}

/* Every source with every age and radius: used at once, or not before a person says so. */
static void every_place(void **state)
{
	(void)state;
	static const char *const sources[] = { "caller", "device", "carrier", "civic",
		"older_contact", "staff", "" };
	const int64_t ages[] = { -1, 0, w.options.place_stale_ms, w.options.place_stale_ms + 1 };
	const int64_t radii[] = { -1, w.options.place_radius_m, w.options.place_radius_m + 1 };
	begin();
	w.now += 86400000;
	for (size_t s = 0; s < 7; s++)
		for (size_t a = 0; a < 4; a++)
			for (size_t r = 0; r < 3; r++) {
				bool machine = s == 1 || s == 2;
				bool stale = a == 3 || (a == 0 && machine);
				bool weak = r == 2 || (r == 0 && machine);
				struct command ask = CMD(CONTACT_ESCALATE, c->identity = "ann",
					c->role = "responder", c->contact = id, c->kind = "ems",
					c->consent = "yes", c->reason = "x", c->located = 1,
					c->source = sources[s]);
				ask.located_ms = ages[a] < 0 ? 0 : w.now - ages[a];
				ask.radius_m = radii[r] < 0 ? 0 : radii[r] + 1;
				const char *d = field(&w, apply(&w, ask), "dispatch");
				bool doubt = stale || weak || s == 4;
				if (strcmp(view(d).state, doubt ? "held" : "requested") != 0)
					fail_msg("%s age %zu radius %zu: %s", sources[s], a, r,
						view(d).state);
				struct command cancel =
					by(COMMAND_DISPATCH_STATUS, "ann", "responder", d);
				cancel.status = "cancelled";
				cancel.reason = "x";
				apply(&w, cancel);
				written(&w);
			}
}

static void teams_rest_check_in_and_are_missed(void **state)
{
	(void)state;
	begin();
	apply(&w, CMD(SESSION_UP, c->identity = "red", c->role = "partner", c->session = P2));
	struct command set = CMD(TEAM_SET, c->identity = "red", c->role = "partner",
		c->session = P2, c->team = "red", c->presence = "ready");
	assert_string_equal(field(&w, apply(&w, set), "state"), "ready");
	set.identity = "bea";
	assert_string_equal(field(&w, apply(&w, set), "reason"), "not_yours");
	const char *d = field(&w, escalate("mobile_team", "yes", ""), "dispatch");
	assert_non_null(told(&w, OUTPUT_DISPATCH_NEW, P2, 0));
	agency(COMMAND_DISPATCH_ACK, "red", d, "Kim");
	watch(&w, w.options.checkin_ms);
	assert_non_null(told(&w, OUTPUT_NOTICE, D1, 0));
	struct command checkin =
		CMD(TEAM_CHECKIN, c->identity = "dan", c->role = "dispatcher", c->team = "red");
	assert_string_equal(field(&w, apply(&w, checkin), "state"), "busy");
	struct command outcome = by(COMMAND_DISPATCH_OUTCOME, "red", "partner", d);
	outcome.outcome = (struct slice){ "\"home\"", 6 };
	outcome.result = "home";
	apply(&w, outcome);
	assert_string_equal(field(&w, apply(&w, checkin), "state"), "resting");
	const char *next = field(&w, escalate("mobile_team", "yes", ""), "dispatch");
	assert_string_equal(view(next).target, "");
	watch(&w, w.options.rest_ms);
	assert_string_equal(view(next).target, "team:red");
	apply(&w, CMD(SESSION_DOWN, c->session = P2));
	watch(&w, w.options.unit_offer_ms);
	assert_string_equal(view(next).target, ""); /* nobody can reach it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(webhooks_are_asked_until_the_result_is_known),
		TEST(the_next_one_is_asked_and_the_first_is_called_off),
		TEST(refused_for_good_is_a_no),
		TEST(rounds_go_on_while_nobody_answers),
		TEST(a_new_leader_asks_again_for_what_is_open),
		TEST(what_cannot_be_told_is_an_alarm),
		TEST(each_late_step_alarms_until_a_person_has_seen_it),
		TEST(a_second_person_or_their_silence),
		TEST(every_place),
		TEST(teams_rest_check_in_and_are_missed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
