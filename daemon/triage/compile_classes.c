/*
 * What a phrase is written shorter by: {name} stands for the group of words of that class, and a word
 * that has an alias for itself and its forms.
 */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define CLASS_DEPTH 4
#define NAME_MAX    32
#define WHOLE_MAX   65536 /* bytes of a phrase written out */

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

/* Classes are found by language and name, aliases by language and word. */
static const char *name_key(struct buf *b, const char *lang, const char *name, size_t n)
{
	buf_clear(b);
	buf_adds(b, lang ? lang : "");
	buf_add(b, " ", 1);
	buf_add(b, name, n);
	return buf_str(b);
}

void compile_classes(struct compiler *c)
{
	struct buf key = { .data = NULL };

	for (size_t i = 0; i < c->source->n_classes; i++) {
		const struct source_class *s = &c->source->classes[i];
		size_t n = s->name ? strspn(s->name, name_letters) : 0;

		compile_lang(c, s->place, s->lang);
		compile_owner(c, s->place, s->owner, s->added);
		if (n == 0 || n > NAME_MAX || s->name[n])
			compile_error(c, s->place,
				"class: name is missing or not 1 to %d small letters, digits and _",
				NAME_MAX);
		else if (!s->words || !*s->words)
			compile_error(c, s->place, "class %s: words are missing", s->name);
		else if (map_get(&c->classes, name_key(&key, s->lang, s->name, n)))
			compile_error(c, s->place, "class %s: there is one already", s->name);
		else
			map_put(&c->classes, buf_str(&key), (void *)(uintptr_t)s);
	}
	buf_free(&key);
}

/* Mark the classes of that language that the phrase names. */
static void mark_used(
	struct compiler *c, struct buf *key, bool *used, const char *lang, const char *phrase)
{
	const char *at = phrase;

	while (at && (at = strchr(at, '{'))) {
		size_t n = strspn(++at, name_letters);
		const struct source_class *class = map_get(&c->classes, name_key(key, lang, at, n));

		if (class)
			used[class - c->source->classes] = true;
	}
}

void compile_classes_used(struct compiler *c)
{
	const struct ruleset_source *s = c->source;
	bool *used = mem_zalloc((s->n_classes + 1) * sizeof(*used));
	struct buf key = { .data = NULL };

	for (size_t i = 0; i < s->n_classes; i++)
		mark_used(c, &key, used, s->classes[i].lang, s->classes[i].words);
	for (size_t i = 0; i < s->n_entries; i++)
		mark_used(c, &key, used, s->entries[i].lang, s->entries[i].phrase);
	for (size_t i = 0; i < s->n_cues; i++)
		mark_used(c, &key, used, s->cues[i].lang, s->cues[i].phrase);
	for (size_t i = 0; i < s->n_frames; i++)
		mark_used(c, &key, used, s->frames[i].lang, s->frames[i].phrase);
	for (size_t i = 0; i < s->n_classes; i++) {
		const struct source_class *class = &s->classes[i];

		if (class->name && !used[i] &&
			map_get(&c->classes, name_key(&key, class->lang, class->name,
						     strlen(class->name))) == class)
			compile_flaw(c, class->place, "class %s: no phrase or class uses it",
				class->name);
	}
	buf_free(&key);
	free(used);
}

/* In folded text words have neither capitals nor accents; other scripts are taken as they are. */
static bool is_alias_word(const char *s)
{
	for (; *s; s++)
		if ((uint8_t)*s < 0x80 && !strchr(name_letters, *s))
			return false;
	return true;
}

void compile_aliases(struct compiler *c)
{
	struct buf key = { .data = NULL };

	for (size_t i = 0; i < c->source->n_aliases; i++) {
		const struct source_alias *s = &c->source->aliases[i];
		const char *word = s->word ? s->word : "";

		compile_lang(c, s->place, s->lang);
		compile_owner(c, s->place, s->owner, s->added);
		if (!*word || !is_alias_word(word))
			compile_error(c, s->place,
				"alias: word is missing or not one word in small letters");
		else if (s->forms ? !*s->forms : !s->spelt)
			compile_error(c, s->place, "alias %s: forms are missing", word);
		else if (map_get(&c->aliases, name_key(&key, s->lang, word, strlen(word))))
			compile_error(c, s->place, "alias %s: there is one already", word);
		else
			map_put(&c->aliases, buf_str(&key), (void *)(uintptr_t)s);
	}
	buf_free(&key);
}

static void compile_spelling(
	struct compiler *c, const struct source_alias *s, const char *p, size_t n)
{
	struct vocab *vocab = &c->rules->vocab;
	char word[WORD_MAX + 1];

