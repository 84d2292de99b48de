#include "committer.h"

#include <string.h>

#include "commit.h"
#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"

void committer_lead(struct committer *c, int64_t epoch)
{
	if (c->epoch == epoch)
		return; /* ours again, with nobody in between: the numbers go on */
	c->epoch = epoch;
	c->batch = 0;
}

/* Answers come in the order of the batches. */
static void decide(struct committer *c, enum commit_result result, bool lost)
{
	CHECK(c->n_pending > 0);
	struct pending_batch oldest = c->pending[0];
	c->n_pending--;
	memmove(c->pending, c->pending + 1, c->n_pending * sizeof *c->pending);
	args_format_free(&oldest.wire);
	c->decided(c->arg, &oldest, result, lost);
	oldest.done(oldest.done_arg, result);
}

/* The server refused the batch: nothing need be replicated. */
static void decide_against(struct committer *c, bool lost)
{
	c->needless_waits += c->replicas->needed > 0;
	decide(c, COMMIT_FENCED, lost);
}

static void on_replicated(void *arg, const redisReply *r)
{
	struct committer *c = arg;
	struct err e;
	if (c->needless_waits > 0)
		c->needless_waits--;
	else if (r && replicas_check(c->replicas, r, &e) < 0)
		link_reset(c->link, e.text);
	else if (r)
		decide(c, COMMIT_OK, false);
}

static void on_reply(void *arg, const redisReply *r)
{
	struct committer *c = arg;
	struct err e = { .text = "t1_commit: unexpected answer" };
	int64_t now_ms;
	if (!r)
		return; /* unknown: committer_open() asks again */
	if (reply_is_error(r, "FENCED")) {
		decide_against(c, false);
	} else if (reply_is_error(r, "BATCH")) {
		/* A master took over without our last batches. */
		LOG(ERROR, "store.commits_lost", LOG_S("why", r->str));
		decide_against(c, true);
	} else if (reply_check(r, &e) < 0 || reply_int(r, &now_ms) < 0) {
		link_reset(c->link, e.text);
	} else {
		c->time(c->arg, now_ms);
		if (!c->replicas->needed)
			decide(c, COMMIT_OK, false);
	}
}

static void transmit(struct committer *c, const struct pending_batch *batch)
{
	link_send_wire(c->link, batch->wire, on_reply, c);
	if (c->replicas->needed)
		replicas_ask(c->replicas, c->link, on_replicated, c);
}

void committer_open(struct committer *c)
{
	c->open = true;
	for (size_t i = 0; i < c->n_pending; i++)
		transmit(c, &c->pending[i]);
}

void committer_suspend(struct committer *c)
{
	c->open = false;
}

void committer_start(
	struct committer *c, struct commit *batch, int64_t inbox, commit_done_fn done, void *arg)
{
	CHECK(c->n_pending < STORE_COMMITS_MAX);
	struct pending_batch *p = &c->pending[c->n_pending++];
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_commit");
	args_addi(&a, 1);
	args_adds(&a, c->prefix);
	args_addi(&a, c->epoch);
	args_addi(&a, ++c->batch);
	commit_add_args(batch, &a);
	*p = (struct pending_batch){ .wire = args_format(&a),
		.epoch = c->epoch,
		.inbox = inbox,
		.done = done,
		.done_arg = arg };
	args_free(&a);
	if (c->open)
		transmit(c, p);
}

bool committer_is_busy(const struct committer *c)
{
	return c->n_pending > 0;
}

void committer_fini(struct committer *c)
{
	for (size_t i = 0; i < c->n_pending; i++)
		args_format_free(&c->pending[i].wire);
}
