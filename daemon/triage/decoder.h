/* The key words of a ruleset, laid out for finding what a disguised or misspelt word stands for. */
#ifndef TRIAGE_DECODER_H
#define TRIAGE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vocab.h"

#define TYPO_BITS 4
#define JOIN_BITS 32768

/* The two bitmaps answer most questions without a look into the large tables. */
struct decoder {
	struct typo {
		uint64_t hash; /* of a key word with at most one letter left out */
		uint32_t word; /* + 1; 0 = free */
	} * typos;
	size_t n_typos;      /* slots, power of two */
	uint64_t *hinted;    /* TYPO_BITS for each slot: set where a hash may be among them */
	struct typo *sounds; /* by the hash of how a key word sounds */
	size_t n_sounds;     /* slots, power of two */
	uint64_t joined[JOIN_BITS / 64]; /* a key word may begin and end so, of a length */
	uint32_t *by_length;             /* key words, shortest first */
	uint32_t first_of_length[WORD_MAX + 2];
};

void decoder_init(struct decoder *d, const struct vocab *vocab);
void decoder_fini(struct decoder *d);

/* The known word that the n letters at p are one typing mistake away from, or WORD_NONE. */
uint32_t decoder_mistyped(
	const struct decoder *d, const struct vocab *vocab, const char *p, size_t n);

/* The known word that the n letters at p sound like, or WORD_NONE. */
uint32_t decoder_misheard(
	const struct decoder *d, const struct vocab *vocab, const char *p, size_t n);

/* May the `first` letters at p and those behind the space there be a key word of len letters? */
bool decoder_may_join(const struct decoder *d, const char *p, size_t first, size_t len);

#endif
