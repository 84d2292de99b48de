/* Letters of other scripts, and signs, that are read as Latin letters. */
#ifndef TRIAGE_LOOKALIKE_H
#define TRIAGE_LOOKALIKE_H

#include <stdint.h>

#define LOOKALIKE_I_OR_L '1' /* read as i or as l */
#define LOOKALIKE_MASK   '*' /* stands for any one letter */

/* The Latin letter that a folded character looks like, or 0. */
char lookalike_letter(int32_t point);

/* A digit or sign inside a word: the letter it stands for, one of the two above, or 0. */
char lookalike_sign(int32_t point);

#endif
