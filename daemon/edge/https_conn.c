/* One connection of the HTTPS server: input, output and deadlines. */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "triaged/base/check.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "https_internal.h"
#include "listener.h"

#define LINGER_MS    1000 /* as long as a line session's: for our last words to arrive */
#define LINGER_BYTES (1 << 20)

/* ---- states ---- */

static int64_t time_of(const struct https_limits *l, enum conn_state state)
{
	const int64_t ms[] = { [CONN_HANDSHAKE] = l->handshake_ms,
		[CONN_HEAD] = l->head_ms,
		[CONN_BODY] = l->body_ms,
		[CONN_ANSWER] = l->answer_ms,
		[CONN_WRITE] = l->write_ms,
		[CONN_LINGER] = LINGER_MS };
	return ms[state];
}

static void enter_linger(struct conn *c)
{
	SSL_shutdown(bufferevent_openssl_get_ssl(c->bev));
	shutdown(bufferevent_getfd(c->bev), SHUT_WR);
	bufferevent_enable(c->bev, EV_READ);
}

static void enter_gone(struct conn *c)
{
	static const struct timeval now = { 0, 0 };
	struct https *https = c->https;
	struct conn **at = &https->all;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	bufferevent_free(c->bev); /* closes; inside its own callback it stays until that returns */
	c->next = https->graveyard;
	https->graveyard = c;
	evtimer_add(https->turn_end, &now);
	https->counts.connections--;
	if (https->listener)
		listener_resume(https->listener);
}

void conn_enter(struct conn *c, enum conn_state state)
{
	struct https *https = c->https;
	deadline_cancel(&https->deadlines, &c->due);
	c->state = state;
	if (state != CONN_ANSWER)
		c->exchange = 0;
	if (state == CONN_GONE) {
		enter_gone(c);
		return;
	}
	deadline_by(
		&https->deadlines, &c->due, deadlines_now_ms() + time_of(&https->limits, state));
	if (state == CONN_LINGER)
		enter_linger(c);
}

void conn_late(struct conn *c)
{
	c->https->counts.late++;
	c->keep = false;
	if (c->state == CONN_ANSWER)
		conn_refuse(c, 503, "no_answer_in_time");
	else if (c->state == CONN_BODY ||
		 (c->state == CONN_HEAD && evbuffer_get_length(bufferevent_get_input(c->bev)) > 0))
		conn_refuse(c, 408, "too_slow");
	else
		conn_enter(c, CONN_GONE);
}

/* ---- answers ---- */

