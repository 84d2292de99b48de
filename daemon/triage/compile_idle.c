/*
 * Words that can never count: an entry that a frame with the same phrase sets aside wherever it
 * stands, and a cue whose words are also one of a kind that undoes it. Phrases are compared as they
 * are written out, of whatever language but for persons: a text is searched for those of all.
 */
#include "compile.h"

#include <string.h>

#define KIND(k) (UINT32_C(1) << (k))
#define PERSONS (KIND(CUE_THIRD_PARTY) | KIND(CUE_FIRST_PERSON))

/*
 * Kinds of which the same words can be one only. Of several times the nearest counts, so another one
 * never does; a negation in a pseudo-negation is none; who is named first settles whom it is about;
 * what is meant in earnest is no quotation, and no joke.
 */
static const uint32_t exclusive[] = {
	KIND(CUE_NOW) | KIND(CUE_SOON) | KIND(CUE_RECENT) | KIND(CUE_PAST),
	KIND(CUE_NEGATION) | KIND(CUE_PSEUDO_NEGATION),
	KIND(CUE_CHARTED) | KIND(CUE_PSEUDO_NEGATION),
	PERSONS,
	KIND(CUE_QUOTED) | KIND(CUE_EARNEST),
	KIND(CUE_JOKE) | KIND(CUE_EARNEST),
};

static uint32_t excluded_by(enum cue kind)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < sizeof(exclusive) / sizeof(exclusive[0]); i++)
		if (exclusive[i] & KIND(kind))
			kinds |= exclusive[i];
	return kinds & ~KIND(kind);
}

static const char *key_of(
	struct buf *key, const char *sense, const char *lang, const char *phrase, size_t n)
{
	buf_clear(key);
	buf_addf(key, "%s %s ", sense, lang);
	buf_add(key, phrase, n);
	return buf_str(key);
}

static void check_words(
	struct compiler *c, const struct source_cue *s, enum cue kind, const char *words, size_t n)
{
	struct buf key = { .data = NULL };
	uint32_t others = excluded_by(kind);
	/* A word may be another person in one language and oneself in the next: it is read as the phrase is. */
	const char *lang = KIND(kind) & PERSONS && s->lang ? s->lang : "";

	for (; others; others &= others - 1) {
		const char *other = cue_names[__builtin_ctz(others)];
		const struct source_cue *before =
			map_get(&c->cues, key_of(&key, other, lang, words, n));

		if (before)
			compile_flaw(c, s->place,
				"cue: \"%.*s\" cannot be %s and %s, as it is at %s:%d", (int)n,
				words, cue_names[kind], other, before->place.file,
				before->place.line);
	}
	map_put(&c->cues, key_of(&key, cue_names[kind], lang, words, n), (void *)(uintptr_t)s);
	buf_free(&key);
}

/* Bytes up to the bar or the parenthesis that ends the alternative at p. */
static size_t alternative(const char *p)
{
	size_t n = 0;

	for (int depth = 0; p[n] && (depth > 0 || !strchr("|)", p[n])); n++)
		depth += p[n] == '(' ? 1 : p[n] == ')' ? -1 : 0;
	return n;
}

/* Is the phrase one group from its first to its last character? */
static bool is_group(const char *p)
{
	size_t at = 0;

	if (*p != '(')
		return false;
	do {
		at++;
		at += alternative(p + at);
	} while (p[at] == '|');
	return p[at] == ')' && !p[at + 1];
}

void compile_idle_cue(struct compiler *c, const struct source_cue *s, enum cue kind)
{
	const char *p = buf_str(&c->whole);

	if (!excluded_by(kind))
		return;
	if (!is_group(p)) {
		check_words(c, s, kind, p, strlen(p));
		return;
	}
	do {
		size_t n = alternative(++p);

		check_words(c, s, kind, p, n);
		p += n;
	} while (*p == '|');
}

void compile_idle_entry(struct compiler *c, const struct source_entry *s)
{
	struct buf key = { .data = NULL };
	const char *phrase = buf_str(&c->whole);

	if (!s->not_figurative)
		map_put(&c->entries, key_of(&key, s->family, "", phrase, strlen(phrase)),
			(void *)(uintptr_t)s);
	buf_free(&key);
}

/* In earnest no frame sets aside what is done to a body, and a topic leaves what it cannot explain. */
void compile_idle_frame(
	struct compiler *c, const struct source_frame *s, enum reach reach, uint64_t families)
{
	struct buf key = { .data = NULL };
	const char *phrase = buf_str(&c->whole);

	if (reach != REACH_PHRASE || s->subject)
		return;
	for (families &= ~FAMILIES_ACT; families; families &= families - 1) {
		const char *family = family_names[__builtin_ctzll(families)];
		const struct source_entry *entry =
			map_get(&c->entries, key_of(&key, family, "", phrase, strlen(phrase)));

		if (entry)
			compile_flaw(c, entry->place,
				"lexicon \"%s\": never counts: the frame \"%s\" at %s:%d has the same "
				"phrase and sets %s aside",
				entry->id, s->id, s->place.file, s->place.line, family);
	}
	buf_free(&key);
}
