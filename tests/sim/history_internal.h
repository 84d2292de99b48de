/* Shared by the files of the history. */
#ifndef SIM_HISTORY_INTERNAL_H
#define SIM_HISTORY_INTERNAL_H

#include "../../daemon/app/replay.h"
#include "history.h"

struct history {
	struct map contacts;   /* id -> struct known */
	struct map offers;     /* id -> struct known_offer, open or not */
	struct map dispatches; /* id -> struct known_dispatch */
	struct map refs, marks;
	struct map sessions;  /* responder -> its live session */
	struct map origins;   /* of facts -> int64_t, the last one's number */
	struct map transfers; /* id -> struct known */
	char island_node[8];
	bool island;     /* whoever decides reaches only the sessions of its node */
	bool was_island; /* some of this commit was decided so, or too much to tell what was when */
	struct replay *replay;
	int64_t last_at_ms;
	int64_t decided_ms;          /* of the last command; marks decide nothing */
	struct core_options options; /* of the last mark */
};
extern struct history h;

struct offered {
	struct known *contact;
	struct known_offer *offer;
	int64_t at_ms;
};
extern struct offered made[256]; /* in this commit */
extern size_t n_made;

struct entry_at {
	const struct command *command;
	int64_t at_ms;
};

int64_t number_in(struct slice record, const char *name);
int level_of(struct slice v);
struct known *known(const char *id);

/* The responder must not be offered it again yet. */
bool is_excluded(const struct known *k, const char *responder, int64_t at_ms);

/* One decision of a ledger entry; arg: its struct entry_at. */
void history_decision(void *arg, const char *name, char *const w[5]);

#endif
