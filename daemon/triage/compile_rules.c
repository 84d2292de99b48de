/* Rules and their conditions: names resolved, values typed, everything wrong reported. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define COND_DEPTH         5 /* four, and the group that joins all, any and none */
#define COUNT_MOST         16
#define WINDOW_MINUTES_MAX 1440 /* a day */

static const char *const op_names[OP_COUNT] = { [OP_EQ] = "eq",
	[OP_NE] = "ne",
	[OP_LT] = "lt",
	[OP_LE] = "le",
	[OP_GT] = "gt",
	[OP_GE] = "ge",
	[OP_IN] = "in",
	[OP_BETWEEN] = "between",
	[OP_KNOWN] = "known",
	[OP_UNKNOWN] = "unknown",
	[OP_REFUSED] = "refused" };

static bool is_order(enum op op)
{
	return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE || op == OP_BETWEEN;
}

/* How many values op takes; -1 any number from one. */
static int values_wanted(enum op op)
{
	switch (op) {
	case OP_KNOWN:
	case OP_UNKNOWN:
	case OP_REFUSED:
		return 0;
	case OP_BETWEEN:
		return 2;
	case OP_IN:
		return -1;
	default:
		return 1;
	}
}

static uint64_t mask_of(struct compiler *c, const struct source_cond *s, const char *what,
	const char *list, const char *const *names, int count)
{
	uint64_t mask = names_mask(names, count, list);

	if (list && !mask)
		compile_error(c, s->place, "%s \"%s\" has an unknown word", what, list);
	return mask;
}

static void compile_window(struct compiler *c, const struct source_cond *s, struct cond *out)
{
	static const char minutes[] = "minutes:";
	const char *window = s->window ? s->window : "message";
	int64_t n;

	if (strcmp(window, "contact") == 0) {
		out->window = WINDOW_CONTACT;
	} else if (strncmp(window, minutes, strlen(minutes)) == 0 &&
		   slice_int((struct slice){ window + strlen(minutes),
				     strlen(window) - strlen(minutes) },
			   &n) == 0 &&
		   n >= 1 && n <= WINDOW_MINUTES_MAX) {
		out->window = WINDOW_MINUTES;
		out->minutes = n;
		out->timed = true;
		c->rules->timed |= out->families;
	} else if (strcmp(window, "message") != 0) {
		compile_error(c, s->place,
			"window \"%s\" is none of message, contact and minutes:N with N 1 to %d",
			window, WINDOW_MINUTES_MAX);
	}
}

/*
 * subject "self" takes unknown too: what nobody else is named for may be the person's own. A leaf
 * without framing takes the literal only.
 */
static void compile_signal(struct compiler *c, const struct source_cond *s, struct cond *out)
{
	uint64_t subjects = mask_of(c, s, "subject", s->subject, subject_names, SUBJECT_COUNT);
	uint64_t framings = mask_of(c, s, "framing", s->framing, framing_names, FRAMING_COUNT);

	out->families = mask_of(c, s, "signal", s->signal, family_names, FAMILY_COUNT);
	c->families_used |= out->families;
	out->whens = mask_of(c, s, "time", s->time, when_names, WHEN_COUNT);
	out->subjects = s->subject ? subjects : (1u << SUBJECT_COUNT) - 1;
	if (out->subjects >> SUBJECT_SELF & 1)
		out->subjects |= 1u << SUBJECT_UNKNOWN;
	out->framings = s->framing ? framings : 1u << FRAMING_LITERAL;
	out->same_clause = s->same_clause;
	out->near = s->near;
	out->pairs = s->near;
	out->meets = s->near || s->same_clause ? out->families : 0;
	out->min_count = s->min_count > 0 ? (uint32_t)s->min_count : 1;
	out->min_families = s->min_families > 0 ? (uint32_t)s->min_families : 1;
	if (s->min_count < 0 || s->min_count > COUNT_MOST)
		compile_error(c, s->place, "min_count is 1 to %d", COUNT_MOST);
	if (s->min_families < 0 ||
		s->min_families >
			(out->families ? __builtin_popcountll(out->families) : FAMILY_COUNT))
		compile_error(c, s->place, "min_families is 1 to the number of families named");
	compile_window(c, s, out);
	out->here = out->window == WINDOW_MESSAGE;
	if (s->same_clause && out->window != WINDOW_MESSAGE)
		compile_error(c, s->place, "same_clause needs window message");
}

/* is_flaw: it could be one, were the list of the field's words not closed. */
static void report_value(
	struct compiler *c, const struct source_cond *s, int field, const char *text, bool is_flaw)
{
	struct buf words = { .data = NULL };

	for (const char *const *w = field_table[field].words; w && *w; w++)
		buf_addf(&words, "%s%s", words.len ? " " : ", which is one of: ", *w);
	(is_flaw ? compile_flaw : compile_error)(c, s->place, "\"%s\" is no value of %s%s", text,
		field_table[field].name, buf_str(&words));
	buf_free(&words);
}

static void compile_values(struct compiler *c, const struct source_cond *s, struct cond *out)
{
	int wanted = values_wanted(out->op);
	struct values typed = { .items = NULL };

	if (wanted < 0 ? s->n_values == 0 : s->n_values != (size_t)wanted) {
		compile_error(c, s->place, "%s: wrong number of values", op_names[out->op]);
		return;
	}
	out->values = mem_zalloc((s->n_values + 1) * sizeof(*out->values));
	for (size_t i = 0; i < s->n_values; i++) {
		const char *text = compile_str(c, s->values[i]);

		values_clear(&typed);
		if (!values_add(&typed, out->field, text, strlen(text)) ||
			typed.items[0].kind <= VALUE_REFUSED)
			report_value(c, s, out->field, text, false);
		else if (!field_names(out->field, text, strlen(text)))
			report_value(c, s, out->field, text, true);
		out->values[out->n_values++] = typed.items[0];
	}
	values_fini(&typed);
}

