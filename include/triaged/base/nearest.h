/*
 * Which known word was probably meant by an unknown one, for "did you mean". Set word, show every
 * known word to nearest_consider(), read best.
 */
#ifndef TRIAGED_BASE_NEAREST_H
#define TRIAGED_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word; /* as it was written */
	const char *best; /* borrowed from nearest_consider(); NULL: none is near */
	size_t edits;     /* from word to best */
};

/*
 * A known word is near when at most three edits (a letter inserted, removed or replaced) turn word
 * into it, and no more than half as many as word has letters. Of two equally near the first stays.
 */
void nearest_consider(struct nearest *n, const char *known);

#endif
