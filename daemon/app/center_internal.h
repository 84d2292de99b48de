/* Shared by the files of a center; see center.h. */
#ifndef TRIAGED_APP_CENTER_INTERNAL_H
#define TRIAGED_APP_CENTER_INTERNAL_H

#include <sys/queue.h>

#include "triaged/base/clock.h"
#include "triaged/core/fact.h"
#include "backlog.h"
#include "board_watch.h"
#include "center.h"
#include "journal.h"
#include "recall.h"
#include "resend.h"
#include "transcripts.h"
#include "mark.h"

struct event;

/* ALONE: does not lead, and decides for those here: center_alone.c. */
enum lead_state { FOLLOWING, LOADING, LEADING, ALONE };

struct alone {
	struct event *timer;
	TAILQ_HEAD(waiting_list, waiting)
	waiting;        /* for the inbox, intake for its answer; in order */
	int64_t number; /* of what the core was told as a fact */
	bool announcing;
	bool silent;           /* ALONE: the store is there, who leads is not heard of */
	struct mono heard;     /* the last word of who leads; us 0: none */
	struct core *prepared; /* for the next time, while what is recent is read into it */
	bool reading;          /* not all of it has been read */
	struct mono asked;     /* for it */
	uint64_t round;        /* of reading it */
};

/* The store does not take what is decided in time: center_late.c. */
struct late {
	bool on;
	bool writing;                 /* the spool writes a group of ours */
	bool incomplete;              /* something of ours found no room in it */
	bool shown;                   /* as an island */
	struct mono since, failed_at; /* us 0: not */
	struct event *timer, *island_timer;
	char *origin;                             /* of our facts: node/incarnation */
	int64_t number;                           /* of the last command that may become one */
	struct journal gathering;                 /* commands of the batch */
	struct journal owed;                      /* those the spool has not kept, in order */
	size_t owed_writing;                      /* so many of them are in the group */
	struct journal flying[STORE_COMMITS_MAX]; /* of those in flight, the oldest first */
	struct mono sent_at[STORE_COMMITS_MAX];
	struct step spooling; /* outputs that leave when the spool has their commands */
	struct step held;     /* it could not take them: they leave when it or the store has */
	struct step letters;  /* to other centers: they leave when the store has their commands */
	struct commit **batches; /* [first..n) wait behind the one in flight */
	size_t first, n, cap;
	uint64_t through;      /* the spool lets go of this with the next commit; 0: nothing */
	size_t commits_before; /* that are confirmed before that one */
	bool recalled;         /* with that commit the store has what was recalled */
};

/* The spool tells what the center's state lacks: center_facts.c. */
struct center_facts {
	bool on, failed;
	bool recalls;   /* what is recalled comes first */
	bool recalling; /* not all of it has been told */
	uint64_t cursor, recall_cursor, round, told;
	struct buf copy; /* of what is recalled: it is changed when it is read */
	size_t outstanding;
};

