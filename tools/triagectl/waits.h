/* Waits of many, and how long half, nine in ten and the last of them waited. */
#ifndef TRIAGECTL_WAITS_H
#define TRIAGECTL_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"

struct waits {
	int64_t *ms;
	size_t n;
};

void waits_add(struct waits *w, int64_t ms); /* negative: never served, not counted */
void waits_sort(struct waits *w);            /* before what follows */
/* The wait that so many of a hundred do not exceed; -1: there is none. */
int64_t waits_quantile(const struct waits *w, size_t percent);
/* Member name: {"served", "p50_s", "p90_s", "max_s"}. */
void waits_json(struct buf *out, const char *name, const struct waits *w);
void waits_free(struct waits *w);

#endif
