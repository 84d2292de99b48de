/* Records in a form that a fuzzer can change and still have records: lines "name value", in which '|'
 * stands for a line feed. */
#ifndef FUZZ_RECORD_H
#define FUZZ_RECORD_H

#include <stdlib.h>

#include "triaged/base/mem.h"
#include "triaged/base/record.h"

static inline void fuzz_put_line(struct buf *record, const char *line, size_t n)
{
	const char *space = memchr(line, ' ', n);
	size_t name = space ? (size_t)(space - line) : n, from = name + (space != NULL);
	if (name == 0 || name > 32)
		return;
	char *value = mem_dup(line + from, n - from);
	for (char *p = value; (p = memchr(p, '|', (size_t)(value + n - from - p)));)
		*p = '\n';
	record_putn(record, (struct slice){ line, name }, value, n - from);
	free(value);
}

#endif
