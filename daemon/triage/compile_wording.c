/* Languages that files bring along, who answers for what, and the center's wording of items. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define WORDING_MAX 1000 /* bytes of one item's text */

static int days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool is_date(const char *s)
{
	static const char shape[] = "dddd-dd-dd";

	if (!s || strlen(s) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return false;
	return true;
}

/* A day of the calendar. Whether it is still to come only a clock could tell. */
static bool is_day(const char *date)
{
	int year = atoi(date), month = atoi(date + 5), day = atoi(date + 8);

	return month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
}

static bool is_blank(const char *s)
{
	return !s[strspn(s, " \t\r\n")];
}

/* Somebody answers for every word of the lexicon, since a date. */
void compile_owner(
	struct compiler *c, struct source_place place, const char *owner, const char *added)
{
	if (!owner || !*owner)
		compile_error(c, place, "owner is missing");
	else if (is_blank(owner))
		compile_flaw(c, place, "owner is missing: there are only blanks");
	if (!is_date(added))
		compile_error(c, place, "added is missing or no date (YYYY-MM-DD)");
	else if (!is_day(added))
		compile_flaw(c, place, "added \"%s\" is no day of the calendar", added);
}

size_t compile_lang_number(const struct ruleset *r, const char *lang)
{
	size_t i = 0;

	while (i < r->n_langs && (!lang || strcmp(r->langs[i], lang) != 0))
		i++;
	return i;
}

static bool lists_lang(const struct ruleset *r, const char *lang)
{
	return compile_lang_number(r, lang) < r->n_langs;
}

void compile_lang(struct compiler *c, struct source_place place, const char *lang)
{
	if (!lists_lang(c->rules, lang))
		compile_error(c, place, "lang \"%s\" is not among the ruleset's", lang ? lang : "");
}

/* As in BCP 47, the language alone: two or three small letters. */
static bool is_lang(const char *lang)
{
	size_t n = lang ? strlen(lang) : 0;

	return (n == 2 || n == 3) && strspn(lang, "abcdefghijklmnopqrstuvwxyz") == n;
}

bool compile_is_other_lang(struct compiler *c, struct source_place place, const char *lang)
{
	if (!is_lang(lang)) {
		compile_error(c, place, "lang is missing or no language code");
		return false;
	}
	return !lists_lang(c->rules, lang);
}

void compile_languages(struct compiler *c)
{
	struct ruleset *r = c->rules;

	for (size_t i = 0; i < c->source->n_languages; i++) {
		const struct source_language *s = &c->source->languages[i];

		compile_owner(c, s->place, s->owner, s->added);
		if (!is_lang(s->lang)) {
			compile_error(c, s->place, "lang is missing or no language code");
			continue;
		}
		if (lists_lang(r, s->lang))
			continue;
		r->langs = mem_resize(r->langs, r->n_langs + 1, sizeof(*r->langs));
		r->langs[r->n_langs++] = compile_str(c, s->lang);
	}
}

static void check_item(struct compiler *c, const struct source_wording *s)
{
	int field = s->instrument && s->item ? field_find_item(s->instrument, s->item) : -1;

	if (field < 0 || field_table[field].computed || !field_table[field].instrument)
		compile_error(c, s->place, "\"%s.%s\" is no item of an instrument",
			s->instrument ? s->instrument : "", s->item ? s->item : "");
}

static void check_twice(struct compiler *c, const struct source_wording *s)
{
	const struct ruleset *r = c->rules;

	for (size_t i = 0; i < r->n_wording; i++)
		if (strcmp(r->wording[i].instrument, s->instrument) == 0 &&
			strcmp(r->wording[i].item, s->item) == 0 &&
			strcmp(r->wording[i].lang, s->lang) == 0)
			compile_error(c, s->place, "a second wording of %s.%s in \"%s\"",
				s->instrument, s->item, s->lang);
}

void compile_wording(struct compiler *c)
{
	struct ruleset *r = c->rules;

	r->wording = mem_zalloc((c->source->n_wording + 1) * sizeof(*r->wording));
	for (size_t i = 0; i < c->source->n_wording; i++) {
		const struct source_wording *s = &c->source->wording[i];

		check_item(c, s);
		compile_lang(c, s->place, s->lang);
		if (!s->text || !*s->text || strlen(s->text) > WORDING_MAX)
			compile_error(c, s->place, "text is missing or longer than %d bytes",
				WORDING_MAX);
		if (!s->instrument || !s->item || !s->lang || !s->text)
			continue;
		check_twice(c, s);
		r->wording[r->n_wording++] = (struct ruleset_wording){ compile_str(
									       c, s->instrument),
			compile_str(c, s->item), compile_str(c, s->lang), compile_str(c, s->text) };
	}
}
