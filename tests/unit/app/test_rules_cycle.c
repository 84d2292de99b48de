#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/json.h"

#include "../../../daemon/app/rules_dir.h"
#include "../../../daemon/app/rules_file.h"
#include "../../../daemon/app/shadow.h"

#define PLAIN  "tests/harness/plain.rules" /* run from the top of the source tree */
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char data_dir[] = "/tmp/triaged-rules-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(data_dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", data_dir);
	return system(command);
}

static struct ruleset *plain(void)
{
	struct conf_errors errors = { 0 };
	const char *path = PLAIN;
	struct ruleset *rules =
		rules_load(&(struct rules_load){ .paths = &path, .n_paths = 1 }, NULL, &errors);
	if (!rules)
		fail_msg("%s", buf_str(&errors.text));
	return rules;
}

/* ---- what is kept ---- */

static void kept_rules_are_the_same_and_changed_ones_are_refused(void **state)
{
	struct conf_errors errors = { 0 };
	char *path = (char[]){ PLAIN }, file[256];
	const struct config_strings files = { &path, 1 };
	(void)state;
	struct ruleset *original = plain(), *kept = rules_dir_keep(data_dir, &files, &errors);
	assert_non_null(kept);
	assert_string_equal(ruleset_digest(kept), ruleset_digest(original));
	struct ruleset *again = rules_dir_load(data_dir, ruleset_digest(kept), &errors);
	assert_non_null(again);
	ruleset_unref(&again);

	/* A broken copy makes room for a whole one. */
	snprintf(file, sizeof file, "%s/rulesets/%s/000-plain.rules.conf", data_dir,
		ruleset_digest(kept));
	FILE *f = fopen(file, "a");
	assert_non_null(f);
	fputs("# one more line\n", f);
	fclose(f);
	assert_null(rules_dir_load(data_dir, ruleset_digest(kept), &errors));
	assert_non_null(strstr(buf_str(&errors.text), "the files were changed"));
	again = rules_dir_keep(data_dir, &files, &errors);
	assert_non_null(again);
	ruleset_unref(&again);
	again = rules_dir_load(data_dir, ruleset_digest(kept), &errors);
	assert_non_null(again);

	const char *none = "";
	rules_dir_prune(data_dir, &none, 1);
	assert_int_equal(access(file, F_OK), -1);
	ruleset_unref(&again);
	ruleset_unref(&kept);
	ruleset_unref(&original);
	buf_free(&errors.text);
}

static void errors_name_the_files_given(void **state)
{
	struct conf_errors errors = { 0 };
	char path[128], broken[128];
	(void)state;
	snprintf(path, sizeof path, "%s/north.conf", data_dir);
	snprintf(broken, sizeof broken, "%s/south.conf", data_dir);
	FILE *f = fopen(path, "w");
	fputs("rules = (\n  { id = \"A\"; nonsense = 1; }\n);\n", f);
	fclose(f);
	f = fopen(broken, "w");
	fputs("rules = (\n", f);
	fclose(f);
	char *at[] = { path, broken };
	conf_error(&errors, "before", 3, "what was listed before stays: %s", path);
	assert_null(rules_dir_keep(data_dir, &(struct config_strings){ at, 2 }, &errors));
	assert_non_null(strstr(buf_str(&errors.text), "/north.conf:2: "));
	assert_non_null(strstr(buf_str(&errors.text), "/south.conf:"));
	assert_null(strstr(buf_str(&errors.text), "rulesets"));
	assert_non_null(strstr(buf_str(&errors.text), "before:3: "));
	buf_free(&errors.text);
}

