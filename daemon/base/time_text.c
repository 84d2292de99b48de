#include "triaged/base/clock.h"

#include <stdio.h>

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
	snprintf(out, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
		(int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
		(int)(ms % 1000));
	return out;
}
