/*
 * Points: what single words, and two that follow each other, weigh for danger or against it, whatever sentence they stand in.
 * They are the net under the phrases: danger is told in words nobody has listed as a sentence, and still in words of its own.
 *
 * An entry weighs of each kind on its own, and counts once within a few sentences that follow each other; the greatest such
 * sum of a kind is the field "points" or "points_now" of a message, which rules compare. So a sentence added before or
 * behind takes nothing away. What only the decoded reading has counts when it weighs for danger. Words marked TOKEN_SAID do
 * not count: their phrase has spoken.
 */
#ifndef TRIAGE_POINTS_H
#define TRIAGE_POINTS_H

#include "triaged/triage/triage.h"

#include "text.h"

#define POINTS_SHOWN 5  /* entries named as the reason */
#define POINTS_MAX   99 /* of one entry, either way */

enum points_kind {
	POINTS_DANGER, /* somebody is in danger */
	POINTS_NOW,    /* it cannot wait */
	POINTS_KINDS
};

struct weight {
	int of[POINTS_KINDS]; /* 0: it is not listed for this kind */
};

struct points {
	struct vocab words; /* all that stand in an entry, also those that stand in pairs only */
	struct vocab pairs; /* the bytes of two of their numbers */
	struct weight *of_word, *of_pair;
};

void points_init(struct points *p);
void points_fini(struct points *p);
/* An entry: a word, or two with a space between. False when it is listed for this kind already. Points are not 0. */
bool points_add(struct points *p, enum points_kind kind, const char *entry, size_t n, int points);

/* What is greatest of one kind. */
struct points_sum {
	int sum;                                /* 0 when the text has no words */
	struct triage_span shown[POINTS_SHOWN]; /* the heaviest of it, by weight */
	size_t n_shown;
};

struct points_scratch {
	struct weighed_word *items;
	struct weighed_piece *pieces;
	size_t n_items, cap_items, n_pieces, cap_pieces;
	uint32_t *seen; /* by entry: the run it was counted in last */
	size_t n_seen;
	uint32_t runs;
	struct points_sum sums[POINTS_KINDS];
};

void points_scratch_fini(struct points_scratch *s);

/* The sums for a text whose sentences are numbered; decoded may be NULL. */
void points_weigh(const struct points *p, const struct text *honest, const struct text *decoded,
	struct points_scratch *s);
/* Of the text weighed last: the greatest sum for danger of any of its runs in which words `from` up to end stand. */
int points_around(const struct points_scratch *s, uint32_t from, uint32_t end);

#endif
