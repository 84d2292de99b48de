#include "triaged/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "level=fatal event=check.failed where=%s:%d what=\"%s\"\n", file, line,
		what);
	abort();
}
