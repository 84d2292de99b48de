#include "stream.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/err.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define RECORD_BYTES 16384 /* the most that TLS puts into one */
#define TURN_BYTES   65536 /* of one peer in one turn; then it is the others' turn */

/* ---- lists of what is left to do ---- */

#define LIST_ONCE(list, s, field)                                                                  \
	do {                                                                                       \
		if (!(s)->field.le_prev)                                                           \
			LIST_INSERT_HEAD(list, s, field);                                          \
	} while (0)

#define LIST_OFF(s, field)                                                                         \
	do {                                                                                       \
		if ((s)->field.le_prev)                                                            \
			LIST_REMOVE(s, field);                                                     \
		(s)->field.le_prev = NULL;                                                         \
	} while (0)

static void write_later(struct stream *s)
{
	/* Made active now, an event comes behind those that are so already: at the turn's end. */
	if (LIST_EMPTY(&s->all->to_write))
		event_active(s->all->turn_end, EV_TIMEOUT, 0);
	LIST_ONCE(&s->all->to_write, s, to_write);
}

static void read_later(struct stream *s)
{
	static const struct timeval now = { 0, 0 };
	if (LIST_EMPTY(&s->all->to_read))
		evtimer_add(s->all->next_turn, &now);
	LIST_ONCE(&s->all->to_read, s, to_read);
}

/* ---- TLS ---- */

static const struct stream_events *events(const struct stream *s)
{
	return s->all->events;
}

/* An SSL_ function did not get through: what it waits for, or the end. why: of SSL_get_error(), asked
 * at once, as others leave errors of theirs in the same queue. */
static void wait_or_end(struct stream *s, int why)
{
	if (why == SSL_ERROR_WANT_WRITE)
		event_add(&s->writable, NULL);
	else if (why != SSL_ERROR_WANT_READ)
		events(s)->lost(s->arg, why == SSL_ERROR_ZERO_RETURN);
}

static void shake_hands(struct stream *s)
{
	ERR_clear_error();
	int result = SSL_do_handshake(s->ssl);
	if (result != 1) {
		wait_or_end(s, SSL_get_error(s->ssl, result));
		return;
	}
	s->state = STREAM_OPEN;
	events(s)->secured(s->arg);
	if (s->state == STREAM_OPEN)
		read_later(s); /* it may have come with the end of the handshake */
}

static void take(struct stream *s)
{
	size_t taken = 0;
	int n, why;
	do {
		ERR_clear_error();
		n = SSL_read(s->ssl, s->all->record, RECORD_BYTES);
		if (n > 0) {
			evbuffer_add(s->in, s->all->record, (size_t)n);
			OPENSSL_cleanse(s->all->record, (size_t)n);
			taken += (size_t)n;
		}
	} while (n > 0 && taken < TURN_BYTES && SSL_has_pending(s->ssl));
	why = SSL_get_error(s->ssl, n);
	if (taken)
		events(s)->came(s->arg);
	if (s->state == STREAM_OPEN && n <= 0)
		wait_or_end(s, why);
	if (s->state != STREAM_OPEN)
		return;
	if (n > 0 && !s->paused && SSL_has_pending(s->ssl))
		read_later(s); /* the loop does not know of it */
	if (evbuffer_get_length(s->out) > 0)
		write_later(s); /* it may have waited for this */
}

static void write_out(struct stream *s)
{
	size_t n;
	while (s->state == STREAM_OPEN && (n = evbuffer_get_length(s->out)) > 0) {
		size_t some = n < RECORD_BYTES ? n : RECORD_BYTES;
		ERR_clear_error();
		/* Tried again, it is the same bytes and perhaps more, as TLS demands. */
		int wrote = SSL_write(s->ssl, evbuffer_pullup(s->out, (ev_ssize_t)some), (int)some);
		if (wrote <= 0) {
			wait_or_end(s, SSL_get_error(s->ssl, wrote));
			return;
		}
		evbuffer_drain(s->out, (size_t)wrote);
	}
	if (s->state == STREAM_OPEN)
		events(s)->left(s->arg);
}

/* ---- the loop ---- */

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct stream *s = arg;
	if (s->state == STREAM_HANDSHAKE)
		shake_hands(s);
	else
		take(s);
}

