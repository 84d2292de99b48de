/*
 * Sends one batch at a time until the server says whether it is applied. A batch has a number
 * within its epoch; sent again after a lost reply, the server answers without applying it twice.
 * Where replicas must have it, it is decided when they do.
 */
#ifndef TRIAGED_STORE_COMMITTER_H
#define TRIAGED_STORE_COMMITTER_H

#include <stdint.h>

#include "replicas.h"
#include "triaged/store/store.h"

struct committer {
	struct link *link;
	const char *prefix;
	int64_t epoch, batch; /* batch: number of the last one made in this epoch */
	int64_t sent_epoch;   /* of the pending batch, or of the last one */
	struct slice wire;    /* the pending batch; {NULL, 0}: none */
	commit_done_fn done;
	void *done_arg;
	const struct replicas *replicas;
	unsigned needless_waits; /* answers to WAIT to come for batches decided without them */
	void *arg;
	void (*time)(void *arg, int64_t server_ms);
	/* After each decided batch, before its done. lost: the server lacks earlier batches. */
	void (*decided)(void *arg, enum commit_result result, bool lost);
};

void committer_lead(struct committer *c, int64_t epoch); /* a new epoch begins */
void committer_start(struct committer *c, struct commit *batch, commit_done_fn done,
	void *arg);                         /* sends when the link is up */
void committer_resend(struct committer *c); /* the link is vetted */
bool committer_is_busy(const struct committer *c);
void committer_fini(struct committer *c);

#endif
