/*
 * The scan: which phrases stand in a reading.
 *
 * Every phrase has needs, sets of words of each of which one stands in whatever it matches. Each
 * known word has a list: the needs that it meets, and the phrases whose rarest need it meets. A
 * phrase is looked at where a word of its rarest need stands, when the words beside that one may
 * stand there and its other needs are met in the same sentence no farther from there than it
 * reaches. Nearly all candidates fail on that alone, so those of a word stand side by side.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include "phrase.h"

#define SCAN_NO_NEED UINT32_MAX

/* A need of a phrase, and where the word that meets it stands beside one of the rarest need. */
struct scan_near {
	uint32_t need; /* or SCAN_NO_NEED */
	int16_t least, most;
};

/* A way of a phrase, and where its needs but the rarest begin, guard first; the next way's end them. */
struct scan_way {
	uint32_t phrase, other;
};

/* A way of a phrase that may stand where a word was found. */
struct scan_candidate {
	uint64_t before, behind; /* bit word % 64 of each word that may stand next to it there */
	struct scan_near guard;  /* the other need of it that a text most likely lacks, of the first
				   with this guard as far as any of them looks */
	uint32_t way;
	uint32_t after; /* the first candidate behind it with another guard */
};

/* The first of its items; the next list's end them. */
struct scan_list {
	uint32_t need, candidate;
};

#define SCAN_NO_LIST UINT32_MAX

struct scan {
	struct scan_list *lists; /* by known word, then by beginning, then a fence */
	uint32_t *needs;
	struct scan_candidate *candidates;
	struct scan_way *ways; /* of all phrases, then a fence */
	struct scan_near *others;
	uint32_t *beginnings; /* words to which an ending may be added: by first byte, of one
				      the longest first */
	uint32_t first_beginning[UINT8_MAX + 2]; /* by first byte */
	uint32_t n_words, n_beginnings, n_phrases;
	uint32_t
		n_needs; /* those that are not the rarest of their phrase: only they are numbered */
	uint32_t reach;  /* words of the longest phrase */
};

struct scan_match {
	uint32_t phrase;
	uint32_t from, end; /* tokens */
};

/* Where a need was met last. */
struct scan_met {
	uint64_t back; /* bit i: also i tokens before the last */
	uint32_t last; /* base + token */
};

/* Working memory of one thread; begins all zero. */
struct scan_scratch {
	uint32_t *lists;      /* of each token, or SCAN_NO_LIST */
	struct scan_met *met; /* per need */
	uint32_t base;        /* of this text: more than any value of an earlier one */
	struct {
		uint32_t run;     /* which sentence the rest is about */
		uint32_t next[2]; /* first token at which a match may still begin: inside a clause,
				     over several */
	} * done;                 /* per phrase */
	size_t cap_lists, n_met, n_done;
	uint32_t n_tokens; /* of this text */
	uint32_t run;
	struct scan_match *matches;
	size_t n_matches, cap_matches;
	uint64_t steps; /* of word checks, counted up over a triage run */
};

void scan_compile(
	struct scan *s, const struct phrase *phrases, uint32_t n, const struct vocab *vocab);
void scan_fini(struct scan *s);

/* Call before the first run with another scan. */
void scan_bind(struct scan_scratch *w, const struct scan *s);
void scan_scratch_fini(struct scan_scratch *w);

struct scan_input {
	const struct phrase *phrases;
	const struct vocab *vocab;
	const struct text *text; /* clauses and sentences set */
	uint32_t marks;          /* only in sentences with a word that has one of them; 0: in all */
	uint64_t max_steps;
};

/*
 * Fill w->matches with every phrase in the text, leftmost longest, not overlapping itself, inside
 * one clause; and, for phrases that may, likewise those that run over several clauses of one
 * sentence; in the order in which they begin, then end, then by number. Stops early when w->steps
 * passes max_steps. 0, or -1 when the text could not be searched to its end.
 */
int scan_run(const struct scan *s, struct scan_scratch *w, const struct scan_input *in) MUST_CHECK;

#endif
