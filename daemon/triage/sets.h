/*
 * Signals by kind: for each family, subject, time and framing the set of those that have it, in
 * blocks of 64. What fits a leaf of a condition is then a few words of bits, and a leaf looks at
 * those alone instead of at every signal of a long message.
 */
#ifndef TRIAGE_SETS_H
#define TRIAGE_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "rule.h"

struct signal;

#define SETS_BLOCK 64

/* Bit i is signal number i of the block. What is set aside is in none of the sets. */
struct signal_block {
	uint64_t families; /* FAMILY_BIT of the sets that are not empty */
	uint64_t family[FAMILY_COUNT], subject[SUBJECT_COUNT], when[WHEN_COUNT],
		framing[FRAMING_COUNT];
	uint64_t stale;     /* thoughts of the past */
	uint32_t from, end; /* words they lie between */
};

struct signal_sets {
	struct signal_block *blocks;
	size_t n, cap;
};

/* What is in s is replaced, its memory reused. */
void sets_build(struct signal_sets *s, const struct signal *signals, size_t n);
void sets_fini(struct signal_sets *s);

/* Those of the block that are of one of the families. */
uint64_t sets_of(const struct signal_block *b, uint64_t families);

/* Those of the block that are as the leaf c wants them, wherever they stand. */
uint64_t sets_fitting(const struct signal_block *b, const struct cond *c);

#endif
