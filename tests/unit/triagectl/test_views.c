#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views.h"

static const char board[] =
	"{\"now\":\"2025-01-31T23:59:59.000Z\",\"mode\":\"island\",\"center\":\"north\","
	"\"totals\":{\"waiting\":2,\"offered\":1,\"active\":4,\"wrapup\":0,\"unscored\":3},"
	"\"levels\":[{\"level\":\"emergency\",\"waiting\":1,\"offered\":0,\"active\":1,"
	"\"oldest_wait_s\":75.2,\"target_s\":0,\"breaches\":1},"
	"{\"level\":\"low\",\"waiting\":0,\"offered\":0,\"active\":0,\"oldest_wait_s\":0,"
	"\"target_s\":3600,\"breaches\":0}],"
	"\"responders\":{\"ready\":3,\"connected\":5},"
	"\"alerts\":[{\"contact\":\"c1\",\"kind\":\"missed\\u001b[2J\",\"level\":\"emergency\",\"waited_s\":9}]}";

static const char contact[] =
	"{\"contact\":\"c1\",\"state\":\"waiting\",\"level\":\"high\",\"level_auto\":\"moderate\","
	"\"reasons\":[{\"rule\":\"r.one\",\"text\":\"says so\",\"spans\":[[3,9]]},"
	"{\"rule\":\"r.two\",\"text\":\"and so\",\"spans\":[]}],\"ruleset\":{\"id\":\"base\",\"version\":\"1\","
	"\"digest\":\"abc\"},\"flags\":[\"test\"],\"waited_s\":61,\"age\":null,"
	"\"match\":{\"responder\":\"ann\",\"eligible\":2,\"ineligible\":{\"language\":3}}}";

typedef void (*view_fn)(const json_t *, struct screen *);

