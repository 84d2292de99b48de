#include "triaged/base/nearest.h"

#include <string.h>

#define LENGTH_MAX 63 /* longer words are not compared */
#define EDITS_MAX  3

/* Levenshtein's distance; row[j] is that of what was read of a to the first j letters of b. */
static size_t edits(const char *a, const char *b)
{
	size_t row[LENGTH_MAX + 1], n = strlen(b);
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t change = diagonal + (a[i] != b[j]);
			size_t other = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
			diagonal = row[j + 1];
			row[j + 1] = change < other ? change : other;
		}
	}
	return row[n];
}

void nearest_consider(struct nearest *n, const char *known)
{
	size_t length = strlen(n->word);
	if (length > LENGTH_MAX || strlen(known) > LENGTH_MAX)
		return;
	size_t d = edits(n->word, known);
	if (d > EDITS_MAX || 2 * d > length || (n->best && d >= n->edits))
		return;
	n->best = known;
	n->edits = d;
}
