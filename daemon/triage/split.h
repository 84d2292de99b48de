/* Letters without spaces between them, cut into words that the ruleset knows. */
#ifndef TRIAGE_SPLIT_H
#define TRIAGE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vocab.h"

#define SPLIT_MAX     250 /* letters looked at together */
#define SPLIT_WORDS   64
#define SPLIT_ENDLESS 24 /* letters: longer than any word of the languages covered */

struct split {
	uint32_t words[SPLIT_WORDS];
	size_t n;
	size_t letters; /* how many of the letters given it is about, from the first on */
	size_t shortest;
	bool key; /* a word of the lexicon that is more than grammar is among them */
};

/*
 * Letters set apart: the longest beginning that is known words throughout, at least three letters, with
 * a key among them or all one word.
 * False when there is none. n at most SPLIT_MAX.
 */
bool split_letters(const struct vocab *vocab, const char *p, size_t n, struct split *out);

/*
 * Words run together. Ordinary words fall apart by chance ("together"), so short ones need more
 * than that; in one of SPLIT_ENDLESS letters unknown stretches are left out. n at most SPLIT_MAX.
 */
bool split_word(const struct vocab *vocab, const char *p, size_t n, struct split *out);

/*
 * A word about oneself run together with the next ("iwant", "imgoing"): the first is marked as first
 * person, the second a known word of at least four letters.
 */
bool split_lead(const struct vocab *vocab, const char *p, size_t n, struct split *out);

#endif
