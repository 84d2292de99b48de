/* triagectl classify: triage without a daemon, one JSON object a line in, one a line out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/json.h"
#include "triaged/triage/triage.h"

#include "../../daemon/app/rules_file.h"
#include "ctl.h"
#include "rule_paths.h"
#include "sample.h"

struct classifier {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct sample sample; /* the line at hand */
	char *ruleset;        /* id@version sha256:digest */
	struct buf out;
	bool failed;
};

/* ---- one line out ---- */

/* n words of list from the first on; list may be NULL when there are none. */
static json_t *words(const char *const *list, size_t first, size_t n)
{
	json_t *out = json_array();

	for (size_t i = first; i < first + n; i++)
		json_array_append_new(out, json_string(list[i]));
	return out;
}

static json_t *reasons(const struct triage_result *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < r->n_reasons; i++) {
		const struct triage_reason *reason = &r->reasons[i];
		json_t *spans = json_array();

		for (size_t k = 0; k < reason->n_spans; k++) {
			struct triage_span span = r->spans[reason->first_span + k];

			json_array_append_new(spans,
				json_pack("[I,I]", (json_int_t)span.start, (json_int_t)span.end));
		}
		json_array_append_new(
			out, json_pack("{s:s, s:s, s:o, s:o*, s:o}", "rule", reason->rule, "text",
				     reason->text, "spans", spans, "before",
				     reason->before ? json_true() : NULL, "fields",
				     words(r->fields, reason->first_field, reason->n_fields)));
	}
	return out;
}

static json_t *suppressed(const struct triage_result *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < r->n_suppressed; i++)
		json_array_append_new(
			out, json_pack("{s:s, s:s, s:[I,I]}", "signal", r->suppressed[i].entry,
				     "by", r->suppressed[i].by, "span",
				     (json_int_t)r->suppressed[i].span.start,
				     (json_int_t)r->suppressed[i].span.end));
	return out;
}

static void write_result(struct classifier *c, const json_t *id)
{
	const struct triage_result *r = &c->result;
	json_t *out = json_object();

	json_object_set_new(out, "id", id ? json_incref((json_t *)id) : json_null());
	json_object_set_new(out, "level", json_string(level_name(r->level)));
	json_object_set_new(out, "unscored", json_boolean(r->unscored));
	json_object_set_new(out, "points", json_integer(r->points));
	json_object_set_new(out, "points_now", json_integer(r->points_now));
	json_object_set_new(out, "reasons", reasons(r));
	json_object_set_new(out, "domains", words(r->domains, 0, r->n_domains));
	json_object_set_new(out, "flags", words(r->flags, 0, r->n_flags));
	json_object_set_new(out, "actions", words(r->actions, 0, r->n_actions));
	json_object_set_new(out, "suppressed", suppressed(r));
	json_object_set_new(out, "near", words(r->near, 0, r->n_near));
	json_object_set_new(out, "ruleset", json_string(c->ruleset));
	json_write(&c->out, out);
	buf_add(&c->out, "\n", 1);
	json_decref(out);
}

static void write_error(struct classifier *c, const json_t *id, const char *why)
{
	json_t *out = json_object();

	c->failed = true;
	json_object_set_new(out, "id", id ? json_incref((json_t *)id) : json_null());
	json_object_set_new(out, "error", json_string(why));
	json_write(&c->out, out);
	buf_add(&c->out, "\n", 1);
	json_decref(out);
}

static void classify_line(struct classifier *c, const char *p, size_t n)
{
	struct err e;

	if (sample_read(&c->sample, p, n, &e) < 0) {
		write_error(c, sample_id(&c->sample), e.text);
		return;
	}
	triage_run(c->rules, c->scratch, &c->sample.request, &c->result);
	write_result(c, sample_id(&c->sample));
}

static int flush(struct classifier *c)
{
	size_t n = fwrite(buf_str(&c->out), 1, c->out.len, stdout);
	bool whole = n == c->out.len && fflush(stdout) == 0;

	buf_clear(&c->out);
	return whole ? 0 : -1;
}

/* Classify the whole lines of in; with end also what stands behind the last of them. */
static void classify_lines(struct classifier *c, struct buf *in, bool end)
{
	size_t from = 0;

	while (from < in->len) {
		const char *line = in->data + from, *stop = memchr(line, '\n', in->len - from);

		if (!stop && !end)
			break;
		classify_line(c, line, stop ? (size_t)(stop - line) : in->len - from);
		from = stop ? (size_t)(stop - in->data) + 1 : in->len;
	}
	buf_drop(in, from);
}

/* Every answer is out before more input is waited for, so a program may ask line by line. */
static int classify_all(struct classifier *c)
{
	struct buf in = { .data = NULL };
	char block[65536];
	ssize_t n;
	int result = 0;

	do {
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			buf_add(&in, block, (size_t)n);
		classify_lines(c, &in, n <= 0);
		result = flush(c);
	} while (n != 0 && result == 0 && (n > 0 || errno == EINTR));
	buf_free(&in);
	if (n < 0 || result < 0)
		fprintf(stderr, "triagectl classify: %s: %s\n", n < 0 ? "reading" : "writing",
			strerror(errno));
	return n < 0 || result < 0 || c->failed ? CTL_FAILED : CTL_OK;
}

static int run(const struct rule_paths *paths)
{
	struct classifier c = { .rules = rule_paths_load(paths, true) };
	struct buf name = { .data = NULL };
	int result;

	if (!c.rules)
		return CTL_FAILED;
	buf_addf(&name, "%s@%s sha256:%s", ruleset_id(c.rules), ruleset_version(c.rules),
		ruleset_digest(c.rules));
	c.ruleset = name.data;
	c.scratch = triage_scratch_new();
	result = classify_all(&c);
	triage_scratch_free(&c.scratch);
	triage_result_free(&c.result);
	ruleset_unref(&c.rules);
	sample_free(&c.sample);
	free(c.ruleset);
	buf_free(&c.out);
	return result;
}

int cmd_classify(int argc, char **argv)
{
	struct rule_paths paths = { .n = 0 };
	int result;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--jsonl") == 0)
			continue; /* the one format there is */
		if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc) {
			while (i + 1 < argc && strncmp(argv[i + 1], "--", 2) != 0)
				rule_paths_add_named(&paths, argv[++i]);
			continue;
		}
		rule_paths_free(&paths);
		fprintf(stderr,
			"triagectl classify: %s: only --jsonl and --rules FILE... are understood\n",
			argv[i]);
		return CTL_USAGE;
	}
	if (paths.n == 0)
		rule_paths_default(&paths);
	if (paths.n == 0)
		fputs("triagectl classify: " RULE_PATHS_NONE "; name them with --rules\n", stderr);
	result = paths.n ? run(&paths) : CTL_USAGE;
	rule_paths_free(&paths);
	return result;
}
