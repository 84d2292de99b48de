/*
 * Folding of one character: compatibility form, case and accents removed, invisible characters
 * dropped (NFKC_Casefold without marks, by utf8proc). A table answers for everything below U+2000; it
 * is made when the program is built, so that no ruleset has to.
 * Pictures become the tokens that the ruleset gives them.
 */
#ifndef TRIAGE_FOLD_H
#define TRIAGE_FOLD_H

#include <stddef.h>
#include <stdint.h>

#define FOLD_TABLE 0x2000
#define FOLD_MAX   18 /* the longest compatibility decomposition in Unicode (U+FDFA) */

enum char_class {
	CHAR_LETTER,
	CHAR_DIGIT,
	CHAR_DROP,       /* invisible: as if it were not there */
	CHAR_APOSTROPHE, /* joins inside a word, else nothing */
	CHAR_SPACE,
	CHAR_SOFT, /* comma, dash, bracket, quotation mark */
	CHAR_STOP, /* ends a clause when no letter follows at once */
	CHAR_HARD, /* ends a clause */
	CHAR_OTHER /* any other sign: separates words */
};

struct fold_entry {
	uint16_t point; /* the one it folds to, 0 = none or several: derive it */
	uint8_t cls;    /* enum char_class */
};

extern const struct fold_entry fold_table[FOLD_TABLE]; /* written by tools/fold_table.c */

struct fold_emoji {
	int32_t *points; /* without variation selectors and skin tones */
	size_t n_points;
	char *token;
};

/* Begins all zero. */
struct fold {
	struct fold_emoji *emoji; /* by first point, then longest first */
	size_t n_emoji;
};

void fold_fini(struct fold *f);

/* The class of point; for letters and digits also its folded form. Returns the number of points. */
int fold_point(int32_t point, enum char_class *cls, int32_t out[FOLD_MAX]);

/* The same without the table. */
int fold_derive(int32_t point, enum char_class *cls, int32_t out[FOLD_MAX]);

/* text is one picture in UTF-8, token its word. -1 when text is empty or not UTF-8. */
int fold_add_emoji(struct fold *f, const char *text, const char *token);
/* The token of the picture at p and its bytes in *used, or NULL. */
const char *fold_emoji_at(const struct fold *f, const char *p, size_t n, size_t *used);

/* Bytes of the strictly valid character at p, 0 when it is none. */
size_t fold_decode(const char *p, size_t n, int32_t *point);

#endif
