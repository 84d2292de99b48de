/* An edge on a loop of its own, with people who know how to answer, and TLS clients beside it. */
#ifndef TESTS_EDGE_WORLD_H
#define TESTS_EDGE_WORLD_H

#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>

#include "pki.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/edge/edge.h"

#define WORLD_HELD 256

struct world {
	struct event_base *base;
	struct edge *edge;
	struct edge_options options;
	const char *address; /* of another server than the edge; NULL */
	char dir[64], cert[96], key[96], ca_file[96];
	struct pki ca, server, frontend, unknown;
	SSL_CTX *plain;    /* a client without a certificate */
	bool hold;         /* do not answer requests */
	bool leaves_error; /* in OpenSSL's queue, while a request is served */
	bool revoke;
	struct edge_request held[WORLD_HELD];
	int requests, opened, closed;
	unsigned opened_role;
	char why[64];
	uint64_t session; /* of the last request */
	uint64_t ticket;
	char user[32], password[32], totp[16];
	char seen_cn[128], seen_uri[128];
	size_t seen_dns;
};

struct client {
	struct world *world;
	struct bufferevent *bev;
	struct buf in;
	bool connected, ended;
	char line[70000];
};

static inline struct principal *world_principal(const char *name, unsigned roles)
{
	struct principal *p = mem_zalloc(sizeof *p);
	p->refs = 1;
	p->name = mem_strdup(name);
	p->center = mem_strdup("demo");
	p->alias = mem_strdup("");
	p->skills = mem_strdup("");
	p->langs = mem_strdup("");
	p->lines = mem_strdup("");
	p->channels = mem_strdup("");
	p->roles = roles;
	return p;
}

static inline void world_request(void *arg, const struct edge_request *r)
{
	struct world *w = arg;
	char json[200];
	w->session = r->session;
	w->held[w->requests++ % WORLD_HELD] = *r;
	if (w->leaves_error)
		ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	if (w->hold)
		return;
	snprintf(json, sizeof json, "{\"method\":\"%s\",\"role\":\"%s\"}", r->verb->method,
		role_name(r->role));
	edge_result(w->edge, r->session, r->token, (struct slice){ json, strlen(json) });
}

static inline void world_opened(void *arg, uint64_t session, struct principal *who, unsigned role)
{
	struct world *w = arg;
	(void)who;
	w->session = session;
	w->opened++;
	w->opened_role = role;
}

static inline void world_closed(void *arg, uint64_t session, const char *why)
{
	struct world *w = arg;
	(void)session;
	w->closed++;
	snprintf(w->why, sizeof w->why, "%s", why);
}

static inline struct principal *world_by_certificate(void *arg, const struct certificate_names *n)
{
	struct world *w = arg;
	snprintf(w->seen_cn, sizeof w->seen_cn, "%s", n->common_name);
	snprintf(w->seen_uri, sizeof w->seen_uri, "%s", n->n_uris ? n->uris[0] : "");
	w->seen_dns = n->n_dns;
	if (strcmp(n->common_name, "sms-gw") == 0)
		return world_principal("sms-gw", ROLE_FRONTEND);
	if (n->n_uris && strcmp(n->uris[0], "urn:test:anna") == 0)
		return world_principal("anna", ROLE_RESPONDER | ROLE_SUPERVISOR);
	return NULL;
}

static inline struct principal *world_by_token(void *arg, const char *token)
{
	(void)arg;
	if (strcmp(token, "right") == 0)
		return world_principal("board", ROLE_SUPERVISOR);
	return strcmp(token, "admin") == 0 ? world_principal("root", ROLE_ADMIN) : NULL;
}

static inline void world_by_password(
	void *arg, uint64_t ticket, const char *user, const char *password, const char *totp)
{
	struct world *w = arg;
	w->ticket = ticket;
	snprintf(w->user, sizeof w->user, "%s", user);
	snprintf(w->password, sizeof w->password, "%s", password);
	snprintf(w->totp, sizeof w->totp, "%s", totp ? totp : "");
}

static inline bool world_still_valid(void *arg, const struct principal *who)
{
	(void)who;
	return !((struct world *)arg)->revoke;
}

static inline const char *world_mode(void *arg)
{
	(void)arg;
	return "normal";
}

