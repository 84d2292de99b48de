/*
 * A table of text: columns as wide as their widest cell, numbers to the right, cut at the screen's
 * width. Cells are cleaned on the way in.
 */
#ifndef TRIAGECTL_TABLE_H
#define TRIAGECTL_TABLE_H

#include "text.h"

#define TABLE_COLUMNS_MAX 16

struct table_cell {
	char *text;
	enum style style;
};

struct table {
	const char *const *titles; /* ends with NULL; a leading '>' sets the column to the right */
	int columns;
	struct table_cell *cells; /* row by row */
	size_t n, cap;
};

void table_init(struct table *t, const char *const *titles);
/* Add the next cell, left to right, then the next row. NULL, "" and unknown numbers show as "-". */
void table_text(struct table *t, enum style style, const char *s);
void table_number(struct table *t, enum style style, double number);
void table_duration(struct table *t, enum style style, double seconds);
/* Write titles and rows; max_rows 0 means all, else a last line tells how many were left out. Frees. */
void table_write(struct table *t, struct screen *to, size_t max_rows);

#endif
