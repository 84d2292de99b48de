/*
 * The store: this node's link to Redis and the discipline around it.
 *
 * What it gives the layers above: custody of commands (append to the center's inbox), leadership
 * (a lease in Redis time with a fencing epoch), durable commits (one function call for a whole
 * batch), outputs for other nodes, loading a center's state at take-over, reading transcripts.
 * What it hides: hiredis, reconnects, deadlines, the function library, the managed server.
 *
 * Everything is asynchronous on the caller's event loop; no call blocks. A lost reply means the
 * outcome is unknown: a commit is sent again under its number until Redis says whether it was
 * applied; an append carries the command's own id and repeats harmlessly. Callbacks never run
 * from inside the call that asked for them. The process must ignore SIGPIPE.
 */
#ifndef TRIAGED_STORE_STORE_H
#define TRIAGED_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"
#include "triaged/store/store_options.h"

struct event_base;
struct store;
struct commit;

enum store_state { STORE_DOWN, STORE_READY };

struct store_events {
	void *arg;
	/* The link came up or went down, or stays down for another reason. why: for the log and
	 * the board, "" when ready. */
	void (*state)(void *arg, enum store_state state, const char *why);
	/* epoch > 0: this node leads now; load the state, then call store_lead_ready(). epoch 0: it
	 * does not. leader_node "": no leader is known, perhaps only because an answer is missing and
	 * the lease may have ended; keep the core, for when the same epoch comes again nobody led in
	 * between, so the core is still right and inbox commands already handed over do not come
	 * again. With another epoch or another leader_node the core is out of date: drop it, and hand
	 * commands to store_append(). */
	void (*lead)(void *arg, int64_t epoch, const char *leader_node);
	/* Leader only, after store_lead_ready(): commands of other nodes, in order. Each must be part
	 * of a later commit through commit_inbox_position(). bytes may be changed in place. */
	void (*inbox)(void *arg, const char *position, char *bytes, size_t n);
	/* After each store_lead_ready(): what was in the inbox then has been handed over. May be NULL. */
	void (*caught_up)(void *arg);
	/* An output for this node, in order, each exactly once as long as this process lives. */
	void (*output)(void *arg, char *bytes, size_t n);
	/* Leader only, after store_lead_ready(): the lease of another node's incarnation ended. Comes
	 * once in an epoch, and again in the next one until a commit with commit_node_gone() forgets that incarnation. */
	void (*node_lost)(void *arg, const char *node, const char *incarnation);
	/* The leader may have lost what it knew of this node, because the node's lease had ended,
	 * another server took over or commits were lost: announce this node's live sessions and its
	 * unanswered commands again. */
	void (*reassert)(void *arg);
	/* The id of the center's data on the server: keep it, and give it as store_options.instance at
	 * the next start. Data under another id are then left alone, and a server without any is not
	 * used before the node that led had time to write its state there. May be NULL. */
	void (*instance)(void *arg, const char *id);
	/* Leader only: the server has lost commits. Commit the whole state again. empty: it has no
	 * data at all, so transcripts are lost too. May be NULL. */
	void (*rewrite)(void *arg, bool empty);
	/* The store works, but an operator should look at it: text says why. "": the trouble is over.
	 * May be NULL. */
	void (*warning)(void *arg, const char *text);
};

struct store *store_open(struct event_base *base, const struct store_options *options,
	const struct store_events *events, struct err *e) MUST_CHECK;
/* The inbox of another center on the same server or cluster, and nothing else of it: store_append()
 * may be used, and store_close(). instance, incarnations, lease and retention are not looked at. */
struct store *store_open_inbox(
	struct event_base *base, const struct store_options *options, struct err *e) MUST_CHECK;
/* Gives up the lease and the node's place first if it can, for which it may block for 250 ms.
 * Not from inside a callback of this store. What is still open is answered from inside:
 * appends, loads and reads with STORE_UNAVAILABLE; a pending commit's done never runs. */
void store_close(struct store **store);

enum store_state store_status(const struct store *store, const char **why);
/* Since when nothing had come back at the last loss: one that only falls silent is noticed later. */
struct mono store_lost_since(const struct store *store);
int64_t store_epoch(const struct store *store);      /* 0: not leading */
const char *store_leader(const struct store *store); /* node name or "" */
/* The address of the server in use or last tried, "" when none is known; valid until the next call. */
const char *store_server(struct store *store);
/* How often the link has come back to a server other than the one before, such as a new master,
 * which may lack what the old one had. */
uint64_t store_takeovers(const struct store *store);
/* The center's time in ms since 1970: the server's clock as first read, carried on by this node's
 * monotonic clock and corrected by the server's only slowly, so that setting a clock makes no jump.
 * Never decreases. */
int64_t store_now_ms(struct store *store);
/* The state that was loaded reaches up to at_ms: store_now_ms() is at least that from now on. */
void store_no_earlier(struct store *store, int64_t at_ms);

/* Stop competing for the lease and hand it over now (drain). */
void store_yield_lead(struct store *store);
/* Compete again. */
void store_compete_lead(struct store *store);

