/* How rules did, by what people changed: counted from a ledger. */
#ifndef TRIAGECTL_RULES_REPORT_H
#define TRIAGECTL_RULES_REPORT_H

#include "history.h"
#include "text.h"

/* Contacts that arrived from --from to --to. -1 when the history cannot be read. */
int rules_report(struct history *h, bool json, struct screen *to, struct err *e) MUST_CHECK;

#endif
