/*
 * Sends batches, in order, until the server says whether each is applied. A batch has a number within
 * its epoch, by which the server never applies one twice after a lost reply, nor before those ahead of
 * it. With replicas required, a batch is decided when enough of them have it. Decided batches are kept
 * for a while, to be sent again to a master that took over without having them.
 */
#ifndef TRIAGED_STORE_COMMITTER_H
#define TRIAGED_STORE_COMMITTER_H

#include <stdint.h>
#include <sys/queue.h>

#include "replicas.h"
#include "triaged/base/clock.h"
#include "triaged/store/store.h"

struct pending_batch {
	struct slice wire;
	int64_t epoch, number;
	int64_t inbox; /* commands of the inbox that are part of it and of those before */
	commit_done_fn done;
	void *done_arg;
};

/* A batch the server has answered for. */
struct kept_batch {
	STAILQ_ENTRY(kept_batch) in_list;
	struct slice wire;
	int64_t number;
	struct mono at;
};
STAILQ_HEAD(kept_list, kept_batch);

struct committer {
	struct link *link;
	const char *prefix;
	int64_t epoch, batch; /* batch: number of the last one made in this epoch */
	bool open;            /* the link is vetted: batches are sent when they come */
	int64_t acknowledged; /* number of the last batch applied in this epoch, as decided */
	struct kept_list
		kept; /* the oldest first, of this epoch, without a gap up to acknowledged */
	size_t kept_bytes;
	struct pending_batch pending[STORE_COMMITS_MAX]; /* the oldest first */
	size_t n_pending;
	const struct replicas *replicas;
	unsigned needless_waits; /* answers to WAIT still to come that no batch needs any more */
	void *arg;
	void (*time)(void *arg, int64_t server_ms);
	bool (*leads)(void *arg, int64_t epoch); /* does this node still lead under it? */
	/* After each decided batch, before its done. lost: the server lacks earlier batches. */
	void (*decided)(
		void *arg, const struct pending_batch *batch, enum commit_result result, bool lost);
};

void committer_init(struct committer *c);
void committer_lead(struct committer *c, int64_t epoch); /* a new epoch begins */
/* The server holds the epoch's batches up to number `last`: send the acknowledged ones after it again.
 * false: not all of them are kept. */
bool committer_repair(struct committer *c, int64_t last) MUST_CHECK;
/* inbox: see struct pending_batch. */
void committer_start(
	struct committer *c, struct commit *batch, int64_t inbox, commit_done_fn done, void *arg);
void committer_open(struct committer *c); /* the link is vetted: what is pending goes out again */
void committer_suspend(struct committer *c); /* the link is down */
bool committer_is_busy(const struct committer *c);
void committer_fini(struct committer *c);

#endif
