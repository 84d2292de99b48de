/* Which words may stand beside one in a match of a phrase. */
#ifndef TRIAGE_PHRASE_BESIDE_H
#define TRIAGE_PHRASE_BESIDE_H

#include "phrase.h"

/* Bit word % 64 of each of them; all bits where any word may stand, or the match may end. */
struct phrase_beside {
	uint64_t before, behind;
};

/* Beside that word where it is one of the phrase's own; `open`: one that begins with it. */
struct phrase_beside phrase_beside(
	const struct phrase *ph, const struct vocab *vocab, uint32_t word, bool open);

#endif
