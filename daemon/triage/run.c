/* One triage run: the three stages in order, the level, and the result for whoever asked. */
#include "triaged/triage/triage.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "cond.h"
#include "conflict.h"
#include "coverage.h"
#include "facts.h"
#include "result.h"
#include "run.h"
#include "signals.h"
#include "topic.h"

#define GREETING_WORDS 3  /* up to so many words without any signal say nothing yet */
#define LOST_WORDS     3  /* fewer are somebody who asks "??" */
#define SPANS_MAX      32 /* shown of one reason: who reads it knows by then */
#define CONFLICT_STEPS 2  /* text this many levels above the answers: a person should look */

/* Why a contact could not be fully assessed. Each is a floor at the ruleset's unscored level. */
enum unscored {
	UNSCORED_ENCODING,
	UNSCORED_OVERSIZE,
	UNSCORED_LANGUAGE,
	UNSCORED_BUDGET,
	UNSCORED_FACTS,
	UNSCORED_ANSWER,
	UNSCORED_RULES,
	UNSCORED_COUNT
};

static const struct {
	const char *rule, *flag, *text;
} unscored_info[UNSCORED_COUNT] = {
	[UNSCORED_ENCODING] = { "unscored.encoding", "unscored_encoding",
		"Not assessed: part of the text could not be read" },
	[UNSCORED_OVERSIZE] = { "unscored.oversize", "unscored_oversize",
		"Not assessed: the text is longer than the limit" },
	[UNSCORED_LANGUAGE] = { "unscored.language", "unscored_language",
		"Not assessed: the language is not covered by the rules" },
	[UNSCORED_BUDGET] = { "unscored.budget", "unscored_budget",
		"Not assessed: the text took more work than allowed" },
	[UNSCORED_FACTS] = { "unscored.facts", "unscored_facts",
		"Not assessed: what is known about the contact is longer than the limit" },
	[UNSCORED_ANSWER] = { "unscored.answer", "unscored_answer",
		"Not assessed: an answer, or a whole sheet of them, is not understood" },
	[UNSCORED_RULES] = { "unscored.no_rules", "unscored_no_rules",
		"Not assessed: no valid rules are in force" },
};

struct run {
	const struct ruleset *rules;
	struct triage_scratch *w;
	const struct triage_request *request;
	struct triage_result *result;
	int floor;        /* highest level of a fired rule, or -1 */
	int raise;        /* highest raise_max of a fired rule, or -1 */
	int text_floor;   /* the same, of rules that text alone made fire */
	int answer_floor; /* and of rules with an answer among their reasons */
	bool from_answer; /* while collecting evidence */
	bool from_text;
	int points_field, points_now_field;
};

/* ---- what is known besides the text ---- */

static void add_own(struct values *v, const char *name, const char *value)
{
	int field = field_find(name);

	CHECK(field >= 0);
	if (value && *value)
		values_add(v, field, value, strlen(value));
}

/* Does the request bring an item of the instrument that is known? */
static bool is_known_sheet(const struct triage_request *q, const char *instrument)
{
	for (size_t i = 0; i < q->n_answers; i++)
		if (q->answers[i].instrument && strcmp(q->answers[i].instrument, instrument) == 0 &&
			field_find_item(instrument, q->answers[i].item) >= 0)
			return true;
	return false;
}

static void read_answers(struct run *x)
{
	memset(x->w->misread, 0, sizeof(x->w->misread));
	for (size_t i = 0; i < x->request->n_answers; i++) {
		const struct triage_answer *a = &x->request->answers[i];
		const char *value = a->value ? a->value : "";
		int field = field_find_item(a->instrument, a->item);

		if (field < 0 || field_table[field].computed) {
			result_add_flag(x->result, "answer_ignored");
			if (a->instrument && !is_known_sheet(x->request, a->instrument))
				x->w->unscored |= 1u << UNSCORED_ANSWER;
			continue;
		}
		if (!values_add(&x->w->values, field, value, strlen(value))) {
			x->w->unscored |= 1u << UNSCORED_ANSWER;
			x->w->misread[field] = true;
			value = "unknown";
		}
		if (field_table[field].instrument)
			facts_note_answer(x->w, field, *value ? value : "unknown",
				strlen(*value ? value : "unknown"));
	}
}

