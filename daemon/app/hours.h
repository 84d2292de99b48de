/* Opening hours as people write them: "mon-fri 08:00-18:00, sat 10:00-14:00", "22:00-06:00". */
#ifndef TRIAGED_APP_HOURS_H
#define TRIAGED_APP_HOURS_H

#include "triaged/core/agency.h"

/* Parts are separated by commas; without days a part holds every day; an end not behind its
 * beginning is the next day's. "" and "always" give none: always open. *hours is the caller's. */
int hours_parse(const char *text, struct agency_hours **hours, size_t *n, struct err *e) MUST_CHECK;

#endif
