/*
 * The forms of a report against tests/golden/report, which tests/system/test_report_forms.py
 * validates. GOLDEN_UPDATE=1 writes them anew.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/outreach/report.h"

#define AT 1790000000000 /* 2026-09-21T14:13:20Z */

static struct report plain(void)
{
	return (struct report){
		.center = "north",
		.dispatch = "d0000000000000012",
		.contact = "c0000000000000007",
		.agency = "county-ems",
		.kind = "ems",
		.consent = "unable",
		.tried = "plan call_back",
		.reason = "does not answer any more",
		.requested_by = "ann",
		.channel = "chat",
		.lang = "en",
		.caller_role = "self",
		.callback = "",
		.level = LEVEL_EMERGENCY,
		.version = 1,
		.age = 34,
		.requested_ms = AT,
		.updated_ms = AT,
		.opened_ms = AT - 600000,
		.place = { .text = "" },
	};
}

static struct report full(void)
{
	struct report r = plain();
	r.what = REPORT_UPDATE;
	r.version = 3;
	r.first_version = 1;
	r.updated_ms = AT + 90500;
	r.caller_role = "third_party";
	r.callback = "tel:+15550100";
	r.kind = "mobile_team";
	r.place = (struct report_place){ .text = "the old bridge, north side",
		.has_point = true,
		.lat = 39.7392,
		.lon = -104.9903,
		.radius_m = 250,
		.given_ms = AT - 120000,
		.civic = { { "country", "US" }, { "A3", "Springfield" }, { "RD", "Mill" },
			{ "HNO", "12" }, { "bell", "third" } },
		.n_civic = 5 };
	return r;
}

/* What somebody could write to break out of a form. */
static struct report hostile(void)
{
	struct report r = plain();
	r.test = true;
	r.what = REPORT_CANCEL;
	r.reason =
		"\"]}</p></description><script>\x01\x1b[31m\xff\xfe\xed\xa0\x80\xef\xbf\xbf &amp; \\";
	r.callback = "sip:a&b\"<@x>";
	r.tried = "]]> --> %s %n";
	r.place = (struct report_place){ .text = "<area>\r\n\t\xf0\x9f\x9b\x9f",
		.has_point = true,
		.lat = NAN,
		.lon = INFINITY,
		.civic = { { "RD", "a<b" }, { "country", "\x02" } },
		.n_civic = 2 };
	return r;
}

static char *read_file(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "r");
	if (f) {
		text[fread(text, 1, 65535, f)] = '\0';
		fclose(f);
	}
	return text;
}

static void golden(const char *name, const struct buf *made)
{
	char path[128];
	snprintf(path, sizeof path, "tests/golden/report/%s", name);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(made->data, 1, made->len, f), made->len);
		fclose(f);
	}
	char *kept = read_file(path);
	assert_string_equal(buf_str(made), kept);
	free(kept);
}

static void forms(const char *name, const struct report *r)
{
	struct buf out = { 0 };
	char file[64];
	struct err e;
	report_event(
		r, "https://crisis.example/dispatch/d0000000000000012?token=x", AT + 600000, &out);
	json_t *json = json_parse(out.data, out.len, 8, &e);
	assert_non_null(json);
	json_decref(json);
	snprintf(file, sizeof file, "%s.event.json", name);
	golden(file, &out);
	buf_clear(&out);
	report_eido(r, &out);
	json = json_parse(out.data, out.len, 8, &e);
	assert_non_null(json);
	json_decref(json);
	snprintf(file, sizeof file, "%s.eido.json", name);
	golden(file, &out);
	buf_clear(&out);
	report_cap(r, &out);
	snprintf(file, sizeof file, "%s.cap.xml", name);
	golden(file, &out);
	buf_free(&out);
}

static void forms_are_as_reviewed(void **state)
{
	(void)state;
	struct report r = plain();
	forms("plain", &r);
	r = full();
	forms("full", &r);
	r = hostile();
	forms("hostile", &r);
}

/* The webhook travels and is logged where a report may not be. */
static void the_event_names_no_person_and_no_place(void **state)
{
	(void)state;
	struct report r = full();
	struct buf out = { 0 };
	report_event(&r, "", 0, &out);
	static const char *const secret[] = { "bridge", "39.7", "Mill", "5550100", "answer", "ann",
		"34", "c00000", "report" };
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
		assert_null(strstr(out.data, secret[i]));
	buf_free(&out);
}

static void a_test_says_so_in_every_form(void **state)
{
	(void)state;
	struct report r = plain();
	struct buf out = { 0 };
	for (int test = 0; test < 2; test++) {
		r.test = test;
		buf_clear(&out);
		report_event(&r, "", 0, &out);
		assert_non_null(strstr(out.data, test ? "\"Test\"" : "\"Actual\""));
		buf_clear(&out);
		report_cap(&r, &out);
		assert_non_null(strstr(out.data, test ? ">Test<" : ">Actual<"));
		assert_int_equal(strstr(out.data, "SEND NOBODY") != NULL, test);
		buf_clear(&out);
		report_eido(&r, &out);
		assert_int_equal(strstr(out.data, "SEND NOBODY") != NULL, test);
		assert_int_equal(strstr(out.data, "\"Test\"") != NULL, test);
	}
	buf_free(&out);
}

static void a_key_is_for_one_version_and_agency(void **state)
{
	(void)state;
	struct report r = plain();
	char a[REPORT_KEY_SIZE], b[REPORT_KEY_SIZE];
	report_key(&r, a);
	assert_string_equal(a, "d0000000000000012:county-ems:1");
	r.version = 2;
	report_key(&r, b);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_are_as_reviewed),
		cmocka_unit_test(the_event_names_no_person_and_no_place),
		cmocka_unit_test(a_test_says_so_in_every_form),
		cmocka_unit_test(a_key_is_for_one_version_and_agency),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