static void read_request(struct run *x)
{
	struct triage_scratch *w = x->w;
	const struct triage_request *q = x->request;
	size_t facts_len = q->facts ? q->facts_len : 0;

	values_clear(&w->values);
	buf_clear(&w->lines);
	w->now_min = q->now_min > 0 ? q->now_min : 0;
	if (facts_len > TRIAGE_FACTS_MAX) {
		w->unscored |= 1u << UNSCORED_FACTS;
		facts_len = TRIAGE_FACTS_MAX;
	}
	facts_read(w, q->facts, facts_len);
	add_own(&w->values, "channel", q->channel);
	add_own(&w->values, "lang", q->lang);
	add_own(&w->values, "caller_role", q->caller_role);
	if (q->age >= 0)
		values_add_number(&w->values, field_find("age"), q->age);
	read_answers(x);
	field_compute(&w->values);
}

/* ---- the text ---- */

static void weigh_words(struct run *x)
{
	const struct text *decoded = x->w->has_decoded ? &x->w->decoded : NULL;
	struct triage_result *r = x->result;

	points_weigh(&x->rules->points, &x->w->honest, decoded, &x->w->points);
	r->points = x->w->points.sums[POINTS_DANGER].sum;
	r->points_now = x->w->points.sums[POINTS_NOW].sum;
	values_add_number(&x->w->values, x->points_field, r->points);
	values_add_number(&x->w->values, x->points_now_field, r->points_now);
}

static void measure_text(struct run *x)
{
	bool covered;

	if (x->w->honest.n_tokens == 0)
		return;
	values_add_number(&x->w->values, field_find("words"), (int64_t)x->w->honest.n_tokens);
	weigh_words(x);
	covered = coverage_is_enough(x->rules, x->w, x->request->lang);
	values_add_yesno(&x->w->values, field_find("lang_covered"), covered);
	if (!covered)
		x->w->unscored |= 1u << UNSCORED_LANGUAGE;
}

/* Nothing that the rule reads was said: no part of its condition is true. */
static bool is_silent(const struct rule_gate *g, const struct triage_scratch *w)
{
	return (g->reads | g->asks) && !(g->asks & w->values.told) &&
	       !(g->reads & (w->message_families | w->contact_families));
}

/* What the message would come to if its topics accounted for nothing. */
static void weigh_without_topics(struct run *x)
{
	int floor = -1, raise = -1;

	for (uint32_t i = 0; i < x->rules->n_rules; i++) {
		const struct rule *rule = &x->rules->rules[i];

		if (is_silent(&x->rules->gates[i], x->w) ||
			cond_eval(&rule->when, x->w).truth != TRUTH_TRUE)
			continue;
		floor = rule->level > floor ? rule->level : floor;
		raise = rule->raise_max > raise ? rule->raise_max : raise;
	}
	if (floor >= 0)
		facts_note_level(x->w, 'o', (enum level)floor);
	if (raise >= 0)
		facts_note_level(x->w, 'p', (enum level)raise);
}

static bool is_note_channel(const char *channel)
{
	static const char *const notes[] = { "call-notes", "call_notes", "notes", "walk_in" };

	for (size_t i = 0; channel && i < sizeof(notes) / sizeof(notes[0]); i++)
		if (strcasecmp(channel, notes[i]) == 0)
			return true;
	return false;
}

/* What a gateway leaves of a script that it cannot send: nothing but words of question marks. */
static bool is_lost(const char *p, size_t n)
{
	size_t words = 0;

	for (size_t i = 0; i < n; i++) {
		if (!strchr("? .,!\n", p[i]) || !p[i])
			return false;
		words += p[i] == '?' && (i == 0 || p[i - 1] != '?');
	}
	return words >= LOST_WORDS;
}

static void read_text(struct run *x)
{
	struct triage_scratch *w = x->w;
	size_t n = x->request->text ? x->request->text_len : 0;

	if (n > TRIAGE_TEXT_MAX) {
		w->unscored |= 1u << UNSCORED_OVERSIZE;
		n = TRIAGE_TEXT_MAX;
		while (n > 0 && ((uint8_t)x->request->text[n] & 0xc0) == 0x80)
			n--; /* not in the middle of a character */
	}
	w->calls_note = is_note_channel(x->request->channel);
	if (signals_find(x->rules, w, n ? x->request->text : "", n) < 0)
		w->unscored |= 1u << UNSCORED_BUDGET;
	if (w->honest.invalid || is_lost(x->request->text, n))
		w->unscored |= 1u << UNSCORED_ENCODING;
	measure_text(x);
	signals_settle(x->rules, w);
	if (topic_accounts(x->rules, w)) {
		weigh_without_topics(x);
		topic_set_aside(x->rules, w);
		signals_count(w);
	}
	facts_note_signals(x->rules, w);
	if (x->request->text && x->request->n_answers == 0 && w->n_signals == 0 &&
		w->honest.n_tokens <= GREETING_WORDS && w->unscored == 0)
		result_add_flag(x->result, "unscored_empty");
}

