/*
 * What people read: durations, levels, colours, and text that came from elsewhere made safe for a
 * terminal. Everything is written to a struct screen, so that a live view is one write.
 */
#ifndef TRIAGECTL_TEXT_H
#define TRIAGECTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "triaged/base/buf.h"
#include "triaged/base/json.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

struct screen {
	struct buf out;
	bool colour;
	int width; /* columns; lines are cut there, 0: never */
};

/* s in the given style; s must be clean already. */
void screen_styled(struct screen *to, enum style style, const char *s);

/* "0s" "59s" "3m05s" "1h07m" "2d03h"; negative and unknown (NAN) durations are "-". */
#define DURATION_SIZE 24
const char *duration_text(double seconds, char out[DURATION_SIZE]);

/* Colour of a level's name; the name itself always carries the meaning. */
enum style level_style(const char *level);

/*
 * Append s with everything left out that could command a terminal or reorder what is shown: control
 * characters, bidirectional overrides and bytes that are no UTF-8 become '?', line ends a space.
 */
void text_clean(struct buf *out, const char *s);

/* Terminal columns of clean UTF-8 text. */
int text_columns(const char *s);
/* Bytes of clean UTF-8 text that fit into so many columns. */
size_t text_fit(const char *s, int columns);

/* Fields of answers. A missing or null field is unknown and shown as "-", never as 0. */
const char *field_str(const json_t *o, const char *name, const char *unless);
double field_number(const json_t *o, const char *name); /* NAN: unknown */
bool field_true(const json_t *o, const char *name);

#endif
