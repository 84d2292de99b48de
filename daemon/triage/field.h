/*
 * Fields: what is known about a contact besides its text. A closed table of names, types and
 * ranges, and the values known in one triage run. A field may hold several values (an answer given
 * twice); a condition holds when any of them satisfies it, so nothing said later takes back what
 * was said before. A value that is missing, refused or not understood is unknown, never no.
 */
#ifndef TRIAGE_FIELD_H
#define TRIAGE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/triage/triage.h"

enum field_type { FIELD_YESNO, FIELD_NUMBER, FIELD_WORD, FIELD_LETTER };

struct field_info {
	const char *instrument; /* NULL: of the contact itself */
	const char *item;
	const char *name; /* "cssrs.q4", "age" */
	enum field_type type;
	int lo, hi;    /* NUMBER; LETTER: small ones */
	bool computed; /* by field_compute(), never given */
	bool single;   /* a run has no more than one value of it: nothing remembers others */
	/*
	 * WORD: one of these, NULL-terminated; NULL: any plain one. Of a field of the contact they
	 * are those that rules may name: a word that is none of them is read as it is, and differs
	 * from them all.
	 */
	const char *const *words;
};

extern const struct field_info field_table[];
extern const int field_count;

#define FIELD_MAX 96 /* not fewer than field_count (checked at compile time) */

/* The field of that name, small or capital, or -1. "answers" is another name for "cssrs". */
int field_find(const char *name);
int field_find_item(const char *instrument, const char *item);

/* May a rule compare the field with that text, so far as its words go? */
bool field_names(int field, const char *text, size_t n);

enum value_kind { VALUE_UNKNOWN, VALUE_REFUSED, VALUE_NO, VALUE_YES, VALUE_NUMBER, VALUE_WORD };

struct value {
	enum value_kind kind;
	int field;
	int64_t number;
	const char *word;
	size_t word_len;
	int next; /* of the same field, or -1 */
};

/* Fields share bits; a bit that is not set tells that nothing was said about any of them. */
#define FIELD_BIT(field) (UINT64_C(1) << (field) % 64)

struct values {
	struct value *items;
	size_t n, cap;
	uint64_t told; /* FIELD_BIT of those that have a value, be it that it is unknown */
	int first[FIELD_MAX];
};

void values_clear(struct values *v);
void values_fini(struct values *v);

/*
 * Read n bytes as a value of field and add it. False when they cannot be one: unknown is noted
 * then, and the caller flags it.
 */
bool values_add(struct values *v, int field, const char *text, size_t n);
void values_add_number(struct values *v, int field, int64_t number);
void values_add_yesno(struct values *v, int field, bool yes);

/* Instruments' totals and results, from what has been added. Call once, when all is in. */
void field_compute(struct values *v);

#endif
