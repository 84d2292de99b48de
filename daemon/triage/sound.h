/* How a word sounds, roughly, in English: "trane" and "train", "kikd" and "kicked", "ovrdosd" and "overdosed". */
#ifndef TRIAGE_SOUND_H
#define TRIAGE_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOUND_MAX     16  /* consonants; words with more are not compared */
#define SOUND_LEAST   3   /* fewer consonants, a vowel at the start being one, say too little */
#define SOUND_UNALIKE 255 /* no misspelling of the other */

struct sound {
	char consonants[SOUND_MAX];
	char vowels[SOUND_MAX + 1]; /* one before each consonant and one at the end; 0 = none */
	uint8_t n;                  /* consonants */
};

/* False when the n bytes at p are not all a to z, or too many or too few consonants. */
bool sound_of(const char *p, size_t n, struct sound *out);
/* Of its consonants, with a vowel at the start: words that sound alike have the same. */
uint64_t sound_hash(const struct sound *s);
/* How far the vowels of `written` are from those of `known`; SOUND_UNALIKE when too far. */
unsigned sound_distance(const struct sound *written, const struct sound *known);

#endif
