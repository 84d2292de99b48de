/*
 * The words a ruleset knows: every word of its phrases, numbered, with marks. Filled while
 * compiling, read-only afterwards.
 */
#ifndef TRIAGE_VOCAB_H
#define TRIAGE_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORD_NONE UINT32_MAX
#define WORD_MAX  32 /* longest word in bytes that is compared; longer ones are never known words */

enum {
	WORD_KEY = 1,    /* occurs in a lexicon phrase: disguises and misspellings resolve to it */
	WORD_LIGHT = 2,  /* a negation reaches across it */
	WORD_CLAUSE = 4, /* a clause cue may begin with it */
	WORD_FIRST_PERSON = 8, /* I, me, my, … */
	WORD_NUMBER = 16,      /* a number in letters */
	WORD_AND = 32,         /* joins one statement to the next */
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
};

/* Is it one that disguises and misspellings resolve to? */
static inline bool vocab_is_key(const struct vocab *v, uint32_t word)
{
	return word != WORD_NONE && (v->words[word].marks & WORD_KEY);
}

void vocab_init(struct vocab *v);
void vocab_fini(struct vocab *v);
uint32_t vocab_add(struct vocab *v, const char *p, size_t n); /* the number it has or gets */
uint32_t vocab_find(const struct vocab *v, const char *p, size_t n);
const char *vocab_text(const struct vocab *v, uint32_t word); /* len bytes, no NUL behind */
uint64_t vocab_hash(const char *p, size_t n);

#endif
