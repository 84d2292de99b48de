/*
 * A ruleset that is tried beside the one in force: every triage of this node is run with it too,
 * on the worker's thread, and what it would have changed is counted. It never influences anything:
 * its results leave here as counts and contact ids only.
 *
 * Compared is each message or answer sheet by itself: what a contact showed earlier was read by
 * the rules in force and would hide that a message now counts for less.
 */
#ifndef TRIAGED_APP_SHADOW_H
#define TRIAGED_APP_SHADOW_H

#include "triaged/triage/triage.h"
#include "worker.h"

struct shadow;

/* worker must be freed before the shadow is, so that nothing runs any more. */
struct shadow *shadow_new(struct worker *worker);
void shadow_free(struct shadow **shadow);

/* Try this ruleset from now on; NULL ends it. Takes a reference. What was seen of the same files
 * stays, whatever was tried in between: nobody sheds a count by staging again. */
void shadow_try(struct shadow *s, struct ruleset *rules);

/* Other rules are in force: what was seen of any ruleset counts no more, and a trial goes on from
 * zero. */
void shadow_begin_anew(struct shadow *s);

/* A triage that has been answered, with the level the rules in force gave it. Costs a copy; when
 * too many wait it is counted as skipped. The person's words are wiped after their run. */
void shadow_add(struct shadow *s, const char *contact, const struct triage_request *request,
	enum level level);

uint64_t shadow_dropped(const struct shadow *s); /* triages it would have rated lower */

/* Append {since, triages, same, raised, dropped, skipped, pairs, recent} as a JSON object. */
void shadow_show(const struct shadow *s, struct buf *out);

#endif
