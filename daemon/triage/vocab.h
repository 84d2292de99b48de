/*
 * The words a ruleset knows: every word of its phrases, numbered, with marks. Filled while
 * compiling, read-only afterwards.
 */
#ifndef TRIAGE_VOCAB_H
#define TRIAGE_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/map.h"

#define WORD_NONE UINT32_MAX
#define WORD_MAX  32 /* longest word in bytes that is compared; longer ones are never known words */

enum {
	WORD_KEY = 1,    /* occurs in a lexicon phrase: disguises and misspellings resolve to it */
	WORD_LIGHT = 2,  /* a negation reaches across it */
	WORD_CLAUSE = 4, /* a clause cue may begin with it */
	WORD_FIRST_PERSON = 8, /* I, me, my, … */
	WORD_NUMBER = 16,      /* a number in letters */
	WORD_AND = 32,         /* joins one statement to the next */
	WORD_COMMON = 64,      /* many texts have it */
	WORD_FREQUENT = 128,   /* nearly every text has it */
	WORD_NOTED = 256,      /* staff notes have it where the person says another word */
	WORD_CLIENT = 512,     /* there it names the person in contact */
	WORD_ANOTHER = 1024,   /* there it names somebody else */
	WORD_CAPITALS = 2048,  /* there it is short for another word when in capitals */
	WORD_FOREIGN = 4096,   /* of a language without a lexicon; in no phrase */
	WORD_FILLER = 8192,    /* said while thinking; says nothing */
	WORD_SPELT = 16384,    /* stands in a phrase, and for another word as well */
};

struct vocab_word {
	uint32_t at; /* into bytes */
	uint16_t len;
	uint16_t marks;
};

struct vocab {
	char *bytes;
	size_t n_bytes, cap_bytes;
	struct vocab_word *words;
	uint32_t n_words, cap_words;
	uint32_t *slots; /* word + 1, 0 = free */
	size_t n_slots;  /* power of two */
	size_t longest;
	struct map expected; /* words not entered yet -> the marks they get then */
	struct map spelt;    /* other spellings -> the number of the word they stand for, + 1 */
};

/* Is it one that disguises and misspellings resolve to? */
static inline bool vocab_is_key(const struct vocab *v, uint32_t word)
{
	return word != WORD_NONE && (v->words[word].marks & WORD_KEY);
}

void vocab_init(struct vocab *v);
void vocab_fini(struct vocab *v);
uint32_t vocab_add(struct vocab *v, const char *p, size_t n); /* the number it has or gets */
/* Mark a word if it is known, or when it becomes so: it is not entered. */
void vocab_expect(struct vocab *v, const char *p, size_t n, uint16_t marks);
uint32_t vocab_find(const struct vocab *v, const char *p, size_t n);
/* Have a spelling stand for a word; false: it stands for another. */
bool vocab_spell(struct vocab *v, const char *spelling, uint32_t word);
uint32_t vocab_spelt(const struct vocab *v, const char *p, size_t n); /* the word, or WORD_NONE */
/* Are the letters of `beginning` the first ones of `word`? */
bool vocab_begins(const struct vocab *v, uint32_t word, uint32_t beginning);
const char *vocab_text(const struct vocab *v, uint32_t word); /* len bytes, no NUL behind */
uint64_t vocab_hash(const char *p, size_t n);

#endif
