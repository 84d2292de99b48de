/*
 * Replay: the ledger's commands through the same core again. It begins at a mark that says that the
 * center was empty, takes its options from the marks, and compares every step's decisions, and at
 * every mark the whole state, with what the ledger says.
 */
#ifndef TRIAGED_APP_REPLAY_H
#define TRIAGED_APP_REPLAY_H

#include "triaged/core/core.h"
#include "triaged/store/ledger.h"
#include "mark.h"

enum replay_result {
	REPLAY_SAME,    /* the same decisions, or the same state at a mark */
	REPLAY_EARLIER, /* before the first mark of an empty center: not replayed */
	REPLAY_DIFFERS, /* why says where and how; later results mean nothing */
	REPLAY_BROKEN,  /* the entry cannot be read */
};

struct replay_counts {
	uint64_t earlier, commands, marks;
};

/* Called after each command was applied, and for each mark. seq: number of the last message that the
 * command put into the transcript of c->contact, 0 none. */
struct replay_seen {
	void *arg;
	void (*command)(void *arg, const struct ledger_entry *entry, const struct command *c,
		const struct step *step, int64_t seq);
	void (*mark)(void *arg, const struct ledger_entry *entry, const struct mark *m);
};

struct replay;

/* options: replay under these in place of those of the marks; NULL: those of the marks. */
struct replay *replay_new(const struct core_options *options, const struct replay_seen *seen);
void replay_free(struct replay **r);

/* The next entry. why (may be NULL) is filled when it differs or is broken. */
enum replay_result replay_entry(
	struct replay *r, const struct ledger_entry *entry, struct buf *why) MUST_CHECK;

const struct replay_counts *replay_counts(const struct replay *r);
const struct core *replay_core(const struct replay *r); /* NULL before it began */

/* Each decision of a step; words: up to 4, ended by NULL. */
typedef void (*replay_decision_fn)(void *arg, const char *name, char *const words[5]);
void replay_decisions(struct slice decisions, replay_decision_fn each, void *arg);

#endif
