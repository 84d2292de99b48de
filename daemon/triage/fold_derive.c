/* Folding as the Unicode library has it; for the table, and for what is beyond the table. */
#include "fold.h"

#include <stdbool.h>
#include <utf8proc.h>

#define FOLD_OPTIONS                                                                               \
	(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |           \
		UTF8PROC_IGNORE)

static enum char_class class_of_sign(int32_t point)
{
	switch (point) {
	case '.':
	case '!':
	case '?':
	case ';':
		return CHAR_STOP;
	case 0xa1:   /* ¡ */
	case 0xbf:   /* ¿ */
	case 0x3002: /* ideographic full stop */
	case 0x2029:
		return CHAR_HARD;
	case '\'':
	case '`':
	case 0xb4:
	case 0x2018:
	case 0x2019:
	case 0x2bc:
		return CHAR_APOSTROPHE;
	case '\n':
	case '\r':
	case ',':
	case ':':
	case '-':
	case '(':
	case ')':
	case '"':
	case '/':
	case 0x2026: /* … */
	case 0xab:
	case 0xbb:
	case 0x201c:
	case 0x201d:
	case 0x2013:
	case 0x2014:
		return CHAR_SOFT;
	default:
		break;
	}
	switch (utf8proc_category(point)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return CHAR_SPACE;
	default:
		return point == '\t' ? CHAR_SPACE : CHAR_OTHER;
	}
}

static bool is_letter(int32_t point)
{
	utf8proc_category_t c = utf8proc_category(point);

	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

static enum char_class class_of(int32_t point, const int32_t *folded, int n)
{
	if (n == 0)
		return CHAR_DROP;
	if (folded[0] >= '0' && folded[0] <= '9')
		return CHAR_DIGIT;
	/* A spacing accent decomposes to a space and a mark: judge the sign itself. */
	if (is_letter(folded[0]))
		return CHAR_LETTER;
	switch (utf8proc_category(folded[0])) {
	case UTF8PROC_CATEGORY_ND:
		return CHAR_LETTER; /* digits of other scripts stay parts of words */
	default:
		return class_of_sign(n == 1 && folded[0] != ' ' ? folded[0] : point);
	}
}

int fold_derive(int32_t point, enum char_class *cls, int32_t out[FOLD_MAX])
{
	int boundary = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n = utf8proc_decompose_char(point, out, FOLD_MAX, FOLD_OPTIONS, &boundary);

	if (n < 0 || n > FOLD_MAX)
		n = 0;
	*cls = class_of(point, out, (int)n);
	return *cls == CHAR_LETTER || *cls == CHAR_DIGIT ? (int)n : 0;
}
