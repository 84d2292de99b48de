/* The store's handlers for events of its link, lease, committer and tails. */
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* How many inbox commands may be handed over and not yet committed. */
#define INBOX_AHEAD 1024

/* ---- state ---- */

static void set_state(struct store *s, enum store_state state, const char *why)
{
	if (s->state == state && strcmp(s->why, why) == 0)
		return;
	s->state = state;
	mem_set_str(&s->why, why);
	if (!s->closing)
		s->events.state(s->events.arg, state, s->why);
}

static void request_reassert(struct store *s)
{
	s->reassert_due = s->state != STORE_READY;
	if (!s->reassert_due)
		s->events.reassert(s->events.arg);
}

/* What happened to the data goes over what may happen to the server. */
static void warn(struct store *s)
{
	if (s->events.warning && !s->closing)
		s->events.warning(
			s->events.arg, s->data_warning ? s->data_warning : s->search_warning);
}

static void warn_of_data(struct store *s, const char *text)
{
	s->data_warning = text;
	warn(s);
}

void store_on_search_warning(void *arg, const char *text)
{
	struct store *s = arg;
	mem_set_str(&s->search_warning, text);
	warn(s);
}

static void request_rewrite(struct store *s)
{
	int64_t what = s->rewrite;
	s->rewrite = 0;
	if (!what || !s->lease.epoch)
		return;
	LOG(ERROR, "store.rewrite", LOG_S("why", what == LEAD_LOST ? "empty" : "behind"),
		LOG_I("epoch", s->lease.epoch));
	warn_of_data(s, "the server had lost data; what this node knew is written again, ended "
			"contacts and decisions of before are gone");
	if (s->events.rewrite)
		s->events.rewrite(s->events.arg, what == LEAD_LOST);
}

static void become_ready(struct store *s)
{
	link_settled(s->link);
	appender_open(&s->appender);
	set_state(s, STORE_READY, "");
	if (s->reassert_due)
		request_reassert(s);
	request_rewrite(s);
	lease_compete(&s->lease);
}

void store_on_up(void *arg)
{
	struct store *s = arg;
	vet_start(&s->vet);
}

void store_on_moved(void *arg)
{
	static const char why[] = "another server is the master now";
	struct store *s = arg;
	link_move(s->link, why);
	if (s->inbox)
		tail_move(s->inbox, why);
	if (s->outputs)
		tail_move(s->outputs, why);
}

static void on_vetted(void *arg)
{
	struct store *s = arg;
	if (!s->inbox_only) {
		rights_check(&s->rights);
		return;
	}
	link_settled(s->link);
	appender_open(&s->appender);
	set_state(s, STORE_READY, "");
}

static void on_allowed(void *arg)
{
	struct store *s = arg;
	lease_resume(&s->lease);
}

void store_on_down(void *arg, const char *why)
{
	struct store *s = arg;
	lease_suspend(&s->lease);
	appender_suspend(&s->appender);
	committer_suspend(&s->committer);
	set_state(s, STORE_DOWN, why);
}

/* ---- outputs and inbox ---- */

static void on_output(void *arg, const char *id, char *bytes, size_t n)
{
	(void)id;
	struct store *s = arg;
	s->events.output(s->events.arg, bytes, n);
}

static void pace_inbox(struct store *s)
{
	if (s->inbox)
		tail_pause(s->inbox, s->delivered - s->committed >= INBOX_AHEAD);
}

static void on_inbox(void *arg, const char *id, char *bytes, size_t n)
{
	struct store *s = arg;
	s->delivered++;
	if (s->delivered - s->committed >= INBOX_AHEAD)
		pace_inbox(s);
	s->events.inbox(s->events.arg, id, bytes, n);
}

static void on_caught_up(void *arg)
{
	struct store *s = arg;
	if (s->events.caught_up)
		s->events.caught_up(s->events.arg);
}

static struct tail *follow(struct store *s, const char *stream, struct tail_options o)
{
	o.key = stream;
	o.arg = s;
	struct err e;
	struct tail *t = tail_open(s->base, &s->link_options, &o, &e);
	CHECK(t); /* the url was good for the main link */
	return t;
}

/* What is told to a session must be as durable as what is told to one of the leader's. */
static void follow_outputs(struct store *s, const char *position)
{
	char *stream = store_key_of(s, "out:", s->node);
	s->outputs = follow(s, stream,
		(struct tail_options){
			.position = position, .each = on_output, .replicas = s->replicas });
	free(stream);
}

void store_follow_inbox(struct store *s)
{
	char *stream = store_key_of(s, "in", "");
	s->inbox = follow(s, stream,
		(struct tail_options){ .position = s->position,
			.each = on_inbox,
			.caught_up = on_caught_up,
			.until_ms = store_now_ms(s) });
	free(stream);
}

/* ---- lease ---- */

static void on_registered(void *arg, const char *out_end)
{
	struct store *s = arg;
	bool other_server = *s->run_id && strcmp(s->run_id, s->vet.run_id) != 0;
	memcpy(s->run_id, s->vet.run_id, sizeof s->run_id);
	s->takeovers += other_server;
	if (other_server)
		request_reassert(s);
	if (!s->outputs)
		follow_outputs(s, out_end);
	/* A batch whose outcome is unknown is decided before anything else happens. */
	committer_open(&s->committer);
	if (!committer_is_busy(&s->committer))
		become_ready(s);
}

