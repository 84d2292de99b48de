/* triagectl rules diff: what a change of rules does to a file of sample contacts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/triage/triage.h"

#include "ctl.h"
#include "rule_paths.h"
#include "sample.h"

/* Exit codes beside those of every command. */
enum { DIFF_SAME = CTL_OK, DIFF_RAISES = 4, DIFF_DROPS = 5 };

#define HEAD_COLUMNS 60 /* of a text beside its id */

const struct option_def rules_diff_options[] = {
	{ "corpus", "FILE", "sample contacts, one JSON object a line, as classify reads them",
		NULL },
	{ "json", NULL, "print the comparison as JSON", NULL },
	{ 0 },
};

struct side {
	struct rule_paths paths;
	struct ruleset *rules;
	struct triage_result result;
};

struct diff {
	struct side old, new;
	struct triage_scratch *scratch;
	struct sample sample;
	size_t n, n_raised, n_dropped, n_unreadable;
	size_t pairs[LEVEL_COUNT][LEVEL_COUNT]; /* [old][new] */
	json_t *raised, *dropped, *errors;
};

static int fail(const char *why)
{
	fprintf(stderr, "triagectl rules diff: %s\n", why);
	return CTL_USAGE;
}

/* ---- comparing ---- */

static json_t *rule_ids(const struct triage_result *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < r->n_reasons; i++)
		json_array_append_new(out, json_string(r->reasons[i].rule));
	return out;
}

static void note_change(struct diff *d, size_t line)
{
	const struct triage_result *old = &d->old.result, *new = &d->new.result;
	const json_t *id = sample_id(&d->sample);
	json_t *text = json_object_get(d->sample.line, "text");
	bool drop = new->level < old->level;

	json_array_append_new(drop ? d->dropped : d->raised,
		json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:o}", "line", (json_int_t)line, "id",
			id ? json_incref((json_t *)(size_t)id) : json_null(), "old",
			level_name(old->level), "new", level_name(new->level), "old_rules",
			rule_ids(old), "new_rules", rule_ids(new), "text",
			text ? json_incref(text) : json_null()));
	d->n_dropped += drop;
	d->n_raised += !drop;
}

static void compare_line(struct diff *d, size_t line, const char *p, size_t n)
{
	struct err e;

	if (sample_read(&d->sample, p, n, &e) < 0) {
		d->n_unreadable++;
		json_array_append_new(d->errors,
			json_pack("{s:I, s:s}", "line", (json_int_t)line, "error", e.text));
		return;
	}
	triage_run(d->old.rules, d->scratch, &d->sample.request, &d->old.result);
	triage_run(d->new.rules, d->scratch, &d->sample.request, &d->new.result);
	d->n++;
	d->pairs[d->old.result.level][d->new.result.level]++;
	if (d->old.result.level != d->new.result.level)
		note_change(d, line);
}

static int compare_file(struct diff *d, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t n;

	if (!f)
		return -1;
	while ((n = getline(&line, &cap, f)) > 0) {
		n -= line[n - 1] == '\n';
		compare_line(d, ++number, line, (size_t)n);
	}
	free(line);
	n = ferror(f);
	fclose(f);
	return n ? -1 : 0;
}

/* ---- showing ---- */

static json_t *ruleset_of(const struct side *s)
{
	return json_pack("{s:s, s:s, s:s}", "id", ruleset_id(s->rules), "version",
		ruleset_version(s->rules), "digest", ruleset_digest(s->rules));
}

static json_t *pairs_of(const struct diff *d)
{
	json_t *out = json_array();

	for (int old = LEVEL_COUNT - 1; old >= 0; old--)
		for (int new = LEVEL_COUNT - 1; new >= 0; new --)
			if (d->pairs[old][new])
				json_array_append_new(
					out, json_pack("{s:s, s:s, s:I}", "old",
						     level_name((enum level)old), "new",
						     level_name((enum level) new), "contacts",
						     (json_int_t)d->pairs[old][new]));
	return out;
}

static void print_json(const struct diff *d)
{
	json_t *out = json_pack("{s:o, s:o, s:I, s:I, s:o, s:O, s:O, s:O}", "old",
		ruleset_of(&d->old), "new", ruleset_of(&d->new), "contacts", (json_int_t)d->n,
		"same", (json_int_t)(d->n - d->n_raised - d->n_dropped), "pairs", pairs_of(d),
		"raised", d->raised, "dropped", d->dropped, "errors", d->errors);
	char *text = json_dumps(out, JSON_INDENT(2));

	puts(text);
	free(text);
	json_decref(out);
}

static void put_rules(struct buf *out, const json_t *rules)
{
	const json_t *v;
	size_t i;

	json_array_foreach(rules, i, v) buf_addf(out, "%s%s", i ? " " : "", json_string_value(v));
	if (json_array_size(rules) == 0)
		buf_adds(out, "no rule");
}

