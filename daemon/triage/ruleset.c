#include "triaged/triage/ruleset.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "compile.h"

#define SCHEMA 1

static void PRINTF_LIKE(3, 0)
	report(struct compiler *c, struct source_place place, const char *fmt, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, args);
	c->report->n_errors++;
	c->report->error(c->report->ctx, place, text);
}

void compile_error(struct compiler *c, struct source_place place, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(c, place, fmt, args);
	va_end(args);
}

void compile_flaw(struct compiler *c, struct source_place place, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!c->report->lenient)
		report(c, place, fmt, args);
	va_end(args);
}

const char *compile_str(struct compiler *c, const char *s)
{
	struct ruleset *r = c->rules;

	if (!s)
		return NULL;
	r->strings = mem_resize(r->strings, r->n_strings + 1, sizeof(*r->strings));
	r->strings[r->n_strings] = mem_strdup(s);
	return r->strings[r->n_strings++];
}

/* Ids stand in facts between spaces, so they are of plain characters. */
static bool is_plain_id(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n <= 64 &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

void compile_id(struct compiler *c, struct source_place place, const char *what, const char *id)
{
	const struct source_place *before;

	if (!id || !is_plain_id(id)) {
		compile_error(c, place,
			"%s: id is missing or has other characters than A-Z a-z 0-9 . _ -", what);
		return;
	}
	before = map_get(&c->ids, id);
	if (before)
		compile_error(c, place, "%s: id \"%s\" is already used at %s:%d", what, id,
			before->file, before->line);
	else
		map_put(&c->ids, id, mem_dup(&place, sizeof(place)));
}

static void compile_level(struct compiler *c, const char *name, const char *what, enum level *level)
{
	if (name && level_parse(name, strlen(name), level) < 0)
		compile_error(c, c->source->place, "ruleset: %s \"%s\" is no level", what, name);
}

static void compile_head(struct compiler *c)
{
	const struct ruleset_source *s = c->source;
	struct ruleset *r = c->rules;

	if (!s->id || !is_plain_id(s->id))
		compile_error(c, s->place, "ruleset: id is missing or not plain");
	if (!s->version || !*s->version)
		compile_error(c, s->place, "ruleset: version is missing");
	if (s->schema != SCHEMA)
		compile_error(c, s->place, "ruleset: schema %d is not %d, the one this build reads",
			s->schema, SCHEMA);
	if (s->n_langs == 0)
		compile_error(c, s->place, "ruleset: lang lists no language");
	r->default_level = LEVEL_LOW;
	r->unscored_level = LEVEL_MODERATE;
	compile_level(c, s->default_level, "default_level", &r->default_level);
	compile_level(c, s->unscored_level, "unscored_level", &r->unscored_level);
	if (r->unscored_level == LEVEL_LOW)
		compile_error(c, s->place, "ruleset: unscored_level may not be low");
	r->id = compile_str(c, s->id ? s->id : "");
	r->version = compile_str(c, s->version ? s->version : "");
	r->digest = compile_str(c, s->digest ? s->digest : "");
	r->langs = mem_zalloc((s->n_langs + 1) * sizeof(*r->langs));
	for (size_t i = 0; i < s->n_langs; i++)
		r->langs[r->n_langs++] = compile_str(c, s->langs[i]);
}

static void check_families(struct compiler *c)
{
	uint64_t reported = 0;

	for (size_t i = 0; i < c->source->n_entries; i++) {
		uint64_t bit = names_mask(family_names, FAMILY_COUNT, c->source->entries[i].family);

		if (!bit || (bit & (c->families_used | reported)))
			continue;
		reported |= bit;
		compile_error(c, c->source->entries[i].place, "family \"%s\": no rule reads it",
			c->source->entries[i].family);
	}
}

static void init(struct compiler *c)
{
	map_init(&c->ids, 0, 0);
	map_init(&c->classes, 0, 0);
	map_init(&c->aliases, 0, 0);
	map_init(&c->conditions, 0, 0);
	map_init(&c->entries, 0, 0);
	map_init(&c->cues, 0, 0);
}

static void fini(struct compiler *c)
{
	void *place;
	size_t i = 0;

	while ((place = map_walk(&c->ids, &i, NULL)))
		free(place);
	map_fini(&c->ids);
	map_fini(&c->classes);
	map_fini(&c->aliases);
	map_fini(&c->conditions);
	map_fini(&c->entries);
	map_fini(&c->cues);
	buf_free(&c->whole);
}

static void compile_scan(struct compiler *c)
{
	struct ruleset *r = c->rules;

	scan_compile(&r->scan, r->phrases, r->n_phrases, &r->vocab);
	decoder_init(&r->decoder, &r->vocab);
}

static struct ruleset *empty(void)
{
	struct ruleset *r = mem_zalloc(sizeof(*r));

	r->refs = 1;
	vocab_init(&r->vocab);
	points_init(&r->points);
	return r;
}

struct ruleset *ruleset_none(void)
{
	static const char *const langs[] = { "en" };
	const struct ruleset_source source = {
		.id = "none", .version = "0", .schema = SCHEMA, .langs = langs, .n_langs = 1
	};
	struct ruleset_report report = { .n_errors = 0 };
	struct compiler c = { .source = &source, .report = &report, .rules = empty() };

	compile_head(&c);
	compile_scan(&c);
	CHECK(report.n_errors == 0);
	return c.rules;
}

struct ruleset *ruleset_compile(const struct ruleset_source *source, struct ruleset_report *report)
{
	struct compiler c = { .source = source, .report = report, .rules = empty() };

	report->n_errors = report->n_tests = 0;
	init(&c);
	compile_head(&c);
	compile_languages(&c);
	compile_wording(&c);
	compile_classes(&c);
	compile_aliases(&c);
	compile_words(&c);
	compile_spellings(&c);
	compile_classes_used(&c);
	compile_rules(&c);
	check_families(&c);
	c.is_whole = !source->faulty && report->n_errors == 0;
	if (c.is_whole)
		compile_scan(&c);
	compile_tests(&c);
	fini(&c);
	if (source->faulty || report->n_errors > 0)
		ruleset_unref(&c.rules);
	return c.rules;
}

struct ruleset *ruleset_ref(struct ruleset *rules)
{
	CHECK(rules->refs > 0);
	rules->refs++;
	return rules;
}

static void free_cond(struct cond *c)
{
	for (uint32_t i = 0; i < c->n_children; i++)
		free_cond(&c->children[i]);
	free(c->children);
	free(c->values);
}

static void free_rules(struct ruleset *r)
{
	for (uint32_t i = 0; i < r->n_rules; i++) {
		free_cond(&r->rules[i].when);
		free(r->rules[i].flags);
		free(r->rules[i].actions);
	}
	free(r->rules);
	free(r->gates);
}

void ruleset_unref(struct ruleset **rules)
{
	struct ruleset *r = *rules;

	*rules = NULL;
	if (!r || --r->refs > 0)
		return;
	free_rules(r);
	for (uint32_t i = 0; i < r->n_phrases; i++)
		phrase_fini(&r->phrases[i]);
	for (uint32_t i = 0; i < r->n_clause_cues; i++)
		phrase_fini(&r->clause_cues[i]);
	free(r->phrases);
	free(r->clause_cues);
	free(r->clause_begins);
	free(r->note_words);
	free(r->owners);
	scan_fini(&r->scan);
	decoder_fini(&r->decoder);
	vocab_fini(&r->vocab);
	points_fini(&r->points);
	fold_fini(&r->fold);
	free(r->entries);
	free(r->frames);
	free(r->points_topics);
	free(r->langs);
	free(r->wording);
	for (size_t i = 0; i < r->n_strings; i++)
		free(r->strings[i]);
	free(r->strings);
	free(r);
}

const char *ruleset_id(const struct ruleset *rules)
{
	return rules->id;
}

const char *ruleset_version(const struct ruleset *rules)
{
	return rules->version;
}

const char *ruleset_digest(const struct ruleset *rules)
{
	return rules->digest;
}

struct ruleset_counts ruleset_count(const struct ruleset *rules)
{
	return (struct ruleset_counts){ .entries = rules->n_entries,
		.cues = rules->n_cues,
		.frames = rules->n_frames,
		.rules = rules->n_rules };
}
