/* What agencies read of a rescue, and drills. */
#include "world.h"

#include "triaged/core/agency.h"

WORLD(w)

#define AGENCY "agency:live-ems"

static void set_agencies(void)
{
	char live[] = "live-ems", test[] = "test-ems", kinds[] = "ems fire", others[] = "fire ems",
	     none[] = "";
	struct agency list[] = { { live, live, kinds, none, .zone = none, .session = none,
					 .webhook = true },
		{ test, test, others, none, .zone = none, .session = none, .webhook = true,
			.test = true } };
	const struct agencies set = { .at = list, .n = 2 };
	struct buf record = { 0 };
	agencies_encode(&set, &record);
	w.options.agencies_len = record.len;
	memcpy(w.options.agencies, record.data, record.len);
	buf_free(&record);
	core_set_options(w.core, &w.options);
}

static const struct output *send_of(const char *agency)
{
	for (size_t i = 0; i < w.step.n_outputs; i++)
		if (w.step.outputs[i].kind == OUTPUT_DISPATCH_SEND &&
			strcmp(field(&w, &w.step.outputs[i], "agency"), agency) == 0)
			return &w.step.outputs[i];
	return NULL;
}

static const char *drill_state(void)
{
	const struct output *o = told(&w, OUTPUT_DISPATCH_DRILL, "", 0);
	return o ? field(&w, o, "state") : "";
}

static const char *person; /* the contact of rescue() */

/* A rescue that the agency has acknowledged; its id. */
static const char *rescue(void)
{
	set_agencies();
	responder(&w, "ann", R1);
	person = contact(&w, F1, LEVEL_EMERGENCY);
	accept(&w, "ann", R1, offer_to(&w, R1));
	const char *d = field(&w,
		apply(&w, CMD(CONTACT_ESCALATE, c->identity = "ann", c->role = "responder",
				  c->session = R1, c->contact = person, c->kind = "ems",
				  c->consent = "yes", c->reason = "now")),
		"dispatch");
	assert_non_null(send_of("live-ems"));
	assert_null(send_of("test-ems"));
	apply(&w, CMD(DISPATCH_ACK, c->identity = AGENCY, c->role = "partner", c->dispatch = d,
			  c->by = "Medic 3"));
	return d;
}

static const struct output *get(const char *dispatch, const char *token)
{
	return apply(&w, CMD(DISPATCH_GET, c->identity = AGENCY, c->role = "partner",
				 c->dispatch = dispatch, c->token = token));
}

static void a_token_reads_once(void **state)
{
	(void)state;
	const char *d = rescue();
	const struct output *o = get(d, "t1");
	assert_int_equal(o->kind, OUTPUT_REPLY);
	assert_string_equal(field(&w, o, "requested_by"), "ann");
	assert_string_equal(field(&w, o, "level"), "5");
	assert_string_equal(field(&w, o, "seal"), person);
	pass(&w, w.options.token_repeat_ms - 1);
	assert_int_equal(get(d, "t1")->kind, OUTPUT_REPLY); /* the answer may have been lost */
	pass(&w, 2);
	o = get(d, "t1");
	assert_int_equal(o->kind, OUTPUT_ERROR);
	assert_string_equal(field(&w, o, "reason"), "token_used");
	assert_int_equal(get(d, "t2")->kind, OUTPUT_REPLY);
	for (int i = 0; i < 40; i++) { /* only so many are remembered */
		char token[8];
		snprintf(token, sizeof token, "n%d", i);
		assert_int_equal(get(d, token)->kind, OUTPUT_REPLY);
	}
	assert_int_equal(get(d, "n39")->kind, OUTPUT_REPLY);
	world_check(&w);
}

static const struct output *drill(const char *agency, const char *role)
{
	return apply(
		&w, CMD(DISPATCH_DRILL, c->identity = "lead", c->role = role, c->agency = agency));
}

static const char *step_of(const char *dispatch, struct command c)
{
	c.dispatch = dispatch;
	c.identity = "agency:test-ems";
	c.role = "partner";
	return field(&w, apply(&w, c), "state");
}

static void a_drill_goes_all_the_way(void **state)
{
	(void)state;
	set_agencies();
	supervisor(&w, "lead", S1);
	const char *d = field(&w, drill("test-ems", "supervisor"), "dispatch");
	assert_string_equal(drill_state(), "running");
	assert_string_equal(field(&w, send_of("test-ems"), "test"), "1");
	assert_null(send_of("live-ems"));
	assert_int_equal(count_told(&w, OUTPUT_NOTICE, S1), 0); /* nobody waits for it */
	world_check(&w);
	assert_string_equal(step_of(d, CMD(DISPATCH_ACK, c->by = "Medic 3")), "acknowledged");
	assert_string_equal(step_of(d, CMD(DISPATCH_STATUS, c->status = "en_route")), "en_route");
	world_check(&w);
	assert_string_equal(step_of(d, CMD(DISPATCH_OUTCOME, c->result = "drill",
					       c->outcome = ((struct slice){ "\"drill\"", 7 }))),
		"ended");
	assert_string_equal(drill_state(), "passed");
	world_check(&w);
}

