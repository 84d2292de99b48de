#include "triaged/edge/edge.h"

#include <stdlib.h>

#include <event2/event.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "listener.h"
#include "rpc.h"
#include "session.h"
#include "session_io.h"
#include "tls.h"

/* Scratch beyond this is given back after a large answer. */
#define SCRATCH_KEPT 65536

static void on_accepted(void *arg, int fd)
{
	session_accept(arg, fd);
}

static void on_due(void *arg, struct deadline *d)
{
	(void)arg;
	struct session *s = (struct session *)(void *)((char *)d - offsetof(struct session, look));
	session_due(s, deadlines_now_ms());
}

static void on_turn_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	session_turn_end(arg);
}

struct edge *edge_open(struct event_base *base, const struct edge_options *options,
	const struct edge_events *events, struct err *e)
{
	if (limits_check(&options->limits, e) < 0)
		return NULL;
	SSL_CTX *tls = tls_context(&options->tls, e);
	if (!tls)
		return NULL;
	struct edge *edge = mem_zalloc(sizeof *edge);
	const struct listener_options listen = { .address = options->address,
		.fd = options->listen_fd,
		.shared = options->shared_address,
		.accepted = on_accepted,
		.arg = edge };
	edge->listener = listener_open(base, &listen, e);
	if (!edge->listener) {
		SSL_CTX_free(tls);
		free(edge);
		return NULL;
	}
	edge->base = base;
	edge->events = *events;
	edge->node = mem_strdup(options->node);
	edge->incarnation = mem_strdup(options->incarnation);
	edge->center = mem_strdup(options->center);
	edge->address = mem_strdup(listener_address(edge->listener));
	edge->limits = options->limits;
	edge->tls = tls;
	streams_init(&edge->streams, base, &session_stream_events);
	sources_init(&edge->sources);
	deadlines_init(&edge->deadlines, base, on_due, edge);
	edge->turn_end = evtimer_new(base, on_turn_end, edge);
	CHECK(edge->turn_end != NULL);
	return edge;
}

void edge_close(struct edge **edge_ptr)
{
	struct edge *edge = *edge_ptr;
	*edge_ptr = NULL;
	if (!edge)
		return;
	listener_close(&edge->listener);
	sources_send_away(&edge->sources);
	for (size_t i = 0; i < edge->table.used; i++)
		if (edge->table.slots[i].session)
			session_step(edge->table.slots[i].session, SESSION_STEP_DROP, "stop");
	edge->to_report = NULL;
	session_turn_end(edge);
	streams_fini(&edge->streams);
	sources_fini(&edge->sources);
	deadlines_fini(&edge->deadlines);
	session_table_fini(&edge->table);
	event_free(edge->turn_end);
	buf_free(&edge->out);
	SSL_CTX_free(edge->tls);
	free(edge->node);
	free(edge->incarnation);
	free(edge->center);
	free(edge->address);
	free(edge);
}

const char *edge_address(const struct edge *edge)
{
	return edge->address;
}

int edge_tls_check(const struct edge_tls *tls, struct err *e)
{
	SSL_CTX *ctx = tls_context(tls, e);
	SSL_CTX_free(ctx);
	return ctx ? 0 : -1;
}

int edge_reload(struct edge *edge, const struct edge_limits *limits, const struct edge_tls *tls,
	struct err *e)
{
	if (limits_check(limits, e) < 0)
		return -1;
	SSL_CTX *ctx = tls_context(tls, e);
	if (!ctx)
		return -1;
	SSL_CTX_free(edge->tls);
	edge->tls = ctx;
	edge->limits = *limits;
	return 0;
}

void edge_close_revoked(struct edge *edge)
{
	for (size_t i = 0; i < edge->table.used; i++) {
		struct session *s = edge->table.slots[i].session;
		if (s && s->who && !edge->events.still_valid(edge->events.arg, s->who))
			session_step(s, SESSION_STEP_FINISH, "revoked");
	}
}

void edge_stop_accepting(struct edge *edge)
{
	if (edge->listener)
		listener_take_rest(edge->listener);
	listener_close(&edge->listener);
}

/* ---- what the layer above says ---- */

static struct session *open_session(const struct edge *edge, uint64_t id)
{
	struct session *s = session_table_find(&edge->table, id);
	return s && s->state == SESSION_OPEN ? s : NULL;
}

/* The request that waits under this token, taken out; NULL when it was answered already. */
static struct waiting *take_waiting(struct session *s, uint64_t token)
{
	struct waiting *before = NULL, *w = s->oldest;
	while (w && w->token != token) {
		before = w;
		w = w->next;
	}
	if (!w)
		return NULL;
	*(before ? &before->next : &s->oldest) = w->next;
	if (s->newest == w)
		s->newest = before;
	s->unanswered--;
	return w;
}

static void send_scratch(struct session *s)
{
	struct buf *out = &s->edge->out;
	session_send(s, out);
	if (out->cap > SCRATCH_KEPT)
		buf_free(out);
}

void edge_result(struct edge *edge, uint64_t session, uint64_t token, struct slice json)
{
	struct session *s = open_session(edge, session);
	struct waiting *w = s ? take_waiting(s, token) : NULL;
	if (!w)
		return;
	buf_clear(&edge->out);
	rpc_add_result(&edge->out, w->id, json.data, json.len);
	free(w);
	send_scratch(s);
}

void edge_error(struct edge *edge, uint64_t session, uint64_t token, const struct rpc_error *error)
{
	struct session *s = open_session(edge, session);
	struct waiting *w = s ? take_waiting(s, token) : NULL;
	if (!w)
		return;
	session_error(s, w->id, error);
	free(w);
}

void edge_notify(struct edge *edge, uint64_t session, const char *method, struct slice json)
{
	struct session *s = open_session(edge, session);
	if (!s || !s->who)
		return;
	buf_clear(&edge->out);
	rpc_add_notification(&edge->out, method, json.data, json.len);
	send_scratch(s);
}

void edge_disconnect(struct edge *edge, uint64_t session, const char *why)
{
	struct session *s = open_session(edge, session);
	if (s)
		session_step(s, SESSION_STEP_FINISH, why);
}

const struct edge_untaken *edge_untaken(const struct edge *edge)
{
	return &edge->untaken;
}

void edge_counts(const struct edge *edge, struct edge_counts *counts)
{
	*counts = edge->counts;
}
