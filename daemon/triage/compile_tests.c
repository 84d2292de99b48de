/*
 * The tests that stand beside every rule. Each is run against the whole ruleset, so it says both
 * what level comes out and whether this rule was among the reasons. Of a ruleset with errors they
 * are only read: its levels would tell of the errors.
 */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define TESTS_EACH_WAY 2
#define SHEET_ITEMS    7
#define LISTED_MOST    10

struct tester {
	struct compiler *c;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct triage_answer *answers;
	size_t n_answers;
};

static void add_answer(
	struct tester *t, const char *instrument, const char *item, const char *value)
{
	t->answers = mem_resize(t->answers, t->n_answers + 1, sizeof(*t->answers));
	t->answers[t->n_answers++] = (struct triage_answer){ instrument, item, value };
}

/* "1111001": q1 to q6, then whether the act was recent; ? is unknown. */
static bool add_sheet(struct tester *t, const char *sheet)
{
	static const char *const items[SHEET_ITEMS] = { "q1", "q2", "q3", "q4", "q5", "q6",
		"q6_recent" };
	size_t n = strlen(sheet);

	if (n < SHEET_ITEMS - 1 || n > SHEET_ITEMS || strspn(sheet, "01?") != n)
		return false;
	for (size_t i = 0; i < n; i++)
		add_answer(t, "cssrs", items[i],
			sheet[i] == '1'   ? "yes"
			: sheet[i] == '0' ? "no"
					  : "unknown");
	return true;
}

static struct triage_request request_of(struct tester *t, const struct source_test *s)
{
	t->n_answers = 0;
	if (s->answers && !add_sheet(t, s->answers))
		compile_error(t->c, s->place,
			"test: answers is six or seven of 0, 1 and ? (q1 to q6, q6_recent)");
	for (size_t i = 0; i + 2 < s->n_items; i += 3) {
		if (field_find_item(s->items[i], s->items[i + 1]) < 0)
			compile_error(t->c, s->place, "test: \"%s\" has no item \"%s\"",
				s->items[i] ? s->items[i] : "", s->items[i + 1]);
		add_answer(t, s->items[i], s->items[i + 1], s->items[i + 2]);
	}
	return (struct triage_request){ .text = s->text,
		.text_len = s->text ? strlen(s->text) : 0,
		.channel = s->channel,
		.lang = s->lang,
		.age = s->age,
		.caller_role = s->caller_role,
		.answers = t->answers,
		.n_answers = t->n_answers };
}

static bool fired(const struct tester *t, const struct rule *rule)
{
	for (size_t i = 0; i < t->result.n_reasons; i++)
		if (t->result.reasons[i].rule == rule->id)
			return true;
	return false;
}

/* The level that name means; reports a wrong one. NULL gives -1. */
static int level_of(struct tester *t, const struct source_test *s, const char *name)
{
	enum level level;

	if (!name)
		return -1;
	if (level_parse(name, strlen(name), &level) < 0) {
		compile_error(t->c, s->place, "test: \"%s\" is no level", name);
		return -1;
	}
	return (int)level;
}

/* What the text showed, for whoever has to find out why: ids and readings, no words of it. */
static void list_signals(const struct tester *t, struct buf *out)
{
	for (size_t i = 0; i < t->scratch->n_signals && i < LISTED_MOST; i++) {
		const struct signal *s = &t->scratch->signals[i];

		if (s->suppressed_by)
			buf_addf(out, " %s(not: %s)", s->id, s->suppressed_by);
		else
			buf_addf(out, " %s(%s, %s)", s->id, subject_names[s->subject],
				when_names[s->when]);
	}
}

static void failed(
	struct tester *t, const struct source_test *s, const char *wanted, const char *level)
{
	struct buf why = { .data = NULL };

	buf_adds(&why, "rules:");
	for (size_t i = 0; i < t->result.n_reasons && i < LISTED_MOST; i++)
		buf_addf(&why, " %s", t->result.reasons[i].rule);
	buf_adds(&why, "; signals:");
	list_signals(t, &why);
	compile_error(t->c, s->place, "test: level is %s, expected %s%s; %s",
		level_name(t->result.level), wanted, level, why.data);
	buf_free(&why);
}

/* Returns whether the rule fired, which it does not where tests are only read. */
static bool run_test(struct tester *t, const struct rule *rule, const struct source_test *s)
{
	struct triage_request request = request_of(t, s);
	int level = level_of(t, s, s->level), min = level_of(t, s, s->min_level);
	int not = level_of(t, s, s->not_level), got;
	bool did;

	if (!s->level && !s->min_level && !s->not_level)
		compile_error(t->c, s->place, "test: no level, min_level or not_level");
	if (!t->c->is_whole)
		return false;
	triage_run(t->c->rules, t->scratch, &request, &t->result);
	t->c->report->n_tests++;
	got = (int)t->result.level;
	did = fired(t, rule);
	if (level >= 0 && got != level)
		failed(t, s, "", s->level);
	if (min >= 0 && got < min)
		failed(t, s, "at least ", s->min_level);
	if (not >= 0 && got == not )
		failed(t, s, "anything but ", s->not_level);
	if (level >= 0 && level == rule->level && got == level && !did)
		compile_error(t->c, s->place,
			"test: level %s comes from other rules; \"%s\" does not fire", s->level,
			rule->id);
	return did;
}

static void test_rule(struct tester *t, const struct rule *rule, const struct source_rule *s)
{
	size_t yes = 0, no = 0;

	for (size_t i = 0; i < s->n_tests; i++) {
		if (run_test(t, rule, &s->tests[i]))
			yes++;
		else
			no++;
	}
	if (!t->c->is_whole && s->n_tests < 2 * TESTS_EACH_WAY)
		compile_error(t->c, s->place,
			"rule \"%s\": %zu tests; at least %d that fire it and %d that do not are "
			"wanted",
			rule->id, s->n_tests, TESTS_EACH_WAY, TESTS_EACH_WAY);
	else if (t->c->is_whole && (yes < TESTS_EACH_WAY || no < TESTS_EACH_WAY))
		compile_error(t->c, s->place,
			"rule \"%s\": %zu tests fire it and %zu do not; at least %d each are wanted",
			rule->id, yes, no, TESTS_EACH_WAY);
}

void compile_tests(struct compiler *c)
{
	struct tester t = { .c = c, .scratch = triage_scratch_new() };

	for (uint32_t i = 0; i < c->rules->n_rules; i++)
		test_rule(&t, &c->rules->rules[i], &c->source->rules[i]);
	triage_scratch_free(&t.scratch);
	triage_result_free(&t.result);
	free(t.answers);
}
