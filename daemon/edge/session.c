#include "session.h"

#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "listener.h"
#include "rpc.h"
#include "session_io.h"

#define LINGER_MS 1000 /* for our last words to arrive; loopback needs none of it, a phone most */

/* ---- handshakes: a queue, oldest first ---- */

static void handshake_begin(struct session *s)
{
	struct edge *edge = s->edge;
	s->older = edge->youngest_handshake;
	if (s->older)
		s->older->younger = s;
	else
		edge->oldest_handshake = s;
	edge->youngest_handshake = s;
	edge->counts.handshakes++;
}

static void hurry(struct session *s)
{
	int64_t latest = s->bucket_at_ms + s->edge->limits.handshake_ms / 5;
	if (s->phase_ms > latest)
		s->phase_ms = latest;
	session_look_by(s, s->phase_ms);
}

/*
 * At the limit new peers wait in the kernel, in order. So that silent ones cannot hold the door
 * shut, the oldest handshake then has only a fifth of its time.
 */
static void mind_the_door(struct edge *edge)
{
	if (!edge->listener)
		return;
	if (edge->counts.handshakes < edge->limits.handshakes) {
		listener_resume(edge->listener);
		return;
	}
	listener_pause(edge->listener);
	hurry(edge->oldest_handshake);
}

/* The same for one address: others of it wait. */
static void mind_the_address(struct edge *edge, const struct source *source)
{
	struct session *s = edge->oldest_handshake;
	while (s && s->source != source)
		s = s->younger;
	if (s)
		hurry(s);
}

static struct source_limits source_limits(const struct edge *edge)
{
	return (struct source_limits){ edge->limits.handshakes_per_address,
		edge->limits.sessions / 4 + 1, edge->limits.handshake_ms };
}

static void session_begin(struct edge *edge, int fd, struct source *source);

static void handshake_end(struct session *s)
{
	struct edge *edge = s->edge;
	*(s->older ? &s->older->younger : &edge->oldest_handshake) = s->younger;
	*(s->younger ? &s->younger->older : &edge->youngest_handshake) = s->older;
	s->older = s->younger = NULL;
	edge->counts.handshakes--;
	struct source *source = s->source;
	struct source_limits limits = source_limits(edge);
	s->source = NULL;
	int next = sources_leave(&edge->sources, source, &limits, deadlines_now_ms());
	if (next >= 0) {
		session_begin(edge, next, source);
		if (sources_any_waits(source))
			mind_the_address(edge, source);
	}
	mind_the_door(edge);
}

/* ---- coming and going ---- */

static bool make_room(struct edge *edge, int64_t now)
{
	if (edge->counts.sessions < edge->limits.sessions)
		return true;
	struct session *oldest = edge->oldest_handshake;
	if (!oldest || now < oldest->bucket_at_ms + edge->limits.handshake_ms / 5)
		return false;
	edge->counts.handshake_failures++;
	session_step(oldest, SESSION_STEP_DROP, "displaced");
	return true;
}

static void session_begin(struct edge *edge, int fd, struct source *source)
{
	int64_t now = deadlines_now_ms();
	struct session *s = mem_zalloc(sizeof *s);
	s->edge = edge;
	s->source = source;
	s->id = session_table_add(&edge->table, s);
	s->bucket = 2000 * edge->limits.requests_per_s;
	s->bucket_at_ms = now;
	s->phase_ms = now + edge->limits.handshake_ms;
	edge->counts.accepted++;
	edge->counts.sessions++;
	handshake_begin(s);
	session_io_start(s, fd);
	session_look_by(s, s->phase_ms);
}

void session_accept(struct edge *edge, int fd)
{
	int64_t now = deadlines_now_ms();
	struct source_limits limits = source_limits(edge);
	struct source *source;
	enum source_entry entry = SOURCE_REFUSE;
	if (make_room(edge, now))
		entry = sources_enter(&edge->sources, fd, &limits, now, &source);
	if (entry == SOURCE_BEGIN) {
		session_begin(edge, fd, source);
		mind_the_door(edge);
	} else if (entry == SOURCE_WAIT) {
		mind_the_address(edge, source);
	} else {
		edge->counts.refused++;
		close(fd);
	}
}

