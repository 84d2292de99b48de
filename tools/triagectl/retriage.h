/* Contacts of a history rated again, by other rules, from their sealed texts and their answers. */
#ifndef TRIAGECTL_RETRIAGE_H
#define TRIAGECTL_RETRIAGE_H

#include "../../daemon/app/whatif.h"
#include "triaged/privacy/keys.h"
#include "triaged/store/ledger.h"
#include "triaged/triage/ruleset.h"

struct retriage_counts {
	uint64_t rated;
	uint64_t unreadable; /* text gone or its key not here: these keep their rating */
	uint64_t by_these;   /* of the rated, those that were rated by these very rules */
	uint64_t differing;  /* of these, those that were rated otherwise: there should be none */
};

int retriage(struct whatif *w, struct ruleset *rules, const struct keys *keys,
	struct ledger *transcripts, struct retriage_counts *counts, struct err *e) MUST_CHECK;

#endif