static inline const char *world_unavailable(void *arg)
{
	(void)arg;
	return "call the emergency number";
}

static inline SSL_CTX *world_client_tls(const struct pki *own)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	CHECK(ctx != NULL);
	if (own)
		CHECK(SSL_CTX_use_certificate(ctx, own->cert) == 1 &&
			SSL_CTX_use_PrivateKey(ctx, own->key) == 1);
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return ctx;
}

static inline struct edge_options world_options(const struct world *w)
{
	return (struct edge_options){ .node = "n1",
		.incarnation = "i1",
		.center = "demo",
		.address = "127.0.0.1:0",
		.listen_fd = -1,
		.limits = { .line_bytes = 65536,
			.text_bytes = 16384,
			.nesting = 16,
			.unanswered = 64,
			.sessions = 100,
			.handshakes = 50,
			.output_backlog_bytes = 1 << 20,
			.handshake_ms = 5000,
			.first_line_ms = 5000,
			.whole_line_ms = 5000,
			.idle_ms = 5000,
			.write_stall_ms = 5000,
			.request_ms = 5000 },
		.tls = { w->cert, w->key, w->ca_file, TLS1_3_VERSION } };
}

static inline void world_start(struct world *w)
{
	struct err e = { "" };
	const struct edge_events events = { .arg = w,
		.opened = world_opened,
		.request = world_request,
		.closed = world_closed,
		.by_certificate = world_by_certificate,
		.by_token = world_by_token,
		.by_password = world_by_password,
		.still_valid = world_still_valid,
		.mode = world_mode,
		.unavailable_text = world_unavailable };
	w->edge = edge_open(w->base, &w->options, &events, &e);
	if (!w->edge)
		fail_msg("%s", e.text);
}

/* Call world_start() when options are as the test wants them. */
static inline void world_init(struct world *w)
{
	log_set_level(LOG_LEVEL_ERROR);
	*w = (struct world){ .dir = "/tmp/triaged-edge-XXXXXX" };
	CHECK(mkdtemp(w->dir));
	snprintf(w->cert, sizeof w->cert, "%s/cert.pem", w->dir);
	snprintf(w->key, sizeof w->key, "%s/key.pem", w->dir);
	snprintf(w->ca_file, sizeof w->ca_file, "%s/ca.pem", w->dir);
	w->ca = pki_make(&(struct leaf){ .cn = "test ca", .ca = true }, NULL);
	w->server = pki_make(&(struct leaf){ .cn = "localhost", .dns = "localhost" }, &w->ca);
	w->frontend = pki_make(&(struct leaf){ .cn = "sms-gw" }, &w->ca);
	pki_write(&w->server, w->cert, w->key);
	pki_write(&w->ca, w->ca_file, NULL);
	w->base = event_base_new();
	w->plain = world_client_tls(NULL);
	w->options = world_options(w);
}

static inline void world_fini(struct world *w)
{
	edge_close(&w->edge);
	event_base_free(w->base);
	SSL_CTX_free(w->plain);
	pki_free(&w->ca);
	pki_free(&w->server);
	pki_free(&w->frontend);
	unlink(w->cert);
	unlink(w->key);
	unlink(w->ca_file);
	rmdir(w->dir);
}

static inline void world_on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	++*(int *)arg;
}

/* Let the loop run so long, and a few ticks at least should the machine stand still meanwhile. */
static inline void world_run_ms(struct world *w, long ms)
{
	static const struct timeval period = { 0, 3000 };
	int ticks = 0;
	struct event *tick = event_new(w->base, -1, EV_PERSIST, world_on_tick, &ticks);
	struct mono began = mono_now();
	event_add(tick, &period);
	while (ticks < 5 || mono_since_ms(began) < ms)
		event_base_loop(w->base, EVLOOP_ONCE);
	event_free(tick);
}

static inline void client_on_read(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	char chunk[4096];
	size_t n;
	while ((n = bufferevent_read(bev, chunk, sizeof chunk)) > 0)
		buf_add(&c->in, chunk, n);
	event_base_loopbreak(c->world->base);
}

static inline void client_on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *c = arg;
	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		c->connected = true;
	else
		c->ended = true;
	event_base_loopbreak(c->world->base);
}

