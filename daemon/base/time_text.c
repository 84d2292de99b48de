#include "triaged/base/clock.h"

#include <stdio.h>
#include <string.h>

/* The last n digits of v and what stands behind them. By hand, as nearly every answer holds times. */
static char *digits(char *at, int n, int64_t v, char behind)
{
	for (int i = n; i-- > 0; v /= 10)
		at[i] = (char)('0' + v % 10);
	at[n] = behind;
	return at + n + 1;
}

/* Days to civil date, after Howard Hinnant's published algorithm (era of 400 years, March first). */
const char *time_text(int64_t wall_ms, char out[TIME_TEXT_SIZE])
{
	int64_t days = wall_ms / 86400000, ms = wall_ms % 86400000;
	if (ms < 0) {
		days--;
		ms += 86400000;
	}
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1);
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int year = (int)(yoe + era * 400 + (month <= 2));
	char *at = digits(out, 4, year, '-');
	at = digits(at, 2, month, '-');
	at = digits(at, 2, day, 'T');
	at = digits(at, 2, ms / 3600000, ':');
	at = digits(at, 2, ms / 60000 % 60, ':');
	at = digits(at, 2, ms / 1000 % 60, '.');
	*digits(at, 3, ms % 1000, 'Z') = '\0';
	return out;
}

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int time_parse(const char *text, int64_t *wall_ms)
{
	char whole[TIME_TEXT_SIZE], again[TIME_TEXT_SIZE];
	int year, month, day, hour, minute, second, ms;
	int n = snprintf(whole, sizeof whole, "%s%s", text,
		strlen(text) == strlen("2025-01-31") ? "T00:00:00.000Z" : "");
	if (n < 0 || (size_t)n >= sizeof whole ||
		sscanf(whole, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute,
			&second, &ms) != 7 ||
		year < 1970)
		return -1;
	int64_t at = (((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
	/* Whatever the fields were, only the one way to write this moment is taken. */
	if (strcmp(time_text(at + ms, again), whole) != 0)
		return -1;
	*wall_ms = at + ms;
	return 0;
}
