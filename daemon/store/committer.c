#include "committer.h"

#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* A replica that takes over lags by its network and its load, not by more than this; servers may
 * refuse writes when replicas lag by 10 s (min-replicas-max-lag). */
#define KEEP_MS    30000
#define KEEP_BYTES (64u << 20)

static void drop_oldest(struct committer *c)
{
	struct kept_batch *b = STAILQ_FIRST(&c->kept);
	STAILQ_REMOVE_HEAD(&c->kept, in_list);
	c->kept_bytes -= b->wire.len;
	args_format_free(&b->wire);
	free(b);
}

static void drop_all(struct committer *c)
{
	while (!STAILQ_EMPTY(&c->kept))
		drop_oldest(c);
}

static void keep(struct committer *c, struct pending_batch *p)
{
	struct kept_batch *b = mem_zalloc(sizeof *b);
	*b = (struct kept_batch){ .wire = p->wire, .number = p->number, .at = mono_now() };
	p->wire = (struct slice){ 0 };
	STAILQ_INSERT_TAIL(&c->kept, b, in_list);
	c->kept_bytes += b->wire.len;
	while (STAILQ_FIRST(&c->kept) != b &&
		(c->kept_bytes > KEEP_BYTES || mono_since_ms(STAILQ_FIRST(&c->kept)->at) > KEEP_MS))
		drop_oldest(c);
}

void committer_init(struct committer *c)
{
	STAILQ_INIT(&c->kept);
}

void committer_lead(struct committer *c, int64_t epoch)
{
	if (c->epoch == epoch)
		return; /* ours again, with nobody in between: the numbers go on */
	c->epoch = epoch;
	c->batch = c->acknowledged = 0;
	drop_all(c);
}

/* Answers come in the order of the batches. */
static void decide(struct committer *c, enum commit_result result, bool lost)
{
	CHECK(c->n_pending > 0);
	struct pending_batch oldest = c->pending[0];
	c->n_pending--;
	memmove(c->pending, c->pending + 1, c->n_pending * sizeof *c->pending);
	if (result == COMMIT_OK && oldest.epoch == c->epoch) {
		c->acknowledged = oldest.number;
		keep(c, &oldest);
	}
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

/* A master took over without our last batches, or the data are gone. While we lead, the lease finds
 * out how far they go and has them repaired (committer_repair()); then this one is sent again. */
static void refuse_gap(struct committer *c, const char *why)
{
	if (c->leads(c->arg, c->pending[0].epoch)) {
		link_reset(c->link, why);
		return;
	}
	LOG(ERROR, "store.commits_lost", LOG_S("why", why));
	decide_against(c, true);
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
	} else if (reply_is_error(r, "BATCH") || reply_is_error(r, "BEHIND")) {
		refuse_gap(c, r->str);
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

static void on_repaired(void *arg, const redisReply *r)
{
	struct committer *c = arg;
	struct err e;
	if (r && !reply_is_error(r, "FENCED") && reply_check(r, &e) < 0)
		link_reset(c->link, e.text);
}

bool committer_repair(struct committer *c, int64_t last)
{
	struct kept_batch *b = STAILQ_FIRST(&c->kept);
	if (last >= c->acknowledged)
		return true;
	if (!b || b->number > last + 1)
		return false;
	LOG(ERROR, "store.rolled_back", LOG_I("epoch", c->epoch), LOG_I("batch", last),
		LOG_I("acknowledged", c->acknowledged));
	for (; b; b = STAILQ_NEXT(b, in_list))
		if (b->number > last)
			link_send_copy(c->link, b->wire, on_repaired, c); /* it may be dropped */
	return true;
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
		.number = c->batch,
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
	drop_all(c);
}
