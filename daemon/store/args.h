/* The arguments of one Redis command: byte strings with lengths, never a printf form. */
#ifndef TRIAGED_STORE_ARGS_H
#define TRIAGED_STORE_ARGS_H

#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"

struct args {
	struct buf bytes; /* all arguments in wire form, behind each other */
	size_t n;
};

void args_add(struct args *a, const void *p, size_t n);
void args_adds(struct args *a, const char *s);
void args_addi(struct args *a, int64_t v);
void args_add_all(struct args *a, const struct args *more);
void args_free(struct args *a);

/* The command in wire form, for evbuffers; release with args_format_free(). */
struct slice args_format(const struct args *a);
void args_format_free(struct slice *wire);

#endif