	if (n == 0 || n > WORD_MAX) {
		compile_error(
			c, s->place, "alias %s: spelt: a word is missing or too long", s->word);
		return;
	}
	memcpy(word, p, n);
	word[n] = '\0';
	if (!is_alias_word(word))
		compile_error(c, s->place,
			"alias %s: spelt: \"%s\" is not one word in small letters", s->word, word);
	else if (!vocab_spell(vocab, word, vocab_find(vocab, s->word, strlen(s->word))))
		compile_flaw(c, s->place, "alias %s: spelt: \"%s\" is in another one too", s->word,
			word);
}

void compile_spellings(struct compiler *c)
{
	for (size_t i = 0; i < c->source->n_aliases; i++) {
		const struct source_alias *s = &c->source->aliases[i];

		if (!s->spelt || !s->word)
			continue;
		if (vocab_find(&c->rules->vocab, s->word, strlen(s->word)) == WORD_NONE) {
			compile_flaw(c, s->place, "alias %s: no phrase has the word", s->word);
			continue;
		}
		for (const char *p = s->spelt;; p++) {
			size_t n = strcspn(p, "|");

			compile_spelling(c, s, p, n);
			p += n;
			if (!*p)
				break;
		}
	}
}

/* What is being written out. */
struct expansion {
	struct compiler *c;
	const struct wording *wording;
	struct buf *out, key;
};

/* Alternatives behind what is written so far: in parentheses, unless they join those around them. */
static bool needs_group(const struct buf *out, char behind)
{
	char before = out->len ? out->data[out->len - 1] : '\0';

	return !((before == '(' || before == '|') && (behind == ')' || behind == '|'));
}

/* Copy the word at p, n bytes, with the forms that may stand for it. */
static void expand_word(struct expansion *x, const char *p, size_t n, char behind)
{
	char before = x->out->len ? x->out->data[x->out->len - 1] : '\0';
	const struct source_alias *alias = NULL;
	bool group = needs_group(x->out, behind);

	if (x->wording->aliased && before != '#' && before != '<' && behind != '*')
		alias = map_get(&x->c->aliases, name_key(&x->key, x->wording->lang, p, n));
	if (alias && !alias->forms)
		alias = NULL;
	if (alias && group)
		buf_adds(x->out, "(");
	buf_add(x->out, p, n);
	if (alias) {
		buf_adds(x->out, "|");
		buf_adds(x->out, alias->forms);
		buf_adds(x->out, group ? ")" : "");
	}
}

static int expand(struct expansion *x, const char *phrase, char behind, int depth);

/* The class whose name begins at `name`, behind the brace; its length to *n. */
static int expand_class(struct expansion *x, const char *name, size_t *n, char behind, int depth)
{
	const struct source_class *class;
	bool group;

	*n = strspn(name, name_letters);
	if (name[*n] != '}') {
		compile_error(x->c, x->wording->place, "phrase: a class without its closing brace");
		return -1;
	}
	class = map_get(&x->c->classes, name_key(&x->key, x->wording->lang, name, *n));
	if (!class) {
		compile_error(x->c, x->wording->place,
			"phrase: there is no class %.*s in its language",
			(int)(*n > NAME_MAX ? NAME_MAX : *n), name);
		return -1;
	}
	if (depth == CLASS_DEPTH) {
		compile_error(x->c, x->wording->place,
			"phrase: class %s: classes nested deeper than %d", class->name,
			CLASS_DEPTH);
		return -1;
	}
	behind = name[*n + 1] ? name[*n + 1] : behind;
	group = needs_group(x->out, behind);
	buf_adds(x->out, group ? "(" : "");
	if (expand(x, class->words, group ? ')' : behind, depth + 1) < 0)
		return -1;
	buf_adds(x->out, group ? ")" : "");
	return 0;
}

/* `behind` is what comes behind the phrase. */
static int expand(struct expansion *x, const char *phrase, char behind, int depth)
{
	while (*phrase) {
		size_t n = strcspn(phrase, " (){|<>*#?");

		if (*phrase == '{') {
			if (expand_class(x, phrase + 1, &n, behind, depth) < 0)
				return -1;
			n += 2;
		} else if (n > 0) {
			expand_word(x, phrase, n, phrase[n] ? phrase[n] : behind);
		} else {
			buf_add(x->out, phrase, n = 1);
		}
		phrase += n;
		if (x->out->len > WHOLE_MAX) {
			compile_error(x->c, x->wording->place,
				"phrase: more than %d bytes with its classes and aliases",
				WHOLE_MAX);
			return -1;
		}
	}
	return 0;
}

int compile_expand(struct compiler *c, const struct wording *s, struct buf *out)
{
	struct expansion x = { .c = c, .wording = s, .out = out };
	int result;

	buf_clear(out);
	result = expand(&x, s->phrase, '\0', 0);
	buf_free(&x.key);
	return result;
}