static const char *phrase(int status)
{
	/* clang-format off */
	static const struct { int status; const char *phrase; } phrases[] = {
		{ 200, "OK" }, { 202, "Accepted" }, { 204, "No Content" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" },
		{ 409, "Conflict" }, { 410, "Gone" }, { 411, "Length Required" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" }, { 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" }, { 505, "HTTP Version Not Supported" },
	};
	/* clang-format on */
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Answer";
}

void conn_answer(struct conn *c, const struct https_answer *a)
{
	struct buf out = { 0 };
	buf_addf(&out, "HTTP/1.1 %d %s\r\n", a->status, phrase(a->status));
	if (a->type)
		buf_addf(&out, "Content-Type: %s\r\n", a->type);
	if (a->status != 204)
		buf_addf(&out, "Content-Length: %zu\r\n", a->type ? a->body.len : 0);
	if (a->status == 405)
		buf_addf(&out, "Allow: %s\r\n", c->route->method);
	if (a->status == 401)
		buf_adds(&out, "WWW-Authenticate: Bearer\r\n");
	if (a->retry_after_s)
		buf_addf(&out, "Retry-After: %d\r\n", a->retry_after_s);
	buf_addf(&out,
		"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
		"Connection: %s\r\n\r\n",
		c->keep ? "keep-alive" : "close");
	if (a->type)
		buf_add(&out, a->body.data, a->body.len);
	c->https->counts.refused += a->status >= 400;
	buf_wipe(&c->bytes); /* a token may have stood in it */
	conn_enter(c, CONN_WRITE);
	CHECK(bufferevent_write(c->bev, out.data, out.len) == 0);
	buf_wipe(&out);
}

void conn_refuse(struct conn *c, int status, const char *reason)
{
	struct buf json = { 0 };
	jtext_open(&json, '{');
	jtext_put_str(&json, "error", reason);
	jtext_close(&json, '}');
	conn_answer(c, &(struct https_answer){ .status = status,
			       .type = "application/json",
			       .body = { json.data, json.len },
			       .retry_after_s = status == 503 ? 1 : 0 });
	buf_free(&json);
}

/* ---- requests ---- */

static void serve(struct conn *c, struct slice body)
{
	struct https *https = c->https;
	struct https_request r = { .exchange = ++https->last_exchange,
		.method = c->head.method,
		.path = c->head.path,
		.query = c->head.query,
		.body = body,
		.head = &c->head };
	memcpy(r.segment, c->segment, sizeof r.segment);
	https->counts.requests++;
	conn_enter(c, CONN_ANSWER);
	c->exchange = r.exchange;
	c->route->serve(https->arg, &r);
}

/* What is known from the head alone is refused without reading on. */
static int admit(struct conn *c)
{
	const struct http_head *h = &c->head;
	int status = https_find_route(c);
	if (status)
		return status;
	if (c->route->body_max > 0 && h->content_length < 0)
		return 411;
	if (http_head_field(h, "expect") && !h->wants_continue)
		return 417;
	return h->content_length > (int64_t)c->route->body_max ? 413 : 0;
}

static const char *reason_of(int status)
{
	switch (status) {
	case 404:
		return "no_such_path";
	case 405:
		return "method";
	case 411:
		return "length_needed";
	case 413:
	case 414:
	case 431:
		return "too_large";
	default:
		return "bad_request";
	}
}

/* A whole head is there: false when there is none yet. */
static bool take_head(struct conn *c, struct evbuffer *in)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	size_t have = evbuffer_get_length(in);
	c->keep = false;
	if (end.pos < 0 ? have >= HTTP_HEAD_MAX : (size_t)end.pos + 4 > HTTP_HEAD_MAX) {
		conn_refuse(c, 431, reason_of(431));
		return true;
	}
	if (end.pos < 0)
		return false;
	size_t n = (size_t)end.pos + 4;
	buf_clear(&c->bytes);
	CHECK(evbuffer_remove(in, buf_room(&c->bytes, n), n) == (int)n);
	c->bytes.len = n;
	int status = http_head_read(c->bytes.data, n, &c->head);
	if (!status)
		status = admit(c);
	if (status) {
		conn_refuse(c, status, reason_of(status));
		return true;
	}
	c->keep = c->head.keep_alive && c->https->listener;
	conn_enter(c, CONN_BODY);
	if (c->head.wants_continue && c->head.content_length > 0)
		bufferevent_write(c->bev, go_on, sizeof go_on - 1);
	return true;
}

static bool take_body(struct conn *c, struct evbuffer *in)
{
	size_t n = c->head.content_length > 0 ? (size_t)c->head.content_length : 0;
	if (evbuffer_get_length(in) < n)
		return false;
	struct buf body = { 0 };
	CHECK(evbuffer_remove(in, buf_room(&body, n), n) == (int)n);
	body.len = n;
	body.data[n] = '\0';
	serve(c, (struct slice){ body.data, n });
	buf_wipe(&body);
	return true;
}

static void discard(struct conn *c, struct evbuffer *in)
{
	size_t n = evbuffer_get_length(in);
	evbuffer_drain(in, n);
	if ((c->discarded += n) > LINGER_BYTES)
		conn_enter(c, CONN_GONE);
}

static void take(struct conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	bool more = true;
	while (more) {
		if (c->state == CONN_HEAD)
			more = take_head(c, in);
		else if (c->state == CONN_BODY)
			more = take_body(c, in);
		else
			more = false;
	}
	if (c->state == CONN_LINGER)
		discard(c, in);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	take(arg);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	(void)bev;
	if (c->state != CONN_WRITE)
		return;
	conn_enter(c, c->keep ? CONN_HEAD : CONN_LINGER);
	take(c); /* what came meanwhile */
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct conn *c = arg;
	if (what & BEV_EVENT_CONNECTED) {
		bufferevent_priority_set(bev, EDGE_STRANGER_PRIORITY / 2);
		conn_enter(c, CONN_HEAD);
	} else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
		c->https->counts.failed_handshakes += c->state == CONN_HANDSHAKE;
		conn_enter(c, CONN_GONE);
	}
}

void conn_accept(struct https *https, int fd)
{
	struct conn *c = mem_zalloc(sizeof *c);
	SSL *ssl = SSL_new(https->tls);
	CHECK(ssl != NULL);
	c->https = https;
	c->bev = bufferevent_openssl_socket_new(
		https->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	CHECK(c->bev != NULL);
	c->next = https->all;
	https->all = c;
	https->counts.accepted++;
	if (++https->counts.connections >= https->limits.connections)
		listener_pause(https->listener); /* the others wait in the kernel */
	bufferevent_priority_set(c->bev, EDGE_STRANGER_PRIORITY);
	/* More than a request can be is not read ahead. */
	bufferevent_setwatermark(c->bev, EV_READ, 0, HTTP_HEAD_MAX + 65536);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	conn_enter(c, CONN_HANDSHAKE);
}
