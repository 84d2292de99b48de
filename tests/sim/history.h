/* What the history knows; see history.c. */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim.h"

#define EXCLUSIONS_MAX 8

struct known {
	char id[24], responder[16], shape[120];
	int level, level_auto;
	int64_t arrived_ms, seq, told_ms;
	bool opened, active, closed, ended;
	bool waiting, waited; /* by its record: now, and at the commit before */
	bool moved;           /* offered or not any more, in this commit */
	bool heard;           /* the last command of this commit about it came from the person */
	bool left;            /* the last word of the person was to leave */
	char session[40];     /* of the front end, by the record */
	bool connected;
	bool overtaken;    /* what the last command said of it was over */
	int64_t there_ms;  /* since when that session has it */
	int64_t taken_ms;  /* in this commit an island took it from whom it was with, then */
	char asked_by[16]; /* who asked to lower it from emergency */
	int64_t fit;       /* tier at which the last one who was offered it fits */
	int offers, dispatches;
	bool handing;      /* somebody else is asked to take it over */
	int64_t off_by_ms; /* nobody is asked any longer than until then */
	char guest[16];    /* who handed it over and is still there, "" none */
	struct {
		char responder[16];
		int64_t until_ms;
	} excluded[EXCLUSIONS_MAX];
};

struct known_offer {
	struct known *contact;
	char responder[16];
	bool open;
	int64_t expires_ms;
};

struct known_dispatch {
	struct known *contact;
	bool open;
	int64_t told_ms; /* when somebody was last told, or took it */
};

const struct known *history_contact(const char *id);
const struct known_dispatch *history_dispatch(const char *id);
bool history_has_offer(const char *id);
bool history_has_transfer(const char *id);
bool history_has_mark(const char *mark);
const struct core *history_core(void); /* the ledger, folded from empty */

#endif
