#include "fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "triaged/base/mem.h"

size_t fold_decode(const char *p, size_t n, int32_t *point)
{
	utf8proc_ssize_t used;

	if (n == 0)
		return 0;
	used = utf8proc_iterate(
		(const utf8proc_uint8_t *)p, n > 4 ? 4 : (utf8proc_ssize_t)n, point);
	return used > 0 ? (size_t)used : 0;
}

void fold_fini(struct fold *f)
{
	for (size_t i = 0; i < f->n_emoji; i++) {
		free(f->emoji[i].points);
		free(f->emoji[i].token);
	}
	free(f->emoji);
	memset(f, 0, sizeof(*f));
}

int fold_point(int32_t point, enum char_class *cls, int32_t out[FOLD_MAX])
{
	if (point >= FOLD_TABLE)
		return fold_derive(point, cls, out);
	*cls = fold_table[point].cls;
	if (*cls > CHAR_DIGIT)
		return 0;
	if (fold_table[point].point == 0)
		return fold_derive(point, cls, out);
	out[0] = fold_table[point].point;
	return 1;
}

/* Variation selectors, joiner and skin tones do not change what a picture shows. */
static bool is_modifier(int32_t point)
{
	return point == 0xfe0f || point == 0xfe0e || point == 0x200d ||
	       (point >= 0x1f3fb && point <= 0x1f3ff);
}

int fold_add_emoji(struct fold *f, const char *text, const char *token)
{
	struct fold_emoji e = { .points = NULL };
	size_t n = strlen(text), at = 0, place = f->n_emoji;
	int32_t point;

	e.points = mem_resize(NULL, n + 1, sizeof(*e.points));
	for (size_t used; at < n; at += used) {
		used = fold_decode(text + at, n - at, &point);
		if (used == 0)
			break;
		if (!is_modifier(point))
			e.points[e.n_points++] = point;
	}
	if (at < n || e.n_points == 0) {
		free(e.points);
		return -1;
	}
	e.token = mem_strdup(token);
	f->emoji = mem_resize(f->emoji, f->n_emoji + 1, sizeof(*f->emoji));
	while (place > 0 && (f->emoji[place - 1].points[0] > e.points[0] ||
				    (f->emoji[place - 1].points[0] == e.points[0] &&
					    f->emoji[place - 1].n_points < e.n_points)))
		place--;
	memmove(f->emoji + place + 1, f->emoji + place, (f->n_emoji - place) * sizeof(*f->emoji));
	f->emoji[place] = e;
	f->n_emoji++;
	return 0;
}

/* Bytes of p that show e, its trailing modifiers included; 0 when they show something else. */
static size_t emoji_match(const struct fold_emoji *e, const char *p, size_t n)
{
	size_t at = 0, used, matched = 0;
	int32_t point;

	while (at < n && (used = fold_decode(p + at, n - at, &point)) > 0) {
		if (!is_modifier(point)) {
			if (matched == e->n_points)
				break;
			if (point != e->points[matched])
				return 0;
			matched++;
		} else if (matched == 0) {
			return 0;
		}
		at += used;
	}
	return matched == e->n_points ? at : 0;
}

const char *fold_emoji_at(const struct fold *f, const char *p, size_t n, size_t *used)
{
	size_t lo = 0, hi = f->n_emoji;
	int32_t point;

	if (fold_decode(p, n, &point) == 0)
		return NULL;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (f->emoji[mid].points[0] < point)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < f->n_emoji && f->emoji[lo].points[0] == point; lo++) {
		*used = emoji_match(&f->emoji[lo], p, n);
		if (*used)
			return f->emoji[lo].token;
	}
	return NULL;
}
