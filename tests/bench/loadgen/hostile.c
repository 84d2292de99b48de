/*
 * Bad neighbours, all at once until the time is over: lines that are malformed in every way,
 * handshakes that never finish, and clients that write one byte a second. How well everybody else
 * is served meanwhile is measured by another loadgen.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modes.h"
#include "peer.h"
#include "samples.h"
#include "triaged/base/buf.h"

#define BAD_PEERS 20
#define AT_ONCE   16 /* malformed lines sent before an answer is awaited */

struct hostile {
	const struct mode_options *o;
	struct event_base *base;
	struct streams streams;
	SSL_CTX *tls;
	struct bad_peer *peers, *slow;
	int *half_open;
	int lines_sent, answers, closed, slow_up, slow_closed;
};

struct bad_peer {
	struct hostile *h;
	struct peer peer;
	struct event *timer;
	int next, waiting;
	bool up;
};

/* One kind of malformed line; text is made for those that need a size. */
static void bad_line(int kind, struct buf *b)
{
	static const char *const fixed[] = { "", "{", "}", "[]", "null", "42", "\"text\"",
		"{\"jsonrpc\":\"2.0\"}",
		"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"session.ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"session.ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"session.ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":[]}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":{}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":{\"ref\":\"\","
		"\"channel\":\"smoke\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1e999,\"method\":\"session.ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999,\"method\":\"session.ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"} trailing",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":{\"ref\":\"x\","
		"\"channel\":\"sms\",\"text\":\"\\u0000\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":{\"ref\":\"x\","
		"\"channel\":\"sms\",\"text\":\"\\ud800\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\",\"x\":\"\xff\xfe\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\",\"x\":\"\xc0\xaf\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"offer.accept\",\"params\":{\"offer\":\"o\"}}",
		"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}]", "GET / HTTP/1.1\r",
		"\x16\x03\x01\x02" };
	const int n = (int)(sizeof fixed / sizeof *fixed);

	kind %= n + 3;
	if (kind < n)
		buf_adds(b, fixed[kind]);
	else if (kind == n) /* deeper than allowed */
		for (int i = 0; i < 1000; i++)
			buf_adds(b, "[");
	else if (kind == n + 1) { /* a text over its limit */
		buf_adds(b, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"contact.open\",\"params\":{"
			    "\"ref\":\"big\",\"channel\":\"sms\",\"text\":\"");
		for (int i = 0; i < 20000; i++)
			buf_adds(b, "a");
		buf_adds(b, "\"}}");
	} else /* a line over its limit: closes the session */
		for (int i = 0; i < 70000; i++)
			buf_adds(b, "x");
	buf_adds(b, "\n");
}

static void send_bad(struct bad_peer *p)
{
	struct hostile *h = p->h;

	while (p->waiting < AT_ONCE && h->lines_sent < h->o->malformed) {
		struct buf b = { 0 };
		bad_line(p->next++, &b);
		h->lines_sent++;
		p->waiting++;
		peer_write(&p->peer, b.data, b.len);
		buf_free(&b);
	}
}

static void bad_up(void *arg)
{
	struct bad_peer *p = arg;

	p->up = true;
	p->waiting = 0;
	send_bad(p);
}

static void bad_line_in(void *arg, const char *line, size_t n)
{
	struct bad_peer *p = arg;
	(void)line, (void)n;

	p->h->answers++;
	p->waiting--;
	send_bad(p);
}

static void in_ms(struct event *ev, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	evtimer_add(ev, &t);
}

static void bad_down(void *arg)
{
	struct bad_peer *p = arg;

	p->h->closed += p->up;
	p->up = false;
	in_ms(p->timer, 5);
}

/* Comes back after a close, and when a line was not worth an answer. */
static void bad_timer(evutil_socket_t fd, short what, void *arg)
{
	struct bad_peer *p = arg;
	(void)fd, (void)what;

	if (!p->peer.connected) {
		if (p->h->lines_sent < p->h->o->malformed)
			peer_connect(&p->peer, p->h->o->port);
	} else if (p->up) {
		p->waiting = 0;
		send_bad(p);
	}
	in_ms(p->timer, 200);
}

static void slow_up(void *arg)
{
	((struct bad_peer *)arg)->h->slow_up++;
}

static void slow_down(void *arg)
{
	struct bad_peer *p = arg;

	p->h->slow_closed++;
	event_del(p->timer);
}

static void slow_timer(evutil_socket_t fd, short what, void *arg)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}";
	struct bad_peer *p = arg;
	(void)fd, (void)what;

	if (!p->peer.connected && p->next == 0)
		peer_connect(&p->peer, p->h->o->port);
	else
		peer_write(&p->peer, &line[(size_t)p->next % (sizeof line - 1)], 1);
	p->next++;
	in_ms(p->timer, 1000);
}