static void on_lead(void *arg, int64_t epoch)
{
	struct store *s = arg;
	store_cancel_load(s);
	if (s->inbox) /* where to go on when the lead comes back under the same epoch */
		mem_set_str(&s->position, tail_position(s->inbox));
	tail_close(&s->inbox);
	trimmer_lead(&s->trimmer, epoch);
	if (epoch)
		committer_lead(&s->committer, epoch);
	if (!s->closing)
		s->events.lead(s->events.arg, epoch, s->lease.leader);
}

static void on_node_lost(void *arg, const char *node, const char *incarnation)
{
	struct store *s = arg;
	s->events.node_lost(s->events.arg, node, incarnation);
}

static void on_forgotten(void *arg)
{
	request_reassert(arg);
}

static void on_time(void *arg, int64_t server_ms)
{
	struct store *s = arg;
	redis_time_sample(&s->time, server_ms, mono_now().us / 1000);
}

/* ---- the data set ---- */

static void on_knowledge(void *arg, struct lease_knowledge *k)
{
	struct store *s = arg;
	*k = (struct lease_knowledge){ .instance = s->instance,
		.fresh = s->fresh,
		.out_position = s->outputs ? tail_position(s->outputs) : "",
		.inbox_position = s->inbox ? tail_position(s->inbox) : s->position,
		.acknowledged = s->committer.acknowledged,
		.anew = s->anew };
}

static void on_instance(void *arg, const char *id)
{
	struct store *s = arg;
	if (s->gone.us)
		warn_of_data(s, NULL);
	s->gone.us = 0;
	if (strcmp(id, s->instance) == 0)
		return;
	mem_set_str(&s->instance, id);
	if (s->events.instance && !s->closing)
		s->events.instance(s->events.arg, id);
}

/* Whoever led writes it again, if it is there; a lead lasts one term and its taker needs another. */
static void on_lost_data(void *arg)
{
	struct store *s = arg;
	if (!s->gone.us) {
		s->gone = mono_now();
		LOG(ERROR, "store.data_gone", LOG_S("instance", s->instance));
		warn_of_data(s, "the server has lost this center's data; who led is awaited to "
				"write them again");
	} else if (mono_since_ms(s->gone) > 2 * s->lease.term_ms) {
		s->anew = true;
	}
}

static void on_renewed(void *arg, int64_t last)
{
	static const char lost[] = "the server has lost data, which are written again";
	struct store *s = arg;
	if (last < 0) {
		s->anew = false;
		s->rewrite = last;
		if (s->state == STORE_READY)
			link_reset(s->link, lost); /* keys and nodes register again, too */
	} else if (s->anew) {
		s->anew = false;
		LOG(ERROR, "store.began_anew", LOG_S("instance", s->instance));
		warn_of_data(s, "the server had lost this center's data and nobody had them: it "
				"began anew, without the contacts of before");
	} else if (!committer_repair(&s->committer, last)) {
		s->anew = true;
		lease_compete(&s->lease);
	}
}

/* ---- commits ---- */

static bool on_asked_leads(void *arg, int64_t epoch)
{
	const struct store *s = arg;
	return s->lease.epoch == epoch || s->lease.lapsed == epoch;
}

static void on_decided(
	void *arg, const struct pending_batch *batch, enum commit_result result, bool lost)
{
	struct store *s = arg;
	if (s->state != STORE_READY && !committer_is_busy(&s->committer))
		become_ready(s);
	if (result == COMMIT_OK) {
		s->committed = batch->inbox;
		pace_inbox(s);
		return;
	}
	if (batch->epoch == s->lease.epoch)
		lease_lose(&s->lease);
	if (lost)
		request_reassert(s);
}

/* ---- all of them ---- */

void store_init_parts(struct store *s, const struct store_options *o)
{
	s->vet = (struct vet){ .link = s->link,
		.accept_weak_durability = o->accept_weak_durability,
		.replicas = &s->replicas,
		.passed = on_vetted,
		.arg = s };
	s->rights = (struct rights){
		.link = s->link, .prefix = s->prefix, .passed = on_allowed, .arg = s
	};
	s->lease = (struct lease){ .link = s->link,
		.prefix = s->prefix,
		.node = s->node,
		.incarnation = s->incarnation,
		.previous = s->previous,
		.term_ms = o->lease_ms,
		.events = { .arg = s,
			.registered = on_registered,
			.lead = on_lead,
			.node_lost = on_node_lost,
			.reassert = on_forgotten,
			.time = on_time,
			.knowledge = on_knowledge,
			.instance = on_instance,
			.lost_data = on_lost_data,
			.renewed = on_renewed } };
	lease_init(&s->lease, s->base);
	s->committer = (struct committer){ .link = s->link,
		.prefix = s->prefix,
		.replicas = &s->replicas,
		.arg = s,
		.time = on_time,
		.leads = on_asked_leads,
		.decided = on_decided };
	committer_init(&s->committer);
	s->trimmer = (struct trimmer){ .link = s->link,
		.prefix = s->prefix,
		.keep_ms = { o->retain_refs_ms, o->retain_ledger_ms, o->retain_contacts_ms,
			o->retain_persons_ms } };
	trimmer_init(&s->trimmer, s->base);
	s->appender.replicas = &s->replicas;
	appender_init(&s->appender, s->base, s->link, store_key_of(s, "in", ""));
}
