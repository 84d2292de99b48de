/*
 * What if: the same contacts and the same people under other rules or other options. The history is
 * gathered from a replay; then the core decides it once more. With the same rules and options it comes
 * out as it was. Otherwise these are the assumptions:
 *
 * - Contacts, what people write, answers and leaving, sessions and presence come at their recorded
 *   times, and so does what staff does with a contact that nobody serves.
 * - A responder reacts to an offer of a contact as they did in the history to the same (accepts or
 *   declines after so long, or lets it pass); to an offer they never had, they accept after their
 *   own median time, or that of all where they never accepted. Where an offer was withdrawn before
 *   they reacted they accept after that median too, but not before it was withdrawn then.
 * - A conversation belongs to its contact: what was done in it, its end included, comes as long
 *   after the acceptance as it did then, by whoever serves now. One that was never held, or that its
 *   responder lost, lasts the median of all conversations, in the latter case from the loss on.
 * - What falls due is seen to at once, or when it was in the history, where a node was up to a second
 *   late.
 */
#ifndef TRIAGED_APP_WHATIF_H
#define TRIAGED_APP_WHATIF_H

#include "triaged/core/core.h"
#include "replay.h"

struct whatif;

struct whatif *whatif_new(void);
void whatif_free(struct whatif **w);
/* To be given to replay_new(); gathers everything the replay passes. */
struct replay_seen whatif_seen(struct whatif *w);

/* ---- rated anew ---- */

size_t whatif_contacts(const struct whatif *w);
const char *whatif_contact(const struct whatif *w, size_t contact);

struct whatif_triaged {
	size_t event;
	int64_t at_ms;
	int64_t seq;                   /* of its last message; 0: none */
	const char *ruleset;           /* that it was rated by: id@version:digest, or "" */
	const struct command *command; /* valid until the next call; facts: the contact's course */
};
/* What was triaged of a contact, in order: start with *cursor 0. */
bool whatif_next_triaged(
	struct whatif *w, size_t contact, size_t *cursor, struct whatif_triaged *out);

struct whatif_rating {
	enum level level, alone; /* as command.level and level_alone have them */
	bool unscored;
};
void whatif_rate(struct whatif *w, size_t event, const struct whatif_rating *rating);

/* ---- decided anew ---- */

/* Once. options NULL: those of the history, as they changed. */
void whatif_run(struct whatif *w, const struct core_options *options);

struct whatif_course {
	enum level level;  /* the highest that rules asked for */
	int64_t waited_ms; /* until the first acceptance; -1: never served */
	const char *by;    /* who accepted first, or "" */
};
struct whatif_outcome {
	const char *contact;
	int64_t arrived_ms;
	struct whatif_course then, now;
};
void whatif_outcome(const struct whatif *w, size_t contact, struct whatif_outcome *out);

#endif
