/*
 * The pattern scan: vectorscan finds the literals of all phrases in one pass over a reading, and
 * each candidate is then checked word by word.
 *
 * Phrases share word classes, so what they need is kept once: a need is a set of literals, a literal
 * meets every need it is in. A phrase is looked at where a literal of its rarest need stands, when
 * its other needs are met in the same sentence no farther from there than it reaches. Most
 * candidates fail on that alone, so the candidates of a literal stand side by side.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include <hs/hs.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"

#include "phrase.h"

/* Numbers grouped: those of group i are items[first[i]] up to items[first[i + 1]]. */
struct scan_groups {
	uint32_t *items, *first;
};

#define SCAN_NO_GUARD UINT32_MAX

/* A phrase that may stand where a literal was found. */
struct scan_candidate {
	uint32_t phrase;
	uint32_t guard; /* the other need of it that a text most likely lacks */
	uint32_t after; /* the first candidate behind it with another guard */
	uint16_t back;  /* words of a match before the one where the literal ends, at most */
	uint16_t most;  /* of it and those behind it with the same guard */
};

struct scan {
	hs_database_t *db;
	uint32_t n_literals, n_phrases;
	uint32_t
		n_needs; /* those that are not the rarest of their phrase: only they are numbered */
	uint32_t reach;  /* words of the longest phrase */
	struct scan_groups needs;          /* by literal: those it meets */
	struct scan_groups others;         /* by phrase: its needs but the rarest, guard first */
	struct scan_candidate *candidates; /* by literal */
	uint32_t *first_candidate;         /* of literal i up to that of literal i + 1 */
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
	uint32_t *met; /* per need: base + the last token that it is met at */
	uint32_t base; /* of this text: more than any value of an earlier one */
	struct {
		uint32_t run;     /* which sentence the rest is about */
		uint32_t next[2]; /* first token at which a match may still begin: inside a clause,
				     over several */
	} * done;                 /* per phrase */
	size_t n_met, n_done;
	uint32_t n_tokens; /* of this text */
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
	const struct text *text; /* clauses and sentences set */
	uint64_t max_steps;
};

/*
 * Fill w->matches with every phrase in the text, leftmost longest, not overlapping itself, inside
 * one clause; then, for phrases that may, likewise those that run over several clauses of one
 * sentence; in order of discovery. Stops early when w->steps passes max_steps. 0, or -1 when the
 * text could not be searched to its end.
 */
int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in) MUST_CHECK;

#endif