/* from: an address of loopback, NULL for any. */
static inline int world_connect_from(struct world *w, const char *from)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	struct sockaddr_storage a;
	int n = sizeof a;
	const char *address = w->address ? w->address : edge_address(w->edge);
	CHECK(evutil_parse_sockaddr_port(address, (struct sockaddr *)&a, &n) == 0);
	int fd = socket(a.ss_family, SOCK_STREAM, 0);
	CHECK(fd >= 0);
	if (from)
		CHECK(inet_pton(AF_INET, from, &own.sin_addr) == 1 &&
			bind(fd, (struct sockaddr *)&own, sizeof own) == 0);
	CHECK(connect(fd, (struct sockaddr *)&a, (socklen_t)n) == 0);
	evutil_make_socket_nonblocking(fd);
	return fd;
}

static inline int world_connect(struct world *w)
{
	return world_connect_from(w, NULL);
}

/* Until done(c) or 3 s have passed. */
#define CLIENT_UNTIL(c, done)                                                                      \
	do {                                                                                       \
		struct timeval limit_ = { 3, 0 };                                                  \
		bool late_ = false;                                                                \
		struct event *timer_ = evtimer_new((c)->world->base, client_late, &late_);         \
		evtimer_add(timer_, &limit_);                                                      \
		while (!(done) && !late_)                                                          \
			event_base_loop((c)->world->base, EVLOOP_ONCE);                            \
		event_free(timer_);                                                                \
	} while (0)

static inline void client_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

/* Connects and shakes hands; c->connected says whether that went well as far as the client knows. */
static inline struct client *client_new(struct world *w, SSL_CTX *tls)
{
	struct client *c = mem_zalloc(sizeof *c);
	c->world = w;
	c->bev = bufferevent_openssl_socket_new(w->base, world_connect(w), SSL_new(tls),
		BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, client_on_read, NULL, client_on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	CLIENT_UNTIL(c, c->connected || c->ended);
	return c;
}

static inline struct client *client_with(struct world *w, const struct pki *own)
{
	SSL_CTX *tls = world_client_tls(own);
	struct client *c = client_new(w, tls);
	SSL_CTX_free(tls);
	return c;
}

static inline void client_free(struct client *c)
{
	bufferevent_free(c->bev);
	buf_free(&c->in);
	free(c);
}

static inline void client_send(struct client *c, const char *text)
{
	bufferevent_write(c->bev, text, strlen(text));
}

/* The next line without its end, "" when none comes. */
static inline const char *client_line(struct client *c)
{
	CLIENT_UNTIL(c, c->ended || (c->in.len && memchr(c->in.data, '\n', c->in.len)));
	const char *end = c->in.len ? memchr(c->in.data, '\n', c->in.len) : NULL;
	c->line[0] = '\0';
	if (end) {
		size_t n = (size_t)(end - c->in.data);
		snprintf(c->line, sizeof c->line, "%.*s", (int)n, c->in.data);
		buf_drop(&c->in, n + 1);
	}
	return c->line;
}

static inline const char *client_ask(struct client *c, const char *line)
{
	client_send(c, line);
	client_send(c, "\n");
	return client_line(c);
}

static inline bool client_is_closed(struct client *c)
{
	CLIENT_UNTIL(c, c->ended);
	return c->ended;
}

#define HELLO_TOKEN(token, role)                                                                   \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\",\"params\":{\"protocol\":1,"   \
	"\"role\":\"" role "\",\"token\":\"" token "\"}}"
#define CALL_JSON(id, method, params)                                                              \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":" params "}"
#define CALL(id, method, params)   CALL_JSON(#id, method, params)
#define CALL_S(id, method, params) CALL_JSON("\"" id "\"", method, params)

#define ASSERT_HAS(text, part)                                                                     \
	do {                                                                                       \
		const char *t_ = (text);                                                           \
		if (!strstr(t_, part))                                                             \
			fail_msg("wanted %s in: %s", part, t_);                                    \
	} while (0)

static inline struct edge_counts world_counts(const struct world *w)
{
	struct edge_counts counts;
	edge_counts(w->edge, &counts);
	return counts;
}

/* Around each test. */
static inline int world_setup(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);
	world_init(w);
	world_start(w);
	*state = w;
	return 0;
}

static inline int world_teardown(void **state)
{
	world_fini(*state);
	free(*state);
	return 0;
}

#endif
