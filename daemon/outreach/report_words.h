/* What the forms of a report share: words for kinds and places. */
#ifndef OUTREACH_REPORT_WORDS_H
#define OUTREACH_REPORT_WORDS_H

#include "triaged/outreach/report.h"

struct report_kind {
	const char *name;     /* ours */
	const char *words;    /* for people */
	const char *incident; /* EIDO incident type */
	const char
		*agency; /* EIDO agency type: urn:emergency:service:responder.… where it has one */
	const char *category; /* CAP */
};

/* Never NULL: an unknown kind has words of its own. */
const struct report_kind *report_kind(const char *name);

bool report_has_place(const struct report_place *p);
bool report_has_point(const struct report_place *p); /* one that lies on this earth */
/* The place in one line: text, civic parts, point. */
void report_place_words(const struct report_place *p, struct buf *out);
/* The place as PIDF-LO (RFC 4119, RFC 5139, RFC 5491); only with a point or a civic address. */
bool report_place_pidf(const struct report *r, struct buf *out);

#endif
