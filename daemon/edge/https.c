#include "triaged/edge/https.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "https_internal.h"
#include "listener.h"
#include "tls.h"

/* ---- requests ---- */

const char *https_header(const struct https_request *r, const char *name)
{
	return http_head_field(r->head, name);
}

struct slice https_query(const struct https_request *r, const char *name)
{
	size_t n = strlen(name);
	const char *at = r->query;
	while (*at) {
		size_t len = strcspn(at, "&");
		if (len > n && strncmp(at, name, n) == 0 && at[n] == '=')
			return (struct slice){ at + n + 1, len - n - 1 };
		at += len + (at[len] == '&');
	}
	return (struct slice){ "", 0 };
}

static bool is_word(const char *p, size_t n)
{
	static const char word[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	return n > 0 && n < HTTPS_SEGMENT_SIZE && strspn(p, word) >= n;
}

/* Whether path is pattern, in which one whole segment may be "*". */
static bool path_fits(const char *pattern, const char *path, char segment[HTTPS_SEGMENT_SIZE])
{
	const char *star = strchr(pattern, '*');
	segment[0] = '\0';
	if (!star)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(star - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	const char *word = path + before;
	size_t n = strcspn(word, "/");
	if (!is_word(word, n) || strcmp(word + n, star + 1) != 0)
		return false;
	memcpy(segment, word, n);
	segment[n] = '\0';
	return true;
}

int https_find_route(struct conn *c)
{
	const struct https *https = c->https;
	int status = 404;
	for (size_t i = 0; i < https->n_routes; i++) {
		const struct https_route *r = &https->routes[i];
		if (!path_fits(r->path, c->head.path, c->segment))
			continue;
		c->route = r;
		if (strcmp(r->method, c->head.method) == 0)
			return 0;
		status = 405;
	}
	return status;
}

static struct conn *find_conn(const struct https *https, uint64_t exchange)
{
	struct conn *c = https->all;
	while (c && !(c->exchange == exchange && c->state == CONN_ANSWER))
		c = c->next;
	return c;
}

void https_answer(struct https *https, uint64_t exchange, const struct https_answer *a)
{
	struct conn *c = find_conn(https, exchange);
	if (c)
		conn_answer(c, a);
}

void https_refuse(struct https *https, uint64_t exchange, int status, const char *reason)
{
	struct conn *c = find_conn(https, exchange);
	if (c)
		conn_refuse(c, status, reason);
}

/* ---- the server ---- */

static void on_accepted(void *arg, int fd)
{
	conn_accept(arg, fd);
}

static void on_due(void *arg, struct deadline *d)
{
	(void)arg;
	conn_late((struct conn *)(void *)((char *)d - offsetof(struct conn, due)));
}

static void bury(struct https *https)
{
	while (https->graveyard) {
		struct conn *c = https->graveyard;
		https->graveyard = c->next;
		buf_wipe(&c->bytes);
		free(c);
	}
}

static void on_turn_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	bury(arg);
}

struct https *https_open(
	struct event_base *base, const struct https_options *options, struct err *e)
{
	SSL_CTX *tls = tls_context(&options->tls, e);
	if (!tls)
		return NULL;
	struct https *https = mem_zalloc(sizeof *https);
	const struct listener_options listen = { .address = options->address,
		.fd = -1,
		.shared = options->shared_address,
		.accepted = on_accepted,
		.arg = https };
	https->listener = listener_open(base, &listen, e);
	if (!https->listener) {
		SSL_CTX_free(tls);
		free(https);
		return NULL;
	}
	https->base = base;
	https->tls = tls;
	https->address = mem_strdup(listener_address(https->listener));
	https->limits = options->limits;
	https->routes = options->routes;
	https->n_routes = options->n_routes;
	https->arg = options->arg;
	deadlines_init(&https->deadlines, base, on_due, https);
	https->turn_end = evtimer_new(base, on_turn_end, https);
	CHECK(https->turn_end != NULL);
	return https;
}

void https_close(struct https **server)
{
	struct https *https = *server;
	*server = NULL;
	if (!https)
		return;
	https_stop_accepting(https);
	while (https->all)
		conn_enter(https->all, CONN_GONE);
	bury(https);
	deadlines_fini(&https->deadlines);
	event_free(https->turn_end);
	SSL_CTX_free(https->tls);
	free(https->address);
	free(https);
}

const char *https_address(const struct https *https)
{
	return https->address;
}

int https_reload(struct https *https, const struct https_limits *limits, const struct edge_tls *tls,
	struct err *e)
{
	SSL_CTX *fresh = tls_context(tls, e);
	if (!fresh)
		return -1;
	SSL_CTX_free(https->tls);
	https->tls = fresh;
	https->limits = *limits;
	return 0;
}

void https_stop_accepting(struct https *https)
{
	listener_close(&https->listener);
}

void https_counts(const struct https *https, struct https_counts *counts)
{
	*counts = https->counts;
}