/* Also when what waits to be written belongs to the handshake or to an answer that reading needs. */
static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	if (s->state == STREAM_OPEN && evbuffer_get_length(s->out) > 0)
		write_out(s);
	else
		on_readable(fd, what, arg);
}

static void on_turn_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct streams *all = arg;
	for (struct stream *s; (s = LIST_FIRST(&all->to_write));) {
		LIST_OFF(s, to_write);
		write_out(s);
	}
}

static void on_next_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct streams *all = arg;
	struct stream_list now = all->to_read;
	/* Those that still have something left come again in the turn after this. */
	LIST_INIT(&all->to_read);
	if (!LIST_EMPTY(&now))
		LIST_FIRST(&now)->to_read.le_prev = &LIST_FIRST(&now);
	for (struct stream *s; (s = LIST_FIRST(&now));) {
		LIST_OFF(s, to_read);
		if (evbuffer_get_length(s->in) > 0)
			events(s)->came(s->arg);
		if (s->state == STREAM_OPEN && !s->paused)
			take(s);
	}
}

void streams_init(struct streams *all, struct event_base *base, const struct stream_events *events)
{
	*all = (struct streams){ .base = base, .events = events };
	LIST_INIT(&all->to_write);
	LIST_INIT(&all->to_read);
	all->turn_end = evtimer_new(base, on_turn_end, all);
	all->next_turn = evtimer_new(base, on_next_turn, all);
	all->record = mem_zalloc(RECORD_BYTES);
	CHECK(all->turn_end && all->next_turn);
}

void streams_fini(struct streams *all)
{
	event_free(all->turn_end);
	event_free(all->next_turn);
	free(all->record);
}

void stream_open(struct stream *s, struct streams *all, SSL *ssl, int fd, void *arg)
{
	*s = (struct stream){ .all = all, .ssl = ssl, .arg = arg };
	s->in = evbuffer_new();
	s->out = evbuffer_new();
	CHECK(s->ssl && s->in && s->out && SSL_set_fd(s->ssl, fd) == 1);
	/* A record's head and body with one call, and the next record's too. */
	SSL_set_read_ahead(s->ssl, 1);
	CHECK(event_assign(&s->readable, all->base, fd, EV_READ | EV_PERSIST, on_readable, s) == 0);
	CHECK(event_assign(&s->writable, all->base, fd, EV_WRITE, on_writable, s) == 0);
	event_add(&s->readable, NULL);
	if (!SSL_is_server(s->ssl))
		event_add(&s->writable, NULL); /* a client speaks first */
}

void stream_priority(struct stream *s, int priority)
{
	/* Refused by a base with fewer, which then has no strangers to keep apart. */
	event_priority_set(&s->readable, priority);
	event_priority_set(&s->writable, priority);
}

const SSL *stream_tls(const struct stream *s)
{
	return s->ssl;
}

struct evbuffer *stream_in(const struct stream *s)
{
	return s->in;
}

void stream_pause(struct stream *s)
{
	s->paused = true;
	event_del(&s->readable);
}

void stream_resume(struct stream *s)
{
	if (s->state == STREAM_STOPPED)
		return;
	s->paused = false;
	event_add(&s->readable, NULL);
	read_later(s);
}

void stream_send(struct stream *s, const void *bytes, size_t n)
{
	bool waits = evbuffer_get_length(s->out) > 0;
	evbuffer_add(s->out, bytes, n);
	if (!waits && s->state == STREAM_OPEN)
		write_later(s);
}

size_t stream_unsent(const struct stream *s)
{
	return evbuffer_get_length(s->out);
}

void stream_end(struct stream *s)
{
	SSL_shutdown(s->ssl);
	shutdown(event_get_fd(&s->readable), SHUT_WR);
}

void stream_stop(struct stream *s)
{
	s->state = STREAM_STOPPED;
	event_del(&s->readable);
	event_del(&s->writable);
	LIST_OFF(s, to_write);
	LIST_OFF(s, to_read);
}

void stream_close(struct stream *s)
{
	stream_stop(s);
	close(event_get_fd(&s->readable));
	SSL_free(s->ssl);
	evbuffer_free(s->in);
	evbuffer_free(s->out);
}