static void the_file_active_is_read_whole_or_refused(void **state)
{
	struct rules_active a = { .digest = DIGEST, .previous = RULES_CONFIGURED, .by = "ann b" };
	struct rules_active got;
	struct err e;
	char path[128], text[1024];
	(void)state;
	a.at_ms = 1767225600123;
	snprintf(path, sizeof path, "%s/rulesets", data_dir);
	mkdir(path, 0700);
	assert_int_equal(rules_dir_active(data_dir, &got, &e), 0);
	assert_string_equal(got.digest, RULES_CONFIGURED);
	assert_int_equal(rules_dir_set_active(data_dir, &a, &e), 0);
	assert_int_equal(rules_dir_active(data_dir, &got, &e), 0);
	assert_string_equal(got.digest, DIGEST);
	assert_string_equal(got.previous, RULES_CONFIGURED);
	assert_string_equal(got.by, "ann b");
	assert_int_equal(got.at_ms, a.at_ms);

	snprintf(path, sizeof path, "%s/rulesets/active", data_dir);
	FILE *f = fopen(path, "r");
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	for (size_t cut = 0; cut < n; cut++) {
		f = fopen(path, "w");
		fwrite(text, 1, cut, f);
		fclose(f);
		if (rules_dir_active(data_dir, &got, &e) == 0)
			fail_msg("%zu of %zu bytes", cut, n);
		assert_non_null(strstr(e.text, "remove it to run the configured rules"));
	}
	strcpy(a.digest, RULES_CONFIGURED);
	assert_int_equal(rules_dir_set_active(data_dir, &a, &e), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void what_ran_is_known_again(void **state)
{
	char ran[DIGEST_HEX_SIZE], path[128], command[160];
	struct err e;
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s/rulesets", data_dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(rules_dir_ran(data_dir, ran, &e), 0);
	assert_string_equal(ran, "");
	snprintf(path, sizeof path, "%s/lock", data_dir); /* an earlier version was here */
	FILE *f = fopen(path, "w");
	fputs("0123456789ab", f);
	fclose(f);
	assert_int_equal(rules_dir_ran(data_dir, ran, &e), 0);
	assert_string_equal(ran, RULES_ANY);
	assert_int_equal(rules_dir_set_ran(data_dir, "", &e), 0);
	assert_int_equal(rules_dir_ran(data_dir, ran, &e), 0);
	assert_string_equal(ran, "");
	assert_int_equal(rules_dir_set_ran(data_dir, DIGEST, &e), 0);
	assert_int_equal(rules_dir_ran(data_dir, ran, &e), 0);
	assert_string_equal(ran, DIGEST);

	snprintf(path, sizeof path, "%s/rulesets/ran", data_dir);
	for (long n = 0; n < 64; n++) {
		assert_int_equal(truncate(path, 64 - n - (n == 0)), 0);
		if (rules_dir_ran(data_dir, ran, &e) == 0)
			fail_msg("\"%s\" is no digest", ran);
	}
}

/* ---- the shadow ---- */

static json_t *seen(const struct shadow *s)
{
	struct buf out = { 0 };
	struct err e;
	shadow_show(s, &out);
	json_t *v = json_parse(out.data, out.len, 8, &e);
	assert_non_null(v);
	buf_free(&out);
	return v;
}

static json_int_t count(const struct shadow *s, const char *name)
{
	json_t *v = seen(s);
	json_int_t n = json_integer_value(json_object_get(v, name));
	json_decref(v);
	return n;
}

static void add(struct shadow *s, const char *text, enum level active)
{
	struct triage_answer answer = { NULL, "safe_to_contact", "yes" };
	struct triage_request q = { .text = text,
		.text_len = strlen(text),
		.lang = "en",
		.age = -1,
		.answers = &answer,
		.n_answers = 1 };
	shadow_add(s, "contact", &q, active);
}

/* At most a minute: a thousand triages take seconds under sanitizers on a busy machine. */
static void wait_for(struct event_base *base, const struct shadow *s, json_int_t triages)
{
	for (int i = 0; i < 6000 && count(s, "triages") < triages; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(10000);
	}
	assert_int_equal(count(s, "triages"), triages);
}

static void the_shadow_counts_what_would_change(void **state)
{
	struct event_base *base = event_base_new();
	struct err e;
	(void)state;
	/* Files are read in a child; AddressSanitizer's allocator is not safe to use after a fork of a
	 * program with threads (glibc's is), so this comes before the worker. */
	struct ruleset *rules = plain();
	struct worker *w = worker_new(base, &e);
	struct shadow *s = shadow_new(w);
	add(s, "marker high", LEVEL_LOW); /* nothing is on trial yet */
	shadow_try(s, rules);
	add(s, "marker high", LEVEL_HIGH);
	add(s, "marker high", LEVEL_LOW);
	add(s, "hello", LEVEL_URGENT);
	wait_for(base, s, 3);
	assert_int_equal(count(s, "same"), 1);
	assert_int_equal(count(s, "raised"), 1);
	assert_int_equal(count(s, "dropped"), 1);
	assert_int_equal(shadow_dropped(s), 1);
	json_t *v = seen(s);
	assert_int_equal(json_array_size(json_object_get(v, "recent")), 2);
	json_decref(v);

	/* More than may wait is skipped, not kept. */
	for (int i = 0; i < 2000; i++)
		add(s, "hello", LEVEL_LOW);
	assert_true(count(s, "skipped") >= 900);
	wait_for(base, s, 2003 - count(s, "skipped"));

	/* The same again, at once or later: what was seen of it stays. */
	json_int_t before = count(s, "triages");
	shadow_try(s, rules);
	shadow_try(s, NULL);
	assert_int_equal(shadow_dropped(s), 0);
	shadow_try(s, rules);
	assert_int_equal(shadow_dropped(s), 1);
	assert_int_equal(count(s, "triages"), before);

	/* Other rules are in force while the worker is at it: what it finds counts no more. */
	for (int i = 0; i < 3; i++) {
		add(s, "hello", LEVEL_URGENT);
		shadow_begin_anew(s);
	}
	assert_int_equal(shadow_dropped(s), 0);
	add(s, "hello", LEVEL_LOW);
	wait_for(base, s, 1);
	add(s, "hello", LEVEL_LOW);
	shadow_try(s, NULL);
	assert_int_equal(shadow_dropped(s), 0);
	worker_free(&w);
	shadow_free(&s);
	ruleset_unref(&rules);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_rules_are_the_same_and_changed_ones_are_refused),
		cmocka_unit_test(errors_name_the_files_given),
		cmocka_unit_test(the_file_active_is_read_whole_or_refused),
		cmocka_unit_test(what_ran_is_known_again),
		cmocka_unit_test(the_shadow_counts_what_would_change),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
