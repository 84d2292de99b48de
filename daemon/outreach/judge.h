/* What an agency's answer means. Pure. */
#ifndef OUTREACH_JUDGE_H
#define OUTREACH_JUDGE_H

#include "triaged/outreach/webhook.h"

/* status: HTTP, 0 when no whole answer came. */
enum webhook_result judge_answer(int status, struct slice body, const char *dispatch);

#endif