static void compile_field(struct compiler *c, const struct source_cond *s, struct cond *out)
{
	int op = s->op ? names_find(op_names, OP_COUNT, s->op, strlen(s->op)) : -1;

	out->field = s->field ? field_find(s->field) : -1;
	if (out->field < 0)
		compile_error(c, s->place, "field \"%s\" is unknown", s->field ? s->field : "");
	if (op < 0)
		compile_error(c, s->place, "op \"%s\" is unknown", s->op ? s->op : "");
	if (out->field < 0 || op < 0)
		return;
	out->op = (enum op)op;
	/* Of a field of the contact, being unknown is the only thing that is true in silence. */
	if (out->op != OP_UNKNOWN || field_table[out->field].instrument)
		out->asks = FIELD_BIT(out->field);
	if (is_order(out->op) && field_table[out->field].type != FIELD_NUMBER)
		compile_error(
			c, s->place, "%s: %s is not a number", s->op, field_table[out->field].name);
	compile_values(c, s, out);
}

/* What stands below a none may be true in silence. */
static void join_reads(struct cond *c)
{
	for (uint32_t i = 0; i < c->n_children; i++) {
		const struct cond *child = &c->children[i];

		if (c->kind == COND_NONE || (child->reads | child->asks) == 0) {
			c->reads = c->asks = 0;
			return;
		}
		c->reads |= child->reads;
		c->asks |= child->asks;
	}
}

static void compile_cond(
	struct compiler *c, const struct source_cond *s, struct cond *out, int depth)
{
	out->kind = s->kind;
	if (s->kind == COND_SIGNAL) {
		compile_signal(c, s, out);
		out->reads = out->families;
		return;
	}
	if (s->kind == COND_FIELD) {
		compile_field(c, s, out);
		return;
	}
	if (depth == COND_DEPTH)
		compile_error(c, s->place, "conditions nested deeper than %d", COND_DEPTH);
	if (s->n_children == 0)
		compile_error(c, s->place, "an empty all, any or none");
	if (depth == COND_DEPTH || s->n_children == 0)
		return;
	out->children = mem_zalloc(s->n_children * sizeof(*out->children));
	for (size_t i = 0; i < s->n_children; i++) {
		struct cond *child = &out->children[out->n_children++];

		compile_cond(c, &s->children[i], child, depth + 1);
		out->pairs |= child->same_clause || child->near || child->pairs;
		out->meets |= child->meets;
		out->timed |= child->timed;
		out->here |= child->here;
	}
	join_reads(out);
	if (s->kind == COND_NONE && out->timed)
		compile_error(c, s->place, "none cannot hold a window of minutes");
}

static const char **copy_words(struct compiler *c, const char *const *words, size_t n)
{
	const char **copy = mem_zalloc((n + 1) * sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = compile_str(c, words[i]);
	return copy;
}

static int level_of(
	struct compiler *c, const struct source_rule *s, const char *what, const char *name)
{
	enum level level;

	if (!name)
		return -1;
	if (level_parse(name, strlen(name), &level) == 0)
		return (int)level;
	compile_error(c, s->place, "rule: %s \"%s\" is no level", what, name);
	return -1;
}

static void compile_rule(struct compiler *c, const struct source_rule *s, struct rule *out)
{
	compile_id(c, s->place, "rule", s->id);
	out->id = compile_str(c, s->id ? s->id : "");
	out->domain = compile_str(c, s->domain);
	out->explain = compile_str(c, s->explain ? s->explain : "");
	out->level = level_of(c, s, "level", s->level);
	out->raise_max = level_of(c, s, "raise_max", s->raise_max);
	if (s->raise && !s->raise_max)
		compile_error(c, s->place, "rule: raise without raise_max");
	if (!s->raise && s->raise_max)
		compile_error(c, s->place, "rule: raise_max without raise");
	if (!s->explain || !*s->explain)
		compile_error(c, s->place, "rule: explain is missing");
	if (out->level < 0 && !s->raise && s->n_flags == 0 && s->n_actions == 0 && !s->domain)
		compile_error(c, s->place, "rule: it has no effect");
	out->flags = copy_words(c, s->flags, s->n_flags);
	out->n_flags = s->n_flags;
	out->actions = copy_words(c, s->actions, s->n_actions);
	out->n_actions = s->n_actions;
	if (s->when)
		compile_cond(c, s->when, &out->when, 0);
	else
		compile_error(c, s->place, "rule: when is missing");
}

void compile_rules(struct compiler *c)
{
	struct ruleset *r = c->rules;

	if (c->source->n_rules == 0)
		compile_error(c, c->source->place, "the ruleset has no rules");
	r->rules = mem_zalloc((c->source->n_rules + 1) * sizeof(*r->rules));
	r->gates = mem_zalloc((c->source->n_rules + 1) * sizeof(*r->gates));
	for (size_t i = 0; i < c->source->n_rules; i++) {
		const struct source_rule *s = &c->source->rules[i];
		struct rule *rule = &r->rules[r->n_rules];
		size_t errors = c->report->n_errors;

		compile_rule(c, s, rule);
		if (c->report->n_errors == errors)
			compile_conflicts(c, rule, s);
		r->gates[r->n_rules++] = (struct rule_gate){ rule->when.reads, rule->when.asks };
	}
}
