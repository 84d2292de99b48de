/*
 * Many connections: held idle for the server's memory, or shaken hands and closed for its CPU. The
 * same code talks to the daemon and, with http, to a web server: one request each, one answer.
 */
#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modes.h"
#include "peer.h"
#include "samples.h"

#define OPENING_MAX 64 /* handshakes at once while filling up */

struct connection {
	struct crowd *crowd;
	struct event *ev;
	SSL *ssl;
	int fd;
	bool asked;
	int64_t t0_us;
};

struct crowd {
	const struct mode_options *o;
	struct event_base *base;
	SSL_CTX *tls[64]; /* one per front-end certificate, used in turn */
	int n_tls;
	const char *question;
	bool hold; /* keep connections; else close and connect again until end_us */
	struct connection *all;
	int taken; /* of all, each once: one may be answered while the others are still begun */
	int opened, answered, failed;
	int64_t end_us;
	struct samples handshake;
};

static void connection_go(evutil_socket_t fd, short what, void *arg);

static int connection_open(struct crowd *w, struct connection *c)
{
	*c = (struct connection){ .crowd = w, .fd = peer_socket(w->o->port), .t0_us = now_us() };
	if (c->fd < 0) {
		perror("loadgen: connect");
		return -1;
	}
	c->ssl = SSL_new(w->tls[w->opened++ % w->n_tls]);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
	c->ev = event_new(w->base, c->fd, EV_READ | EV_PERSIST, connection_go, c);
	event_add(c->ev, NULL);
	connection_go(c->fd, 0, c);
	return 0;
}

static int connection_add(struct crowd *w)
{
	return connection_open(w, &w->all[w->taken++]);
}

/* Closed with a reset, so that thousands a second do not use up the ports. */
static void connection_close(struct connection *c)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	event_free(c->ev);
	SSL_free(c->ssl);
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(c->fd);
	c->ssl = NULL;
}

static void next(struct crowd *w, struct connection *c)
{
	if (w->hold) {
		if (w->answered + w->failed == w->o->connections)
			event_base_loopbreak(w->base);
		else if (w->taken < w->o->connections && connection_add(w) < 0)
			event_base_loopbreak(w->base);
		return;
	}
	connection_close(c);
	if (now_us() >= w->end_us || w->failed > 100 || connection_open(w, c) < 0)
		event_base_loopbreak(w->base);
}

/* True when the handshake is complete; false: wait or failed. */
static bool connected(struct connection *c)
{
	if (SSL_is_init_finished(c->ssl))
		return true;
	int r = SSL_connect(c->ssl);
	if (r == 1)
		return true;
	if (SSL_get_error(c->ssl, r) != SSL_ERROR_WANT_READ) {
		c->crowd->failed++;
		event_del(c->ev);
		next(c->crowd, c);
	}
	return false;
}

static void connection_go(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;
	struct crowd *w = c->crowd;
	char answer[4096];
	(void)fd, (void)what;

	if (!connected(c))
		return;
	if (!c->asked) {
		samples_add(&w->handshake, now_us() - c->t0_us);
		c->asked = SSL_write(c->ssl, w->question, (int)strlen(w->question)) > 0;
	}
	int n = SSL_read(c->ssl, answer, sizeof answer);
	if (n > 0) {
		w->answered++;
		event_del(c->ev);
		next(w, c);
	} else if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ) {
		w->failed++;
		event_del(c->ev);
		next(w, c);
	}
}

static void crowd_init(struct crowd *w, const struct mode_options *o, const char *method)
{
	static char line[128];

	*w = (struct crowd){ .o = o, .base = event_base_new() };
	snprintf(line, sizeof line,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"protocol\":1,"
		"\"role\":\"frontend\"}}\n",
		method);
	w->question = o->http ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" : line;
	for (int i = 0; i < o->frontends && i < 64; i++) {
		char cert[512], key[512];
		snprintf(cert, sizeof cert, "%s/fe%d.pem", o->certs, i);
		snprintf(key, sizeof key, "%s/fe%d.key", o->certs, i);
		w->tls[w->n_tls++] = peer_tls(o->ca, cert, key);
	}
	w->all = calloc((size_t)o->connections, sizeof *w->all);
	if (!w->all)
		abort();
}

static void crowd_fini(struct crowd *w)
{
	for (int i = 0; i < w->o->connections; i++)
		if (w->all[i].ssl)
			connection_close(&w->all[i]);
	for (int i = 0; i < w->n_tls; i++)
		peer_tls_free(&w->tls[i]);
	free(w->all);
	samples_free(&w->handshake);
	event_base_free(w->base);
}

static int crowd_start(struct crowd *w, int n)
{
	while (w->taken < n)
		if (connection_add(w) < 0)
			return -1;
	event_base_dispatch(w->base);
	return 0;
}

int mode_idle(const struct mode_options *o)
{
	struct crowd w;

	crowd_init(&w, o, "session.hello");
	w.hold = true;
	long before = mode_rss_kib(o);
	int64_t t0 = now_us();
	if (crowd_start(&w, o->connections < OPENING_MAX ? o->connections : OPENING_MAX) < 0)
		return 2;
	double s = (double)(now_us() - t0) / 1e6;
	usleep(500000); /* what the server does after the last answer */
	long after = mode_rss_kib(o);
	usleep((useconds_t)(o->hold_s * 1e6));
	printf("{\"connections\":%d,\"failed\":%d,\"open_per_s\":%.0f,\"rss_before_kib\":%ld,"
	       "\"rss_after_kib\":%ld,\"kib_per_connection\":%.2f}\n",
		w.answered, w.failed, (double)w.answered / s, before, after,
		(double)(after - before) / (double)o->connections);
	int status = w.failed > 0;
	crowd_fini(&w);
	return status;
}

int mode_handshakes(const struct mode_options *o)
{
	struct crowd w;

	crowd_init(&w, o, "session.ping");
	double cpu = mode_cpu_s(o);
	int64_t t0 = now_us();
	w.end_us = t0 + (int64_t)(o->seconds * 1e6);
	if (crowd_start(&w, o->connections) < 0)
		return 2;
	double s = (double)(now_us() - t0) / 1e6;
	cpu = mode_cpu_s(o) - cpu;
	samples_sort(&w.handshake);
	printf("{\"handshakes\":%d,\"failed\":%d,\"per_s\":%.0f,\"server_cpu_s\":%.2f,"
	       "\"per_server_cpu_s\":%.0f,\"p50_us\":%lld,\"p99_us\":%lld}\n",
		w.answered, w.failed, w.answered / s, cpu, cpu > 0 ? w.answered / cpu : 0,
		(long long)samples_at(&w.handshake, 0.5),
		(long long)samples_at(&w.handshake, 0.99));
	int status = w.failed > 0;
	crowd_fini(&w);
	return status;
}
