/* Shared by the files of a center; see center.h. */
#ifndef TRIAGED_APP_CENTER_INTERNAL_H
#define TRIAGED_APP_CENTER_INTERNAL_H

#include "triaged/base/clock.h"
#include "backlog.h"
#include "board_watch.h"
#include "center.h"
#include "transcripts.h"
#include "mark.h"

struct event;

enum lead_state { FOLLOWING, LOADING, LEADING };

struct center {
	struct event_base *base;
	struct center_options options;
	struct center_events events;
	char *node, *incarnation;
	struct store *store;
	enum lead_state lead;
	bool leader_known;    /* another node leads */
	struct core *core;    /* LOADING and LEADING */
	struct commit *batch; /* gathers changes until it is sent */
	struct step step;     /* outputs of the batch */
	struct step
		sent[STORE_COMMITS_MAX]; /* outputs of the commits in flight, the oldest first */
	size_t n_sent;
	uint64_t batch_size;
	struct event *flush_event, *tick_event;
	struct backlog backlog;
	struct board_watch *watch;
	struct transcripts transcripts; /* while leading */
	struct mono down_since;         /* us 0: the store is there */
	struct buf scratch;
	struct mono leads_since;
	struct core_sweep sweep;
	struct center_counts counts;
};

/* ---- center_lead.c: commands that reach the leader ---- */
void center_decide(struct center *c, const struct command *command);
void center_on_tick(void *arg);  /* something is due */
void center_on_board(void *arg); /* watchers are shown the board */

/* ---- center_commit.c ---- */
void center_schedule_flush(struct center *c); /* the batch goes off at the end of this turn */
void center_flush(struct center *c);

/* ---- center_takeover.c ---- */
/* What is decided from here on is decided under these options, from this state. */
void center_mark(struct center *c, enum mark_kind kind);
void center_replay_backlog(struct center *c);
void center_drop_lead(struct center *c);

#endif
