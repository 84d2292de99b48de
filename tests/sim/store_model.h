/* The store of a node, shared by its two files. */
#ifndef SIM_STORE_MODEL_H
#define SIM_STORE_MODEL_H

#include "triaged/store/store.h"

#include "../../daemon/store/redis_time.h"
#include "sim.h"

#define KEEP_MS 30000

struct append {
	struct append *next;
	struct store *store;
	struct bytes bytes;
	int64_t deadline_us;
	store_done_fn done;
	void *arg;
	bool sent;
	bool here; /* over this link alone */
};

struct reader {
	size_t at;
	bool open, busy;
	bool behind; /* the inbox, until what was there has been read */
};

struct store {
	struct node *node;
	char incarnation[16], previous[16];
	struct store_events events;
	bool dead, up, connecting, ready, running;
	uint64_t link;
	int64_t last_up_us, last_down_us; /* the link keeps the order */
	int64_t cut_us;                   /* what arrives later over the link before is lost */
	int64_t oldest_us;                /* of what is not answered; 0 none */
	size_t unanswered;
	int run, connected_to;
	uint64_t takeovers;
	bool registered, reassert_due, asked_lead;
	bool registering;                     /* what the lead holds is asked first */
	int64_t lead_asked_us, lead_asked_in; /* when, and the epoch held then */
	/* lease */
	int64_t epoch, followed, highest;
	int64_t lapsed; /* ran out by itself: ours again if nobody led since */
	bool competing;
	char leader[8];
	uint64_t lead_end; /* number of the one that counts */
	char told[16][32];
	size_t n_told;
	bool lead_ready; /* and has loaded the state */
	/* commit */
	struct sent {
		struct commit *commit;
		int64_t epoch, batch;
		commit_done_fn done;
		void *arg;
	} sent[STORE_COMMITS_MAX]; /* not decided, the oldest first */
	size_t n_sent;
	int64_t batch, batch_epoch, acknowledged;
	struct sent *kept; /* those acknowledged in this epoch, for KEEP_MS */
	int64_t *kept_us;
	size_t n_kept;
	struct batch *load;  /* the one of this epoch */
	struct batch *reads; /* on their way */
	struct append *appends;
	struct reader inbox, out;
	struct redis_time time;
};

/* A load or a reading on its way. */
struct batch {
	struct batch *next;
	struct store *store;
	store_load_fn each_record;
	store_message_fn each_message;
	store_record_fn record;
	store_done_fn done;
	void *arg;
	char contact[64];
	int64_t back_ms;
	bool over;
};

struct op *op_new(enum op_kind kind);
void store_transmit(struct store *s, struct op *op);
void store_connect(struct store *s, int64_t us);
void store_send_commit(struct store *s, const struct sent *sent);
void store_ask_lead(struct store *s);
void store_lose_lead(struct store *s);
void store_read_more(struct store *s, bool inbox);
void store_give_up(struct store *s, struct batch *b); /* STORE_UNAVAILABLE */
void store_fail_append(struct append *a);             /* STORE_UNAVAILABLE, if it is not answered */
void store_beat(void *store);
void store_keep(struct store *s, const struct sent *sent);
void store_take_lead(struct store *s, const struct op *op);
void store_finish_registration(struct store *s);
void store_ask_lead_with(struct store *s, struct op *op);
void store_take_node(struct store *s, const struct op *op);
void store_request_reassert(struct store *s);
void store_become_ready(struct store *s);
void store_set_state(struct store *s, bool ready, const char *why);

#endif
