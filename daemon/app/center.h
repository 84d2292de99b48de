/*
 * One center on this node: commands on their way to whoever leads, and, while this node leads, the
 * core, its batches of changes and the rule that nothing is told before it is durable.
 *
 *     submit ──▶ leading: core_apply ─▶ batch ─▶ one commit ─▶ outputs (here, or out:<node>)
 *            └─▶ another leads: the inbox; the answer comes back through out:<this node>
 *            └─▶ nobody known yet: kept for the moment, refused when the store stays away
 *
 * Two commits may be in flight: while the store writes one, the next batch is decided and sent.
 * What arrives meanwhile is the batch after that.
 * A store that does not take them in time is replaced by the node's spool: center_late.c.
 */
#ifndef TRIAGED_APP_CENTER_H
#define TRIAGED_APP_CENTER_H

#include "triaged/core/core.h"
#include "triaged/store/spool.h"
#include "triaged/store/store.h"

struct event_base;
struct center;

struct center_options {
	const char *center, *node, *incarnation;
	struct core_options core;
	int64_t request_ms;    /* how long a request may wait for its answer */
	int64_t ack_after_ms;  /* after so long without the store's answer the spool acknowledges */
	int64_t down_after_ms; /* after so long without the store: an island, or refuse at once */
	int facts_at_once;     /* what the spool tells: the next ones when the store has these */
};

struct center_events {
	void *arg;
	/* For a session or request here. spooled: this node's spool has custody, not the store. */
	void (*output)(void *arg, const struct output *o, bool spooled);
	/* OUTPUT_DISPATCH_SEND and _DRILL, committed, while this node leads: for outreach. NULL: they are
	 * not sent, and the core repeats them and alerts people. */
	void (*send)(void *arg, const struct core *core, const struct output *o);
	/* Called for each command from the inbox, as it may be a letter of another center: seals its text
	 * under this center's keys, in the memory of `sealed`. NULL: letters are not opened. */
	void (*letter)(void *arg, struct command *c, struct buf *sealed);
	void (*refuse)(void *arg, int64_t request); /* custody cannot be taken */
	void (*refuse_all)(void *arg);              /* every request that waits here */
	void (*leader)(void *arg);                  /* a new leader: call verbs_reassert() */
	void (*island)(void *arg); /* this node is an island: call verbs_island() */
	void (*mode)(void *arg);   /* center_is_island() has changed */
	/* Answer a query over the core: out becomes the result's JSON, or false: not found. */
	bool (*query)(void *arg, const struct core *core, const char *method, struct slice params,
		struct buf *out);
};

struct center *center_new(struct event_base *base, const struct center_options *options,
	const struct center_events *events);
void center_free(struct center **center);
void center_set_store(struct center *c, struct store *store);
/* What the spool holds from before is submitted, as facts, when somebody leads. The spool must outlive
 * the center. */
void center_set_spool(struct center *c, struct spool *spool);
/* A reload: core (hash_seed and id_base are kept as they were), request_ms and down_after_ms. */
void center_set_options(struct center *c, const struct center_options *options);

void center_submit(struct center *c, const struct command *command);

/* The contact's transcript, as far as a leader has it at hand; false: read it from the store. */
bool center_transcript(const struct center *c, const char *contact,
	void (*each)(void *arg, struct slice record), void *arg);

bool center_store_stays_away(const struct center *c); /* longer than down_after_ms */
bool center_is_leading(const struct center *c);       /* with its state loaded */

/* The board, as board.get answers it, and the waits so far; NULL where another node leads. */
const struct core_waits *center_board(const struct center *c, struct buf *json);

/* How long ago, in ms, a test contact was last served here, or this node took the lead; -1: it does
 * not lead. */
int64_t center_test_age_ms(const struct center *c);
bool center_is_island(const struct center *c); /* leads, without the store */
bool center_is_late(const struct center *c);   /* the spool acknowledges, not the store */

/* To be called once a second: checks a part of the state against the invariants of the design; within
 * minutes all of it was checked. */
void center_sweep(struct center *c);

struct center_counts {
	uint64_t late; /* how often the spool had to take over */
	uint64_t commands, commits, batch_max, refused, fenced, load_failures;
	uint64_t violations; /* of invariants: a defect of this program, must stay 0 */
};
const struct center_counts *center_counts(const struct center *c);

/* What the store reports; see store.h. */
void center_store_state(struct center *c, enum store_state state);
void center_store_lead(struct center *c, int64_t epoch, const char *leader_node);
void center_store_inbox(struct center *c, const char *position, char *bytes, size_t n);
void center_store_caught_up(struct center *c);
void center_store_output(struct center *c, char *bytes, size_t n);
/* Another server has taken over and may lack what was put into the inbox last. */
void center_store_reassert(struct center *c);
void center_store_rewrite(struct center *c, bool empty);
void center_store_node_lost(struct center *c, const char *node, const char *incarnation);

#endif
