#include "rules_source.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

struct source_place rules_place(const struct conf_node *node)
{
	return (struct source_place){ node->file, node->line };
}

void *rules_own(struct rules_source *s, void *p)
{
	s->owned = mem_resize(s->owned, s->n_owned + 1, sizeof(*s->owned));
	s->owned[s->n_owned++] = p;
	return p;
}

static void wrong_type(struct rules_source *s, const struct conf_node *node, const char *wanted)
{
	conf_error(s->errors, node->file, node->line, "%s: %s expected, not %s",
		*node->name ? node->name : "value", wanted, conf_type_name(node->type));
}

/* A scalar as the text that conditions compare; NULL for anything else. */
static const char *scalar_text(struct rules_source *s, const struct conf_node *node)
{
	struct buf b = { .data = NULL };

	if (node->type == CONF_STRING)
		return node->text;
	if (node->type == CONF_BOOL)
		return node->truth ? "true" : "false";
	if (node->type != CONF_INT)
		return NULL;
	buf_addf(&b, "%lld", (long long)node->integer);
	return rules_own(s, b.data);
}

const char *const *rules_read_strings(
	struct rules_source *s, const struct conf_node *node, size_t *n)
{
	bool many = node->type == CONF_LIST || node->type == CONF_ARRAY;
	size_t count = many ? node->n_children : 1;
	const char **out = rules_own(s, mem_zalloc((count + 1) * sizeof(*out)));

	*n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct conf_node *one = many ? &node->children[i] : node;
		const char *text = scalar_text(s, one);

		if (text)
			out[(*n)++] = text;
		else
			wrong_type(s, one, "a string");
	}
	return out;
}

static void read_member(struct rules_source *s, const struct conf_node *node,
	const struct rules_member *m, char *out)
{
	void *at = out + m->offset;

	switch (m->type) {
	case RULES_STRING:
		if (node->type == CONF_STRING)
			*(const char **)at = node->text;
		else
			wrong_type(s, node, "a string");
		break;
	case RULES_STRINGS:
		*(const char *const **)at =
			rules_read_strings(s, node, (size_t *)(void *)(out + m->count_offset));
		break;
	case RULES_INT:
		if (node->type == CONF_INT && node->integer >= INT32_MIN &&
			node->integer <= INT32_MAX)
			*(int *)at = (int)node->integer;
		else
			wrong_type(s, node, "an integer");
		break;
	case RULES_BOOL:
	case RULES_NOT:
		if (node->type == CONF_BOOL)
			*(bool *)at = node->truth == (m->type == RULES_BOOL);
		else
			wrong_type(s, node, "true or false");
		break;
	case RULES_OTHER:
		break; /* the caller reads it */
	}
}

void rules_read_group(struct rules_source *s, const struct conf_node *group,
	const struct rules_member *members, void *out)
{
	if (group->type != CONF_GROUP) {
		wrong_type(s, group, "a group");
		return;
	}
	for (size_t i = 0; i < group->n_children; i++) {
		const struct conf_node *node = &group->children[i];
		const struct rules_member *m = members;

		while (m->name && strcmp(m->name, node->name) != 0)
			m++;
		if (m->name)
			read_member(s, node, m, out);
		else
			conf_error(s->errors, node->file, node->line, "unknown name \"%s\"",
				node->name);
	}
}

#define MEMBER(type_, struct_, field)                                                              \
	{                                                                                          \
#field, type_, offsetof(struct struct_, field), 0                                  \
	}
