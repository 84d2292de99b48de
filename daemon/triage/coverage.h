/* Whether a text is in a language that the rules cover: what they cannot read is never low. */
#ifndef TRIAGE_COVERAGE_H
#define TRIAGE_COVERAGE_H

#include "model.h"

/*
 * Is enough of the text found in w in a covered language? The words decide where there are enough of
 * them, the declared language (BCP 47, NULL unknown) where there are not: people write in another
 * language than their form says. Against a declared one that nobody covers the words must be plain.
 */
bool coverage_is_enough(
	const struct ruleset *rules, const struct triage_scratch *w, const char *declared);

#endif
