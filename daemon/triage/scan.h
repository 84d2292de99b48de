/*
 * The pattern scan: vectorscan finds the literals of all phrases in one pass over a reading, and
 * each candidate is then checked word by word.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include <hs/hs.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"

#include "phrase.h"

/* A phrase that needs a literal, and which of its needs that is. */
struct scan_owner {
	uint32_t phrase, need;
};

struct scan {
	hs_database_t *db;
	uint32_t n_literals;
	struct scan_owner *owners; /* grouped by literal */
	uint32_t *first_owner;     /* n_literals + 1 */
	uint32_t n_phrases;
};

struct scan_match {
	uint32_t phrase;
	uint32_t from, end; /* tokens */
};

/* Working memory of one thread; begins all zero. */
struct scan_scratch {
	hs_scratch_t *hs;
	struct {
		uint32_t literal, end; /* byte of the padded text behind it */
		uint32_t token;        /* its last word */
	} * found;
	size_t n_found, cap_found;
	struct {
		uint32_t run;   /* which clause the rest is about */
		uint32_t needs; /* bits of those found in it */
		uint32_t next;  /* first token at which a match may still begin */
	} * done;               /* per phrase */
	size_t n_done;
	uint32_t run;
	struct scan_match *matches;
	size_t n_matches, cap_matches;
	uint64_t steps; /* of word checks, counted up over a triage run */
};

int scan_compile(
	struct scan *s, const struct phrase *phrases, uint32_t n, struct err *e) MUST_CHECK;
void scan_fini(struct scan *s);

/* Call before the first run with another scan. -1: there is no memory for it. */
int scan_bind(struct scan_scratch *w, const struct scan *s) MUST_CHECK;
void scan_scratch_fini(struct scan_scratch *w);

struct scan_input {
	const struct phrase *phrases;
	const struct vocab *vocab;
	const struct text *text; /* clauses set */
	uint64_t max_steps;
};

/*
 * Fill w->matches with every phrase in the text, leftmost longest, not overlapping itself, inside
 * one clause, in order of discovery. Stops early when w->steps passes max_steps. 0, or -1 when the
 * text could not be searched to its end.
 */
int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in) MUST_CHECK;

#endif
