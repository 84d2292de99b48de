#include "session_io.h"

#include <event2/buffer.h>

#include "triaged/base/check.h"
#include "framing.h"
#include "rpc.h"
#include "tls.h"

/* How many bytes a peer may still send after it was told why its session ends. */
#define LINGER_BYTES (1 << 20)

static void discard(struct session *s, struct evbuffer *in)
{
	size_t n = evbuffer_get_length(in);
	evbuffer_drain(in, n);
	if (s->state == SESSION_LINGERING && (s->scanned += n) > LINGER_BYTES)
		session_step(s, SESSION_STEP_DROP, s->why);
}

static void line_over_limit(struct session *s, const struct line *line)
{
	char id[RPC_ID_MAX + 3];
	s->edge->counts.over_limit++;
	rpc_scan_id(line->text, line->length, id, sizeof id);
	struct rpc_error error = { .code = RPC_TOO_LARGE, .reason = "line_too_long" };
	session_untaken(s, "a request", &error);
	session_error(s, id, &error);
	session_step(s, SESSION_STEP_FINISH, "line_too_long");
}

static void take_line(struct session *s, struct evbuffer *in, const struct line *line)
{
	s->line_ms = 0;
	if (line->length > 0) {
		if (s->who)
			session_look_by(
				s, s->phase_ms = deadlines_now_ms() + s->edge->limits.idle_ms);
		edge_line(s, line->text, line->length);
	}
	line_drain(in, &s->scanned, line);
}

static void on_came(void *arg)
{
	struct session *s = arg;
	struct evbuffer *in = stream_in(&s->stream);
	struct line line;
	while (s->state == SESSION_OPEN && !s->login) {
		enum line_verdict v = line_next(in, s->edge->limits.line_bytes, &s->scanned, &line);
		if (v == LINE_READY) {
			take_line(s, in, &line);
			continue;
		}
		if (v == LINE_TOO_LONG)
			line_over_limit(s, &line);
		else if (evbuffer_get_length(in) > 0 && s->line_ms == 0)
			session_look_by(
				s, s->line_ms = deadlines_now_ms() + s->edge->limits.whole_line_ms);
		break;
	}
	if (s->state == SESSION_FLUSHING || s->state == SESSION_LINGERING)
		discard(s, in);
}

static void on_left(void *arg)
{
	struct session *s = arg;
	s->stall_ms = 0;
	session_step(s, SESSION_STEP_FLUSHED, s->why); /* possible while FLUSHING only */
}

static void on_secured(void *arg)
{
	struct session *s = arg;
	struct edge *edge = s->edge;
	struct tls_names names;
	struct principal *who = NULL;
	stream_priority(&s->stream, EDGE_STRANGER_PRIORITY / 2);
	session_step(s, SESSION_STEP_SECURED, "secured");
	session_look_by(s, s->phase_ms = deadlines_now_ms() + edge->limits.first_line_ms);
	if (tls_peer_names(stream_tls(&s->stream), &names) == 0)
		who = edge->events.by_certificate(edge->events.arg, &names.names);
	tls_names_fini(&names);
	if (who)
		session_identify(s, who, who->roles);
	principal_unref(&who);
}

static void on_lost(void *arg, bool closed)
{
	struct session *s = arg;
	if (s->state == SESSION_HANDSHAKE)
		s->edge->counts.handshake_failures++;
	session_step(s, SESSION_STEP_DROP, closed ? "peer_closed" : "connection_lost");
}

const struct stream_events session_stream_events = {
	.secured = on_secured,
	.came = on_came,
	.left = on_left,
	.lost = on_lost,
};

void session_io_start(struct session *s, int fd)
{
	SSL *ssl = SSL_new(s->edge->tls);
	CHECK(ssl != NULL);
	SSL_set_accept_state(ssl);
	stream_open(&s->stream, &s->edge->streams, ssl, fd, s);
	stream_priority(&s->stream, EDGE_STRANGER_PRIORITY); /* until it is known */
}

/* ---- what did not happen in time ---- */

static void answer_late(struct session *s, int64_t now)
{
	struct edge *edge = s->edge;
	while (s->oldest && s->oldest->due_ms <= now) {
		struct waiting *w = s->oldest;
		s->oldest = w->next;
		if (!s->oldest)
			s->newest = NULL;
		s->unanswered--;
		session_error(s, w->id,
			&(struct rpc_error){ .code = RPC_UNAVAILABLE,
				.reason = "no_answer_in_time",
				.detail = edge->events.unavailable_text(edge->events.arg),
				.staff = "not answered in time: it may still be done" });
		free(w);
	}
}

static bool stalled(struct session *s, int64_t now)
{
	if (s->stall_ms == 0 || s->stall_ms > now)
		return false;
	uint64_t read = s->queued - stream_unsent(&s->stream);
	if (read == s->stall_read)
		return true;
	s->stall_read = read;
	s->stall_ms = now + s->edge->limits.write_stall_ms;
	return false;
}

static void open_due(struct session *s, int64_t now)
{
	struct edge *edge = s->edge;
	if (s->login)
		login_due(s, now);
	answer_late(s, now);
	if (stalled(s, now)) {
		edge->counts.slow_readers++;
		session_step(s, SESSION_STEP_DROP, "write_stall");
	} else if (s->line_ms && s->line_ms <= now) {
		session_step(s, SESSION_STEP_FINISH, "line_timeout");
	} else if (s->phase_ms <= now && !s->login) {
		edge->counts.idle_closed++;
		session_step(s, SESSION_STEP_FINISH, s->who ? "idle" : "no_login");
	}
}

static int64_t sooner(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static int64_t next_look(const struct session *s)
{
	if (s->state != SESSION_OPEN)
		return s->phase_ms;
	int64_t at = s->login ? login_due_ms(s->login) : s->phase_ms;
	at = sooner(at, s->line_ms);
	at = sooner(at, s->stall_ms);
	return sooner(at, s->oldest ? s->oldest->due_ms : 0);
}

void session_due(struct session *s, int64_t now)
{
	if (s->state == SESSION_OPEN) {
		open_due(s, now);
	} else if (s->phase_ms <= now) {
		if (s->state == SESSION_HANDSHAKE)
			s->edge->counts.handshake_failures++;
		session_step(s, SESSION_STEP_DROP,
			s->state == SESSION_HANDSHAKE ? "handshake_timeout" : s->why);
	}
	if (s->state != SESSION_CLOSED)
		session_look_by(s, next_look(s));
}
