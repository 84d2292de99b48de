/*
 * The phrase language: parsed and compiled to a small automaton over words.
 *
 * Each word of a phrase becomes a position; a set of positions is a 64-bit mask, so a phrase has
 * at most 64 of them (a group of single words is one position). `literals` are byte strings of
 * which at least one occurs in every text that the phrase matches: what the pattern scan looks for.
 */
#ifndef TRIAGE_PHRASE_H
#define TRIAGE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#include "text.h"

#define PHRASE_POSITIONS 64
#define PHRASE_GAP_MAX   8

enum position_kind { POSITION_WORDS, POSITION_PREFIX, POSITION_NUMBER, POSITION_ANY };

struct position {
	enum position_kind kind;
	uint32_t *words; /* WORDS: any of these; PREFIX: one, the prefix */
	uint32_t n_words;
	uint64_t follow;
};

struct phrase {
	struct position *positions;
	uint32_t n_positions;
	uint64_t first, last;
	uint32_t longest; /* in words */
	char **literals;  /* with their spaces */
	size_t n_literals;
};

/* Words are folded by fold and entered into vocab with `marks`. -1 with e saying what is wrong. */
int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e) MUST_CHECK;
void phrase_fini(struct phrase *ph);

/*
 * The longest match of ph that begins with token `from` and ends before token `end`. Returns the
 * token behind it, or `from` when there is none.
 */
uint32_t phrase_match(const struct phrase *ph, const struct text *t, const struct vocab *vocab,
	uint32_t from, uint32_t end);

#endif