struct center {
	struct event_base *base;
	struct center_options options;
	struct center_events events;
	char *node, *incarnation;
	struct store *store;
	struct spool *spool; /* NULL: nothing is acknowledged without the store */
	struct late late;
	struct center_facts facts;
	struct alone alone;
	enum lead_state lead;
	int64_t epoch;   /* LOADING and LEADING: under which */
	bool inbox_read; /* LEADING: commands put there before are decided; facts may follow */
	bool holding;    /* LEADING: new commands wait until the inbox and the facts are decided */
	bool settled;    /* the facts are submitted, the node is announced: commands are taken */
	bool leader_known; /* another node leads */
	bool unsaid; /* a command was dropped before it reached a leader: re-assert to the next */
	struct core *core;    /* LEADING, and ALONE */
	struct core *loading; /* the state is being loaded: LOADING, or still ALONE */
	struct commit *batch; /* gathers changes until it is sent */
	struct step step;     /* outputs of the batch */
	struct step
		sent[STORE_COMMITS_MAX]; /* outputs of the commits in flight, the oldest first */
	size_t n_sent;
	uint64_t batch_size;
	struct event *flush_event, *tick_event;
	struct backlog backlog;
	struct resend resend;
	struct recall recall;
	struct board_watch *watch;
	struct transcripts transcripts; /* while leading */
	struct mono down_since;         /* when the store was lost; us 0: it is not */
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
void center_gather(struct center *c); /* what the core changed, into the batch */
void center_commit(struct center *c, struct commit **batch);
/* Give the outputs for sessions and requests of this node to events.output. */
void center_deliver(struct center *c, struct step *s, bool spooled);

/* ---- center_late.c ---- */
void center_late_init(struct center *c);
void center_late_fini(struct center *c);
/* Note a command that was applied, in case the spool must keep it because the store is late. answer:
 * the index of its answer in c->step. */
void center_journal(struct center *c, const struct command *command, size_t answer);
/* Neither the store nor the spool can give custody of this now. */
bool center_late_refuses(const struct center *c, const struct command *command);
bool center_late_failing(const struct center *c); /* the spool failed a moment ago */
void center_late_begin(struct center *c);
size_t center_late_batches(const struct center *c); /* that wait for the store */
void center_late_sent(struct center *c);    /* the batch becomes one in flight, the last one */
void center_late_watch(struct center *c);   /* one is in flight */
void center_late_decided(struct center *c); /* the oldest one is not in flight any more */
void center_late_flush(struct center *c);   /* the batch goes to the spool */
void center_late_drain(struct center *c);   /* batches that wait go to the store, if it is there */
void center_late_drop(struct center *c);
void center_watch_island(struct center *c); /* late or down has changed */

/* ---- center_recall.c ---- */
void center_recall_committed(struct center *c); /* the oldest one in flight is in the store */
void center_recall_release(struct center *c);   /* a commit is: the spool need not keep it */

/* ---- center_alone.c ---- */
void center_alone_init(struct center *c);
void center_alone_fini(struct center *c);
bool center_alone_takes(const struct center *c, const struct command *command);
/* Put a command (bytes: encoded) into the inbox. A front end's request that the store does not take in
 * time, or no leader answers in time, is decided here instead. */
void center_alone_append(struct center *c, const struct command *command, struct buf *bytes);
void center_alone_backlogged(struct center *c, const struct command *command);
void center_alone_answered(struct center *c, int64_t request);
/* Whether command is one of this node's that still waits for its answer. */
bool center_alone_waits(const struct center *c, const struct command *command);
/* Decide here what has waited for too long. */
void center_alone_look(struct center *c);
void center_alone_store_lost(struct center *c);
/* A new core to which the commands in the spool were applied. */
struct core *center_alone_core(struct center *c);
/* The command to apply: `command` itself, or, about a contact that the core of an island does not know,
 * `told`, a copy of it as a fact of origin CORE_HERE, with which the core takes the contact in. */
const struct command *center_alone_told(
	struct center *c, const struct command *command, struct command *told);
/* Whether this answer refuses only because the island knows too little, where the whole center might
 * allow it: it must be `unavailable` then, and not a refusal. */
bool center_alone_cannot_say(const struct center *c, const struct command *command, size_t answer);
void center_alone_announce(struct center *c);
void center_alone_end(struct center *c); /* before center_drop_lead() drops the core */

/* ---- center_silence.c ---- */
void center_silence_ask(
	struct center *c); /* read what was answered last, then call center_alone_look() */
bool center_silence_reads(const struct center *c); /* and it is worth waiting for */
void center_silence_stop(struct center *c);
void center_silence_heard(struct center *c); /* an output of the leading node has come */

/* ---- center_facts.c ---- */
/* Somebody leads: submit the facts in the spool, then call center_settle(). */
void center_facts_begin(struct center *c);
void center_facts_go_on(struct center *c); /* a batch was committed */
void center_facts_stop(struct center *c);
/* New commands must wait until the facts and the inbox are decided. */
bool center_facts_wait(const struct center *c);
bool center_facts_due(const struct center *c); /* the same, or recalled commands wait */

/* ---- center_takeover.c ---- */
/* Write a mark into the ledger: the state and the options for the commands after it, see mark.h. */
void center_mark(struct center *c, enum mark_kind kind);
void center_replay_backlog(struct center *c);
void center_drop_lead(struct center *c);
void center_set_loading_options(struct center *c, const struct core_options *options);
void center_follow(struct center *c, const char *leader_node); /* "": nobody is known */
void center_settle(struct center *c);                          /* what is new may be decided */

#endif