enum store_result {
	STORE_OK,
	STORE_UNAVAILABLE /* not taken, or unknown when the deadline passed */
};
typedef void (*store_done_fn)(void *arg, enum store_result result);

/* Custody of one command in the center's inbox. done runs once, at the latest deadline_ms later. */
void store_append(struct store *store, struct slice command, int64_t deadline_ms,
	store_done_fn done, void *arg);
/* The same, over this connection alone: when it ends before the command is known to be taken, it is
 * done, and not sent again. For what is told in order: another server may lack what came before. */
void store_append_here(struct store *store, struct slice command, int64_t deadline_ms,
	store_done_fn done, void *arg);

/* ---- take-over ---- */

typedef void (*store_load_fn)(
	void *arg, char kind, const char *id, const char *ref, struct slice bytes);
/* Everything of the center: kinds 'c' (live contacts), 'r', 'd' (open), 'p', 'i' (refs), 's'
 * (counters). Then done. STORE_UNAVAILABLE: the lease or the link was lost; it comes again. */
void store_load(struct store *store, store_load_fn each, store_done_fn done, void *arg);
/* The core is loaded: start to read the inbox, after the last position committed. */
void store_lead_ready(struct store *store);

/* ---- commits (leader) ---- */

/* Slices and strings are copied. Of entities and contacts written twice in one commit, the last one
 * counts. */
struct commit *commit_new(void);
void commit_free(struct commit **c);
/* kind 'c', 'r', 'd', 'p' (len 0: delete), or 's': the core's counters, id "". A person's retention
 * time begins again. */
void commit_entity(struct commit *c, char kind, const char *id, struct slice bytes);
/* The same for an entity that a commit of this epoch wrote before; a person's retention time is not
 * changed. */
void commit_entity_again(struct commit *c, char kind, const char *id, struct slice bytes);
/* The contact's place: live (not yet ended), and in the queue under a score up to 2^53. */
void commit_contact(struct commit *c, const char *id, bool live, bool waiting, double queue_score);
void commit_ref(struct commit *c, const char *identity, const char *ref, struct slice bytes);
void commit_ledger(struct commit *c, int64_t at_ms, struct slice command, struct slice decisions);
void commit_message(struct commit *c, const char *contact, struct slice record);
void commit_output(struct commit *c, const char *node, struct slice output);
void commit_node_gone(struct commit *c, const char *node, const char *incarnation);
void commit_inbox_position(struct commit *c, const char *position);
bool commit_is_empty(const struct commit *c);

enum commit_result {
	COMMIT_OK,
	COMMIT_FENCED, /* another epoch leads: nothing of this batch was or ever will be applied */
};
typedef void (*commit_done_fn)(void *arg, enum commit_result result);

/* How many batches may be under way: while the server writes one, the next is prepared. */
#define STORE_COMMITS_MAX 2

/* Make a batch durable; takes ownership of c. Batches are applied, and done is called, in order; a
 * batch is never applied without those before it. While Redis cannot be reached they are kept and
 * sent again, even after lead(0): done is called in that case too, before any further lead(epoch).
 * Called without leadership: COMMIT_FENCED. */
void store_commit(struct store *store, struct commit **c, commit_done_fn done, void *arg);

/* ---- reading ---- */

typedef void (*store_message_fn)(void *arg, struct slice record);
/* A contact's transcript in order, then done. */
void store_transcript(struct store *store, const char *contact, store_message_fn each,
	store_done_fn done, void *arg);
/* One stored record of a contact that the core no longer holds; bytes.len 0: none. */
typedef void (*store_record_fn)(void *arg, enum store_result result, struct slice bytes);
void store_contact(struct store *store, const char *contact, store_record_fn done, void *arg);
/* For a node that does not lead: what was decided last, and what waits to be decided. First the
 * answers to references that were committed within back_ms before the newest one, and some older
 * ones (kind 'i', as in store_load(); those of schema 1 are left out). Then the commands in the
 * inbox that no commit has taken yet, in order (kind '+', as they were appended; at most some
 * thousands). Then done. */
void store_recent(
	struct store *store, int64_t back_ms, store_load_fn each, store_done_fn done, void *arg);

/* ---- the center's keyring: its keys, wrapped by the layer above ---- */

/* Fields of the hash, in any order: `name` holds a key's check value, `name:holder` the key
 * wrapped for the holders of one TLS key. Then done. */
typedef void (*store_field_fn)(void *arg, const char *field, struct slice value);
void store_keyring_read(struct store *store, store_field_fn each, store_done_fn done, void *arg);

struct store_key {
	const char *name, *check, *holder;
	struct slice wrapped;
};
enum publish_result {
	PUBLISH_OK,
	PUBLISH_CONFLICT, /* the center has another key of such a name: nothing was written */
	PUBLISH_UNAVAILABLE
};
typedef void (*store_publish_fn)(void *arg, enum publish_result result);
/* All of them or none. Repeats harmlessly. */
void store_keyring_publish(struct store *store, const struct store_key *keys, size_t n,
	store_publish_fn done, void *arg);

#endif
