#include "committer.h"

#include "commit.h"
#include "reply.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"

void committer_lead(struct committer *c, int64_t epoch)
{
	c->epoch = epoch;
	c->batch = 0;
}

static void decide(struct committer *c, enum commit_result result, bool lost)
{
	args_format_free(&c->wire);
	commit_done_fn done = c->done;
	void *arg = c->done_arg;
	c->decided(c->arg, result, lost);
	done(arg, result);
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
		return; /* unknown: committer_resend() asks again */
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

void committer_resend(struct committer *c)
{
	if (!c->wire.data)
		return;
	link_send_wire(c->link, c->wire, on_reply, c);
	if (c->replicas->needed)
		replicas_ask(c->replicas, c->link, on_replicated, c);
}

void committer_start(struct committer *c, struct commit *batch, commit_done_fn done, void *arg)
{
	CHECK(!c->wire.data);
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_commit");
	args_addi(&a, 1);
	args_adds(&a, c->prefix);
	args_addi(&a, c->epoch);
	args_addi(&a, ++c->batch);
	commit_add_args(batch, &a);
	c->wire = args_format(&a);
	c->sent_epoch = c->epoch;
	args_free(&a);
	c->done = done;
	c->done_arg = arg;
}

bool committer_is_busy(const struct committer *c)
{
	return c->wire.data != NULL;
}

void committer_fini(struct committer *c)
{
	args_format_free(&c->wire);
}