/* Marks of a joke are noted for whoever answers; they set nothing aside. */
static void flag_joke(struct run *x)
{
	if (x->w->n_signals > 0 && (x->w->cue_kinds >> CUE_JOKE & 1))
		result_add_flag(x->result, "joke_marker");
}

/* ---- rules ---- */

/* What of a span lies in the message; its bytes count from there. False: nothing. */
static bool is_in_message(const struct triage_scratch *w, struct triage_span *span)
{
	if (span->end <= w->said_from)
		return false;
	span->start = span->start > w->said_from ? span->start - w->said_from : 0;
	span->end -= w->said_from;
	return true;
}

static void add_span(struct run *x, struct triage_span span)
{
	struct triage_result *r = x->result;
	struct triage_reason *reason = &r->reasons[r->n_reasons - 1];

	x->from_text = true;
	reason->before |= span.start < x->w->said_from;
	if (reason->n_spans == SPANS_MAX || !is_in_message(x->w, &span))
		return;
	for (size_t i = 0; i < reason->n_spans; i++) {
		struct triage_span seen = r->spans[reason->first_span + i];

		if (seen.start == span.start && seen.end == span.end)
			return;
	}
	GROW(r->spans, r->n_spans, r->cap_spans);
	r->spans[r->n_spans++] = span;
	reason->n_spans++;
}

static void evidence_signal(void *ctx, const struct signal *s)
{
	add_span(ctx, s->span);
}

static void show_words(struct run *x, enum points_kind kind)
{
	const struct points_sum *sum = &x->w->points.sums[kind];

	for (size_t i = 0; i < sum->n_shown; i++)
		add_span(x, sum->shown[i]);
}

static void evidence_field(void *ctx, int field)
{
	struct run *x = ctx;
	struct triage_result *r = x->result;
	struct triage_reason *reason = &r->reasons[r->n_reasons - 1];

	x->from_answer |= field_table[field].instrument != NULL;
	for (size_t i = 0; i < reason->n_fields; i++)
		if (r->fields[reason->first_field + i] == field_table[field].name)
			return;
	result_add_field(r, field_table[field].name);
	if (field == x->points_field)
		show_words(x, POINTS_DANGER);
	if (field == x->points_now_field)
		show_words(x, POINTS_NOW);
}

static void fire(struct run *x, const struct rule *rule)
{
	const struct cond_evidence evidence = { evidence_signal, evidence_field, x };
	struct triage_result *r = x->result;

	result_add_reason(r, rule->id, rule->explain, rule->level);
	x->from_text = x->from_answer = false;
	cond_explain(&rule->when, x->w, &evidence);
	if (rule->level > x->floor)
		x->floor = rule->level;
	if (rule->raise_max > x->raise)
		x->raise = rule->raise_max;
	if (x->from_text && !x->from_answer && rule->level > x->text_floor)
		x->text_floor = rule->level;
	if (x->from_answer && rule->level > x->answer_floor)
		x->answer_floor = rule->level;
	if (rule->domain)
		result_add_domain(r, rule->domain);
	for (size_t i = 0; i < rule->n_flags; i++)
		result_add_flag(r, rule->flags[i]);
	for (size_t i = 0; i < rule->n_actions; i++)
		result_add_action(r, rule->actions[i]);
}

static void apply_rules(struct run *x)
{
	struct triage_result *r = x->result;

	for (uint32_t i = 0; i < x->rules->n_rules; i++) {
		const struct rule *rule = &x->rules->rules[i];
		struct verdict v;

		if (is_silent(&x->rules->gates[i], x->w))
			continue;
		v = cond_eval(&rule->when, x->w);
		if (v.truth == TRUTH_TRUE) {
			fire(x, rule);
		} else if (v.missing == 1 && v.some) {
			GROW(r->near, r->n_near, r->cap_near);
			r->near[r->n_near++] = rule->id;
		}
	}
}

