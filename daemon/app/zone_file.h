/* Time zones from the system's zone files (tzdata), as the core's tables of clock changes. */
#ifndef TRIAGED_APP_ZONE_FILE_H
#define TRIAGED_APP_ZONE_FILE_H

#include "triaged/core/agency.h"

#define ZONE_DIR "/usr/share/zoneinfo"

/*
 * Fill z (its name too) with the changes since 2020. "" and "UTC" need no file. -1: no such zone, or
 * its file ends before 2036 though its clocks go on changing.
 */
int zone_read(const char *name, struct agency_zone *z, struct err *e) MUST_CHECK;

#endif
