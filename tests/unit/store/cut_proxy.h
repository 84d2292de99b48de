/* A proxy in front of a private Redis that cuts connections at a command. */
#ifndef TESTS_STORE_CUT_PROXY_H
#define TESTS_STORE_CUT_PROXY_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sys/un.h>

#include "redis_fixture.h"

enum cut { CUT_NONE, CUT_BEFORE_SERVER, CUT_BEFORE_REPLY, CUT_SILENT };

/* On the next command that contains `word`: lose it, lose its reply, or answer nothing. */
struct proxy {
	struct event_base *base;
	struct evconnlistener *listener;
	const struct redis *redis;
	char path[96], url[112];
	enum cut cut;
	const char *word;
	int cuts;
	struct pair *pairs;
};

struct pair {
	struct proxy *proxy;
	struct bufferevent *client, *server;
	bool armed, silent;
	struct pair *next;
};

static inline void pair_close(struct pair *p)
{
	if (p->client)
		bufferevent_free(p->client);
	if (p->server)
		bufferevent_free(p->server);
	p->client = p->server = NULL;
}

static inline bool meets(struct evbuffer *in, const char *word)
{
	struct evbuffer_ptr at = evbuffer_search(in, word, strlen(word), NULL);
	return at.pos >= 0;
}

static inline void from_client(struct bufferevent *bev, void *arg)
{
	struct pair *p = arg;
	struct proxy *x = p->proxy;
	struct evbuffer *in = bufferevent_get_input(bev);
	if (x->cut != CUT_NONE && meets(in, x->word)) {
		enum cut cut = x->cut;
		x->cut = CUT_NONE;
		x->cuts++;
		if (cut == CUT_BEFORE_SERVER) {
			pair_close(p);
			return;
		}
		p->armed = cut == CUT_BEFORE_REPLY;
		p->silent = cut == CUT_SILENT;
	}
	evbuffer_add_buffer(bufferevent_get_output(p->server), in);
}

static inline void from_server(struct bufferevent *bev, void *arg)
{
	struct pair *p = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	if (p->armed)
		pair_close(p);
	else if (p->silent)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		evbuffer_add_buffer(bufferevent_get_output(p->client), in);
}

static inline void on_end(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		pair_close(arg);
}

static inline void on_client(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *addr, int len, void *arg)
{
	(void)listener, (void)addr, (void)len;
	struct proxy *x = arg;
	struct pair *p = calloc(1, sizeof *p);
	p->proxy = x;
	p->next = x->pairs;
	x->pairs = p;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	strcpy(sun.sun_path, x->redis->socket);
	p->client = bufferevent_socket_new(x->base, fd, BEV_OPT_CLOSE_ON_FREE);
	p->server = bufferevent_socket_new(x->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(p->client, from_client, NULL, on_end, p);
	bufferevent_setcb(p->server, from_server, NULL, on_end, p);
	bufferevent_socket_connect(p->server, (struct sockaddr *)&sun, sizeof sun);
	bufferevent_enable(p->client, EV_READ | EV_WRITE);
	if (p->server)
		bufferevent_enable(p->server, EV_READ | EV_WRITE);
}

static inline void proxy_open(struct proxy *x, struct event_base *base, const struct redis *redis)
{
	x->base = base;
	x->redis = redis;
	snprintf(x->path, sizeof x->path, "%s/proxy", redis->dir);
	snprintf(x->url, sizeof x->url, "unix:%s", x->path);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	strcpy(sun.sun_path, x->path);
	x->listener = evconnlistener_new_bind(
		base, on_client, x, LEV_OPT_CLOSE_ON_FREE, 64, (struct sockaddr *)&sun, sizeof sun);
	assert_non_null(x->listener);
}

static inline void proxy_close(struct proxy *x)
{
	while (x->pairs) {
		struct pair *p = x->pairs;
		x->pairs = p->next;
		pair_close(p);
		free(p);
	}
	if (x->listener)
		evconnlistener_free(x->listener);
}

#endif
