/*
 * The phrase language: parsed and compiled to a small automaton over words.
 *
 * Each word of a phrase becomes a position; a set of positions is a 128-bit mask, so a phrase has
 * at most 128 of them (a group of single words, such as a class, is one position). The scan looks
 * for its needs: sets of words, of each of which at least one stands in every text that it matches.
 */
#ifndef TRIAGE_PHRASE_H
#define TRIAGE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#include "text.h"

#define PHRASE_POSITIONS 128
#define PHRASE_NEEDS     8  /* of one way; more are not kept: they only save work */
#define PHRASE_WAYS      64 /* likewise */
#define PHRASE_GAP_MAX   8
#define PHRASE_BEGINS    128

/* A set of positions. */
#define PHRASE_SET unsigned __int128

/* A position that a known word, or a word with a known beginning, may stand at. */
struct phrase_word {
	uint32_t word;
	uint32_t at;
};

#define PHRASE_OPEN (UINT32_C(1) << 31) /* or-ed to a word: it may have any ending */

struct phrase_need {
	uint32_t *words;
	uint32_t n;
	uint32_t weight;     /* how common they are together: how often a text has any of them */
	int16_t least, most; /* where its word stands, in words from that of the rarest need */
};

/* What a match needs that takes certain alternatives of the phrase. */
struct phrase_way {
	struct phrase_need *needs; /* the rarest first; at least one */
	uint32_t n_needs;
};

/* What a look at a candidate reads first stands first: most fail there. */
struct phrase {
	uint64_t
		begins[PHRASE_BEGINS / 64]; /* bit word % PHRASE_BEGINS of each it may begin with */
	uint32_t back;    /* words of a match before that of the rarest need of its way, at most */
	uint32_t longest; /* in words, at most PHRASE_POSITIONS */
	bool begins_open; /* it may begin with a number or any ending of a word */
	bool one_clause;  /* it may not run over a word that begins a clause, only ends of
				    sentences bound others */
	bool open;        /* it has numbers or beginnings of words */
	uint32_t shift;   /* 32 - the binary logarithm of the number of slots */
	uint32_t *
		slots; /* known words as phrase_packed(), at phrase_slot() or in the next free one */
	uint64_t *narrow; /* for each position, those that may come next; then the sets that the
			     slots name: positions of a word; NULL: wide */
	PHRASE_SET *wide; /* the same where there are more than 64 positions */
	PHRASE_SET first, last;
	PHRASE_SET numbers, any; /* positions of # and of gaps */
	uint32_t n_words, n_prefixes, n_positions;
	struct phrase_word *words, *prefixes; /* words ascending */
	struct phrase_way *ways;              /* every match is one of them */
	uint32_t n_ways;
};

#define PHRASE_SETS  (UINT32_C(1) << 10) /* positions and sets of them: so many in a slot */
#define PHRASE_WORDS (UINT32_C(1) << 22) /* and so many words */

/* A word and the number of the set of its positions in one slot; 0 is a free one. */
static inline uint32_t phrase_packed(uint32_t word, uint32_t set)
{
	return (word + 1) * PHRASE_SETS + set;
}

/* Where in slots a word is looked for first. The upper bits of the product spread neighbours. */
static inline uint32_t phrase_slot(const struct phrase *ph, uint32_t word)
{
	return (word * UINT32_C(0x9e3779b1)) >> ph->shift;
}

/* Words are folded by fold and entered into vocab with `marks`. -1 with e saying what is wrong. */
int phrase_compile(struct phrase *ph, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e) MUST_CHECK;
void phrase_fini(struct phrase *ph);

/* Is the known word one of its own, and not only one that a gap takes? */
bool phrase_has(const struct phrase *ph, uint32_t word);

struct phrase_place {
	const struct text *text;
	const struct vocab *vocab;
	const uint32_t
		*words; /* those of the text; what is none of the vocabulary's is not known */
	uint32_t clause_end, end;
	uint64_t steps; /* words looked at, counted up */
};

/* False: no match begins with the word. */
static inline bool phrase_may_begin(const struct phrase *ph, uint32_t word)
{
	return ph->begins_open || (ph->begins[word % PHRASE_BEGINS / 64] >> word % 64 & 1);
}

/*
 * The longest match that begins with token `from` and ends no later than `end`, in words, 0 when
 * there is none; to *inside the longest that ends no later than `clause_end`.
 */
uint32_t phrase_match(
	const struct phrase *ph, struct phrase_place *in, uint32_t from, uint32_t *inside);

/* The longest match that begins with token `from`: the token behind it, or `from`. */
uint32_t phrase_match_at(
	const struct phrase *ph, const struct text *t, const struct vocab *vocab, uint32_t from);

#endif