static void forget_waiting(struct session *s)
{
	for (struct waiting *w = s->oldest, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	s->oldest = s->newest = NULL;
	s->unanswered = 0;
}

static void at_turn_end(struct edge *edge)
{
	static const struct timeval now = { 0, 0 };
	if (!evtimer_pending(edge->turn_end, NULL))
		evtimer_add(edge->turn_end, &now);
}

/* It takes no more requests: what waits for an answer is forgotten, the layer above will hear. */
static void leave_open(struct session *s, const char *why)
{
	s->why = why;
	s->line_ms = 0;
	forget_waiting(s);
	login_forget(s);
	if (s->who) {
		s->to_report = s->edge->to_report;
		s->edge->to_report = s;
		at_turn_end(s->edge);
	}
}

static void enter_flushing(struct session *s)
{
	session_look_by(s, s->phase_ms = deadlines_now_ms() + s->edge->limits.write_stall_ms);
	stream_resume(&s->stream);
	if (stream_unsent(&s->stream) == 0)
		session_step(s, SESSION_STEP_FLUSHED, s->why);
}

static void enter_lingering(struct session *s)
{
	s->scanned = 0;
	s->stall_ms = 0;
	stream_end(&s->stream);
	session_look_by(s, s->phase_ms = deadlines_now_ms() + LINGER_MS);
}

static void enter_closed(struct session *s)
{
	struct edge *edge = s->edge;
	stream_stop(&s->stream);
	deadline_cancel(&edge->deadlines, &s->look);
	session_table_remove(&edge->table, s->id);
	edge->counts.sessions--;
	s->next = edge->graveyard;
	edge->graveyard = s;
	at_turn_end(edge);
}

#define OPEN      SESSION_OPEN
#define FLUSHING  SESSION_FLUSHING
#define LINGERING SESSION_LINGERING
#define CLOSED    SESSION_CLOSED

/* Empty cells (HANDSHAKE, which nothing leads to) are not possible on purpose. */
static const uint8_t next_state[SESSION_STATE_COUNT][SESSION_STEP_COUNT] = {
	[SESSION_HANDSHAKE] = {
		[SESSION_STEP_SECURED] = OPEN,
		[SESSION_STEP_FINISH] = CLOSED,
		[SESSION_STEP_DROP] = CLOSED,
	},
	[SESSION_OPEN] = {
		[SESSION_STEP_FINISH] = FLUSHING,
		[SESSION_STEP_DROP] = CLOSED,
	},
	[SESSION_FLUSHING] = {
		[SESSION_STEP_FLUSHED] = LINGERING,
		[SESSION_STEP_DROP] = CLOSED,
	},
	[SESSION_LINGERING] = {
		[SESSION_STEP_DROP] = CLOSED,
	},
};

bool session_step(struct session *s, enum session_step step, const char *why)
{
	enum session_state from = s->state, to = next_state[from][step];
	if (to == SESSION_HANDSHAKE)
		return false;
	s->state = (uint8_t)to;
	if (from == SESSION_HANDSHAKE)
		handshake_end(s);
	if (from == OPEN)
		leave_open(s, why);
	if (to == FLUSHING)
		enter_flushing(s);
	else if (to == LINGERING)
		enter_lingering(s);
	else if (to == CLOSED)
		enter_closed(s);
	LOG(DEBUG, "edge.session", LOG_I("session", s->id), LOG_I("state", to), LOG_S("why", why));
	return true;
}

static void session_free(struct session *s)
{
	stream_close(&s->stream);
	principal_unref(&s->who);
	free(s);
}

void session_turn_end(struct edge *edge)
{
	for (struct session *s; (s = edge->to_report);) {
		edge->to_report = s->to_report;
		edge->events.closed(edge->events.arg, s->id, s->why);
	}
	for (struct session *s; (s = edge->graveyard);) {
		edge->graveyard = s->next;
		session_free(s);
	}
}

/* ---- saying something ---- */

void session_send(struct session *s, const struct buf *lines)
{
	struct edge *edge = s->edge;
	if (s->state != SESSION_OPEN)
		return;
	/* Measured before adding: one large answer to a quick reader is no backlog. */
	if (stream_unsent(&s->stream) > edge->limits.output_backlog_bytes) {
		edge->counts.slow_readers++;
		session_step(s, SESSION_STEP_DROP, "slow_reader");
		return;
	}
	stream_send(&s->stream, lines->data, lines->len);
	s->queued += lines->len;
	if (s->stall_ms == 0) {
		s->stall_ms = deadlines_now_ms() + edge->limits.write_stall_ms;
		s->stall_read = s->queued - lines->len;
		session_look_by(s, s->stall_ms);
	}
}

void session_error(struct session *s, const char *id, const struct rpc_error *error)
{
	struct edge *edge = s->edge;
	struct rpc_error said = *error;
	if (said.staff && !(s->chosen & ROLE_FRONTEND))
		said.detail = said.staff;
	edge->counts.errors++;
	buf_clear(&edge->out);
	rpc_add_error(&edge->out, id, &said);
	session_send(s, &edge->out);
}

void session_untaken(struct session *s, const char *method, const struct rpc_error *error)
{
	struct edge_untaken *u = &s->edge->untaken;
	if (!s->greeted || !(s->chosen & ROLE_FRONTEND))
		return;
	u->count++;
	u->at = mono_now();
	snprintf(u->what, sizeof u->what, "%.64s: %s %s%s%s", s->who->name, method, error->reason,
		error->field ? ": " : "", error->field ? error->field : "");
}

void session_identify(struct session *s, struct principal *who, unsigned roles)
{
	principal_ref(who);
	principal_unref(&s->who);
	s->who = who;
	s->chosen = (uint8_t)roles;
}

void session_look_by(struct session *s, int64_t at_ms)
{
	if (s->state != SESSION_CLOSED)
		deadline_by(&s->edge->deadlines, &s->look, at_ms);
}
