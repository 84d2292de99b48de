/* Word classes: {name} in a phrase stands for the group of words it names. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#define CLASS_DEPTH 4
#define NAME_MAX    32
#define WHOLE_MAX   65536 /* bytes of a phrase written out */

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

/* Classes are found by language and name. */
static const char *class_key(struct buf *b, const char *lang, const char *name, size_t n)
{
	buf_clear(b);
	buf_addf(b, "%s %.*s", lang ? lang : "", (int)n, name);
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
		else if (map_get(&c->classes, class_key(&key, s->lang, s->name, n)))
			compile_error(c, s->place, "class %s: there is one already", s->name);
		else
			map_put(&c->classes, buf_str(&key), (void *)(uintptr_t)s);
	}
	buf_free(&key);
}

/* What is being expanded. */
struct expansion {
	struct compiler *c;
	struct source_place place;
	const char *lang;
	struct buf *out;
};

static int expand(const struct expansion *x, const char *phrase, int depth);

/* The class whose name begins at `name`, behind the brace; its length to *n. */
static int expand_class(const struct expansion *x, const char *name, size_t *n, int depth)
{
	struct buf key = { .data = NULL };
	const struct source_class *class;
	int result;

	*n = strspn(name, name_letters);
	if (name[*n] != '}') {
		compile_error(x->c, x->place, "phrase: a class without its closing brace");
		return -1;
	}
	class = map_get(&x->c->classes, class_key(&key, x->lang, name, *n));
	buf_free(&key);
	if (!class) {
		compile_error(x->c, x->place, "phrase: there is no class %.*s in its language",
			(int)(*n > NAME_MAX ? NAME_MAX : *n), name);
		return -1;
	}
	if (depth == CLASS_DEPTH || x->out->len > WHOLE_MAX) {
		compile_error(x->c, x->place,
			"phrase: class %s: classes nested deeper than %d, or more than %d bytes",
			class->name, CLASS_DEPTH, WHOLE_MAX);
		return -1;
	}
	buf_adds(x->out, "(");
	result = expand(x, class->words, depth + 1);
	buf_adds(x->out, ")");
	return result;
}

static int expand(const struct expansion *x, const char *phrase, int depth)
{
	while (*phrase) {
		size_t n = strcspn(phrase, "{");

		buf_add(x->out, phrase, n);
		phrase += n;
		if (!*phrase)
			break;
		if (expand_class(x, phrase + 1, &n, depth) < 0)
			return -1;
		phrase += n + 2;
	}
	return 0;
}

int compile_expand(struct compiler *c, struct source_place place, const char *lang,
	const char *phrase, struct buf *out)
{
	const struct expansion x = { c, place, lang, out };

	buf_clear(out);
	return expand(&x, phrase, 0);
}