static void print_change(const json_t *c)
{
	struct buf out = { .data = NULL }, id = { .data = NULL };
	const json_t *v = json_object_get(c, "id");

	if (json_is_string(v))
		buf_adds(&id, json_string_value(v));
	else
		buf_addf(&id, "line %lld",
			(long long)json_integer_value(json_object_get(c, "line")));
	buf_adds(&out, "  ");
	text_clean(&out, buf_str(&id));
	buf_addf(&out, "  %s -> %s  ", field_str(c, "old", ""), field_str(c, "new", ""));
	put_rules(&out, json_object_get(c, "old_rules"));
	buf_adds(&out, " -> ");
	put_rules(&out, json_object_get(c, "new_rules"));
	buf_clear(&id);
	text_clean(&id, field_str(c, "text", ""));
	buf_addf(&out, "\n      %.*s%s", HEAD_COLUMNS, buf_str(&id),
		id.len > HEAD_COLUMNS ? " ..." : "");
	puts(buf_str(&out));
	buf_wipe(&out);
	buf_wipe(&id);
}

static void print_list(const char *title, const json_t *list)
{
	const json_t *c;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s (%zu)\n", title, json_array_size(list));
	json_array_foreach(list, i, c) print_change(c);
	puts("");
}

static void print_text(const struct diff *d)
{
	const json_t *v;
	size_t i;

	print_list("DROPPED: each needs a reason of the approver", d->dropped);
	print_list("RAISED", d->raised);
	printf("%zu contacts: %zu the same, %zu raised, %zu dropped\n", d->n,
		d->n - d->n_raised - d->n_dropped, d->n_raised, d->n_dropped);
	json_t *pairs = pairs_of(d);
	json_array_foreach(pairs, i, v)
	{
		if (strcmp(field_str(v, "old", ""), field_str(v, "new", "")) != 0)
			printf("  %s -> %s: %.0f\n", field_str(v, "old", ""),
				field_str(v, "new", ""), field_number(v, "contacts"));
	}
	json_decref(pairs);
	json_array_foreach(d->errors, i, v) fprintf(
		stderr, "line %.0f: %s\n", field_number(v, "line"), field_str(v, "error", ""));
}

/* ---- the command ---- */

static int compare(struct diff *d, const char *corpus, bool json)
{
	d->old.rules = rule_paths_load(&d->old.paths, true);
	d->new.rules = rule_paths_load(&d->new.paths, true);
	if (!d->old.rules || !d->new.rules)
		return CTL_FAILED;
	d->scratch = triage_scratch_new();
	if (compare_file(d, corpus) < 0) {
		fprintf(stderr, "triagectl rules diff: %s: %s\n", corpus, strerror(errno));
		return CTL_FAILED;
	}
	(json ? print_json : print_text)(d);
	/* What could not be read was not compared: no answer may look like "nothing dropped". */
	if (fflush(stdout) != 0 || d->n_unreadable)
		return CTL_FAILED;
	return d->n_dropped ? DIFF_DROPS : d->n_raised ? DIFF_RAISES : DIFF_SAME;
}

static void side_free(struct side *s)
{
	rule_paths_free(&s->paths);
	ruleset_unref(&s->rules);
	triage_result_free(&s->result);
}

/* Words stand before and behind the lone "--"; options in either place. */
static int read_words(struct args *a, int argc, char **argv, struct rule_paths *to, struct err *e)
{
	int before = a->n_words;

	if (args_parse(a, argc, argv, 0, e) < 0)
		return -1;
	for (int i = before; i < a->n_words; i++)
		rule_paths_add_named(to, a->words[i]);
	return 0;
}

int cmd_rules_diff(int argc, char **argv)
{
	struct args a = { .tables = { NULL, rules_diff_options } };
	struct diff d = { .raised = json_array(), .dropped = json_array(), .errors = json_array() };
	struct err e;
	int middle = 1, code;

	while (middle < argc && strcmp(argv[middle], "--") != 0)
		middle++;
	int behind = middle < argc ? middle + 1 : argc;
	if (read_words(&a, middle - 1, argv + 1, &d.old.paths, &e) < 0 ||
		read_words(&a, argc - behind, argv + behind, &d.new.paths, &e) < 0)
		code = fail(e.text);
	else if (d.old.paths.n == 0 || d.new.paths.n == 0 || !args_get(&a, "corpus"))
		code = fail("OLD... -- NEW... --corpus FILE are needed");
	else
		code = compare(&d, args_get(&a, "corpus"), args_get(&a, "json") != NULL);
	side_free(&d.old);
	side_free(&d.new);
	triage_scratch_free(&d.scratch);
	sample_free(&d.sample);
	json_decref(d.raised);
	json_decref(d.dropped);
	json_decref(d.errors);
	return code;
}
