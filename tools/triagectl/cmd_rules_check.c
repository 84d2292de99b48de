/* triagectl rules check: compile rule and lexicon files as the daemon does, and run their tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"

#include "../../daemon/app/rules_file.h"
#include "ctl.h"
#include "rule_paths.h"

static json_t *error_list(const char *text)
{
	json_t *out = json_array();

	while (*text) {
		size_t n = strcspn(text, "\n");

		json_array_append_new(out, json_stringn(text, n));
		text += text[n] ? n + 1 : n;
	}
	return out;
}

static void print_json(
	const struct ruleset *rules, size_t n_tests, const struct conf_errors *errors)
{
	json_t *out = json_pack(
		"{s:b, s:o}", "ok", rules != NULL, "errors", error_list(buf_str(&errors->text)));
	struct buf text = { .data = NULL };

	if (rules) {
		struct ruleset_counts n = ruleset_count(rules);

		json_object_set_new(out, "ruleset",
			json_pack("{s:s, s:s, s:s}", "id", ruleset_id(rules), "version",
				ruleset_version(rules), "digest", ruleset_digest(rules)));
		json_object_set_new(out, "entries", json_integer((json_int_t)n.entries));
		json_object_set_new(out, "cues", json_integer((json_int_t)n.cues));
		json_object_set_new(out, "frames", json_integer((json_int_t)n.frames));
		json_object_set_new(out, "rules", json_integer((json_int_t)n.rules));
		json_object_set_new(out, "tests", json_integer((json_int_t)n_tests));
	}
	json_write(&text, out);
	puts(text.data);
	buf_free(&text);
	json_decref(out);
}

static void print_text(
	const struct ruleset *rules, size_t n_tests, const struct conf_errors *errors)
{
	struct ruleset_counts n;

	if (!rules) {
		fputs(buf_str(&errors->text), stdout);
		printf("%zu error%s\n", errors->count, errors->count == 1 ? "" : "s");
		return;
	}
	n = ruleset_count(rules);
	printf("%s@%s sha256:%s\n", ruleset_id(rules), ruleset_version(rules),
		ruleset_digest(rules));
	printf("%zu lexicon entries, %zu cues, %zu frames, %zu rules, %zu tests passed\n",
		n.entries, n.cues, n.frames, n.rules, n_tests);
}

static int check(const struct rule_paths *paths, bool json)
{
	struct conf_errors errors = { .count = 0 };
	struct rules_load load = { .paths = (const char *const *)paths->at, .n_paths = paths->n };
	size_t n_tests = 0;
	struct ruleset *rules = rules_load(&load, &n_tests, &errors);
	int result = rules ? CTL_OK : CTL_FAILED;

	(json ? print_json : print_text)(rules, n_tests, &errors);
	ruleset_unref(&rules);
	buf_free(&errors.text);
	return result;
}

int cmd_rules_check(int argc, char **argv)
{
	struct rule_paths paths = { .n = 0 };
	const char *unknown = NULL;
	bool json = false;
	int result = CTL_USAGE;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json = true;
		else if (argv[i][0] == '-')
			unknown = argv[i];
		else
			rule_paths_add_named(&paths, argv[i]);
	}
	if (paths.n == 0)
		rule_paths_default(&paths);
	if (unknown)
		fprintf(stderr,
			"triagectl rules check: %s: only --json and FILE... are understood\n",
			unknown);
	else if (paths.n == 0)
		fputs("triagectl rules check: " RULE_PATHS_NONE "; name them\n", stderr);
	else
		result = check(&paths, json);
	rule_paths_free(&paths);
	return result;
}