static void a_late_drill_is_an_alarm(void **state)
{
	(void)state;
	set_agencies();
	supervisor(&w, "lead", S1);
	const char *d = field(&w, drill("test-ems", "admin"), "dispatch");
	step_of(d, CMD(DISPATCH_ACK, c->by = "Medic 3"));
	pass(&w, w.options.drill_ms - 2);
	watch(&w, 3);
	assert_string_equal(drill_state(), "late");
	const struct output *o = told(&w, OUTPUT_NOTICE, S1, 0);
	assert_string_equal(field(&w, o, "kind"), "drill_late");
	assert_string_equal(field(&w, o, "test"), "1");
	assert_string_equal(field(&w, send_of("test-ems"), "what"), "cancel");
	world_check(&w);
}

static void drills_are_for_test_agencies(void **state)
{
	(void)state;
	static const struct {
		const char *agency, *role, *reason;
	} rows[] = { { "live-ems", "supervisor", "live_agency" },
		{ "nobody", "supervisor", "no_such_agency" },
		{ "test-ems", "responder", "supervisors_and_admins" },
		{ "test-ems", "partner", "supervisors_and_admins" } };
	set_agencies();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct output *o = drill(rows[i].agency, rows[i].role);
		assert_int_equal(o->kind, OUTPUT_ERROR);
		assert_string_equal(field(&w, o, "reason"), rows[i].reason);
		assert_false(w.step.changed);
	}
	assert_int_equal(drill("test-ems", "supervisor")->kind, OUTPUT_REPLY);
	assert_string_equal(field(&w, drill("test-ems", "supervisor"), "reason"), "drill_running");
}

static struct command about_drill(enum command_kind kind, const char *dispatch)
{
	struct command it;
	command_init(&it, kind);
	it.request = 1;
	it.dispatch = dispatch;
	it.identity = "agency:test-ems";
	it.role = "partner";
	it.by = "Medic 3";
	return it;
}

/* Its report is that of a rescue without a person; and it may be ended before its time. */
static void a_drill_is_read_and_called_off_like_a_rescue(void **state)
{
	(void)state;
	set_agencies();
	const char *d = field(&w, drill("test-ems", "supervisor"), "dispatch");
	apply(&w, about_drill(COMMAND_DISPATCH_ACK, d));
	struct command get_it = about_drill(COMMAND_DISPATCH_GET, d);
	get_it.token = "t10";
	const struct output *o = apply(&w, get_it);
	assert_string_equal(field(&w, o, "requested_by"), "lead");
	assert_string_equal(field(&w, o, "first_version"), "2");
	assert_string_equal(field(&w, o, "level"), "");
	pass(&w, w.options.token_repeat_ms + 1);
	get_it.token = "t1"; /* begins alike, and is another */
	assert_int_equal(apply(&w, get_it)->kind, OUTPUT_REPLY);
	get_it.token = "t10:1";
	assert_int_equal(apply(&w, get_it)->kind, OUTPUT_REPLY);
	get_it.token = "t10";
	assert_string_equal(field(&w, apply(&w, get_it), "reason"), "token_used");
	apply(&w, CMD(DISPATCH_GET, c->identity = "dan", c->role = "dispatcher", c->dispatch = d,
			  c->token = "t2")); /* who is no agency has heard of no version */
	struct command off = about_drill(COMMAND_DISPATCH_STATUS, d);
	off.identity = "lead";
	off.role = "supervisor";
	off.status = "cancelled";
	off.reason = "enough";
	apply(&w, off);
	assert_string_equal(drill_state(), "cancelled");
	assert_int_equal(drill("test-ems", "supervisor")->kind, OUTPUT_REPLY); /* and again */
}

static void a_closed_agency_is_not_drilled(void **state)
{
	(void)state;
	struct agency_hours never_now = { 0, 1 };
	struct agency one = { .id = (char[]){ "t" },
		.kinds = (char[]){ "ems" },
		.hours = &never_now,
		.n_hours = 1,
		.webhook = true,
		.test = true };
	const struct agencies set = { .at = &one, .n = 1 };
	struct buf record = { 0 };
	agencies_encode(&set, &record);
	w.options.agencies_len = record.len;
	memcpy(w.options.agencies, record.data, record.len);
	buf_free(&record);
	core_set_options(w.core, &w.options);
	assert_string_equal(field(&w, drill("t", "supervisor"), "reason"), "agency_closed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_reads_once),
		TEST(a_drill_goes_all_the_way),
		TEST(a_late_drill_is_an_alarm),
		TEST(drills_are_for_test_agencies),
		TEST(a_drill_is_read_and_called_off_like_a_rescue),
		TEST(a_closed_agency_is_not_drilled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