static void bad_peer_init(struct hostile *h, struct bad_peer *p, bool slow)
{
	*p = (struct bad_peer){ .h = h,
		.peer = { .streams = &h->streams,
			.tls = h->tls,
			.arg = p,
			.on_up = slow ? slow_up : bad_up,
			.on_line = bad_line_in,
			.on_down = slow ? slow_down : bad_down } };
	p->timer = evtimer_new(h->base, slow ? slow_timer : bad_timer, p);
}

/* A connection whose handshake stops: nothing sent, or the start of a ClientHello. */
static void open_halves(struct hostile *h)
{
	static const char start[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 };

	for (int i = 0; i < h->o->half_open; i++) {
		h->half_open[i] = peer_socket(h->o->port);
		if (i % 2 && h->half_open[i] >= 0 &&
			write(h->half_open[i], start, sizeof start) < 0)
			perror("loadgen: write");
	}
}

static void hostile_fini(struct hostile *h)
{
	for (int i = 0; i < BAD_PEERS + h->o->slow; i++) {
		struct bad_peer *p = i < BAD_PEERS ? &h->peers[i] : &h->slow[i - BAD_PEERS];
		peer_drop(&p->peer);
		event_free(p->timer);
	}
	for (int i = 0; i < h->o->half_open; i++)
		if (h->half_open[i] >= 0)
			close(h->half_open[i]);
	streams_fini(&h->streams);
	peer_tls_free(&h->tls);
	free(h->peers);
	free(h->slow);
	free(h->half_open);
	event_base_free(h->base);
}

int mode_hostile(const struct mode_options *o)
{
	char cert[512], key[512];
	struct hostile h = { .o = o, .base = event_base_new() };
	struct timeval span = { .tv_sec = (time_t)o->seconds };

	snprintf(cert, sizeof cert, "%s/fe0.pem", o->certs);
	snprintf(key, sizeof key, "%s/fe0.key", o->certs);
	h.tls = peer_tls(o->ca, cert, key);
	streams_init(&h.streams, h.base, &peer_stream_events);
	h.peers = calloc(BAD_PEERS, sizeof *h.peers);
	h.slow = calloc((size_t)o->slow + 1, sizeof *h.slow);
	h.half_open = calloc((size_t)o->half_open + 1, sizeof *h.half_open);
	if (!h.peers || !h.slow || !h.half_open)
		abort();
	open_halves(&h);
	for (int i = 0; i < BAD_PEERS; i++) {
		bad_peer_init(&h, &h.peers[i], false);
		h.peers[i].next = i * 7;
		in_ms(h.peers[i].timer, 1);
	}
	for (int i = 0; i < o->slow; i++) {
		bad_peer_init(&h, &h.slow[i], true);
		in_ms(h.slow[i].timer, 1 + i);
	}
	event_base_loopexit(h.base, &span);
	event_base_dispatch(h.base);
	printf("{\"malformed\":%d,\"answers\":%d,\"closed\":%d,\"half_open\":%d,\"slow_up\":%d,"
	       "\"slow_closed\":%d}\n",
		h.lines_sent, h.answers, h.closed, o->half_open, h.slow_up, h.slow_closed);
	hostile_fini(&h);
	return 0;
}
