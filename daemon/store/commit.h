/* What a batch consists of, gathered section by section in the order t1_commit reads them. */
#ifndef TRIAGED_STORE_COMMIT_H
#define TRIAGED_STORE_COMMIT_H

#include <stdint.h>

#include "args.h"
#include "triaged/store/store.h"

/* The arguments of t1_commit behind epoch and batch number; nothing is added to c any more. */
void commit_add_args(struct commit *c, struct args *a);
const char *commit_position(const struct commit *c); /* "" when unchanged */

#endif