#define STRINGS(name, struct_, field)                                                              \
	{                                                                                          \
		name, RULES_STRINGS, offsetof(struct struct_, field),                              \
			offsetof(struct struct_, n_##field)                                        \
	}

static const struct rules_member head_members[] = {
	MEMBER(RULES_STRING, ruleset_source, id),
	MEMBER(RULES_STRING, ruleset_source, version),
	MEMBER(RULES_INT, ruleset_source, schema),
	STRINGS("lang", ruleset_source, langs),
	MEMBER(RULES_STRING, ruleset_source, default_level),
	MEMBER(RULES_STRING, ruleset_source, unscored_level),
	{ .name = NULL },
};

static const struct rules_member class_members[] = {
	MEMBER(RULES_STRING, source_class, name),
	MEMBER(RULES_STRING, source_class, lang),
	MEMBER(RULES_STRING, source_class, words),
	MEMBER(RULES_STRING, source_class, owner),
	MEMBER(RULES_STRING, source_class, added),
	{ .name = NULL },
};

static const struct rules_member alias_members[] = {
	MEMBER(RULES_STRING, source_alias, word),
	MEMBER(RULES_STRING, source_alias, lang),
	MEMBER(RULES_STRING, source_alias, forms),
	MEMBER(RULES_STRING, source_alias, spelt),
	MEMBER(RULES_STRING, source_alias, owner),
	MEMBER(RULES_STRING, source_alias, added),
	{ .name = NULL },
};

static const struct rules_member entry_members[] = {
	MEMBER(RULES_STRING, source_entry, id),
	MEMBER(RULES_STRING, source_entry, family),
	MEMBER(RULES_STRING, source_entry, lang),
	MEMBER(RULES_STRING, source_entry, phrase),
	MEMBER(RULES_STRING, source_entry, owner),
	MEMBER(RULES_STRING, source_entry, added),
	MEMBER(RULES_STRING, source_entry, time),
	MEMBER(RULES_STRING, source_entry, subject),
	{ "negatable", RULES_NOT, offsetof(struct source_entry, not_negatable), 0 },
	{ "figurative_ok", RULES_NOT, offsetof(struct source_entry, not_figurative), 0 },
	{ .name = NULL },
};

static const struct rules_member cue_members[] = {
	MEMBER(RULES_STRING, source_cue, kind),
	MEMBER(RULES_STRING, source_cue, lang),
	MEMBER(RULES_STRING, source_cue, phrase),
	{ .name = NULL },
};

static const struct rules_member frame_members[] = {
	MEMBER(RULES_STRING, source_frame, id),
	MEMBER(RULES_STRING, source_frame, lang),
	MEMBER(RULES_STRING, source_frame, phrase),
	MEMBER(RULES_STRING, source_frame, owner),
	MEMBER(RULES_STRING, source_frame, added),
	STRINGS("suppresses", source_frame, suppresses),
	MEMBER(RULES_STRING, source_frame, reach),
	MEMBER(RULES_STRING, source_frame, subject),
	MEMBER(RULES_STRING, source_frame, time),
	MEMBER(RULES_INT, source_frame, points),
	MEMBER(RULES_INT, source_frame, words),
	{ .name = NULL },
};

static const struct rules_member emoji_members[] = {
	MEMBER(RULES_STRING, source_emoji, text),
	MEMBER(RULES_STRING, source_emoji, token),
	{ .name = NULL },
};

static const struct rules_member points_members[] = {
	MEMBER(RULES_INT, source_points, points),
	MEMBER(RULES_STRING, source_points, words),
	MEMBER(RULES_STRING, source_points, owner),
	MEMBER(RULES_STRING, source_points, added),
	{ .name = NULL },
};

static const struct rules_member note_members[] = {
	MEMBER(RULES_STRING, source_note, lang),
	MEMBER(RULES_STRING, source_note, words),
	MEMBER(RULES_STRING, source_note, as),
	MEMBER(RULES_STRING, source_note, who),
	MEMBER(RULES_BOOL, source_note, capitals),
	{ .name = NULL },
};

static const struct rules_member language_members[] = {
	MEMBER(RULES_STRING, source_language, lang),
	MEMBER(RULES_STRING, source_language, owner),
	MEMBER(RULES_STRING, source_language, added),
	{ .name = NULL },
};

static const struct rules_member wording_members[] = {
	MEMBER(RULES_STRING, source_wording, instrument),
	MEMBER(RULES_STRING, source_wording, item),
	MEMBER(RULES_STRING, source_wording, lang),
	MEMBER(RULES_STRING, source_wording, text),
	{ .name = NULL },
};

static const struct rules_member rule_members[] = {
	MEMBER(RULES_STRING, source_rule, id),
	MEMBER(RULES_STRING, source_rule, level),
	MEMBER(RULES_BOOL, source_rule, raise),
	MEMBER(RULES_STRING, source_rule, raise_max),
	MEMBER(RULES_STRING, source_rule, domain),
	MEMBER(RULES_STRING, source_rule, explain),
	STRINGS("flag", source_rule, flags),
	STRINGS("action", source_rule, actions),
	{ "when", RULES_OTHER, 0, 0 },
	{ "tests", RULES_OTHER, 0, 0 },
	{ .name = NULL },
};

static void read_rule(struct rules_source *s, const struct conf_node *node, void *out)
{
	struct source_rule *rule = out;
	const struct conf_node *when, *tests;

	rules_read_group(s, node, rule_members, rule);
	if (node->type != CONF_GROUP)
		return;
	when = conf_get(node, "when");
	tests = conf_get(node, "tests");
	if (when)
		rule->when = rules_read_cond(s, when);
	if (tests)
		rule->tests = rules_read_tests(s, tests, &rule->n_tests);
}

/* The sections that are lists of groups. All source structs begin with their place. */
static const struct section {
	const char *name;
	const struct rules_member *members;
	void (*read)(struct rules_source *s, const struct conf_node *node, void *out);
	size_t size, items, count;
} sections[] = {
#define SECTION(name, members, read, items)                                                        \
	{                                                                                          \
		name, members, read, sizeof(*((struct ruleset_source *)0)->items),                 \
			offsetof(struct ruleset_source, items),                                    \
			offsetof(struct ruleset_source, n_##items)                                 \
	}
	SECTION("classes", class_members, NULL, classes),
	SECTION("aliases", alias_members, NULL, aliases),
	SECTION("lexicon", entry_members, NULL, entries),
	SECTION("cues", cue_members, NULL, cues),
	SECTION("frames", frame_members, NULL, frames),
	SECTION("emoji", emoji_members, NULL, emoji),
	SECTION("points", points_members, NULL, points),
	SECTION("points_now", points_members, NULL, points_now),
	SECTION("notes", note_members, NULL, notes),
	SECTION("languages", language_members, NULL, languages),
	SECTION("wording", wording_members, NULL, wording),
	SECTION("rules", NULL, read_rule, rules),
};

static void read_section(
	struct rules_source *s, const struct section *section, const struct conf_node *list)
{
	char *source = (char *)&s->source;
	char **items = (char **)(void *)(source + section->items);
	size_t *count = (size_t *)(void *)(source + section->count);

	if (list->type != CONF_LIST) {
		wrong_type(s, list, "a list");
		return;
	}
	*items = mem_resize(*items, *count + list->n_children + 1, section->size);
	for (size_t i = 0; i < list->n_children; i++) {
		const struct conf_node *node = &list->children[i];
		char *item = *items + (*count)++ * section->size;

		memset(item, 0, section->size);
		*(struct source_place *)(void *)item = rules_place(node);
		if (section->read)
			section->read(s, node, item);
		else
			rules_read_group(s, node, section->members, item);
	}
}

static void read_head(struct rules_source *s, const struct conf_node *node)
{
	if (s->has_head)
		conf_error(s->errors, node->file, node->line,
			"a second ruleset group; the first is at %s:%d", s->source.place.file,
			s->source.place.line);
	s->has_head = true;
	s->source.place = rules_place(node);
	rules_read_group(s, node, head_members, &s->source);
}

void rules_source_add(struct rules_source *s, struct conf_node *root)
{
	s->roots = mem_resize(s->roots, s->n_roots + 1, sizeof(struct conf_node *));
	s->roots[s->n_roots++] = root;
	for (size_t i = 0; i < root->n_children; i++) {
		const struct conf_node *node = &root->children[i];
		size_t k = 0, n = sizeof(sections) / sizeof(sections[0]);

		while (k < n && strcmp(sections[k].name, node->name) != 0)
			k++;
		if (k < n)
			read_section(s, &sections[k], node);
		else if (strcmp(node->name, "ruleset") == 0)
			read_head(s, node);
		else
			conf_error(s->errors, node->file, node->line, "unknown section \"%s\"",
				node->name);
	}
}

void rules_source_free(struct rules_source *s)
{
	for (size_t i = 0; i < s->n_roots; i++)
		conf_free(&s->roots[i]);
	for (size_t i = 0; i < s->n_owned; i++)
		free(s->owned[i]);
	free(s->roots);
	free(s->owned);
	free(s->source.classes);
	free(s->source.aliases);
	free(s->source.entries);
	free(s->source.cues);
	free(s->source.frames);
	free(s->source.emoji);
	free(s->source.points);
	free(s->source.points_now);
	free(s->source.notes);
	free(s->source.rules);
	free(s->source.languages);
	free(s->source.wording);
	memset(s, 0, sizeof(*s));
}
