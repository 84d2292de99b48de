/*
 * The phrase language: parsed and compiled to a small automaton over words.
 *
 * Each word of a phrase becomes a position; a set of positions is a 128-bit mask, so a phrase has
 * at most 128 of them (a group of single words, such as a class, is one position). The pattern scan
 * looks for its needs: sets of byte strings, of each of which at least one stands in every text that
 * it matches.
 */
#ifndef TRIAGE_PHRASE_H
#define TRIAGE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#include "text.h"

#define PHRASE_POSITIONS 128
#define PHRASE_NEEDS     8 /* more are not kept: they only save work */
#define PHRASE_GAP_MAX   8
#define PHRASE_FILTER    1024

/* A set of positions. */
#define PHRASE_SET unsigned __int128

/* A position that a known word, or a word with a known beginning, may stand at. */
struct phrase_word {
	uint32_t word;
	uint32_t at;
};

struct phrase_need {
	char **literals; /* with their spaces */
	size_t n;
	bool after; /* it stands behind the first of the phrase's needs */
};

struct phrase {
	struct phrase_word *words, *prefixes; /* words ascending */
	uint32_t n_words, n_prefixes;
	uint64_t filter[PHRASE_FILTER / 64]; /* bit word % PHRASE_FILTER of each of words */
	PHRASE_SET numbers, any;             /* positions of # and of gaps */
	PHRASE_SET *follow;                  /* for each position, those that may come next */
	uint32_t n_positions;
	PHRASE_SET first, last;
	uint32_t longest;                       /* in words, at most PHRASE_POSITIONS */
	struct phrase_need needs[PHRASE_NEEDS]; /* the rarest first; at least one */
	uint32_t n_needs;
	bool one_clause; /* it may not run over a word that begins a clause, only ends of sentences bound others */
};

/* Words are folded by fold and entered into vocab with `marks`. -1 with e saying what is wrong. */
int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e) MUST_CHECK;
void phrase_fini(struct phrase *ph);

/* The positions that the word of k may stand at. */
PHRASE_SET phrase_accepts(const struct phrase *ph, const struct text *t, const struct vocab *vocab,
	const struct token *k);

/*
 * The longest match that begins with the first of n words, given what each accepts: in words, 0
 * when there is none.
 */
uint32_t phrase_match(const struct phrase *ph, const PHRASE_SET *accepts, uint32_t n);

/* The same for tokens from `from` on; returns the token behind the match, or `from`. */
uint32_t phrase_match_at(
	const struct phrase *ph, const struct text *t, const struct vocab *vocab, uint32_t from);

#endif