static void apply_unscored(struct run *x)
{
	struct triage_result *r = x->result;

	if (!x->w->unscored)
		return;
	r->unscored = true;
	result_add_flag(r, "unscored");
	for (int i = 0; i < UNSCORED_COUNT; i++) {
		if (!(x->w->unscored >> i & 1))
			continue;
		result_add_flag(r, unscored_info[i].flag);
		result_add_reason(r, unscored_info[i].rule, unscored_info[i].text,
			(int)x->rules->unscored_level);
		for (int f = 0; i == UNSCORED_ANSWER && f < field_count; f++)
			if (x->w->misread[f])
				result_add_field(r, field_table[f].name);
	}
	if ((int)x->rules->unscored_level > x->floor)
		x->floor = (int)x->rules->unscored_level;
}

/*
 * level = max(floors, what the contact had reached), then at most one step of raise. A raise works
 * from moderate up only: by itself it is no reason for concern.
 */
static void settle_level(struct run *x)
{
	int floor = x->floor > x->w->fact_level ? x->floor : x->w->fact_level;
	int raise = x->raise > x->w->fact_raise ? x->raise : x->w->fact_raise;
	int level = floor > (int)x->rules->default_level ? floor : (int)x->rules->default_level;

	if (floor >= 0)
		facts_note_level(x->w, 'l', (enum level)floor);
	if (raise >= 0)
		facts_note_level(x->w, 'r', (enum level)raise);
	if (level >= LEVEL_MODERATE && level < raise)
		level++;
	x->result->level = (enum level)level;
}

static void mark_raised(struct run *x)
{
	int floor = x->floor > x->w->fact_level ? x->floor : x->w->fact_level;
	struct triage_result *r = x->result;

	if ((int)r->level <= floor)
		return;
	for (size_t i = 0; i < r->n_reasons; i++)
		for (uint32_t k = 0; k < x->rules->n_rules; k++)
			if (x->rules->rules[k].id == r->reasons[i].rule &&
				x->rules->rules[k].raise_max >= (int)r->level)
				r->reasons[i].raised = true;
}

/* Answers say one thing and words another: the higher has won, and a person should know. */
static void flag_conflict(struct run *x)
{
	bool answered = false, conflict = false;

	for (size_t i = 0; i < x->w->values.n && !answered; i++) {
		const struct value *v = &x->w->values.items[i];

		answered = v->kind == VALUE_NO || v->kind == VALUE_NUMBER;
		answered &= field_table[v->field].instrument && !field_table[v->field].computed;
	}
	if (answered && x->text_floor >= LEVEL_HIGH &&
		x->text_floor - (x->answer_floor < 0 ? 0 : x->answer_floor) >= CONFLICT_STEPS)
		conflict = true;
	if (conflict || conflict_found(x->w))
		result_add_flag(x->result, "conflict");
}

static void list_suppressed(struct run *x)
{
	struct triage_result *r = x->result;

	for (size_t i = 0; i < x->w->n_signals; i++) {
		const struct signal *s = &x->w->signals[i];
		struct triage_span span = s->span;

		if (!s->suppressed_by || !is_in_message(x->w, &span))
			continue;
		GROW(r->suppressed, r->n_suppressed, r->cap_suppressed);
		r->suppressed[r->n_suppressed++] =
			(struct triage_suppressed){ s->entry->id, s->suppressed_by, span };
	}
}

static void bind(struct triage_scratch *w, struct ruleset *rules)
{
	if (w->bound == rules)
		return;
	ruleset_unref(&w->bound);
	scan_bind(&w->scan, &rules->scan);
	w->bound = ruleset_ref(rules);
}

void run_read(struct ruleset *rules, struct triage_scratch *w, const struct triage_request *request,
	uint32_t said_from, struct triage_result *result)
{
	struct run x = { .rules = rules,
		.w = w,
		.request = request,
		.result = result,
		.floor = -1,
		.raise = -1,
		.text_floor = -1,
		.answer_floor = -1,
		.points_field = field_find("points"),
		.points_now_field = field_find("points_now") };

	result_clear(result);
	bind(w, rules);
	w->said_from = said_from;
	w->unscored = 0;
	if (rules->n_rules == 0)
		w->unscored |= 1u << UNSCORED_RULES;
	read_request(&x);
	read_text(&x);
	flag_joke(&x);
	apply_rules(&x);
	apply_unscored(&x);
	settle_level(&x);
	mark_raised(&x);
	flag_conflict(&x);
	list_suppressed(&x);
	result_sort_reasons(result);
	facts_union(&w->sorted,
		(struct slice){ request->facts, request->facts ? request->facts_len : 0 },
		(struct slice){ buf_str(&w->lines), w->lines.len }, &result->facts);
}
