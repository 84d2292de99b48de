#include "text.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "triaged/base/level.h"

void screen_styled(struct screen *to, enum style style, const char *s)
{
	static const char *const on[] = {
		[STYLE_BOLD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",
		[STYLE_GOOD] = "\033[32m",
		[STYLE_WARN] = "\033[33m",
		[STYLE_BAD] = "\033[1;31m",
	};

	if (!to->colour || style == STYLE_PLAIN) {
		buf_adds(&to->out, s);
		return;
	}
	buf_addf(&to->out, "%s%s\033[0m", on[style], s);
}

const char *duration_text(double seconds, char out[DURATION_SIZE])
{
	if (!(seconds >= 0 && seconds < 1e9)) {
		snprintf(out, DURATION_SIZE, "-");
		return out;
	}
	long s = (long)seconds;
	if (s < 60)
		snprintf(out, DURATION_SIZE, "%lds", s);
	else if (s < 3600)
		snprintf(out, DURATION_SIZE, "%ldm%02lds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, DURATION_SIZE, "%ldh%02ldm", s / 3600, s / 60 % 60);
	else
		snprintf(out, DURATION_SIZE, "%ldd%02ldh", s / 86400, s / 3600 % 24);
	return out;
}

enum style level_style(const char *level)
{
	static const enum style styles[LEVEL_COUNT] = {
		[LEVEL_LOW] = STYLE_DIM,
		[LEVEL_MODERATE] = STYLE_PLAIN,
		[LEVEL_HIGH] = STYLE_WARN,
		[LEVEL_URGENT] = STYLE_WARN,
		[LEVEL_EMERGENCY] = STYLE_BAD,
	};
	enum level l;

	if (level_parse(level, strlen(level), &l) != 0)
		return STYLE_PLAIN;
	return styles[l];
}

/* One code point of s, its length in *n; 0xfffd with *n 1 where the bytes are no UTF-8. */
static uint32_t code_point(const char *s, size_t *n)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = len == 1 ? p[0] : p[0] & (0xffU >> (len + 1));

	*n = 1;
	if (len == 0 || p[0] > 0xf4)
		return 0xfffd;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0xfffd;
	*n = len;
	return c;
}

static bool commands_terminal(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       c == 0xfffd;
}

void text_clean(struct buf *out, const char *s)
{
	while (*s) {
		size_t n;
		uint32_t c = code_point(s, &n);

		if (c == '\n' || c == '\t' || c == '\r')
			buf_add(out, " ", 1);
		else if (commands_terminal(c))
			buf_add(out, "?", 1);
		else
			buf_add(out, s, n);
		s += n;
	}
}

/* wcwidth() knows nothing beyond ASCII in the C locale; a terminal there still shows UTF-8. */
static int columns_of(uint32_t c)
{
	static locale_t utf8;

	if (c < 0x7f)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	locale_t before = uselocale(utf8);
	int n = wcwidth((wchar_t)c);
	uselocale(before);
	return n < 0 ? 1 : n;
}

int text_columns(const char *s)
{
	int columns = 0;
	size_t n;

	for (; *s; s += n)
		columns += columns_of(code_point(s, &n));
	return columns;
}

size_t text_fit(const char *s, int columns)
{
	const char *p = s;

	while (*p) {
		size_t n;
		columns -= columns_of(code_point(p, &n));
		if (columns < 0)
			break;
		p += n;
	}
	return (size_t)(p - s);
}

const char *field_str(const json_t *o, const char *name, const char *unless)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && *s ? s : unless;
}

double field_number(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

bool field_true(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}
