#include "triaged/base/level.h"

#include <string.h>

static const char *const names[LEVEL_COUNT] = {
	[LEVEL_LOW] = "low",
	[LEVEL_MODERATE] = "moderate",
	[LEVEL_HIGH] = "high",
	[LEVEL_URGENT] = "urgent",
	[LEVEL_EMERGENCY] = "emergency",
};

const char *level_name(enum level level)
{
	return names[level];
}

int level_parse(const char *name, size_t n, enum level *level)
{
	for (int i = 0; i < LEVEL_COUNT; i++) {
		if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0) {
			*level = (enum level)i;
			return 0;
		}
	}
	return -1;
}