static char *shown(view_fn view, const char *json)
{
	struct err e;
	struct screen to = { 0 };
	json_t *v = json_parse(json, strlen(json), 16, &e);

	assert_non_null(v);
	view(v, &to);
	json_decref(v);
	buf_adds(&to.out, "");
	return to.out.data;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void the_board_names_rules_nobody_answers_for(void **state)
{
	static const struct {
		const char *ruleset, *said; /* NULL: nothing about rules */
	} cases[] = {
		{ "{\"id\":\"core\",\"version\":\"2\",\"digest\":\"ab\",\"signed\":false,"
		  "\"demo\":true,\"alert\":\"\"}",
			"core 2 ab not signed, demo" },
		{ "{\"id\":\"core\",\"version\":\"2\",\"digest\":\"ab\",\"signed\":true,"
		  "\"approver\":\"ben\",\"expires\":\"2027-05-20T00:00:00.000Z\","
		  "\"alert\":\"the approval expires in 7 days\"}",
			"signed by ben until 2027-05-20  the approval expires in 7 days" },
		{ "{\"id\":\"core\",\"signed\":true,\"alert\":\"\"}", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char json[400];
		snprintf(json, sizeof(json), "{\"center\":\"c\",\"ruleset\":%s}", cases[i].ruleset);
		char *s = shown(view_board, json);
		if (cases[i].said)
			assert_non_null(strstr(s, cases[i].said));
		else
			assert_null(strstr(s, "ruleset"));
		free(s);
	}
}

static void the_board_names_what_is_late(void **state)
{
	char *s = shown(view_board, board);

	(void)state;
	has(s, "north  island");
	has(s, "waiting 2  offered 1  active 4  wrap-up 0  review -  unscored 3"); /* not told is not 0 */
	has(s, "emergency        1        0       1   1m15s      0s         1  late\n");
	has(s, "low              0        0       0       -   1h00m         0  -\n");
	has(s, "missed?[2J");
	free(s);
}

static void a_contact_shows_why(void **state)
{
	char *s = shown(view_contact, contact);

	(void)state;
	has(s, "level              high  (the rules alone: moderate)\n");
	has(s, "because            r.one: says so at bytes 3-9\n                   r.two: and so\n");
	has(s, "ruleset            base 1 abc\n");
	has(s, "waited             1m01s\n");
	assert_null(strstr(s, "age"));
	free(s);
}

static void an_explanation_counts_who_was_not_eligible(void **state)
{
	char *s = shown(view_explain, contact);

	(void)state;
	has(s, "eligible           2\n");
	has(s, "not eligible       language: 3\n");
	free(s);
}

static void an_explanation_shows_what_nearly_counted(void **state)
{
	char *s = shown(view_explain,
		"{\"contact\":\"c\",\"level\":\"high\",\"reasons\":[{\"rule\":\"r.one\",\"text\":\"says "
		"so\",\"spans\":[],\"fields\":[\"cssrs.q4\",\"age\"]}],\"near\":[\"r.two\",\"r.three\"],"
		"\"suppressed\":[{\"signal\":\"si.one\",\"by\":\"negation\",\"span\":[0,4]}],"
		"\"history\":[{\"at\":\"t1\",\"to\":\"high\",\"cause\":\"arrival\"},"
		"{\"at\":\"t2\",\"from\":\"high\",\"to\":\"urgent\",\"by\":\"lead\"}]}");

	(void)state;
	has(s, "because            r.one: says so  from cssrs.q4 age\n");
	has(s, "near               r.two r.three\n");
	has(s, "set aside          si.one by negation\n");
	has(s, "rules");
	has(s, "lead");
	free(s);
}

static void places_that_counted_are_marked_in_their_message(void **state)
{
	char *s = shown(view_explain,
		"{\"contact\":\"c\",\"level\":\"high\",\"reasons\":[{\"rule\":\"r\",\"text\":\"t\","
		"\"spans\":[[0,2],[4,99]]}],\"reasons_seq\":2,\"transcript\":["
		"{\"seq\":1,\"at\":\"t1\",\"text\":\"abcdef\"},"
		"{\"seq\":2,\"at\":\"t2\",\"text\":\"abcdef\\u001b\"},"
		"{\"seq\":5,\"at\":\"t3\",\"text\":\"abcdef\"}]}");

	(void)state;
	has(s, "t1  abcdef\n");
	has(s, "t2  [ab]cd[ef?]\n");
	has(s, "t3  abcdef\n");
	free(s);
}

static void a_failed_reload_says_nothing_changed(void **state)
{
	char *s = shown(view_reload, "{\"swapped\":[],\"errors\":[\"clients: line 3: no name\"]}");

	(void)state;
	has(s, "error  clients: line 3: no name\nnothing was changed\n");
	free(s);
}

static void the_node_names_agencies_out_of_reach(void **state)
{
	char *s = shown(view_node,
		"{\"outreach\":{\"agencies\":[{\"agency\":\"ems\",\"circuit\":\"open\","
		"\"open_s\":12.5,\"waiting\":2,\"last_failure\":\"http 503\"},{\"agency\":\"fire\","
		"\"circuit\":\"closed\"}],\"drills\":[{\"agency\":\"lab\",\"state\":\"late\","
		"\"took_s\":300},{\"agency\":\"other\",\"state\":\"passed\"}]}}");

	(void)state;
	has(s, "ems  not reached for 12 s, 2 wait: http 503\n");
	has(s, "lab  had no outcome after 300 s\n");
	assert_null(strstr(s, "fire"));
	assert_null(strstr(s, "other"));
	free(s);
}

static void contacts_stand_in_the_order_of_service(void **state)
{
	char *s = shown(view_contacts,
		"{\"contacts\":[{\"contact\":\"none\",\"position\":null},{\"contact\":\"second\","
		"\"position\":10},{\"contact\":\"first\",\"position\":9}],\"matching\":7}");

	(void)state;
	assert_true(strstr(s, "first") < strstr(s, "second"));
	assert_true(strstr(s, "second") < strstr(s, "none"));
	has(s, "3 of 7; --limit shows more\n");
	free(s);
}

/* Whatever an answer lacks or holds instead, a view must get to its end. */
static void views_survive_any_shape(void **state)
{
	static const view_fn views[] = { view_board, view_contacts, view_contact, view_explain,
		view_responders, view_node, view_rules, view_reload, view_fields, view_note };
	static const char *const shapes[] = {
		"{}", "[]", "{\"contacts\":3,\"levels\":[1,null,[]]}",
		"{\"reasons\":[7],\"match\":{\"ineligible\":[]},\"ruleset\":\"x\",\"store\":5}",
		("{\"contacts\":[{}],\"responders\":[{}],\"levels\":[{}],\"lines\":[{}],\"alerts\":[{}],"
		 "\"rules\":[{}],\"errors\":[{}],\"history\":[{}],\"transcript\":[{}],\"params\":{\"a\":[1]}}")
	};

	(void)state;
	for (size_t v = 0; v < sizeof(views) / sizeof(views[0]); v++) {
		for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
			free(shown(views[v], shapes[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_board_names_what_is_late),
		cmocka_unit_test(the_board_names_rules_nobody_answers_for),
		cmocka_unit_test(a_contact_shows_why),
		cmocka_unit_test(an_explanation_counts_who_was_not_eligible),
		cmocka_unit_test(an_explanation_shows_what_nearly_counted),
		cmocka_unit_test(places_that_counted_are_marked_in_their_message),
		cmocka_unit_test(a_failed_reload_says_nothing_changed),
		cmocka_unit_test(the_node_names_agencies_out_of_reach),
		cmocka_unit_test(contacts_stand_in_the_order_of_service),
		cmocka_unit_test(views_survive_any_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
