#include "hours.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define DAY_MIN (24 * 60)

static void skip_blanks(const char **p)
{
	*p += strspn(*p, " ");
}

/* 0 to 6 from Monday, -1: no day. */
static int take_day(const char **p)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	for (int i = 0; i < 7; i++)
		if (strncmp(*p, names[i], 3) == 0) {
			*p += 3;
			return i;
		}
	return -1;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Minutes of the day, -1: no time. 24:00 is one. */
static int take_time(const char **p)
{
	const char *s = *p;
	if (!is_digit(s[0]) || !is_digit(s[1]) || s[2] != ':' || !is_digit(s[3]) || !is_digit(s[4]))
		return -1;
	int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
	if (minute > 59 || hour * 60 + minute > DAY_MIN)
		return -1;
	*p += 5;
	return hour * 60 + minute;
}

static bool take_days(const char **p, int *first, int *last)
{
	*first = 0;
	*last = 6;
	int day = take_day(p);
	if (day < 0)
		return true;
	*first = *last = day;
	if (**p == '-') {
		(*p)++;
		*last = take_day(p);
	}
	skip_blanks(p);
	return *last >= 0;
}

static bool take_part(const char **p, struct agency_hours **hours, size_t *n)
{
	int first, last;
	skip_blanks(p);
	if (!take_days(p, &first, &last))
		return false;
	int from = take_time(p);
	if (from < 0 || from == DAY_MIN || *(*p)++ != '-')
		return false;
	int to = take_time(p);
	if (to < 0)
		return false;
	if (to <= from)
		to += DAY_MIN;
	for (int day = first;; day = (day + 1) % 7) {
		*hours = mem_resize(*hours, *n + 1, sizeof **hours);
		(*hours)[(*n)++] =
			(struct agency_hours){ day * DAY_MIN + from, day * DAY_MIN + to };
		if (day == last)
			break;
	}
	skip_blanks(p);
	return true;
}

int hours_parse(const char *text, struct agency_hours **hours, size_t *n, struct err *e)
{
	const char *p = text;
	*hours = NULL;
	*n = 0;
	if (!*text || strcmp(text, "always") == 0)
		return 0;
	bool good = take_part(&p, hours, n);
	while (good && *p == ',') {
		p++;
		good = take_part(&p, hours, n);
	}
	if (good && !*p)
		return 0;
	free(*hours);
	*hours = NULL;
	*n = 0;
	return err_set(e, "not hours such as \"mon-fri 08:00-18:00, sat 10:00-14:00\"");
}
