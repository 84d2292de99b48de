/*
 * One reading of a message: its words, folded, each with the bytes of the original it stands for.
 *
 * The honest reading is what the person wrote. A second, decoded reading (decode.h) holds what
 * disguised or misspelt words may stand for; it can only add signals. `padded` is the byte string
 * that patterns scan: each word with one space before and behind it.
 */
#ifndef TRIAGE_TEXT_H
#define TRIAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"

#include "fold.h"
#include "vocab.h"

enum {
	TOKEN_HARD = 1,     /* a clause begins here */
	TOKEN_SOFT = 2,     /* a comma, dash or line end stands before */
	TOKEN_DIGITS = 4,   /* a number */
	TOKEN_CHANGED = 8,  /* decoded reading: not what the person wrote */
	TOKEN_FOREIGN = 16, /* letters outside the Latin script */
	/* Set by the signal stage, on the honest reading: */
	TOKEN_PHRASE = 32,       /* under a lexicon phrase */
	TOKEN_OWN_NEGATOR = 64,  /* under one that holds its own negator */
	TOKEN_PSEUDO = 128,      /* under a cue that makes negators not count */
	TOKEN_THIRD_PARTY = 256, /* under a third-party cue */
	TOKEN_DATE = 512,        /* under a time cue */
	TOKEN_CLIENT = 1024,     /* in a staff note: the person in contact is meant */
	TOKEN_STATEMENT = 2048,  /* under a cue that begins a statement of its own */
	/* Set on the honest reading of a staff note: */
	TOKEN_CAPITALS = 4096, /* written in capitals */
	TOKEN_PLUS = 8192,     /* charted as present: "SI+", "+SI", "(+) SI" */
	TOKEN_MINUS = 16384,   /* charted as absent: "SI-", "(-) SI" */
	/* Set once the signals are found: */
	TOKEN_SAID = 32768, /* under a phrase that says outright what goes on in somebody */
};

struct token {
	uint32_t at, len;    /* in padded */
	uint32_t start, end; /* bytes of the original */
	uint32_t word;       /* in the vocabulary, or WORD_NONE */
	uint32_t clause;     /* number of its clause; set by whoever knows the clause cues */
	uint32_t sentence;   /* likewise: clauses up to a hard stop */
	uint32_t segment;    /* number of its piece between commas */
	uint32_t chunk;      /* between white space */
	uint32_t honest,
		honest_end; /* words of the honest reading it stands for, end behind the last */
	uint32_t negator;   /* number + 1 of the longest negation cue that ends with this word */
	uint32_t marks;
};

/* What stands between two white spaces, as written. */
struct chunk {
	uint32_t start, end; /* bytes of the original */
	uint32_t first;      /* first token; the next chunk's first ends it */
	bool letters;
	bool odd; /* letters with digits or signs among them, or outside the Latin script */
};

struct text {
	struct buf padded;
	struct token *tokens;
	uint32_t n_tokens, cap_tokens;
	struct chunk *chunks; /* with one more behind the last as a fence */
	uint32_t n_chunks, cap_chunks;
	uint32_t n_segments;
	bool invalid; /* bytes that are not UTF-8 were read as white space, or others were lost before */
};

void text_fini(struct text *t);

/* Read n bytes at p as the honest reading; memory of an earlier one is reused. */
void text_read(struct text *t, const struct fold *fold, const struct vocab *vocab, const char *p,
	size_t n);

/* For building other readings: empty it, append a word (marks and places copied from like). */
void text_clear(struct text *t);
void text_append(struct text *t, const char *word, size_t n, const struct token *like);
/* Append the words first up to end of another reading as they are. */
void text_append_run(struct text *t, const struct text *from, uint32_t first, uint32_t end);

#endif
