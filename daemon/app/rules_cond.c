/* Conditions and tests of rules, from configuration trees. */
#include <string.h>

#include "triaged/base/mem.h"

#include "rules_source.h"

#define MEMBER(type_, struct_, field)                                                              \
	{                                                                                          \
#field, type_, offsetof(struct struct_, field), 0                                  \
	}

static const struct rules_member cond_members[] = {
	{ "all", RULES_OTHER, 0, 0 },
	{ "any", RULES_OTHER, 0, 0 },
	{ "none", RULES_OTHER, 0, 0 },
	MEMBER(RULES_STRING, source_cond, signal),
	MEMBER(RULES_STRING, source_cond, subject),
	MEMBER(RULES_STRING, source_cond, time),
	MEMBER(RULES_STRING, source_cond, framing),
	MEMBER(RULES_STRING, source_cond, window),
	MEMBER(RULES_INT, source_cond, min_count),
	MEMBER(RULES_INT, source_cond, min_families),
	MEMBER(RULES_BOOL, source_cond, same_clause),
	MEMBER(RULES_BOOL, source_cond, near),
	MEMBER(RULES_STRING, source_cond, field),
	MEMBER(RULES_STRING, source_cond, op),
	{ "value", RULES_STRINGS, offsetof(struct source_cond, values),
		offsetof(struct source_cond, n_values) },
	{ .name = NULL },
};

static const struct {
	const char *name;
	enum source_cond_kind kind;
} combiners[] = { { "all", COND_ALL }, { "any", COND_ANY }, { "none", COND_NONE } };

#define N_COMBINERS (sizeof(combiners) / sizeof(combiners[0]))

static void read_cond(
	struct rules_source *s, const struct conf_node *node, struct source_cond *out);

static void read_children(struct rules_source *s, const struct conf_node *list,
	enum source_cond_kind kind, struct source_cond *out)
{
	out->place = rules_place(list);
	out->kind = kind;
	if (list->type != CONF_LIST) {
		conf_error(s->errors, list->file, list->line, "%s: a list expected, not %s",
			list->name, conf_type_name(list->type));
		return;
	}
	out->children = rules_own(s, mem_zalloc((list->n_children + 1) * sizeof(*out->children)));
	for (size_t i = 0; i < list->n_children; i++)
		read_cond(s, &list->children[i], &out->children[out->n_children++]);
}

/* Several of all, any and none in one group must all hold. */
static void read_combined(
	struct rules_source *s, const struct conf_node *node, size_t n, struct source_cond *out)
{
	struct source_cond *into = out;

	if (n > 1) {
		out->kind = COND_ALL;
		into = out->children = rules_own(s, mem_zalloc(n * sizeof(*out->children)));
		out->n_children = n;
	}
	for (size_t i = 0; i < N_COMBINERS; i++) {
		const struct conf_node *list = conf_get(node, combiners[i].name);

		if (list)
			read_children(s, list, combiners[i].kind, into++);
	}
}

static void read_cond(struct rules_source *s, const struct conf_node *node, struct source_cond *out)
{
	size_t combined = 0;

	rules_read_group(s, node, cond_members, out);
	out->place = rules_place(node);
	if (node->type != CONF_GROUP)
		return;
	for (size_t i = 0; i < N_COMBINERS; i++)
		combined += conf_get(node, combiners[i].name) != NULL;
	if ((combined > 0) + (out->signal != NULL) + (out->field != NULL) != 1)
		conf_error(s->errors, node->file, node->line,
			"a condition has all, any or none, or signal, or field");
	else if (combined > 0)
		read_combined(s, node, combined, out);
	else
		out->kind = out->signal ? COND_SIGNAL : COND_FIELD;
}

struct source_cond *rules_read_cond(struct rules_source *s, const struct conf_node *node)
{
	struct source_cond *cond = rules_own(s, mem_zalloc(sizeof(*cond)));

	read_cond(s, node, cond);
	return cond;
}

/* ---- tests ---- */

static const struct rules_member test_members[] = {
	MEMBER(RULES_STRING, source_test, text),
	MEMBER(RULES_STRING, source_test, channel),
	MEMBER(RULES_STRING, source_test, lang),
	MEMBER(RULES_STRING, source_test, caller_role),
	MEMBER(RULES_INT, source_test, age),
	MEMBER(RULES_STRING, source_test, level),
	MEMBER(RULES_STRING, source_test, not_level),
	MEMBER(RULES_STRING, source_test, min_level),
	{ "answers", RULES_OTHER, 0, 0 },
	{ "fields", RULES_OTHER, 0, 0 },
	{ "items", RULES_STRINGS, offsetof(struct source_test, items),
		offsetof(struct source_test, n_items) },
	{ .name = NULL },
};

static void add_item(struct rules_source *s, struct source_test *test, const char *instrument,
	const struct conf_node *node)
{
	size_t n;
	const char *const *value = rules_read_strings(s, node, &n);
	const char **items = mem_zalloc((test->n_items + 3) * sizeof(*items));

	if (test->n_items)
		memcpy(items, test->items, test->n_items * sizeof(*items));
	items[test->n_items] = instrument;
	items[test->n_items + 1] = node->name;
	items[test->n_items + 2] = n ? value[0] : "";
	test->items = rules_own(s, items);
	test->n_items += 3;
}

/* items = [ "asq", "1", "yes" ]: instrument ("" the contact itself), item and value in turn. */
static void check_items(
	struct rules_source *s, const struct conf_node *node, struct source_test *test)
{
	if (test->n_items % 3 == 0)
		return;
	conf_error(s->errors, node->file, node->line,
		"items: instrument, item and value in turn are wanted");
	test->n_items = 0;
}

/* { asq = { q1 = true; }; } or, for the Columbia screener, { q1 = true; }. */
static void read_answers(
	struct rules_source *s, const struct conf_node *node, struct source_test *test)
{
	if (node->type == CONF_STRING) {
		test->answers = node->text;
		return;
	}
	for (size_t i = 0; i < node->n_children; i++) {
		const struct conf_node *child = &node->children[i];

		if (child->type != CONF_GROUP)
			add_item(s, test, "cssrs", child);
		for (size_t k = 0; child->type == CONF_GROUP && k < child->n_children; k++)
			add_item(s, test, child->name, &child->children[k]);
	}
}

static void read_test(struct rules_source *s, const struct conf_node *node, struct source_test *out)
{
	const struct conf_node *answers, *fields;

	out->place = rules_place(node);
	out->age = -1;
	rules_read_group(s, node, test_members, out);
	if (node->type != CONF_GROUP)
		return;
	check_items(s, node, out);
	answers = conf_get(node, "answers");
	fields = conf_get(node, "fields");
	if (answers)
		read_answers(s, answers, out);
	for (size_t i = 0; fields && i < fields->n_children; i++)
		add_item(s, out, NULL, &fields->children[i]);
}

struct source_test *rules_read_tests(
	struct rules_source *s, const struct conf_node *node, size_t *n)
{
	struct source_test *tests =
		rules_own(s, mem_zalloc((node->n_children + 1) * sizeof(*tests)));

	if (node->type != CONF_LIST) {
		conf_error(s->errors, node->file, node->line, "tests: a list expected, not %s",
			conf_type_name(node->type));
		return tests;
	}
	for (*n = 0; *n < node->n_children; (*n)++)
		read_test(s, &node->children[*n], &tests[*n]);
	return tests;
}
