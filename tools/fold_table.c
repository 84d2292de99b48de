/* Writes the table of daemon/triage/fold.h as C: for each character below FOLD_TABLE what it folds to. */
#include <stdio.h>

#include "fold.h"

int main(void)
{
	puts("#include \"fold.h\"\n\nconst struct fold_entry fold_table[FOLD_TABLE] = {");
	for (int32_t point = 0; point < FOLD_TABLE; point++) {
		int32_t folded[FOLD_MAX];
		enum char_class cls;
		int n = fold_derive(point, &cls, folded);

		printf("{ %d, %d },\n", n == 1 && folded[0] <= UINT16_MAX ? folded[0] : 0,
			(int)cls);
	}
	puts("};");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
