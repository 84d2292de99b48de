#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

void table_init(struct table *t, const char *const *titles)
{
	*t = (struct table){ .titles = titles };
	while (titles[t->columns])
		t->columns++;
	CHECK(t->columns > 0 && t->columns <= TABLE_COLUMNS_MAX);
}

void table_text(struct table *t, enum style style, const char *s)
{
	struct buf clean = { 0 };

	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cells = mem_resize(t->cells, t->cap, sizeof(*t->cells));
	}
	bool known = s && *s;
	text_clean(&clean, known ? s : "-");
	t->cells[t->n++] =
		(struct table_cell){ mem_strdup(buf_str(&clean)), known ? style : STYLE_PLAIN };
	buf_free(&clean);
}

void table_number(struct table *t, enum style style, double number)
{
	char text[32] = "";

	if (!isnan(number))
		snprintf(text, sizeof(text), "%.15g", number);
	table_text(t, style, text);
}

void table_duration(struct table *t, enum style style, double seconds)
{
	char text[DURATION_SIZE];

	table_text(t, style, duration_text(seconds, text));
}

static const char *title(const struct table *t, int column)
{
	const char *s = t->titles[column];

	return *s == '>' ? s + 1 : s;
}

static void measure(const struct table *t, int width[TABLE_COLUMNS_MAX])
{
	for (int c = 0; c < t->columns; c++)
		width[c] = text_columns(title(t, c));
	for (size_t i = 0; i < t->n; i++) {
		int c = (int)(i % (size_t)t->columns), w = text_columns(t->cells[i].text);

		if (w > width[c])
			width[c] = w;
	}
}

/* One cell at column `at` of the line; the column behind it, or -1 when the line is full. */
static int write_cell(const struct table *t, struct screen *to, int column, int width, int at,
	struct table_cell cell)
{
	int pad = width - text_columns(cell.text);
	bool right = t->titles[column][0] == '>', last = column == t->columns - 1;

	if (to->width > 0 && at + width > to->width) {
		size_t fits = to->width > at ? text_fit(cell.text, to->width - at) : 0;
		char *cut = mem_dup(cell.text, fits);

		if (!right)
			screen_styled(to, cell.style, cut);
		free(cut);
		return -1;
	}
	if (right)
		buf_addf(&to->out, "%*s", pad, "");
	screen_styled(to, cell.style, cell.text);
	if (!last)
		buf_addf(&to->out, "%*s", (right ? 0 : pad) + 2, "");
	return at + width + 2;
}

static void write_row(
	const struct table *t, struct screen *to, const int *width, const struct table_cell *cells)
{
	for (int c = 0, at = 0; c < t->columns && at >= 0; c++)
		at = write_cell(t, to, c, width[c], at, cells[c]);
	buf_adds(&to->out, "\n");
}

void table_write(struct table *t, struct screen *to, size_t max_rows)
{
	int width[TABLE_COLUMNS_MAX] = { 0 };
	struct table_cell head[TABLE_COLUMNS_MAX] = { 0 };
	size_t rows = t->n / (size_t)t->columns;
	size_t shown = max_rows && rows > max_rows ? max_rows - 1 : rows;

	measure(t, width);
	for (int c = 0; c < t->columns; c++)
		head[c] = (struct table_cell){ (char *)(size_t)title(t, c), STYLE_BOLD };
	write_row(t, to, width, head);
	for (size_t r = 0; r < shown; r++)
		write_row(t, to, width, t->cells + r * (size_t)t->columns);
	if (shown < rows)
		buf_addf(&to->out, "… %zu more\n", rows - shown);
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i].text);
	free(t->cells);
	*t = (struct table){ 0 };
}
