/*
 * The decoded reading: what disguised or misspelt words may stand for.
 *
 * Every word the ruleset does not know is tried as lookalike letters, digits and signs for
 * letters, starred-out letters, letters set apart or run together, stretched letters, and one
 * typing mistake; it is replaced when the result is a word the ruleset knows. What is said twice at
 * once and what only fills is left out, as people speak and dictate: "I I um took". The reading is
 * only ever searched for additional signals, so a wrong guess can raise a level but never lower one.
 */
#ifndef TRIAGE_DECODE_H
#define TRIAGE_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "decoder.h"
#include "text.h"

struct decode_input {
	const struct decoder *decoder;
	const struct vocab *vocab;
	const char *text;          /* the message */
	const struct text *honest; /* its honest reading, clauses set */
};

enum decode_outcome {
	DECODE_SAME,    /* nothing to decode; out is unspecified */
	DECODE_CHANGED, /* out is another reading */
	DECODE_PART, /* out too, but the message was more work than allowed: the rest is as written */
};

enum decode_outcome decode_text(const struct decode_input *in, struct text *out);

#endif
