/* A report for an agency, made of the core's answer to DISPATCH_GET and of what was sealed. */
#ifndef APP_OUTREACH_REPORT_H
#define APP_OUTREACH_REPORT_H

#include "outreach_internal.h"

/* Append the report; -1 when it cannot be read. */
int outreach_report(struct outreach *o, const struct asked *a, struct slice answer, struct buf *out,
	struct err *e) MUST_CHECK;

#endif
